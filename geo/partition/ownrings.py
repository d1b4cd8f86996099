"""Each unit by itself: rings that only touch themselves are cut again, rings that cross themselves are faults."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.partition import selfrings
from geo.partition.boundary import recut
from geo.partition.chain import test_own_rings
from geo.partition.junctions import inserted, on_segments
from geo.partition.lattice import concatenate, segments, take_rings, to_metres
from geo.partition.model import Int64, Rings

PLACES = 64  # places named for one unit at most


@dataclass(frozen=True, eq=False)
class Crossing:
    """A unit whose rings are no true boundary: ``owner`` and the places in metres (points, stretches)."""

    owner: int
    places: BaseGeometry


@dataclass(frozen=True, eq=False)
class Tested:
    """All rings, those that touched themselves cut again; the units that are invalid; what was counted on the way."""

    rings: Rings
    crossings: tuple[Crossing, ...]
    rings_recut: int
    vertices_inserted: int

    @property
    def crossing(self) -> tuple[int, ...]:
        """The owners of the invalid units."""
        return tuple(crossing.owner for crossing in self.crossings)


def tested(rings: Rings, count: int) -> Tested:
    """Return the rings (sorted by owner) with every self-touching one cut again, and the units that are invalid."""
    suspects = np.flatnonzero(test_own_rings(rings, count))
    if len(suspects) == 0:
        return Tested(rings, (), 0, 0)
    kept, crossings, again, vertices = [], [], 0, 0
    bounds = np.searchsorted(rings.owner, np.arange(count + 1))
    for owner in suspects:
        mine = take_rings(rings, np.arange(bounds[owner], bounds[owner + 1]))
        mended, inserts, places = resolve(mine)
        if places is not None:
            crossings.append(Crossing(int(owner), places))
            kept.append(mine)
            continue
        vertices += inserts
        again += changed_rings(mine, mended)
        kept.append(mended)
    others = take_rings(rings, np.flatnonzero(~np.isin(rings.owner, suspects)))
    return Tested(concatenate([others, *kept]), tuple(crossings), again, vertices)


def resolve(mine: Rings) -> tuple[Rings, int, BaseGeometry | None]:
    """Return one unit's rings cut canonically, the vertices inserted, and its faulty places (None if it is sound)."""
    pairs = conflicts(mine)
    lines = segments(mine)
    bad = pairs[pairs[:, 2] >= selfrings.CROSSES]
    if len(bad):
        return mine, 0, places_of(lines, bad)
    touching = np.unique(pairs[:, :2])
    line, point = on_segments(lines[touching], lines[touching, :2])
    noded = inserted(mine, touching[line], lines[touching[point], :2])
    whole = recut(segments(noded), np.repeat(noded.owner, np.diff(noded.start)), noded.kind)
    owner = int(mine.owner[0])
    if whole is None or not nested_rightly(whole):
        spot = mine.xy[touching[0]] if len(touching) else mine.xy[0]
        return mine, 0, shapely.Point(to_metres(spot))
    return Rings(whole.xy, whole.start, np.full(len(whole.owner), owner), whole.kind), len(line), None


def nested_rightly(mine: Rings) -> bool:
    """Tell whether one unit's simple rings are nested as shells and holes, each point inside at most once."""
    lines, first, _ = loaded(mine)
    return bool(selfrings.nested(lines, first, len(lines)))


def loaded(mine: Rings) -> tuple[Int64, Int64, Int64]:
    """Return one unit's segments (m, 4) relative to its first vertex, and the first and last segment of each one's ring."""
    m = len(mine.xy)
    lines, first, last = np.empty((m, 4), np.int64), np.empty(m, np.int64), np.empty(m, np.int64)
    selfrings.load(mine.xy, mine.start, 0, len(mine.owner), lines, first, last)
    return lines, first, last


def conflicts(mine: Rings) -> Int64:
    """Return the pairs (k, 3) of one unit's segments that meet otherwise than end to start: i, j, and how."""
    lines, first, last = loaded(mine)
    m = len(lines)
    box = np.empty((m // selfrings.BLOCK + 1, 4), np.int64)
    big = np.empty((m // selfrings.BLOCK**2 + 1, 4), np.int64)
    room = PLACES
    while True:
        found = np.empty((room, 3), np.int64)
        count = selfrings.meetings(lines, first, last, m, box, big, found)
        if count < room:
            return found[:count]
        room *= 4


def places_of(lines: Int64, bad: Int64) -> BaseGeometry:
    """Return the first places in metres where pairs of segments cross or run along each other."""
    one = shapely.linestrings(to_metres(lines[bad[:PLACES, 0]]).reshape(-1, 2, 2))
    other = shapely.linestrings(to_metres(lines[bad[:PLACES, 1]]).reshape(-1, 2, 2))
    crossing = shapely.get_parts(shapely.intersection(one, other))
    near = shapely.get_parts(shapely.shortest_line(one, other))  # where floats see no crossing
    spots = crossing if len(crossing) else shapely.centroid(near)
    return spots[0] if len(spots) == 1 else shapely.union_all(spots)


def changed_rings(before: Rings, after: Rings) -> int:
    """Return how many rings of ``before`` are cut differently in ``after``: those that come to one of their vertices twice."""
    again = 0
    for ring in range(len(before.owner)):
        points = before.xy[before.start[ring] : before.start[ring + 1]]
        again += len(np.unique(points, axis=0)) < len(points)
    return max(again, int(len(before.owner) != len(after.owner)))
