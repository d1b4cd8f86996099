"""Each unit by itself: rings that only touch themselves are cut again, rings that cross themselves are faults."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.partition import selfrings
from geo.partition.boundary import recut
from geo.partition.chain import judged
from geo.partition.junctions import inserted, on_segments, unique_points
from geo.partition.lattice import canonical, concatenate, owners, segments, take_rings, to_metres
from geo.partition.model import Int64, Rings, UInt8

PLACES = 64  # places named for one unit at most


@dataclass(frozen=True, eq=False)
class Crossing:
    """A unit whose rings are no true boundary: ``owner`` and the places in metres (points, stretches)."""

    owner: int
    places: BaseGeometry


@dataclass(frozen=True, eq=False)
class OwnRings:
    """All rings, those that touched themselves cut again; the units that are invalid; what was counted on the way."""

    rings: Rings
    crossings: tuple[Crossing, ...]
    rings_recut: int
    vertices_inserted: int

    @property
    def crossing(self) -> tuple[int, ...]:
        """The owners of the invalid units."""
        return tuple(crossing.owner for crossing in self.crossings)


def own_rings(rings: Rings, count: int, verdicts: UInt8 | None = None) -> OwnRings:
    """Return the rings (sorted by owner) with every self-touching one cut again, and the units that are invalid.

    ``verdicts`` (count,) are those of `judged`, where they are known.
    """
    suspects = np.flatnonzero(judged(rings, count).verdict if verdicts is None else verdicts)
    if len(suspects) == 0:
        return OwnRings(rings, (), 0, 0)
    kept, crossings, again, vertices = [], [], 0, 0
    bounds = np.searchsorted(rings.owner, np.arange(count + 1))
    for owner in suspects:
        mine = take_rings(rings, np.arange(bounds[owner], bounds[owner + 1]))
        cut = resolve(mine)
        if isinstance(cut, BaseGeometry):
            crossings.append(Crossing(int(owner), cut))
            kept.append(mine)
            continue
        vertices += cut.vertices_inserted
        again += cut.rings_recut
        kept.append(cut.rings)
    if not again and not vertices and not crossings:
        return OwnRings(rings, (), 0, 0)  # they touch themselves, and are cut as they should be
    others = take_rings(rings, np.flatnonzero(~np.isin(rings.owner, suspects)))
    return OwnRings(concatenate([others, *kept]), tuple(crossings), again, vertices)


@dataclass(frozen=True, eq=False)
class Cut:
    """One unit's rings cut canonically, and what was counted."""

    rings: Rings
    rings_recut: int
    vertices_inserted: int


def resolve(mine: Rings) -> Cut | BaseGeometry:
    """Return one unit's rings cut canonically, or the places in metres where they are no true boundary."""
    pairs = conflicts(mine)
    lines = segments(mine)
    bad = pairs[pairs[:, 2] >= selfrings.CROSSES]
    if len(bad):
        return places_of(lines, bad)
    touching = np.unique(pairs[:, :2])
    line, point = on_segments(lines[touching], unique_points(lines[touching, :2]))
    noded = inserted(mine, touching[line], unique_points(lines[touching, :2])[point])
    whole = recut(segments(noded), owners(noded), noded.kind)
    if whole is None or not nested_rightly(whole):
        return shapely.Point(to_metres(mine.xy[touching[0] if len(touching) else 0]))
    return Cut(whole, changed_rings(noded, whole), len(line))


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


def conflicts(mine: Rings, *, first_crossing: bool = False) -> Int64:
    """Return the pairs (k, 3) of one unit's segments that meet otherwise than end to start: i, j, and how.

    ``first_crossing`` stops early where a crossing is among them.
    """
    lines, first, last = loaded(mine)
    m = len(lines)
    box = np.empty((m // selfrings.BLOCK + 1, 4), np.int64)
    big = np.empty((m // selfrings.BLOCK**2 + 1, 4), np.int64)
    heading = np.empty(m // selfrings.BLOCK + 1, np.uint8)
    room = PLACES
    while True:
        found = np.empty((room, 3), np.int64)
        count = selfrings.meetings(lines, first, last, m, box, big, heading, found)
        if count < room or (first_crossing and (found[:, 2] >= selfrings.CROSSES).any()):
            return found[:count]
        room *= 4


def places_of(lines: Int64, bad: Int64) -> BaseGeometry:
    """Return the first places in metres where pairs of segments cross or run along each other."""
    one = shapely.linestrings(to_metres(lines[bad[:PLACES, 0]]).reshape(-1, 2, 2))
    other = shapely.linestrings(to_metres(lines[bad[:PLACES, 1]]).reshape(-1, 2, 2))
    crossing = shapely.get_parts(shapely.intersection(one, other))
    crossing = crossing[~shapely.is_empty(crossing)]
    near = shapely.get_parts(shapely.shortest_line(one, other))  # where floats see no crossing
    spots = crossing if len(crossing) else shapely.centroid(near)
    return spots[0] if len(spots) == 1 else shapely.union_all(spots)


def changed_rings(before: Rings, after: Rings) -> int:
    """Return how many rings of ``before`` are cut differently in ``after``; both with the same vertices."""
    kept = set(outlines(after))
    return sum(1 for outline in outlines(canonical(before)) if outline not in kept)


def outlines(rings: Rings) -> list[bytes]:
    """Return the vertices of each ring as bytes, for comparison."""
    return [rings.xy[a:b].tobytes() for a, b in pairwise(rings.start.tolist())]
