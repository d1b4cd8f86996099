"""One gap shared among the units round it, along lines between vertices that are there already.

The gap is cut into triangles between its own corners. The unit with the longest border on it takes the triangles along that
border, then the next one, and so on: a narrow gap goes whole to one side of it between two junctions, and no border zigzags.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

Point = tuple[int, int]
Edge = tuple[Point, Point]
TRIANGLE: Final = 3


def shared(gap_cm: BaseGeometry, neighbours: Mapping[Edge, int]) -> list[tuple[tuple[Point, ...], int]]:
    """Return the pieces of a gap, each its corners counter-clockwise and the unit that gets it.

    Parameters
    ----------
    gap_cm : polygon in whole centimetres
    neighbours : unit across each edge of its rings, the edge as it runs with the gap on its left; edges of no unit are missing

    Nothing is returned where no unit borders the gap.
    """
    by_length = longest_first(neighbours)
    if not by_length:
        return []
    triangles = triangles_of(gap_cm)
    if triangles is None:
        return []
    across = beside(triangles)
    inner = own_corners(gap_cm, neighbours)
    taken: dict[int, int] = {}
    for unit in by_length:
        seeds = [n for n, corners in enumerate(triangles) if any(neighbours.get(e) == unit for e in edges_of(corners))]
        flood(seeds, unit, taken, triangles, across, inner.get(unit, set()))
    rest(taken, triangles, across, by_length)
    return [(corners, taken[number]) for number, corners in enumerate(triangles) if number in taken]


def longest_first(neighbours: Mapping[Edge, int]) -> list[int]:
    """Return the units by the length of their border on the gap, the longest first."""
    total: dict[int, float] = defaultdict(float)
    for ((x0, y0), (x1, y1)), unit in neighbours.items():
        total[unit] += float(np.hypot(x1 - x0, y1 - y0))
    return sorted(total, key=lambda unit: (-total[unit], unit))


def triangles_of(gap_cm: BaseGeometry) -> list[tuple[Point, ...]] | None:
    """Return the triangles that fill a polygon, corners counter-clockwise; None if they leave out one of its edges."""
    parts = shapely.orient_polygons(shapely.get_parts(shapely.constrained_delaunay_triangles(gap_cm)))
    corners = [ring_of(part) for part in parts]
    across = beside(corners)
    outer = {(a, b) for a, b in across if (b, a) not in across}
    return corners if outer == set(outline_of(gap_cm)) else None


def outline_of(gap_cm: BaseGeometry) -> list[Edge]:
    """Return the directed edges of a polygon's rings, its inside on their left."""
    rings = shapely.get_rings(shapely.orient_polygons(gap_cm))
    return [edge for ring in rings for edge in edges_of(corners_of(ring)[:-1])]


def corners_of(line: BaseGeometry) -> tuple[Point, ...]:
    """Return the points of a line in whole centimetres."""
    xy = np.rint(shapely.get_coordinates(line)).astype(np.int64)
    return tuple((int(x), int(y)) for x, y in xy.tolist())


def ring_of(triangle: BaseGeometry) -> tuple[Point, ...]:
    """Return the three corners of a triangle."""
    return corners_of(triangle)[:TRIANGLE]


def edges_of(corners: tuple[Point, ...]) -> list[Edge]:
    """Return the directed edges of a ring."""
    return list(zip(corners, (*corners[1:], corners[0]), strict=True))


def beside(triangles: list[tuple[Point, ...]]) -> dict[Edge, int]:
    """Return the triangle on the left of each directed edge."""
    return {edge: number for number, corners in enumerate(triangles) for edge in edges_of(corners)}


def own_corners(gap_cm: BaseGeometry, neighbours: Mapping[Edge, int]) -> dict[int, set[Point]]:
    """Return the corners of a gap at which both of its edges belong to the same unit, by unit."""
    at: dict[Point, set[int]] = defaultdict(set)
    for edge in outline_of(gap_cm):
        unit = neighbours.get(edge, -1)
        at[edge[0]].add(unit)
        at[edge[1]].add(unit)
    result: dict[int, set[Point]] = defaultdict(set)
    for point, units in at.items():
        if len(units) == 1:
            result[next(iter(units))].add(point)
    return result


def flood(
    seeds: list[int],
    unit: int,
    taken: dict[int, int],
    triangles: list[tuple[Point, ...]],
    across: Mapping[Edge, int],
    corners: set[Point],
) -> None:
    """Let ``unit`` take the free triangles of ``seeds``, and what joins them over an edge that ends in one of its ``corners``."""
    waiting = [number for number in seeds if number not in taken]
    for number in waiting:
        taken[number] = unit
    while waiting:
        for a, b in edges_of(triangles[waiting.pop()]):
            number = across.get((b, a))
            if number is not None and number not in taken and (a in corners or b in corners):
                taken[number] = unit
                waiting.append(number)


def rest(
    taken: dict[int, int], triangles: list[tuple[Point, ...]], across: Mapping[Edge, int], by_length: list[int]
) -> None:
    """Give what is left, step by step inwards, to the unit beside it that has the longest border on the gap."""
    rank = {unit: place for place, unit in enumerate(by_length)}
    left = [number for number in range(len(triangles)) if number not in taken]
    while left:
        found: dict[int, int] = {}
        for number in left:
            near = (across.get((b, a)) for a, b in edges_of(triangles[number]))
            units = [taken[other] for other in near if other is not None and other in taken]
            if units:
                found[number] = min(units, key=rank.__getitem__)
        if not found:
            return
        taken.update(found)
        left = [number for number in left if number not in found]
