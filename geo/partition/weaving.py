"""A partition woven into its line graph, once. Entries become Python values only where they are looked at."""

from collections.abc import Callable
from itertools import pairwise
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled
from geo.partition.lattice import following, owners
from geo.partition.model import Int64, Partition, Rings, Unit, VertexKind
from geo.partition.paging import SIZE, Index, Paged
from geo.partition.topology import OUTSIDE, Edge, Grid, Half, Point, Topology

Bool = npt.NDArray[np.bool_]
T = TypeVar("T")
SMALLEST_STEP: Final = 200  # centimetres
EDGES_A_CELL: Final = 3
DOUBTFUL: Final = 1e-9  # radians; floats may order closer directions wrongly


class NotWovenError(ValueError):
    """The leaves are no partition: a segment has more than two sides."""


def woven(partition: Partition) -> Topology:
    """Return the line graph of a proved partition."""
    rings = partition.leaf_rings
    grid = grid_for(rings.xy)
    vertex, xy = numbered_points(rings.xy, grid)
    ends, sides, on, half_of = paired(vertex, rings)
    stars, bounds = star_table(ends, xy)
    steady(on, ends, sides, np.diff(bounds), drawn_frame(xy, partition.frame))
    cell_bounds, cell_edges = cells_of_edges(xy[ends].reshape(-1, 4), grid)
    first = np.searchsorted(rings.owner, np.arange(len(partition.units) + 1)).astype(np.int64)
    units, below, numbers, codes = unit_tables(partition.units)
    return Topology(
        partition,
        grid,
        Paged[Point](pages_for(len(xy)), lambda page: list(map(tuple, xy[cut(page)].tolist()))),
        lists_of(bounds, stars),
        Paged[Edge](pages_for(len(ends)), edge_rows(ends, sides, on)),
        lists_of(cell_bounds, cell_edges),
        lists_of(first, half_of[rings.start[:-1]]),
        units,
        below,
        neighbours(rings, first, sides, half_of),
        numbers,
        codes,
        (len(xy), len(ends), len(partition.units)),
        frozenset(),
    )


def cut(page: int) -> slice:
    """Return the entries of a page."""
    return slice(page * SIZE, (page + 1) * SIZE)


def pages_for(count: int) -> int:
    """Return how many pages hold so many entries."""
    return (count + SIZE - 1) // SIZE


def grid_for(xy: Int64) -> Grid:
    """Return the raster over points (n, 2): a few edges to a cell."""
    if not len(xy):
        return Grid(0, 0, SMALLEST_STEP, 1, 1)
    low, high = xy.min(axis=0), xy.max(axis=0)
    width, height = (int(v) + 1 for v in high - low)
    step = max(SMALLEST_STEP, int((width * height * 2 * EDGES_A_CELL / len(xy)) ** 0.5))
    return Grid(int(low[0]), int(low[1]), step, width // step + 1, height // step + 1)


def numbered_points(xy: Int64, grid: Grid) -> tuple[Int64, Int64]:
    """Return the number of each point, and the points by number; points that lie close have close numbers."""
    key = ((xy[:, 0] - grid.x) << 32) | (xy[:, 1] - grid.y)
    unique, first, number = np.unique(key, return_index=True, return_inverse=True)
    points = xy[first]
    column, row = ((points[:, axis] - origin) // grid.step for axis, origin in ((0, grid.x), (1, grid.y)))
    order = np.argsort(interleaved(column) | (interleaved(row) << 1), kind="stable")
    place = np.empty(len(unique), np.int64)
    place[order] = np.arange(len(unique))
    return place[number.reshape(-1)], points[order]


def interleaved(value: Int64) -> Int64:
    """Return whole numbers (below 2**31) with a zero bit before each of their bits."""
    value = value & 0x7FFFFFFF
    for shift, mask in (
        (16, 0xFFFF0000FFFF),
        (8, 0xFF00FF00FF00FF),
        (4, 0xF0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        value = (value | (value << shift)) & mask
    return value


def paired(vertex: Int64, rings: Rings) -> tuple[Int64, Int64, Bool, Int64]:
    """Return of each edge its ends (e, 2), the leaves beside it (e, 2), where it goes on (e, 2), and the half of each segment."""
    head, owner = vertex[following(rings)], owners(rings)
    low, high = np.minimum(vertex, head), np.maximum(vertex, head)
    order = np.lexsort((high, low))
    same = np.zeros(len(order), np.bool_)
    same[1:] = (low[order[1:]] == low[order[:-1]]) & (high[order[1:]] == high[order[:-1]])
    one, other = order[~same], np.full(int((~same).sum()), -1, np.int64)
    number = np.cumsum(~same) - 1
    if (same[1:] & same[:-1]).any() or (vertex[order[same]] == vertex[one[number[same]]]).any():
        raise NotWovenError
    other[number[same]] = order[same]
    has = other >= 0
    sides = np.stack([owner[one], np.where(has, owner[other], OUTSIDE)], axis=1)
    kind, after = rings.kind, rings.kind[following(rings)]
    on_tail = (kind == VertexKind.JUNCTION) | ((kind & VertexKind.TURNS_INTO) != 0)
    on_head = (after == VertexKind.JUNCTION) | ((after & VertexKind.TURNS_OFF) != 0)
    on = np.stack([on_tail[one] | (has & on_head[other]), on_head[one] | (has & on_tail[other])], axis=1)
    half_of = np.empty(len(order), np.int64)
    half_of[one] = 2 * np.arange(len(one))
    half_of[other[has]] = 2 * np.flatnonzero(has) + 1
    return np.stack([vertex[one], head[one]], axis=1), sides, on, half_of


def star_table(ends: Int64, xy: Int64) -> tuple[Int64, Int64]:
    """Return the halves that leave each vertex, counter-clockwise, and where those of each vertex begin."""
    tail, way = ends.reshape(-1), xy[ends[:, ::-1].reshape(-1)] - xy[ends.reshape(-1)]
    angle = np.arctan2(way[:, 1], way[:, 0])
    order = np.lexsort((angle, tail))
    bounds = np.searchsorted(tail[order], np.arange(len(xy) + 1)).astype(np.int64)
    close = (tail[order[1:]] == tail[order[:-1]]) & (angle[order[1:]] - angle[order[:-1]] < DOUBTFUL)
    a, b = way[order[:-1]], way[order[1:]]
    wrong = close & (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] < 0)
    for at in np.flatnonzero(wrong).tolist():  # directions closer than floats can tell
        order[[at, at + 1]] = order[[at + 1, at]]
    return order.astype(np.int64), bounds


def drawn_frame(xy: Int64, frame: Rings) -> Bool:
    """Return which points (n, 2) are drawn vertices of the legal frame."""
    drawn = frame.xy[frame.kind == VertexKind.DRAWN]
    low = xy.min(axis=0, initial=0)
    key, known = (((p[:, 0] - low[0]) << 32) ^ (p[:, 1] - low[1]) for p in (xy, drawn))
    return np.isin(key, known)


def steady(on: Bool, ends: Int64, sides: Int64, degree: Int64, drawn: Bool) -> None:
    """Mark that the frame goes straight on where it was not drawn, and nothing does where only two edges meet."""
    outer = (sides == OUTSIDE).any(axis=1)
    on |= outer[:, None] & ~drawn[ends]
    on &= degree[ends] > 2
    through = np.bincount(ends[on], minlength=len(degree))
    on &= through[ends] % 2 == 0


def edge_rows(ends: Int64, sides: Int64, on: Bool) -> Callable[[int], list[Edge | None]]:
    """Return what makes a page of edges."""

    def load(page: int) -> list[Edge | None]:
        part = cut(page)
        columns = (ends[part, 0], ends[part, 1], sides[part, 0], sides[part, 1], on[part, 0], on[part, 1])
        return list(map(Edge._make, zip(*(column.tolist() for column in columns), strict=True)))

    return load


def lists_of(bounds: Int64, values: Int64) -> Paged[tuple[int, ...]]:
    """Return a table of lists: entry i holds ``values[bounds[i]:bounds[i + 1]]``."""

    def load(page: int) -> list[tuple[int, ...] | None]:
        edges: list[int] = bounds[page * SIZE : (page + 1) * SIZE + 1].tolist()
        part: list[int] = values[edges[0] : edges[-1]].tolist()
        return [tuple(part[a - edges[0] : b - edges[0]]) for a, b in pairwise(edges)]

    return Paged[tuple[Half, ...]](pages_for(len(bounds) - 1), load)


def neighbours(rings: Rings, first: Int64, sides: Int64, half_of: Int64) -> Paged[tuple[frozenset[int], ...]]:
    """Return the leaves beside each leaf of one ring (unit n has ``first[n]:first[n + 1]``); the others come later."""
    across = sides[half_of >> 1, 1 - (half_of & 1)]
    turns = np.ones(len(across), np.bool_)
    turns[1:] = across[1:] != across[:-1]
    turns[rings.start[:-1]] = True
    pairs = np.unique(np.stack([owners(rings)[turns], across[turns]], axis=1), axis=0)
    bounds = np.searchsorted(pairs[:, 0], np.arange(len(first))).astype(np.int64)

    def load(page: int) -> list[tuple[frozenset[int], ...] | None]:
        part = slice(page * SIZE, (page + 1) * SIZE + 1)
        edges: list[int] = bounds[part].tolist()
        beside: list[int] = pairs[edges[0] : edges[-1], 1].tolist()
        rows = zip(pairwise(edges), np.diff(first[part]).tolist(), strict=True)
        return [(frozenset(beside[a - edges[0] : b - edges[0]]),) if count == 1 else None for (a, b), count in rows]

    return Paged(pages_for(len(first) - 1), load)


@compiled
def rasters(lines: Int64, x: int, y: int, step: int, columns: int, rows: int, edge: Int64, cell: Int64) -> int:
    """Fill ``edge`` and ``cell`` with which edge meets which cell, as `Grid.cells` says; return how many there are."""
    count = 0
    for i in range(len(lines)):
        ax, ay, bx, by = lines[i, 0], lines[i, 1], lines[i, 2], lines[i, 3]
        if ax > bx:
            ax, ay, bx, by = bx, by, ax, ay
        first, last = min(max((ax - x) // step, 0), columns - 1), min(max((bx - x) // step, 0), columns - 1)
        for column in range(first, last + 1):
            y0, y1, margin = ay, by, 0
            if first != last:
                west = min(max(x + column * step, ax), bx) if column > first else ax
                east = max(min(x + (column + 1) * step, bx), ax) if column < last else bx
                y0, y1, margin = ay + (by - ay) * (west - ax) // (bx - ax), ay + (by - ay) * (east - ax) // (bx - ax), 1
            low, high = min(y0, y1), max(y0, y1)
            row = min(max((low - margin - y) // step, 0), rows - 1)
            end = min(max((high + margin - y) // step, 0), rows - 1)
            for r in range(row, end + 1):
                if count < len(edge):
                    edge[count] = i
                    cell[count] = r * columns + column
                count += 1
    return count


def cells_of_edges(lines: Int64, grid: Grid) -> tuple[Int64, Int64]:
    """Return the edges (m, 4) that meet each cell, and where those of each cell begin."""
    lines = np.ascontiguousarray(lines)
    room = 4 * len(lines) + 16
    while True:
        edge, cell = np.empty(room, np.int64), np.empty(room, np.int64)
        count = rasters(lines, grid.x, grid.y, grid.step, grid.columns, grid.rows, edge, cell)
        if count <= room:
            break
        room = count
    order = np.argsort(cell[:count], kind="stable")
    bounds = np.searchsorted(cell[:count][order], np.arange(grid.columns * grid.rows + 1)).astype(np.int64)
    return bounds, edge[order]


def unit_tables(units: tuple[Unit, ...]) -> tuple[Paged[Unit], Paged[tuple[int, ...]], Index, Index]:
    """Return the units by number, those below each, and their numbers by key and by code."""
    numbers, codes = Index(max(len(units), SIZE)), Index(max(len(units), SIZE))
    place = {unit.key: number for number, unit in enumerate(units)}
    below: list[list[int]] = [[] for _ in units]
    for number, unit in enumerate(units):
        numbers.add(unit.key, number)
        if unit.code is not None:
            codes.add(unit.code, number)
        if unit.parent in place:
            below[place[unit.parent]].append(number)
    table = Paged[Unit](pages_for(len(units)), lambda page: list(units[cut(page)]))
    under = Paged[tuple[int, ...]](pages_for(len(units)), lambda page: [tuple(one) for one in below[cut(page)]])
    return table, under, numbers, codes
