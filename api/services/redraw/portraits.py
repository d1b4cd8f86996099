"""Two pictures of a change on the same frame, before and after, as paths and names for a page to draw."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from api.services.redraw.effects import Effect
from api.services.unit_card import label_of
from geo.partition import nesting
from geo.partition.excerpt import excerpts
from geo.partition.model import Partition, Unit, UnitKind

WIDTH: Final = 520.0  # user units of the drawing, whatever its size on the page
HEIGHT: Final = 370.0
MARGIN: Final = 0.25  # of the extent of what changes
LETTER: Final = 13.0
LEAST: Final = 0.8  # of its width a name of a grid that changes must have, so that it is seldom missing
HEIGHTS: Final = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)  # of a shape, from the middle, where a name is tried
ENOUGH: Final = 1.25  # times as much room as nearer to the middle, before a name leaves it
Shapes = Mapping[str, BaseGeometry]


@dataclass(frozen=True, slots=True)
class Path:
    """One outline: the classes it is drawn by, and its path."""

    look: str
    d: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name, its place and level."""

    text: str
    x: float
    y: float
    level: int


@dataclass(frozen=True, slots=True)
class Portrait:
    """One picture."""

    paths: tuple[Path, ...]
    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the plane that is shown."""

    west: float
    north: float
    scale: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return where a place of the plane is in the drawing."""
        return (x - self.west) * self.scale, (self.north - y) * self.scale

    @property
    def box(self) -> BaseGeometry:
        """What is shown, and a little more, so that no cut edge is seen."""
        return self._within(20.0)

    @property
    def sheet(self) -> BaseGeometry:
        """What is shown, but for a rim, so that no name is cut."""
        return self._within(-4.0)

    def _within(self, beyond: float) -> BaseGeometry:
        reach = beyond / self.scale
        east, south = self.west + WIDTH / self.scale, self.north - HEIGHT / self.scale
        return shapely.box(self.west - reach, south - reach, east + reach, self.north + reach)


def portraits(found: Effect) -> tuple[Portrait, Portrait] | None:
    """Return the picture before and the one after; None where no shape changes and nothing can be shown."""
    one, other, _ = excerpts(found.before, found.after)
    before, after = nesting.polygons_of(one.part), nesting.polygons_of(other.part)
    keys = {member.key for member in found.principal}
    concerned = [shapes[key] for shapes in (before, after) for key in keys if key in shapes]
    if not concerned:
        return None
    window = _window(np.array(concerned, object))
    around = tuple(_around(found.before, {unit.key for unit in one.part.units}, window))
    first = _portrait(one.part, before, after, keys, window)
    second = _portrait(other.part, after, before, keys, window)
    lines = (Path("g-old", _lone(before, after, keys, window)), Path("newline", _lone(after, before, keys, window)))
    return Portrait(around + first.paths, first.names), Portrait(around + second.paths + lines, second.names)


def _around(partition: Partition, shown: set[str], window: Window) -> Iterator[Path]:
    """Yield the leaves near by that belong to villages the change is not about."""
    west, south, east, north = (100 * side for side in window.box.bounds)
    rings = partition.leaf_rings
    for number, owner in enumerate(rings.owner.tolist()):
        xy = rings.xy[rings.start[number] : rings.start[number + 1]]
        (x0, y0), (x1, y1) = xy.min(axis=0).tolist(), xy.max(axis=0).tolist()
        if partition.units[owner].key not in shown and x0 < east and x1 > west and y0 < north and y1 > south:
            yield Path("g-beside", _d(shapely.Polygon(xy / 100), window))


def _lone(one: Shapes, other: Shapes, keys: set[str], window: Window) -> str:
    """Return the lines round the grids concerned that one picture has and the other has not."""
    mine, theirs = (
        shapely.union_all([shapes[key].boundary for key in sorted(keys) if key in shapes]) for shapes in (one, other)
    )
    return _lines(shapely.difference(mine, theirs), window)


def _window(concerned: np.ndarray[tuple[int], np.dtype[np.object_]]) -> Window:
    west, south, east, north = shapely.total_bounds(concerned).tolist()
    wide, high = (east - west) * (1 + 2 * MARGIN) or 1.0, (north - south) * (1 + 2 * MARGIN) or 1.0
    scale = min(WIDTH / wide, HEIGHT / high)
    return Window((west + east) / 2 - WIDTH / 2 / scale, (south + north) / 2 + HEIGHT / 2 / scale, scale)


def _portrait(part: Partition, shapes: Shapes, beside: Shapes, keys: set[str], window: Window) -> Portrait:
    units = [unit for unit in part.units if unit.key in shapes]
    return Portrait(tuple(_paths(units, shapes, beside, keys, window)), tuple(_names(part, shapes, keys, window)))


def _paths(units: list[Unit], shapes: Shapes, beside: Shapes, keys: set[str], window: Window) -> Iterator[Path]:
    """Yield land, the grids concerned, and all lines from the lowest level up."""
    mine = [unit for unit in units if unit.key in keys]
    yield from (Path("g-land", _d(shapes[unit.key], window)) for unit in units if unit.level == 1)
    for unit in mine:
        if unit.level > 1:
            yield Path("g-member" if unit.key in beside else "g-new", _d(shapes[unit.key], window))
    listed = (unit for unit in units if unit.kind is not UnitKind.RESIDUAL)
    for unit in sorted(listed, key=lambda one: -one.level):
        yield Path(f"g-l{unit.level}", _d(shapes[unit.key], window))


def _names(part: Partition, shapes: Shapes, keys: set[str], window: Window) -> Iterator[Name]:
    known = {unit.key: unit for unit in part.units}
    for unit in part.units:
        if unit.kind is UnitKind.RESIDUAL or unit.key not in shapes or unit.level not in (1, 2):
            continue
        if unit.level == 1 and any(known[key].parent == unit.key for key in keys if key in known):
            continue  # its grids are named
        label = label_of(unit, known.get(unit.parent or ""))
        seen = shapely.intersection(shapes[unit.key], window.sheet)
        needed = len(label) * LETTER / window.scale
        place = _place(seen, needed * LEAST if unit.key in keys else needed, LETTER / window.scale)
        if place is not None:
            x, y = window.point(*place)
            yield Name(label, round(x, 1), round(y, 1), 0 if unit.key in keys else unit.level)


def _place(shape: BaseGeometry, needed: float, letter: float) -> tuple[float, float] | None:
    """Return where there is most room for a line of text inside a shape; None where there is less than ``needed``."""
    if shape.is_empty:
        return None
    west, south, east, north = shape.bounds
    best: tuple[float, float, float] | None = None
    for share in HEIGHTS:
        y = south + share * (north - south)
        above, below = (_stretches(shape, y + side * letter / 2, west, east) for side in (1, -1))
        both = shapely.intersection(above, below)
        for left, _, right, _ in shapely.bounds(shapely.get_parts(both)).tolist() if not both.is_empty else ():
            if best is None or right - left > ENOUGH * best[0]:
                best = (right - left, (left + right) / 2, y)
    return None if best is None or best[0] < needed else best[1:]


def _stretches(shape: BaseGeometry, y: float, west: float, east: float) -> BaseGeometry:
    """Return where a level line lies in a shape, laid on the axis."""
    inside = shapely.intersection(shape, shapely.LineString([(west, y), (east, y)]))
    return shapely.transform(inside, lambda xy: xy * [1.0, 0.0])


def _d(shape: BaseGeometry, window: Window) -> str:
    parts = shapely.get_parts(shapely.clip_by_rect(shape, *window.box.bounds))
    return "".join(_line(ring, window) + "Z" for ring in shapely.get_rings(parts[shapely.area(parts) > 0]))


def _lines(shape: BaseGeometry, window: Window) -> str:
    parts = shapely.get_parts(shapely.line_merge(shape))
    return "".join(_line(line, window) for line in parts if line.geom_type == "LineString")


def _line(line: BaseGeometry, window: Window) -> str:
    points = [window.point(x, y) for x, y in shapely.get_coordinates(line).tolist()]
    return "M" + " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
