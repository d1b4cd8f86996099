"""The search box: which grid has this code or name, and which one holds this point."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from api.services import grids
from api.services.attention import Desk
from api.services.pictures import Picture, picture
from api.services.unit_card import full_name
from data.store import Store
from geo.partition.model import Unit, UnitKind

MOST: Final = 50
_POINT: Final = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，;；\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*")


@dataclass(frozen=True, slots=True)
class Hit:
    """One unit that was found: where it belongs, and the point that was asked for, if it was a point."""

    root: str
    code: str
    name: str
    level: int
    parent: str
    point: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, best first; ``more`` says that there is more than is listed."""

    hits: tuple[Hit, ...]
    more: bool = False


def point_of(text: str) -> tuple[float, float] | None:
    """Return longitude and latitude in degrees if ``text`` is written as a point, else None."""
    found = _POINT.fullmatch(text)
    if found is None:
        return None
    lon, lat = float(found[1]), float(found[2])
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None


def search(desk: Desk, text: str, most: int = MOST) -> Found:
    """Return the units in force on the desk's day that match ``text``: a point, a code or its start, a part of a name.

    Every character of ``text`` stands for itself. Full codes come first, then starts of codes, then names.
    """
    asked = text.strip().casefold()
    if not asked or desk.store is None:
        return Found(())
    point = point_of(text)
    if point is not None:
        return Found(tuple(_at(desk, desk.store, point)))
    ranked = sorted(_matching(desk, desk.store, asked), key=lambda pair: (pair[0], pair[1].level, pair[1].code))
    return Found(tuple(hit for _, hit in ranked[:most]), len(ranked) > most)


def _pictures(desk: Desk, store: Store) -> Iterable[Picture]:
    return (picture(store, root.name, desk.on) for root in desk.roots)


def _hit(shown: Picture, unit: Unit, point: str = "") -> Hit:
    parent = shown.by_key.get(unit.parent) if unit.parent else None
    above = full_name(shown, parent) if parent else ""
    return Hit(shown.root.name, unit.code or "", full_name(shown, unit), unit.level, above, point)


def _rank(unit: Unit, whole: str, asked: str) -> int | None:
    code, name = (unit.code or "").casefold(), unit.name.casefold()
    whole = whole.casefold()
    for rank, fits in enumerate((code == asked, asked in (name, whole), code.startswith(asked), asked in whole)):
        if fits:
            return rank
    return None


def _matching(desk: Desk, store: Store, asked: str) -> Iterable[tuple[int, Hit]]:
    for shown in _pictures(desk, store):
        for unit in shown.partition.units:
            rank = None if unit.kind is UnitKind.RESIDUAL else _rank(unit, full_name(shown, unit), asked)
            if rank is not None:
                yield rank, _hit(shown, unit)


def _at(desk: Desk, store: Store, point: tuple[float, float]) -> Iterable[Hit]:
    """Yield the units that hold the point, of each root the finest first."""
    written = f"{point[0]:.6f}, {point[1]:.6f}"
    for answer in grids.locate(store, *point, on=desk.on)["roots"]:
        shown = picture(store, answer["root"], desk.on)
        for unit in reversed(answer["units"]):
            yield _hit(shown, shown.by_code[unit["code"]], written)
