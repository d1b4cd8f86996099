"""Which units hold a point: exact winding numbers over integer rings, candidates by bounding box."""

import numpy as np
import numpy.typing as npt
import shapely

from geo.partition.compiled import compiled
from geo.partition.lattice import owners
from geo.partition.model import Int64, Rings

Float64 = npt.NDArray[np.float64]


@compiled
def windings(xy: Int64, start: Int64, bounds: Int64, unit: Int64, points: Float64) -> Int64:
    """Return how often the rings of ``unit[k]`` run round ``points[k]`` (k, 2), in centimetres, that lie on none of them.

    ``bounds`` (units + 1,) first ring of each unit.
    """
    turns = np.zeros(len(unit), np.int64)
    for k in range(len(unit)):
        x, y = points[k, 0], points[k, 1]
        for ring in range(bounds[unit[k]], bounds[unit[k] + 1]):
            j = start[ring + 1] - 1
            for i in range(start[ring], start[ring + 1]):
                y0, y1 = xy[j, 1], xy[i, 1]
                if (y0 <= y) != (y1 <= y):
                    x0, x1 = xy[j, 0], xy[i, 0]
                    cross = (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
                    if y1 > y0 and cross > 0:
                        turns[k] += 1
                    elif y1 < y0 and cross < 0:
                        turns[k] -= 1
                j = i
    return turns


def boxes(rings: Rings, count: int) -> npt.NDArray[np.object_]:
    """Return the bounding box of each owner in centimetres as shapely geometry; None for an owner without rings."""
    result = np.full(count, None, object)
    if len(rings.owner) == 0:
        return result
    owner = owners(rings)
    first = np.flatnonzero(np.concatenate([[True], np.diff(owner) != 0]))
    low, high = np.minimum.reduceat(rings.xy, first), np.maximum.reduceat(rings.xy, first)
    result[owner[first]] = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    return result


def holding(rings: Rings, count: int, points: Float64) -> tuple[Int64, Int64]:
    """Return pairs (point, owner) where an owner's rings run round a point (p, 2), in centimetres; rings sorted by owner.

    Points must lie on no ring. A unit whose ring crosses itself holds what its ring runs round in either sense.
    """
    if len(points) == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    tree = shapely.STRtree(boxes(rings, count))
    point, unit = tree.query(shapely.points(points), predicate="intersects")
    bounds = np.searchsorted(rings.owner, np.arange(count + 1)).astype(np.int64)
    turns = windings(rings.xy, rings.start, bounds, unit.astype(np.int64), np.ascontiguousarray(points[point]))
    inside = turns != 0
    return point[inside].astype(np.int64), unit[inside].astype(np.int64)


@compiled
def sides(xy: Int64, start: Int64, ring: int, x: int, y: int, sign: int) -> tuple[int, bool]:
    """Return how often a ring runs round a lattice point moved by an infinitesimal step, and whether the point lies on it.

    The step goes up by e and west by e squared (``sign`` 1), or down and east (-1), so the moved point lies on no border.
    """
    turns = 0
    on = False
    j = start[ring + 1] - 1
    for i in range(start[ring], start[ring + 1]):
        x0, y0, x1, y1 = xy[j, 0], xy[j, 1], xy[i, 0], xy[i, 1]
        j = i
        cross = (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
        if cross == 0 and min(x0, x1) <= x <= max(x0, x1) and min(y0, y1) <= y <= max(y0, y1):
            on = True
        below0, below1 = (y0 <= y, y1 <= y) if sign > 0 else (y0 < y, y1 < y)
        if below0 != below1:
            if cross == 0:
                cross = sign * (x1 - x0) if x1 != x0 else sign * (y1 - y0)
            if y1 > y0 and cross > 0:
                turns += 1
            elif y1 < y0 and cross < 0:
                turns -= 1
    return turns, on


@compiled
def ring_at(xy: Int64, start: Int64, owner: Int64, x: int, y: int) -> int:  # noqa: C901 - units, rings, box: one nest
    """Return the owner whose rings hold a lattice point, -1 outside; see `nesting.locate` for a point on a border."""
    beyond, touching = -1, -1
    ring = 0
    while ring < len(owner):
        turns, back, touched = 0, 0, False
        unit = owner[ring]
        while ring < len(owner) and owner[ring] == unit:
            low_x, high_x = xy[start[ring], 0], xy[start[ring], 0]
            low_y, high_y = xy[start[ring], 1], xy[start[ring], 1]
            for i in range(start[ring], start[ring + 1]):
                low_x, high_x = min(low_x, xy[i, 0]), max(high_x, xy[i, 0])
                low_y, high_y = min(low_y, xy[i, 1]), max(high_y, xy[i, 1])
            if low_x <= x <= high_x and low_y <= y <= high_y:
                forth, on = sides(xy, start, ring, x, y, 1)
                turns += forth
                if on:
                    touched = True
                back += sides(xy, start, ring, x, y, -1)[0]
            ring += 1
        if turns != 0:
            return unit
        if back != 0 and beyond < 0:
            beyond = unit
        if touched and touching < 0:
            touching = unit
    return beyond if beyond >= 0 else touching


def leaf_at(rings: Rings, x: int, y: int) -> int:
    """Return the owner whose rings (sorted by owner) hold the lattice point (x, y), -1 where none does."""
    return int(ring_at(rings.xy, rings.start, rings.owner, x, y))
