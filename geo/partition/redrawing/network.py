"""The neighbourhood of an edit as one noded line graph: a fork of a topology on which edges come, go and move.

Only the tables' pages that are written are copied. The graph stays plane as long as every new or moved edge is asked
for its `obstacle` first, and the order of the halves round a vertex is kept.
"""

from collections.abc import Iterable, Mapping

from geo.partition.paging import BITS, MASK
from geo.partition.redrawing.linegraph import LineGraph
from geo.partition.redrawing.walks import Walk
from geo.partition.topology import OUTSIDE, Edge, Half, Point, Topology


class Network(LineGraph):
    """A topology that is being edited. ``vertices`` and ``leaves`` collect what was touched.

    ``regrouped`` are the leaves whose pieces may have others beside them than before; ``joined`` says who is beside them now.
    """

    def __init__(self, topology: Topology) -> None:
        super().__init__(topology)
        self.vertex_count, self.edge_count, self.unit_count = topology.counts
        self.vertices: set[int] = set()
        self.leaves: set[int] = set()
        self.regrouped: set[int] = set()
        self.rewalled: set[int] = set()  # those of them that gave or took land
        self.joined: Mapping[int, tuple[frozenset[int], ...]] = {}
        self.fresh: set[int] = set()  # edges that did not exist before
        self._rest: dict[int, list[int]] = {}  # edges that were the further part of one

    def topology(self) -> Topology:
        """Return what it has become. The network is not used any more."""
        changed = self.base.changed | (self.leaves - {OUTSIDE})
        for leaf in self.regrouped - {OUTSIDE}:
            self.beside[leaf] = self.joined.get(leaf)
        return Topology(
            self.base.partition,
            self.grid,
            self.points,
            self.stars,
            self.edges,
            self.cells,
            self.walls,
            self.units,
            self.below,
            self.beside,
            self.numbers,
            self.codes,
            (self.vertex_count, self.edge_count, self.unit_count),
            changed,
        )

    def add_vertex(self, point: Point) -> int:
        """Return a new vertex without edges."""
        number = self.vertex_count
        self.vertex_count += 1
        self.points[number] = point
        self.stars[number] = ()
        self.vertices.add(number)
        return number

    def add_edge(self, v0: int, v1: int, left: int, right: int) -> int:
        """Return a new edge; it must have no obstacle."""
        number = self._enter(Edge(v0, v1, left, right, False, False))
        self.regrouped.update((left, right))
        for vertex, half in ((v0, 2 * number), (v1, 2 * number + 1)):
            at = self.sector(vertex, self.point(self.head(half)))
            star = self.star(vertex)
            self.stars[vertex] = (*star[: at + 1], half, *star[at + 1 :])
        self.vertices.update((v0, v1))
        return number

    def _enter(self, edge: Edge) -> int:
        number = self.edge_count
        self.edge_count += 1
        self.edges[number] = edge
        self.fresh.add(number)
        self.raster(number)
        return number

    def raster(self, number: int, *, enter: bool = True) -> None:
        """Enter an edge into the cells it meets, or take it out."""
        _, _, left, right, _, _ = self.edge(number)
        for cell in self.cells_of(number):
            there = self.cells[cell] or ()
            self.cells[cell] = (*there, number) if enter else tuple(e for e in there if e != number)
        self._touch(left, right)

    def _touch(self, *leaves: int) -> None:
        """Note that the walks of leaves are others now."""
        self.leaves.update(leaves)
        for leaf in leaves:
            self.known.pop(leaf, None)

    def move(self, moves: Mapping[int, Point], edges: Iterable[int]) -> None:
        """Move vertices, and the edges that end there to the cells they meet now."""
        rows = {number: self.edge(number) for number in edges}
        point, cells = self.point, self.grid.cells
        before = [cells(*point(row[0]), *point(row[1])) for row in rows.values()]
        for vertex, to in moves.items():
            self.points[vertex] = to
        for (number, row), old in zip(rows.items(), before, strict=True):
            self._touch(*row[2:4])
            new = cells(*point(row[0]), *point(row[1]))
            if new != old:
                for cell in old:
                    self.cells[cell] = tuple(e for e in self.cells[cell] or () if e != number)
                for cell in new:
                    self.cells[cell] = (*(self.cells[cell] or ()), number)

    def remove_edge(self, number: int) -> None:
        """Take an edge away; the lines that went on beyond its ends end there now."""
        self.raster(number, enter=False)
        edge = self.edge(number)
        self.regrouped.update((edge.left, edge.right))
        for vertex, half in ((edge.v0, 2 * number), (edge.v1, 2 * number + 1)):
            partner = self.partner(half)
            if partner is not None:
                self.mark(partner, goes_back=False)
            self.stars[vertex] = tuple(other for other in self.star(vertex) if other != half)
        self.edges[number] = None
        self.vertices.update((edge.v0, edge.v1))

    def mark(self, half: Half, *, goes_back: bool) -> None:
        """Note whether the straight line of a half goes on behind its beginning."""
        edge = self.edge(half >> 1)
        self.edges[half >> 1] = edge._replace(on1=goes_back) if half & 1 else edge._replace(on0=goes_back)
        vertex = edge[half & 1]
        self.vertices.add(vertex)
        self.leaves.update(self.left(other) for other in self.star(vertex))  # their rings say what goes on there

    def hand_over(self, halves: Iterable[Half], leaf: int) -> None:
        """Give the land to the left of halves to another leaf."""
        edges, touched, new = self.edges, {leaf}, tuple.__new__  # Edge's own is a function more
        at, page = -1, list[Edge | None]()
        for half in halves:
            number = half >> 1
            if number >> BITS != at:  # a walk goes on in one page for long
                at = number >> BITS
                page = edges.owned(at)
            edge = page[number & MASK]
            if edge is None:
                raise KeyError(half)
            v0, v1, left, right, on0, on1 = edge
            touched.add(left)
            touched.add(right)
            page[number & MASK] = new(
                Edge, (v0, v1, left, leaf, on0, on1) if half & 1 else (v0, v1, leaf, right, on0, on1)
            )
        self.leaves |= touched
        self.regrouped |= touched

    def wall(self, leaf: int, walks: list[Walk]) -> None:
        """Note the walks that bound a leaf from now on."""
        self.walls[leaf] = tuple(walk.halves[0] for walk in walks)
        self.known[leaf] = walks
        self.leaves.add(leaf)
        self.regrouped.add(leaf)
        self.rewalled.add(leaf)

    def split_edge(self, number: int, point: Point) -> int:
        """Return a new vertex in an edge, a junction of its straight line; the second piece is a new edge."""
        vertex = self.add_vertex(point)
        edge = self.edge(number)
        self.raster(number, enter=False)
        self.edges[number] = edge._replace(v1=vertex, on1=True)
        self.raster(number)
        second = self._enter(edge._replace(v0=vertex, on0=True))
        self._rest.setdefault(number, []).append(second)
        if number not in self.fresh:
            self.fresh.discard(second)
        self.stars[vertex] = (2 * number + 1, 2 * second)
        old, new = 2 * number + 1, 2 * second + 1
        self.stars[edge.v1] = tuple(new if half == old else half for half in self.star(edge.v1))
        self.vertices.update((edge.v0, edge.v1))
        return vertex

    def pieces_of(self, half: Half) -> list[Half]:
        """Return what has become of a half whose edge was split: all its pieces that are left."""
        found = [half] if self.edges[half >> 1] is not None else []
        for rest in self._rest.get(half >> 1, ()):
            found += self.pieces_of(2 * rest + (half & 1))
        return found

    def dissolve(self, vertex: int) -> None:
        """Take away a vertex of two edges: the first goes on to the end of the second."""
        one, other = self.star(vertex)  # halves leaving the vertex
        first, second = one >> 1, other >> 1
        far, beyond = self.head(other), self.goes_back(other ^ 1)
        self.raster(first, enter=False)
        self.raster(second, enter=False)
        edge = self.edge(first)
        moved = edge._replace(v1=far, on1=beyond) if one & 1 else edge._replace(v0=far, on0=beyond)
        self.edges[first], self.edges[second] = moved, None
        self.raster(first)
        self.stars[far] = tuple(one if half == other ^ 1 else half for half in self.star(far))
        self.stars[vertex], self.points[vertex] = None, None
        for gone, kept in ((other, one ^ 1), (other ^ 1, one)):
            leaf = edge[2 + (kept & 1)]
            walls = self.walls[leaf] if leaf != OUTSIDE else None
            if walls is not None and gone in walls:
                self.walls[leaf] = tuple(kept if half == gone else half for half in walls)
