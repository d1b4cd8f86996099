"""Tiles of a partition: its shared borders on the integer grid of a zoom, and rings cut to a tile.

Every border is made simpler and rounded once for each zoom, so neighbours keep the very same line and no gap opens between
them. What is drawn lies within one tile unit of the border. Where a sliver is turned over by that, its ring is left out:
there the neighbours overlap by a fraction of a tile unit.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.crs import Plane
from geo.partition.compiled import compiled
from geo.partition.lattice import CM, areas2
from geo.partition.model import Int64, Rings
from geo.partition.sharing import SharedBorders

Float64 = npt.NDArray[np.float64]

EXTENT: Final = 4096  # units across a tile
BUFFER: Final = 64  # units that geometry goes on beyond the edge of its tile
SIMPLER: Final = 0.29  # of a tile unit; with half a diagonal of rounding, 0.707, it stays under one
LONGEST_M: Final = 1_000.0  # a longer straight segment gets points between, since it is bent in a tile by up to 1 cm
WHOLE_TURN: Final = 360.0

Box = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class World:
    """Shared borders in fractions of the world map, x from the west, y from the north (web Mercator).

    ``borders`` with long segments divided, ``at`` (n, 2) where its vertices lie; ``shell`` (r,) whether a ring is one; ``low``
    and ``high`` (r, 2) the corners of each ring.
    """

    borders: SharedBorders
    at: Float64
    shell: npt.NDArray[np.bool_]
    low: Float64
    high: Float64


@dataclass(frozen=True, eq=False)
class Zoom:
    """The borders of a world in units of the tiles of one zoom: ``xy`` (n, 2) int32 and ``start`` (b + 1,)."""

    level: int
    xy: npt.NDArray[np.int32]
    start: Int64


def world_of(borders: SharedBorders, plane: Plane) -> World:
    """Return borders of a plane on the world map."""
    stored = rings_of(borders, borders.xy, borders.start, np.arange(len(borders.owner)))
    shell = areas2(stored) > 0
    fine = _divided(borders)
    at = mercator(plane.to_lonlat(fine.xy / CM))
    low = np.minimum.reduceat(at, fine.start[:-1])
    high = np.maximum.reduceat(at, fine.start[:-1])
    which = np.abs(fine.borders) - 1
    return World(
        fine,
        at,
        shell,
        np.minimum.reduceat(low[which], fine.first[:-1]),
        np.maximum.reduceat(high[which], fine.first[:-1]),
    )


def mercator(lonlat: Float64) -> Float64:
    """Return fractions (n, 2) of the world map, from the west and from the north, of lon/lat degrees (n, 2)."""
    y = np.arcsinh(np.tan(np.radians(lonlat[:, 1]))) / (2 * np.pi)
    return np.column_stack([lonlat[:, 0] / WHOLE_TURN + 0.5, 0.5 - y])


def _divided(borders: SharedBorders) -> SharedBorders:
    """Return the borders with points between the ends of segments longer than `LONGEST_M`; they are the same both ways."""
    step = np.diff(borders.xy, axis=0, append=borders.xy[-1:])
    step[borders.start[1:] - 1] = 0
    pieces = np.maximum(1, np.ceil(np.hypot(*step.T) / (LONGEST_M * CM))).astype(np.int64)
    if (pieces == 1).all():
        return borders
    begins = np.concatenate([[0], np.cumsum(pieces)])
    vertex = np.repeat(np.arange(len(pieces)), pieces)
    share = (np.arange(begins[-1]) - begins[vertex]) / pieces[vertex]
    xy = borders.xy[vertex] + np.rint(share[:, None] * step[vertex]).astype(np.int64)
    kinds = np.zeros(len(xy), np.uint8)
    return SharedBorders(xy, begins[borders.start], kinds, kinds, borders.borders, borders.first, borders.owner)


def zoomed(world: World, level: int) -> Zoom:
    """Return the borders of a world at a zoom: simplified, rounded to its tile units, no vertex twice in a row."""
    lines = shapely.from_ragged_array(
        shapely.GeometryType.LINESTRING, world.at * float(EXTENT << level), (world.borders.start,)
    )
    at, border = shapely.get_coordinates(shapely.simplify(lines, SIMPLER, preserve_topology=False), return_index=True)
    xy = np.rint(at).astype(np.int32)
    kept = np.ones(len(xy), np.bool_)
    kept[1:] = (xy[1:] != xy[:-1]).any(axis=1) | (border[1:] != border[:-1])
    start = np.searchsorted(border[kept], np.arange(len(world.borders.start)))
    return Zoom(level, xy[kept], start.astype(np.int64))


def tile_rings(world: World, zoom: Zoom, x: int, y: int) -> tuple[Rings, npt.NDArray[np.bool_]]:
    """Return the rings of all units of all levels in tile (x, y) of a zoom, in units of the tile, y downwards.

    Each goes `BUFFER` units beyond the tile; shells run as vector tiles want it (positive by the shoelace formula), each
    followed by its holes; the second value (r,) tells which are shells. ``owner`` is the unit. Empty where there is none.
    """
    scale = float(EXTENT << zoom.level)
    west, north = x * EXTENT - BUFFER, y * EXTENT - BUFFER
    side = EXTENT + 2 * BUFFER
    corner = np.array([west, north])
    meets = ((world.high * scale >= corner - 1) & (world.low * scale <= corner + side + 1)).all(axis=1)
    which = np.flatnonzero(meets)
    rings = rings_of(world.borders, zoom.xy, zoom.start, which)
    xy, start = clipped(rings.xy, rings.start, (west, north, west + side, north + side))
    cut = Rings(xy - np.array([x * EXTENT, y * EXTENT]), start, rings.owner, np.zeros(len(xy), np.uint8))
    return _upright(cut, world.shell[which])


def _upright(cut: Rings, shell: npt.NDArray[np.bool_]) -> tuple[Rings, npt.NDArray[np.bool_]]:
    """Return the rings that are still what they were: shells of positive area, and the holes of those."""
    area = areas2(cut)
    sound = np.where(shell, area > 0, area < 0)
    own = np.maximum.accumulate(np.where(shell, np.arange(len(shell)), 0)) if len(shell) else np.empty(0, np.int64)
    total = np.bincount(cut.owner, np.where(sound, area, 0)) if len(shell) else np.empty(0)
    kept = np.flatnonzero(sound & sound[own] & (total[cut.owner] > 0))
    sizes = np.diff(cut.start)[kept]
    start = np.concatenate([[0], np.cumsum(sizes)])
    index = np.repeat(cut.start[:-1][kept] - start[:-1], sizes) + np.arange(start[-1])
    return Rings(cut.xy[index], start, cut.owner[kept], cut.kind[index]), shell[kept]


def rings_of(borders: SharedBorders, xy: npt.NDArray[np.integer], start: Int64, which: Int64) -> Rings:
    """Return the rings numbered ``which``, put together from borders drawn as ``xy`` and ``start``; ``owner``: the unit.

    Each begins where its first border begins.
    """
    counts = np.diff(borders.first)[which]
    place = np.repeat(borders.first[:-1][which] - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    name = borders.borders[place]
    number = np.abs(name) - 1
    sizes = np.diff(start)[number] - 1  # the last vertex is the next border's first
    ends = np.cumsum(sizes)
    inner = np.arange(sizes.sum()) - np.repeat(ends - sizes, sizes)
    ahead = np.repeat(name > 0, sizes)
    index = np.where(
        ahead, np.repeat(start[:-1][number], sizes) + inner, np.repeat(start[1:][number] - 1, sizes) - inner
    )
    offsets = np.concatenate([[0], ends])[np.concatenate([[0], np.cumsum(counts)])]
    return Rings(xy[index].astype(np.int64), offsets, borders.owner[which], np.zeros(len(index), np.uint8))


def clipped(xy: Int64, start: Int64, box: Box) -> tuple[Int64, Int64]:
    """Return rings (n, 2) with ``start`` (r + 1,) cut to a box and turned round; what is left of a ring may be nothing."""
    return _clipped(xy, start, np.array(box, np.int64))


@compiled
def _clipped(xy: Int64, start: Int64, box: Int64) -> tuple[Int64, Int64]:
    out = np.empty((2 * len(xy) + 16 * len(start), 2), np.int64)
    offsets = np.zeros(len(start), np.int64)
    n = 0
    for ring in range(len(start) - 1):
        part = xy[start[ring] : start[ring + 1]]
        for side in range(4):
            part = _half(part, side % 2, box[side], side >= 2)
        if n + len(part) > len(out):
            more = np.empty((2 * (n + len(part)), 2), np.int64)
            more[:n] = out[:n]
            out = more
        for i in range(len(part)):  # backwards, and no vertex twice
            j = len(part) - 1 - i
            before = part[0] if i == 0 else part[j + 1]
            if len(part) == 1 or part[j, 0] != before[0] or part[j, 1] != before[1]:
                out[n] = part[j]
                n += 1
        offsets[ring + 1] = n
    return out[:n], offsets


@compiled
def _half(part: Int64, axis: int, limit: int, upper: bool) -> Int64:
    """Return a ring cut to one side of the line where ``axis`` is ``limit``: below it if ``upper``, else above.

    Where a segment crosses it, the point is rounded the same way whichever end comes first, so neighbours agree.
    """
    out = np.empty((2 * len(part) + 2, 2), np.int64)
    other = 1 - axis
    n = 0
    for i in range(len(part)):
        a, b = part[i - 1], part[i]
        a_in = a[axis] <= limit if upper else a[axis] >= limit
        b_in = b[axis] <= limit if upper else b[axis] >= limit
        if a_in != b_in:
            p, q = (a, b) if a[axis] < b[axis] else (b, a)
            run, rise = q[axis] - p[axis], q[other] - p[other]
            out[n, axis] = limit
            out[n, other] = p[other] + (2 * rise * (limit - p[axis]) + run) // (2 * run)
            n += 1
        if b_in:
            out[n] = b
            n += 1
    return out[:n]
