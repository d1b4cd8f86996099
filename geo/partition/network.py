"""The neighbourhood of an edit as one noded line graph: a fork of a topology on which edges come, go and move.

Only the tables' pages that are written are copied. The graph stays plane as long as every new or moved edge is asked
for its `obstacle` first, and the order of the halves round a vertex is kept.
"""

from collections.abc import Collection, Iterable, Mapping

from geo.partition.exact import cross, in_triangle, meet
from geo.partition.model import Unit
from geo.partition.paging import BITS, MASK
from geo.partition.topology import OUTSIDE, Edge, Half, Point, Topology


class Network:
    """A topology that is being edited. ``vertices`` and ``leaves`` collect what was touched."""

    def __init__(self, topology: Topology) -> None:
        self.base = topology
        self.grid = topology.grid
        self.points = topology.points.fork()
        self.stars = topology.stars.fork()
        self.edges = topology.edges.fork()
        self.cells = topology.cells.fork()
        self.walls = topology.walls.fork()
        self.units = topology.units.fork()
        self.below = topology.below.fork()
        self.beside = topology.beside.fork()
        self.numbers = topology.numbers.fork()
        self.codes = topology.codes.fork()
        self.vertex_count, self.edge_count, self.unit_count = topology.counts
        self.vertices: set[int] = set()
        self.leaves: set[int] = set()
        self.fresh: set[int] = set()  # edges that did not exist before
        self._rest: dict[int, list[int]] = {}  # edges that were the further part of one

    def topology(self) -> Topology:
        """Return what it has become. The network is not used any more."""
        changed = self.base.changed | (self.leaves - {OUTSIDE})
        for leaf in self.leaves - {OUTSIDE}:
            self.beside[leaf] = None
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

    def point(self, vertex: int) -> Point:
        """Return where a vertex lies."""
        point = self.points[vertex]
        if point is None:
            raise KeyError(vertex)
        return point

    def edge(self, number: int) -> Edge:
        """Return an edge."""
        edge = self.edges[number]
        if edge is None:
            raise KeyError(number)
        return edge

    def star(self, vertex: int) -> tuple[Half, ...]:
        """Return the halves that leave a vertex, counter-clockwise."""
        return self.stars[vertex] or ()

    def unit(self, number: int) -> Unit:
        """Return a unit."""
        unit = self.units[number]
        if unit is None:
            raise KeyError(number)
        return unit

    def tail(self, half: Half) -> int:
        """Return the vertex where a half begins."""
        return self.edge(half >> 1)[half & 1]

    def head(self, half: Half) -> int:
        """Return the vertex where a half ends."""
        return self.edge(half >> 1)[1 - (half & 1)]

    def left(self, half: Half) -> int:
        """Return the leaf to the left of a half."""
        return self.edge(half >> 1)[2 + (half & 1)]

    def goes_back(self, half: Half) -> bool:
        """Tell whether the straight line of a half goes on behind its beginning."""
        return bool(self.edge(half >> 1)[4 + (half & 1)])

    def after(self, half: Half) -> Half:
        """Return the half that follows on the same boundary walk: the leftmost way from its head."""
        star = self.star(self.head(half))
        return star[star.index(half ^ 1) - 1]

    def walk(self, half: Half) -> list[Half]:
        """Return the boundary walk from a half on."""
        return self.trail(half)[0]

    def trail(self, half: Half) -> tuple[list[Half], list[Point]]:
        """Return the boundary walk from a half on, and where its halves begin."""
        halves: list[Half] = []
        corners: list[Point] = []
        edges, stars, points = self.edges, self.stars, self.points
        edge_pages, star_pages, point_pages = edges.pages, stars.pages, points.pages
        at = half
        while True:
            number = at >> 1
            edge = (edge_pages[number >> BITS] or edges.page(number >> BITS))[number & MASK]
            if edge is None:
                raise KeyError(at)
            tail, head = (edge[1], edge[0]) if at & 1 else (edge[0], edge[1])
            point = (point_pages[tail >> BITS] or points.page(tail >> BITS))[tail & MASK]
            star = (star_pages[head >> BITS] or stars.page(head >> BITS))[head & MASK]
            if star is None or point is None:
                raise KeyError(at)
            halves.append(at)
            corners.append(point)
            at = star[star.index(at ^ 1) - 1]
            if at == half:
                return halves, corners

    def corners(self, walk: Iterable[Half]) -> list[Point]:
        """Return where the halves of a walk begin."""
        return [self.point(self.tail(half)) for half in walk]

    def trails(self, leaf: int) -> list[tuple[list[Half], list[Point]]]:
        """Return the boundary walks of a leaf, each once, and where their halves begin."""
        seen: set[Half] = set()
        found: list[tuple[list[Half], list[Point]]] = []
        for half in self.walls[leaf] or ():
            if half not in seen:
                found.append(self.trail(half))
                seen.update(found[-1][0])
        return found

    def walks(self, leaf: int) -> list[list[Half]]:
        """Return the boundary walks of a leaf, each once."""
        return [halves for halves, _ in self.trails(leaf)]

    def partner(self, half: Half) -> Half | None:
        """Return the half that goes on from the same vertex the other way along the same straight line."""
        if not self.goes_back(half):
            return None
        through = [other for other in self.star(self.tail(half)) if self.goes_back(other)]
        count = len(through)
        return through[(through.index(half) + count // 2) % count] if count % 2 == 0 else None

    def near(self, a: Point, b: Point, margin: int = 0) -> Collection[int]:
        """Return the edges that may come within ``margin`` cm of the segment a to b, each once."""
        cells = self.grid.cells(a[0], a[1], b[0], b[1], margin)
        if len(cells) == 1:
            return self.cells[cells[0]] or ()
        return {number for cell in cells for number in self.cells[cell] or ()}

    def obstacle(self, va: int, vb: int, a: Point, b: Point, besides: Collection[int] = ()) -> int | None:
        """Return an edge that a segment from a to b would meet otherwise than in its own ends, None if there is none.

        ``va``, ``vb`` are the vertices at its ends (-1 for none); the edges ``besides`` do not count.
        """
        points, edges = self.points, self.edges
        low_x, high_x = (a[0], b[0]) if a[0] < b[0] else (b[0], a[0])
        low_y, high_y = (a[1], b[1]) if a[1] < b[1] else (b[1], a[1])
        point_pages, edge_pages = points.pages, edges.pages
        for number in self.near(a, b):
            edge = (edge_pages[number >> BITS] or edges.page(number >> BITS))[number & MASK]
            if edge is None or number in besides:
                continue
            v0, v1 = edge[0], edge[1]
            p = (point_pages[v0 >> BITS] or points.page(v0 >> BITS))[v0 & MASK] or a
            q = (point_pages[v1 >> BITS] or points.page(v1 >> BITS))[v1 & MASK] or b
            (px, py), (qx, qy) = p, q
            if v0 in (va, vb) or v1 in (va, vb):
                if self._runs_along(va, vb, a, b, v0, v1, p, q):
                    return number
            elif not (
                (px < low_x and qx < low_x)
                or (px > high_x and qx > high_x)
                or (py < low_y and qy < low_y)
                or (py > high_y and qy > high_y)
            ) and meet(a, b, p, q):
                return number
        return None

    @staticmethod
    def _runs_along(va: int, vb: int, a: Point, b: Point, v0: int, v1: int, p: Point, q: Point) -> bool:
        """Tell whether an edge that shares an end with a segment also shares more than that."""
        (ox, oy), (ex, ey) = (a, b) if va in (v0, v1) else (b, a)
        fx, fy = q if v0 in (va, vb) else p
        ex, ey, fx, fy = ex - ox, ey - oy, fx - ox, fy - oy
        if ex * fy != ey * fx:
            return False
        return ex * fx + ey * fy > 0 or (v0 in (va, vb) and v1 in (va, vb))

    def clear(self, bend: Collection[int], u: int, p: Point, v: int) -> bool:
        """Tell whether nothing lies between the line u to v and its bend u, p, v; the edges ``bend`` are that line itself."""
        a, b = self.point(u), self.point(v)
        if cross(a, b, p) == 0:
            return True
        if len(bend) == 1:
            met = self.obstacle(u, -1, a, p, bend) is not None or self.obstacle(-1, v, p, b, bend) is not None
        else:
            met = self.obstacle(u, v, a, b, bend) is not None
        if met:
            return False
        for number in self.near(a, b, 2):
            edge = self.edges[number]
            if (
                edge is not None
                and number not in bend
                and any(end not in (u, v) and in_triangle(a, p, b, self.point(end)) for end in edge[:2])
            ):
                return False
        return True

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
        for vertex, half in ((v0, 2 * number), (v1, 2 * number + 1)):
            at = self.sector(vertex, self.point(self.head(half)))
            star = self.star(vertex)
            self.stars[vertex] = (*star[: at + 1], half, *star[at + 1 :])
        self.vertices.update((v0, v1))
        return number

    def sector(self, vertex: int, toward: Point) -> int:
        """Return after which place of its star a vertex sees a point; no half runs exactly that way."""
        star = self.star(vertex)
        o = self.point(vertex)
        for i, half in enumerate(star):
            a, b = self.point(self.head(half)), self.point(self.head(star[(i + 1) % len(star)]))
            turn, first, second = cross(o, a, b), cross(o, a, toward), cross(o, toward, b)
            straight = turn == 0 and len(star) > 1
            inside = (first > 0 and second > 0) if turn > 0 else (first > 0 if straight else first > 0 or second > 0)
            if inside or len(star) == 1:
                return i
        return -1

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
        self.leaves.update((left, right))

    def move(self, moves: Mapping[int, Point], edges: Iterable[int]) -> None:
        """Move vertices, and the edges that end there to the cells they meet now."""
        rows = {number: self.edge(number) for number in edges}
        point, cells = self.point, self.grid.cells
        before = [cells(*point(row[0]), *point(row[1])) for row in rows.values()]
        for vertex, to in moves.items():
            self.points[vertex] = to
        for (number, row), old in zip(rows.items(), before, strict=True):
            self.leaves.update(row[2:4])
            new = cells(*point(row[0]), *point(row[1]))
            if new != old:
                for cell in old:
                    self.cells[cell] = tuple(e for e in self.cells[cell] or () if e != number)
                for cell in new:
                    self.cells[cell] = (*(self.cells[cell] or ()), number)

    def cells_of(self, number: int) -> list[int]:
        """Return the cells that an edge meets."""
        edge = self.edge(number)
        return self.grid.cells(*self.point(edge[0]), *self.point(edge[1]))

    def remove_edge(self, number: int) -> None:
        """Take an edge away; the lines that went on beyond its ends end there now."""
        self.raster(number, enter=False)
        edge = self.edge(number)
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

    def relabel(self, half: Half, leaf: int) -> None:
        """Give the land to the left of a half to another leaf."""
        edge = self.edge(half >> 1)
        self.leaves.update((edge.left, edge.right, leaf))
        self.edges[half >> 1] = edge._replace(right=leaf) if half & 1 else edge._replace(left=leaf)

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
