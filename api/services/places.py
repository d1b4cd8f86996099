"""Use cases of places and lines: households, duty posts, busy places, required places; streets and reference lines."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from api import messages
from api.services.grid_files import limits_of
from api.settings import Settings
from data import places
from data.importers.files import read_bytes
from data.importers.places import PlaceFields, read_places
from data.places import KINDS, Saved
from data.store import Actor, Store
from data.tables.columns import OPEN_START
from geo.errors import InputError

FORMAT: Final = "places/1"
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to import: the file, what it holds (place or line) and of which kind, its fields, from which day on.

    ``complete``: the file holds all there are of the kind; what is missing in it ends on the day.
    """

    file: Path
    subject: str
    kind: str
    fields: PlaceFields
    crs: str | None = None
    valid_from: date = OPEN_START
    complete: bool = False


def import_places(store: Store, wanted: Wanted, settings: Settings, actor: Actor) -> Document:
    """Return ``places/1`` after writing a file of places or lines, whole or not at all.

    Errors (nothing written): ``places.no_kind``; those of reading and of `data.places.save`; ``plane.unset``.
    """
    if wanted.kind not in KINDS[wanted.subject]:
        known = list(KINDS[wanted.subject])
        raise InputError("places.no_kind", wanted.kind[:40], got=wanted.kind[:40], values={"known": known})
    limits = limits_of(settings)
    with store.read() as view:
        plane = view.plane
    if plane is None:
        raise InputError("plane.unset", wanted.kind)
    data = read_bytes(wanted.file, limits.bytes)
    items, report = read_places(data, wanted.file.name, wanted.subject, wanted.fields, plane, wanted.crs, limits)
    source = {"file": report.file, "sha256": report.sha256, "fields": asdict(wanted.fields)}

    def work(unit: Any) -> Saved:
        return places.save(
            unit,
            wanted.subject,
            wanted.kind,
            items,
            valid_from=wanted.valid_from,
            complete=wanted.complete,
            source=source,
        )

    saved = store.run(work, actor=actor)
    return {
        "format": FORMAT,
        "subject": wanted.subject,
        "kind": wanted.kind,
        "valid_from": None if wanted.valid_from == OPEN_START else wanted.valid_from.isoformat(),
        "file": report.file,
        "sha256": report.sha256,
        "read_as": report.format,
        "crs": report.crs,
        "quantity": sum(item.quantity for item in items) if wanted.subject == places.PLACE else None,
        **asdict(saved),
        "notes": [
            {"code": code, "values": dict(values), "sentence": messages.both(code, values)}
            for code, values in report.notes
        ],
    }
