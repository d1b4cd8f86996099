"""Cells for benchmarks: a seeded coverage with wiggly borders that neighbours share exactly, about 143 vertices a cell.

Cells have the joints of a brick wall (six neighbours, three borders at each corner) with corners moved at random and
borders drawn rough, so no line is straight and no two cells are alike. Their order is shuffled.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]

SIZE_M: Final = 330.0
STEP_M: Final = 9.1  # between the vertices of a border
SHIFT: Final = 0.10  # of the size: how far corners move
OCTAVES: Final = 4
STEEPEST: Final = 0.3  # a border leaves its chord by at most this much of the way to its nearer end
ORIGIN_M: Final = (400_000.0, 2_700_000.0)
SECOND: Final = 2  # grids of level 2 are blocks of so many by so many cells
FIRST: Final = 4


@dataclass(frozen=True)
class Cells:
    """``geometries`` (n,) polygons in plane metres, ``ancestors`` (3, n) numbers of level 1, level 2 and the cell itself.

    ``frame`` is the number of segments on the outline, ``joined`` (3,) of segments between two units of a level that lie
    in one unit of the level above.
    """

    geometries: npt.NDArray[np.object_]
    ancestors: Int32
    frame: int
    joined: tuple[int, int, int]


@dataclass(frozen=True)
class Wall:
    """Borders between corners.

    ``corners`` (c, 2) metres; ``ends`` (e, 2) corners of each border, the lesser first; ``of_cell`` (n, 6) the borders of each
    cell, anticlockwise, and ``ahead`` (n, 6) whether the cell runs along them from the first end.
    """

    corners: Float
    ends: Int
    of_cell: Int
    ahead: npt.NDArray[np.bool_]


def make(count: int, seed: int) -> Cells:
    """Return ``count`` cells; the same seed gives the same cells."""
    rng = np.random.default_rng(seed)
    rows = next(r for r in range(int(count**0.5), 0, -1) if count % r == 0)
    columns = count // rows
    built = wall(rows, columns, rng)
    points, first = borders(built, rng)
    shuffled = rng.permutation(rows * columns)
    built = Wall(built.corners, built.ends, built.of_cell[shuffled], built.ahead[shuffled])
    row, column = np.divmod(shuffled, columns)
    ancestors = np.stack(
        [block(row, column, columns, FIRST), block(row, column, columns, SECOND), np.arange(len(row))]
    ).astype(np.int32)
    frame, joined = segment_counts(built, np.diff(first), ancestors)
    return Cells(polygons(built, points, first), ancestors, frame, joined)


def block(row: Int, column: Int, columns: int, side: int) -> Int:
    """Return the number of the block of ``side`` by ``side`` cells that each cell lies in."""
    return row // side * -(-columns // side) + column // side


def wall(rows: int, columns: int, rng: np.random.Generator) -> Wall:
    """Return the corners, borders and cells of a brick wall, corners moved."""
    width = 2 * columns + 2  # corners on one level, half a brick apart
    x, y = np.meshgrid(np.arange(width) / 2, np.arange(rows + 1))
    corners = np.column_stack([x.ravel(), y.ravel()]) + rng.uniform(-SHIFT, SHIFT, (width * (rows + 1), 2))
    row, column = np.divmod(np.arange(rows * columns), columns)
    low = row * width + 2 * column + row % 2
    high = low + width
    ring = np.stack([low, low + 1, low + 2, high + 2, high + 1, high], axis=1)
    runs = np.stack([ring, np.roll(ring, -1, axis=1)], axis=2)
    ends, of_cell = np.unique(np.sort(runs, axis=2).reshape(-1, 2), axis=0, return_inverse=True)
    return Wall(corners * SIZE_M + ORIGIN_M, ends, of_cell.reshape(-1, 6), runs[:, :, 0] < runs[:, :, 1])


def borders(built: Wall, rng: np.random.Generator) -> tuple[Float, Int]:
    """Return the vertices of all borders (first corner included, last not), and where each border begins (e + 1,)."""
    start, chord = built.corners[built.ends[:, 0]], np.diff(built.corners[built.ends], axis=1)[:, 0]
    length = np.hypot(*chord.T)
    pieces = np.maximum((length / STEP_M).astype(np.int64), 1)
    first = np.concatenate([[0], np.cumsum(pieces)])
    border = np.repeat(np.arange(len(pieces)), pieces)
    along = (np.arange(first[-1]) - first[border]) / pieces[border]
    sway = np.zeros(len(along))
    for octave in range(OCTAVES):
        height, phase = rng.normal(0, 0.09, len(pieces)), rng.uniform(0, 2 * np.pi, len(pieces))
        sway += height[border] / 2**octave * np.sin(np.pi * 2**octave * along + phase[border])
    steepest = STEEPEST * np.minimum(along, 1 - along)
    sway = np.clip(sway * np.minimum(1, 4 * np.minimum(along, 1 - along)), -steepest, steepest)
    across = np.column_stack([-chord[:, 1], chord[:, 0]])
    return start[border] + along[:, None] * chord[border] + sway[:, None] * across[border], first


def polygons(built: Wall, points: Float, first: Int) -> npt.NDArray[np.object_]:
    """Return the polygon of each cell, put together from its six borders."""
    border, ahead = built.of_cell.ravel(), built.ahead.ravel()
    size = np.diff(first)[border]
    begins = np.concatenate([[0], np.cumsum(size)])
    place = np.arange(begins[-1]) - np.repeat(begins[:-1], size)
    # backwards a border gives its far corner first, then its own vertices from the last to the second
    back = np.where(place == 0, -1, np.repeat(first[border + 1], size) - place)
    index = np.where(np.repeat(ahead, size), np.repeat(first[border], size) + place, back)
    far = built.corners[built.ends[np.repeat(border, size), 1]]
    xy = np.where((index < 0)[:, None], far, points[index])
    rings = begins[::6]
    closed = np.insert(xy, rings[1:], xy[rings[:-1]], axis=0)
    offsets = rings + np.arange(len(rings))
    return shapely.from_ragged_array(shapely.GeometryType.POLYGON, closed, (offsets, np.arange(len(rings))))


def segment_counts(built: Wall, pieces: Int, ancestors: Int32) -> tuple[int, tuple[int, int, int]]:
    """Return the segments on the outline, and for each level those between its units inside one unit above."""
    cell = np.repeat(np.arange(len(built.of_cell)), 6)
    order = np.argsort(built.of_cell.ravel(), kind="stable")
    border, cell = built.of_cell.ravel()[order], cell[order]
    pair = np.flatnonzero(border[:-1] == border[1:])
    alone = np.setdiff1d(np.arange(len(pieces)), border[pair])
    differs = ancestors[:, cell[pair]] != ancestors[:, cell[pair + 1]]
    top = differs.argmax(axis=0)
    joined = [int(pieces[border[pair]][top == level].sum()) for level in range(3)]
    return int(pieces[alone].sum()), (joined[0], joined[1], joined[2])
