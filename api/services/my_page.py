"""My page: what is held about a person, in the order a person asks for it. Until there are accounts a number is asked for."""

from datetime import date, datetime, timedelta
from typing import Any

from api import messages
from api.services.patrol_list import badge, doubt, grid_names
from api.services.staff import ZONE
from api.services.track_ingest import document as receipt_document
from data import roster, tracks, verdicts
from data.store import Store
from geo.errors import NotFoundError
from rules.parameters import defaults

Document = dict[str, Any]


def my_page(store: Store, person: str, today: date, lang: str) -> Document:
    """Return what the page shows; with no number only the question for one. Error: ``person.unknown``."""
    with store.read() as view:
        people = roster.load(view, today)
        if person and person not in people.names:
            raise NotFoundError("person.unknown", person[:64], got=person[:64])
        judged = verdicts.of_person(view, person) if person else []
        receipts = tracks.receipts(view, person) if person else []
    kept = int(defaults().number("retention.tracks", today))
    names = grid_names(store, today) if person else {}
    held = [a for a in people.assignments if a.person == person]
    return {
        "person": person,
        "name": people.names.get(person, ""),
        "kept_days": kept,
        "duties": [
            {"grid": names.get(a.grid, a.grid), "role": messages.sentence(f"duty_role.{a.role}", lang)} for a in held
        ],
        "verdicts": [
            {
                "id": one.id,
                "on": one.day.isoformat(),
                "grid": names.get(one.grid, one.grid),
                "badge": badge(one.level, lang),
                "version": one.version,
                "said": doubt(one.content, one.level, lang),
                "sentences": [f["sentence"][lang] for f in one.content["findings"] if f["level"] != "NOT_REQUIRED"],
            }
            for one in judged
        ],
        "receipts": [_receipt(receipt_document(one), kept, lang) for one in receipts],
    }


def _receipt(found: Document, kept: int, lang: str) -> Document:
    counts = [
        f"{messages.sentence(f'receipt.count.{name.partition(chr(58))[0]}', lang)} {number}"
        for name, number in found["counts"].items()
    ]
    days = sorted(date.fromisoformat(day) for day in found["days"])
    return {
        "number": found["receipt"],
        "at": _local(found["received_at"]),
        "file": found["file"],
        "points": found["points_read"],
        "counts": messages.joined(counts, lang),
        "kept_until": (days[-1] + timedelta(days=kept)).isoformat() if days else "",
        "sha256": found["sha256"],
    }


def _local(stamp: str) -> str:
    return datetime.fromisoformat(stamp).astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
