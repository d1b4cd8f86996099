"""What lies in and around grids on a day: the points that must be visited, and the streets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from data import ledger, places
from data.places import Item
from data.store import Reading

PASS, DWELL, TAG = "pass", "dwell", "tag"
KINDS: Final = (PASS, DWELL, TAG)
VISIT: Final = "visit"  # the field of a required point that says what it asks for
REACH_M: Final = 10.0


@dataclass(frozen=True, slots=True)
class Point:
    """A point to be visited: code, name, what it asks for (one of `KINDS`, or empty for what is usual), plane metres."""

    code: str
    name: str
    kind: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The points of a grid, and the streets in it as WKB in the plane; ``digest`` of all of it."""

    points: tuple[Point, ...] = ()
    streets: tuple[bytes, ...] = ()

    @property
    def digest(self) -> str:
        """A hash of everything here."""
        said = [[p.code, p.name, p.kind, p.x, p.y] for p in self.points]
        return ledger.digest([said, [wkb.hex() for wkb in self.streets]])


NOTHING_AROUND: Final = Surroundings()


class Ground:
    """All required points and streets of a store on a day, found again by place."""

    def __init__(self, view: Reading, on: date) -> None:
        self._points = sorted(places.load(view, places.PLACE, "required", on), key=lambda item: item.code)
        self.streets: Sequence[BaseGeometry] = _lines(places.load(view, places.LINE, "street", on))
        self._at = shapely.STRtree([item.geometry for item in self._points])
        self._along = shapely.STRtree(list(self.streets))

    def of(self, shape: BaseGeometry) -> Surroundings:
        """Return what lies in a grid; a point on the border is in both."""
        inside = np.sort(self._at.query(shape, predicate="intersects"))
        near = np.sort(self._along.query(shape, predicate="dwithin", distance=REACH_M))
        lines = [shapely.intersection(self.streets[n], shapely.buffer(shape, REACH_M)) for n in near]
        wkb = sorted(shapely.to_wkb(line) for line in lines if not shapely.is_empty(line))
        return Surroundings(tuple(_point(self._points[n]) for n in inside), tuple(wkb))

    def near(self, shape: BaseGeometry, metres: float) -> list[BaseGeometry]:
        """Return the streets up to so far from a shape."""
        found = np.sort(self._along.query(shape, predicate="dwithin", distance=metres))
        return [self.streets[n] for n in found]


def _lines(items: Sequence[Item]) -> list[BaseGeometry]:
    return [item.geometry for item in sorted(items, key=lambda item: item.code) if not shapely.is_empty(item.geometry)]


def _point(item: Item) -> Point:
    kind = str(item.attributes.get(VISIT, "")).strip().lower()
    place = shapely.get_coordinates(item.geometry)[0]
    return Point(item.code, item.name, kind if kind in KINDS else "", float(place[0]), float(place[1]))
