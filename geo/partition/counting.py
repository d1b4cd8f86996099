"""Which leaf holds each of many lattice points, by the rule of `nesting.locate` for points on a border."""

from collections import Counter
from collections.abc import Collection
from typing import Final

import numpy as np
import shapely

from geo.partition.compiled import compiled
from geo.partition.lattice import take_rings, with_owner
from geo.partition.model import Int64, Partition, Rings
from geo.partition.placing import boxes

Pair = tuple[str, str]
NEAR: Final = 0.5  # cm; a box grown by less than a lattice step takes in points on its sides whatever the rounding


@compiled
def runs_round(  # noqa: C901 - units, rings, sides, two ways: one nest
    xy: Int64, start: Int64, bounds: Int64, points: Int64, unit: Int64, found: Int64
) -> None:
    """Fill ``found`` (k, 3) with how often the rings of ``unit[k]`` run round ``points[k]`` (k, 2), and whether it lies on one.

    The point is moved by an infinitesimal step: first up by e and west by e squared, then down and east.
    """
    for k in range(len(unit)):
        x, y = points[k, 0], points[k, 1]
        for ring in range(bounds[unit[k]], bounds[unit[k] + 1]):
            j = start[ring + 1] - 1
            for i in range(start[ring], start[ring + 1]):
                x0, y0, x1, y1 = xy[j, 0], xy[j, 1], xy[i, 0], xy[i, 1]
                j = i
                cross = (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
                if cross == 0 and min(x0, x1) <= x <= max(x0, x1) and min(y0, y1) <= y <= max(y0, y1):
                    found[k, 2] = 1
                for way in range(2):
                    below0, below1 = (y0 <= y, y1 <= y) if way == 0 else (y0 < y, y1 < y)
                    if below0 != below1:
                        sign = 1 - 2 * way
                        turn = cross if cross != 0 else (sign * (x1 - x0) if x1 != x0 else sign * (y1 - y0))
                        if y1 > y0 and turn > 0:
                            found[k, way] += 1
                        elif y1 < y0 and turn < 0:
                            found[k, way] -= 1


def leaves_at(rings: Rings, count: int, points: Int64) -> Int64:
    """Return the owner (p,) whose rings (sorted by owner, 0 … count - 1) hold each lattice point (p, 2); -1 where none does.

    A point on a border belongs to the unit above it, of an upright border to the one to the west; on the outline, where that
    side is outside, the unit on the other side answers.
    """
    result = np.full(len(points), -1, np.int64)
    if not len(points) or not len(rings.owner):
        return result
    tree = shapely.STRtree(boxes(rings, count))
    low, high = points - NEAR, points + NEAR
    around = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    pairs = tree.query(around, predicate="intersects").astype(np.int64)
    point, unit = pairs[:, np.lexsort((pairs[1], pairs[0]))]
    bounds = np.searchsorted(rings.owner, np.arange(count + 1)).astype(np.int64)
    found = np.zeros((len(unit), 3), np.int64)
    runs_round(rings.xy, rings.start, bounds, np.ascontiguousarray(points[point]), unit, found)
    for column in (2, 1, 0):  # the strongest claim is written last
        claims = found[:, column] != 0
        result[point[claims][::-1]] = unit[claims][::-1]
    return result


def moved_points(
    before: Partition, after: Partition, points: Int64, reach: Int64, leaves: Collection[str]
) -> dict[Pair, int]:
    """Return how many points were in one leaf before and are in another after ("" outside), of some leaves.

    Parameters
    ----------
    points : (n, 2) lattice points
    reach : (m, 2) points that span a box round the leaves
    """
    if not len(reach) or not len(points):
        return {}
    low, high = reach.min(axis=0), reach.max(axis=0)
    near = points[((points >= low) & (points <= high)).all(axis=1)]
    sides = [leaf_keys(partition, near, low, high) for partition in (before, after)]
    pairs = Counter(zip(*sides, strict=True))
    return {pair: number for pair, number in pairs.items() if pair[0] in leaves or pair[1] in leaves}


def leaf_keys(partition: Partition, points: Int64, low: Int64, high: Int64) -> list[str]:
    """Return the key of the leaf that holds each point of a box from ``low`` to ``high``, "" where none does."""
    rings = partition.leaf_rings
    filled = np.flatnonzero(np.diff(rings.start) > 0)
    first = rings.start[:-1][filled]
    least, most = (reduce.reduceat(rings.xy, first) for reduce in (np.minimum, np.maximum))
    meeting = filled[((least <= high) & (most >= low)).all(axis=1)]
    leaves = np.unique(rings.owner[meeting])
    some = take_rings(rings, np.flatnonzero(np.isin(rings.owner, leaves)))
    found = leaves_at(with_owner(some, np.searchsorted(leaves, some.owner)), len(leaves), points)
    keys = ["", *(partition.units[number].key for number in leaves.tolist())]
    return [keys[place + 1] for place in found.tolist()]
