"""The page of a day at the centres: who was there around the clock, what that is known from, and when nobody was."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from api import messages
from api.services.patrol_list import badge
from api.services.rota import rota_day
from data import roster
from data.store import Store

Document = dict[str, Any]
WHOLE: Final = "24:00"


def day_page(store: Store, folder: Path, on: date, lang: str) -> list[Document]:
    """Return the centre of each level-1 grid on a day, those with a duty post first."""
    centres = rota_day(store, on, folder)["centres"]
    with store.read() as view:
        people = roster.load(view, on).names
    shown = [_shown(centre, people, lang) for centre in centres]
    return sorted(shown, key=lambda one: one["presence"] is None)


def _shown(centre: Document, people: Mapping[str, str], lang: str) -> Document:
    found = centre["presence"]
    return {
        "name": centre["name"],
        "code": centre["grid"],
        "rota": [{**badge(one["level"], lang), "sentence": one["sentence"][lang]} for one in centre["findings"]],
        "presence": None if found is None else _presence(found, people, lang),
    }


def _presence(found: Document, people: Mapping[str, str], lang: str) -> Document:
    parts = [(messages.sentence(f"centres.{name}", lang), value) for name, value in found["parts"].items()]
    return {
        **badge(found["finding"]["level"], lang),
        "sentence": found["finding"]["sentence"][lang],
        "parts": [*parts, (messages.sentence("centres.whole", lang), WHOLE)],
        "people": [people.get(person, person) for person in found["people"]],
        "holes": [
            {**hole, "before": people.get(hole["before"], ""), "after": people.get(hole["after"], "")}
            for hole in found["holes"]
        ],
    }
