"""The search box: a code, also a former one, a name, a point as people write it, an imported place or a street; on a day."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np

from api.services import former, grids
from api.services.attention import Desk
from api.services.coordinates import point_of
from api.services.hits import Found, Hit, of_unit
from api.services.pictures import Picture, pictures
from api.services.unit_card import full_name
from data import placenames
from data.placenames import Called
from data.places import KINDS, LINE, PLACE
from data.store import Store
from geo.errors import NotFoundError
from geo.partition import lattice, nesting
from geo.partition.model import Unit, UnitKind

MOST: Final = 50
WHOLE_CODE, WHOLE_NAME, CODE_BEGINS, IN_NAME = range(4)
EVERY_KIND: Final = KINDS[PLACE]


def search(
    desk: Desk, text: str, most: int = MOST, on: date | None = None, places: tuple[str, ...] = EVERY_KIND
) -> Found:
    """Return what matches ``text`` on a day (default: the desk's): units in force, former codes, points, places, streets.

    ``places`` are the kinds of imported places that may be found.

    Every character of ``text`` stands for itself. Full codes come first, then former ones, whole names, starts of codes, parts
    of names, and what was imported.
    """
    day, asked = on or desk.on, text.strip().casefold()
    if not asked or desk.store is None:
        return Found(())
    try:
        shown = pictures(desk.store, None, day)
    except NotFoundError:  # before the first day of every root
        return Found(())
    point = point_of(text)
    if point is not None:
        hits = tuple(_points(desk.store, shown, point, day))
        return Found(hits, sure=bool(hits))
    ranked = sorted(_matching(shown, asked), key=lambda pair: (pair[0], pair[1].level, pair[1].code))
    old = [] if any(rank == WHOLE_CODE for rank, _ in ranked) else list(_former(desk.store, shown, asked, day))
    names = list(_called(desk.store, shown, text.strip(), day, most, places))
    hits = (*old, *(hit for _, hit in ranked), *names)
    whole = [rank for rank, _ in ranked if rank in (WHOLE_CODE, WHOLE_NAME)]
    sure = len(hits) == 1 or (not old and (whole[:1] == [WHOLE_CODE] or len(whole) == 1))
    return Found(hits[:most], len(hits) > most, sure)


def _rank(unit: Unit, whole: str, asked: str) -> int | None:
    code, name = (unit.code or "").casefold(), unit.name.casefold()
    whole = whole.casefold()
    for rank, fits in enumerate((code == asked, asked in (name, whole), code.startswith(asked), asked in whole)):
        if fits:
            return rank
    return None


def _matching(shown: Iterable[Picture], asked: str) -> Iterator[tuple[int, Hit]]:
    for one in shown:
        for unit in one.units:
            rank = None if unit.kind is UnitKind.RESIDUAL else _rank(unit, full_name(one, unit), asked)
            if rank is not None:
                yield rank, of_unit(one, unit)


def _former(store: Store, shown: Iterable[Picture], asked: str, day: date) -> Iterator[Hit]:
    for one in shown:
        yield from former.holders(store, one, asked, day)


def _points(store: Store, shown: Iterable[Picture], point: tuple[float, float], day: date) -> Iterator[Hit]:
    """Yield the units that hold the point, of each root the finest first; if there are none, of the point the other way round."""
    found = list(_at(store, shown, point, day))
    lon, lat = point
    if not found and abs(lon) <= grids.SOUTH_NORTH:
        found = list(_at(store, shown, (lat, lon), day))
    yield from found


def _at(store: Store, shown: Iterable[Picture], point: tuple[float, float], day: date) -> Iterator[Hit]:
    roots = {one.root.name: one for one in shown}
    written = f"{point[0]:.6f}, {point[1]:.6f}"
    for answer in grids.locate(store, *point, on=day)["roots"]:
        one = roots[answer["root"]]
        for unit in reversed(answer["units"]):
            yield replace(of_unit(one, one.by_code[unit["code"]], "search.point_note", point=written), at=point)


def _called(
    store: Store, shown: Iterable[Picture], text: str, day: date, most: int, places: tuple[str, ...]
) -> Iterator[Hit]:
    """Yield places of some kinds and streets of that name, each with the finest unit that holds it."""
    sought = ((PLACE, places), (LINE, ("street",)))
    with store.read() as view:
        found = [one for subject, kinds in sought for one in placenames.called(view, subject, text, day, kinds, most)]
    for place in found:
        x, y = lattice.snap(np.array([place.at]))[0].tolist()
        for one in shown:
            units = nesting.locate(one.partition, x, y)
            if units:
                yield _of_place(one, units[max(units)], place)


def _of_place(shown: Picture, unit: Unit, place: Called) -> Hit:
    lon, lat = shown.plane.to_lonlat(np.array([place.at]))[0].tolist()
    there = of_unit(shown, unit)
    values = {"kind": place.kind, "where": there.name}
    return replace(there, name=place.name or place.code, note="search.place_note", values=values, at=(lon, lat))
