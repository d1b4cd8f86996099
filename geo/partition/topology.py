"""The partition as one line graph in memory: vertices, edges with the leaf on either side, leaves, units. A value.

An edge has two halves: half 2e runs from its first vertex to its second, half 2e + 1 back; the leaf of a half lies to its
left. Round a vertex its leaving halves stand counter-clockwise from east. Leaves and units share their numbers, which
are those of the partition the graph was woven from; `OUTSIDE` is what lies beyond the frame.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from geo.partition.model import Partition, Unit
from geo.partition.paging import Index, Paged

OUTSIDE: Final = -1

Point = tuple[int, int]
Half = int


class Edge(NamedTuple):
    """One edge: its vertices, the leaf on either side, and whether its straight line goes on beyond either end.

    ``on0``: beyond vertex ``v0`` (seen from the edge) another edge goes on along the same drawn segment.
    """

    v0: int
    v1: int
    left: int
    right: int
    on0: bool
    on1: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """A raster over the plane that finds edges by place: origin and step in centimetres, columns and rows."""

    x: int
    y: int
    step: int
    columns: int
    rows: int

    def cells(self, ax: int, ay: int, bx: int, by: int, margin: int = 0) -> list[int]:
        """Return the cells that the segment from a to b meets; with a ``margin`` in cm also those it passes that near."""
        step, last_column, last_row = self.step, self.columns - 1, self.rows - 1
        if not margin:  # most edges lie in one cell
            column, row = (ax - self.x) // step, (ay - self.y) // step
            if (
                column == (bx - self.x) // step
                and row == (by - self.y) // step
                and 0 <= column <= last_column
                and 0 <= row <= last_row
            ):
                return [row * self.columns + column]
        if ax > bx:
            ax, ay, bx, by = bx, by, ax, ay
        first = min(max((ax - margin - self.x) // step, 0), last_column)
        last = min(max((bx + margin - self.x) // step, 0), last_column)
        if first == last:
            low, high = (ay, by) if ay < by else (by, ay)
            row = min(max((low - margin - self.y) // step, 0), last_row)
            end = min(max((high + margin - self.y) // step, 0), last_row)
            return (
                [row * self.columns + first] if row == end else [r * self.columns + first for r in range(row, end + 1)]
            )
        found: list[int] = []
        for column in range(first, last + 1):
            west = min(max(self.x + column * step, ax), bx) if column > first else ax
            east = max(min(self.x + (column + 1) * step, bx), ax) if column < last else bx
            y0, y1 = (
                (ay + (by - ay) * (west - ax) // (bx - ax), ay + (by - ay) * (east - ax) // (bx - ax))
                if bx > ax
                else (ay, by)
            )
            low, high = (y0, y1) if y0 < y1 else (y1, y0)
            row = min(max((low - margin - 1 - self.y) // step, 0), last_row)
            end = min(max((high + margin + 1 - self.y) // step, 0), last_row)
            found += [r * self.columns + column for r in range(row, end + 1)]
        return found


@dataclass(frozen=True, eq=False, slots=True)
class Topology:
    """The graph, the units and where everything is found. Never written; `geo.partition.redrawing.network.Network` forks it.

    ``points`` vertex -> (x, y); ``stars`` vertex -> its leaving halves; ``cells`` cell -> the edges in it; ``walls`` leaf -> a
    half of each of its boundary walks (several of one walk may stand there); ``beside`` leaf -> for each of its pieces the leaves
    that have an edge in common with it, noted when first asked for; ``below`` unit -> the units directly under it;
    ``numbers`` key -> unit; ``codes`` code -> unit. ``counts`` vertices, edges, units so far; ``changed`` the leaves whose
    boundary differs from that in ``partition``.
    """

    partition: Partition
    grid: Grid
    points: Paged[Point]
    stars: Paged[tuple[Half, ...]]
    edges: Paged[Edge]
    cells: Paged[tuple[int, ...]]
    walls: Paged[tuple[Half, ...]]
    units: Paged[Unit]
    below: Paged[tuple[int, ...]]
    beside: Paged[tuple[frozenset[int], ...]]
    numbers: Index
    codes: Index
    counts: tuple[int, int, int]
    changed: frozenset[int]
