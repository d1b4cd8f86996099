"""What a drawing of one fault shows: the borders about it as delivered and as they would be, and who gets the land."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.partition.defects import Defect, Survey
from geo.partition.lattice import Float64, polygons, take_rings, to_metres
from geo.partition.mending import Effect
from geo.partition.model import Rings
from geo.partition.repair import Mended

Line = list[tuple[float, float]]
Window = tuple[float, float, float, float]

MARGIN: Final = 0.65  # of the extent, from the middle to each side
WIDTHS: Final = 12.0  # a long thin fault is drawn at its widest place, this many of its widths to each side
LEAST_M: Final = 0.05
PIXELS: Final = 700.0  # what is finer than one of so many to a side is not drawn
MILLIMETRES: Final = 4


@dataclass(frozen=True)
class Sketch:
    """One drawing, in metres from the lower left corner of its window, ``side`` metres to each side.

    ``fault`` the land or the lines that are wrong; ``pieces`` (code of the unit that has it afterwards, "" for none, and its
    outline); ``before`` and ``after`` the borders; ``labels`` (code, x, y) inside the units.
    """

    side: float
    fault: list[Line]
    pieces: list[tuple[str, Line]]
    before: list[Line]
    after: list[Line]
    labels: list[tuple[str, float, float]]


def sketch(found: Survey, done: Mended, number: int) -> Sketch | None:
    """Return the drawing of defect ``number``; None where it has no place."""
    defect, effect = found.defects[number], done.effects[number]
    if defect.at is None:
        return None
    window = window_of(defect, effect)
    codes = [feature.code for feature in found.features]
    shapes = polygons_in(done.rings, len(codes), window)
    pieces = [
        (codes[unit] if unit >= 0 else "", line)
        for unit, land in (effect.pieces if effect is not None else ())
        for line in lines_in(land, window)
    ]
    return Sketch(
        round(window[2] - window[0], MILLIMETRES),
        [] if defect.geometry is None else lines_in(defect.geometry, window),
        pieces,
        [line for ring in rings_in(found.own.rings, window) for line in lines_in(ring, window)],
        [line for shape in shapes.values() for line in lines_in(shapely.boundary(shape), window)],
        labels(shapes, codes, window),
    )


def window_of(defect: Defect, effect: Effect | None) -> Window:
    """Return the square to draw in plane metres: all of a compact fault, of a long thin one its widest place."""
    bounds = shapely.bounds(defect.geometry) if defect.geometry is not None else np.array([*(defect.at or (0, 0))] * 2)
    extent = float(max(bounds[2] - bounds[0], bounds[3] - bounds[1]))
    across = max(defect.width_m, effect.displacement_m if effect is not None else 0.0)
    half = max(LEAST_M, min(MARGIN * extent, WIDTHS * across) if extent else WIDTHS * across)
    x, y = (bounds[:2] + bounds[2:]) / 2 if half >= extent / 2 else defect.at or (0.0, 0.0)
    return float(x - half), float(y - half), float(x + half), float(y + half)


def rings_in(rings: Rings, window: Window) -> list[BaseGeometry]:
    """Return the rings whose boxes meet the window, as closed lines in metres."""
    first = rings.start[:-1]
    if not len(first):
        return []
    low, high = np.minimum.reduceat(rings.xy, first) / 100, np.maximum.reduceat(rings.xy, first) / 100
    near = (low <= window[2:]).all(axis=1) & (high >= window[:2]).all(axis=1)
    return [shapely.LinearRing(to_metres(rings.xy[rings.start[r] : rings.start[r + 1]])) for r in np.flatnonzero(near)]


def polygons_in(rings: Rings, count: int, window: Window) -> dict[int, BaseGeometry]:
    """Return the units whose boxes meet the window, in metres."""
    first = rings.start[:-1]
    low, high = np.minimum.reduceat(rings.xy, first) / 100, np.maximum.reduceat(rings.xy, first) / 100
    near = (low <= window[2:]).all(axis=1) & (high >= window[:2]).all(axis=1)
    units = np.unique(rings.owner[near])
    mine = take_rings(rings, np.flatnonzero(np.isin(rings.owner, units)))
    shapes: list[BaseGeometry] = polygons(mine, count)[units].tolist()
    return dict(zip(units.tolist(), shapes, strict=True))


def lines_in(geometry: BaseGeometry, window: Window) -> list[Line]:
    """Return the lines (of polygons their rings) of a geometry within the window, from its lower left corner."""
    lines: list[Line] = []
    step = (window[2] - window[0]) / PIXELS
    clipped = shapely.clip_by_rect(geometry, *window)
    for part in shapely.get_parts(clipped):
        for line in shapely.get_rings(part) if part.geom_type == "Polygon" else [part]:
            thin = shapely.simplify(line, step / 2, preserve_topology=False)
            xy = np.round(shapely.get_coordinates(thin) - window[:2], MILLIMETRES)
            lines.append([(float(x), float(y)) for x, y in xy.tolist()])
    return [line for line in lines if line]


def labels(shapes: dict[int, BaseGeometry], codes: Sequence[str], window: Window) -> list[tuple[str, float, float]]:
    """Return the code of each unit at a place inside its part of the window, the largest parts first."""
    parts = [(unit, shapely.clip_by_rect(shape, *window)) for unit, shape in shapes.items()]
    parts = sorted((p for p in parts if not shapely.is_empty(p[1])), key=lambda p: -shapely.area(p[1]))
    result: list[tuple[str, float, float]] = []
    for unit, part in parts:
        spot: Float64 = shapely.get_coordinates(shapely.point_on_surface(part))[0] - window[:2]
        result.append((codes[unit], round(float(spot[0]), MILLIMETRES), round(float(spot[1]), MILLIMETRES)))
    return result
