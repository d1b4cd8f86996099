"""A line graph that is read: halves and their walks, and what a segment would meet."""

from collections.abc import Collection, Iterable, Sequence

from geo.partition.exact import cross, in_triangle, meet, shoelace2
from geo.partition.model import Unit
from geo.partition.paging import BITS, MASK, TOP
from geo.partition.redrawing.walks import Walk
from geo.partition.topology import Edge, Half, Point, Topology


class LineGraph:
    """A fork of a topology."""

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
        self.known: dict[int, list[Walk]] = {}  # the walks of leaves, as long as they hold

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

    def walk(self, half: Half) -> Walk:
        """Return the boundary walk from a half on."""
        halves: list[Half] = []
        corners: list[Point] = []
        edges, stars, points = self.edges, self.stars, self.points
        edge_pages, star_pages, point_pages = edges.pages, stars.pages, points.pages
        at, block, page = half, -1, list[Edge | None]()
        while True:
            number = at >> 1
            if number >> BITS != block:  # a walk goes on in one page for long
                block = number >> BITS
                page = edge_pages[block >> BITS][block & MASK] or edges.page(block)
            edge = page[number & MASK]
            if edge is None:
                raise KeyError(at)
            head = edge[1 - (at & 1)]
            shelf, slot, place = head >> TOP, head >> BITS & MASK, head & MASK
            point = (point_pages[shelf][slot] or points.page(head >> BITS))[place]
            star = (star_pages[shelf][slot] or stars.page(head >> BITS))[place]
            if star is None or point is None:
                raise KeyError(at)
            halves.append(at)
            corners.append(point)
            at = star[star.index(at ^ 1) - 1]
            if at == half:
                corners.insert(0, corners.pop())  # where each half begins, not where it ends
                return Walk(tuple(halves), corners, shoelace2(corners))

    def walks(self, leaf: int, drawn: Sequence[Half] = ()) -> list[Walk]:
        """Return the boundary walks of a leaf, each once; ``drawn`` are halves laid since its walls were noted."""
        known = None if drawn else self.known.get(leaf)
        if known is None:
            starts = (half for half in (*(self.walls[leaf] or ()), *drawn) if self.left(half) == leaf)
            known = self.known[leaf] = self.walks_through(starts)
        return known

    def walks_through(self, halves: Iterable[Half]) -> list[Walk]:
        """Return the walks that halves are part of, each once, in their order."""
        seen: set[Half] = set()
        found: list[Walk] = []
        for half in halves:
            if half not in seen:
                found.append(self.walk(half))
                seen.update(found[-1].halves)
        return found

    def across(self, halves: Iterable[Half]) -> list[int]:
        """Return the leaf on the other side of each half."""
        edges = self.edges
        pages = edges.pages
        found: list[int] = []
        at, page = -1, list[Edge | None]()
        for half in halves:
            number = half >> 1
            if number >> BITS != at:  # a walk goes on in one page for long
                at = number >> BITS
                page = pages[at >> BITS][at & MASK] or edges.page(at)
            edge = page[number & MASK]
            if edge is None:
                raise KeyError(half)
            found.append(edge[2] if half & 1 else edge[3])
        return found

    def corners(self, walk: Iterable[Half]) -> list[Point]:
        """Return where halves begin."""
        return [self.point(self.tail(half)) for half in walk]

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
            edge = (edge_pages[number >> TOP][number >> BITS & MASK] or edges.page(number >> BITS))[number & MASK]
            if edge is None or number in besides:
                continue
            v0, v1 = edge[0], edge[1]
            p = (point_pages[v0 >> TOP][v0 >> BITS & MASK] or points.page(v0 >> BITS))[v0 & MASK] or a
            q = (point_pages[v1 >> TOP][v1 >> BITS & MASK] or points.page(v1 >> BITS))[v1 & MASK] or b
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

    def cells_of(self, number: int) -> list[int]:
        """Return the cells that an edge meets."""
        edge = self.edge(number)
        return self.grid.cells(*self.point(edge[0]), *self.point(edge[1]))
