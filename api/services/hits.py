"""What the search box finds: a unit to show, on a day, perhaps with a point in it, and a sentence about why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from api.services.pictures import Picture
from api.services.unit_card import full_name
from geo.partition.model import Unit


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: ``code`` is the unit to show, ``name`` what was found, ``note`` the code of a sentence.

    ``on`` is another day than was asked about, where only that day shows it; ``at`` the point (lon, lat in degrees).
    """

    root: str
    code: str
    name: str
    level: int
    parent: str
    note: str = "search.note"
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    on: date | None = None
    at: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, best first; ``more`` says that there is more than is listed, ``sure`` that the first is what was meant."""

    hits: tuple[Hit, ...]
    more: bool = False
    sure: bool = False


def of_unit(shown: Picture, unit: Unit, note: str = "", **values: str) -> Hit:
    """Return the hit of a unit that is in force."""
    parent = shown.by_key.get(unit.parent) if unit.parent else None
    above = full_name(shown, parent) if parent else ""
    said = note or ("search.note_parent" if above else "search.note")
    return Hit(shown.root.name, unit.code or "", full_name(shown, unit), unit.level, above, said, values)
