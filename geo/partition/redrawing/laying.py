"""Laying a drawn line into the network: noded with everything it meets, clipped to chosen leaves.

An existing vertex is preferred to an existing border, that to a free place: whatever lies within half a lattice diagonal
(7.1 mm) of the line is met. Each piece is laid only when nothing is in its way.
"""

from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import Final

from geo.partition.exact import along, cross, crossing, near
from geo.partition.redrawing.network import Network
from geo.partition.redrawing.placement import leaf_at
from geo.partition.redrawing.refusing import line_in_metres, refuse
from geo.partition.redrawing.straight import ends, junction, segment_of
from geo.partition.topology import OUTSIDE, Half, Point

ROUNDS: Final = 4  # how often a piece may turn out to meet something else once its ends are on the lattice
Node = int | Point  # a vertex of the network, or a free place
Event = tuple[Fraction, int, int]  # how far along; a vertex or -1; an edge


class Laying:
    """Lays lines within the leaves ``within``.

    ``drawn`` are the new halves in the direction of the lines, ``met`` those that were there already.
    """

    def __init__(self, net: Network, within: Collection[int]) -> None:
        self.net = net
        self.within = within
        self.drawn: list[Half] = []
        self.met: list[Half] = []
        self.leaf: int | None = None  # where a free end of the line is
        self.elsewhere: set[int] = set()  # other leaves that the line runs through

    def lay(self, line: Sequence[Node]) -> None:
        """Lay a line through ``line``."""
        self.leaf = None
        here = self.ground(line[0])
        for there in line[1:]:
            there = self.ground(there)
            if self.at(here) != self.at(there):
                here = self.trace(here, there, ROUNDS)

    def halves(self) -> list[Half]:
        """Return the new halves in the direction of the lines, those too that a later line cut off an earlier."""
        return [piece for half in self.drawn for piece in self.net.pieces_of(half)]

    def along(self) -> list[Half]:
        """Return the halves that were there already, in the direction of the lines."""
        return [piece for half in self.met for piece in self.net.pieces_of(half)]

    def at(self, node: Node) -> Point:
        """Return where a node lies."""
        return self.net.point(node) if isinstance(node, int) else node

    def bounds(self, number: int) -> bool:
        """Tell whether an edge bounds one of the leaves that are drawn in, or runs inside."""
        edge = self.net.edge(number)
        return edge.left in self.within or edge.right in self.within

    def ground(self, node: Node) -> Node:
        """Return the vertex at a free place: one that is there, or a junction in an edge it lies on; else the place."""
        if isinstance(node, int):
            return node
        net = self.net
        close: list[int] = []
        for number in net.near(node, node, 2):
            edge = net.edges[number]
            if edge is None:
                continue
            u, v = net.point(edge.v0), net.point(edge.v1)
            if node in (u, v):
                return edge.v0 if node == u else edge.v1
            if self.bounds(number) and (near(u, v, node) or near(*ends(net, segment_of(net, 2 * number)), node)):
                close.append(number)
        for number in sorted(close, key=lambda one: self.key(one)):
            return junction(net, number, node)
        return node

    def key(self, number: int) -> tuple[Point, Point]:
        """Return an edge's place, to order edges by."""
        edge = self.net.edge(number)
        one, other = self.net.point(edge.v0), self.net.point(edge.v1)
        return (one, other) if one < other else (other, one)

    def trace(self, here: Node, there: Node, rounds: int) -> Node:
        """Lay one straight piece from ``here`` to ``there``; return its last node."""
        a, b = self.at(here), self.at(there)
        nodes: list[Node] = [here]
        fresh: set[int] = set()
        for where, vertex, number in self.events(here, there):
            node = vertex
            if vertex < 0:
                node = self.cross(number, a, b, where)
                fresh.add(node)
            if node != nodes[-1] and node != there:
                nodes.append(node)
        nodes.append(there)
        before_last: Half | None = None
        for i in range(1, len(nodes)):
            half, nodes[i] = self.piece(nodes[i - 1], nodes[i], rounds)
            joint = nodes[i - 1]
            if half is not None and before_last is not None and joint in fresh:
                self.net.mark(before_last ^ 1, goes_back=True)
                self.net.mark(half, goes_back=True)
            before_last = half
        return nodes[-1]

    def events(self, here: Node, there: Node) -> list[Event]:
        """Return what the straight piece from ``here`` to ``there`` meets in between, in order."""
        net = self.net
        a, b = self.at(here), self.at(there)
        known = {node for node in (here, there) if isinstance(node, int)}
        candidates = [(number, edge) for number in net.near(a, b, 2) if (edge := net.edges[number]) is not None]
        length2 = (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2
        off: dict[int, int] = {}  # how far each vertex lies to the left, times the length
        met: dict[int, Fraction] = {}
        for _, edge in candidates:
            for vertex in edge[:2]:
                if vertex not in off:
                    point = net.point(vertex)
                    off[vertex] = aside = cross(a, b, point)
                    if 2 * aside * aside <= length2 and vertex not in known and near(a, b, point):
                        met[vertex] = along(a, b, point)
        found: list[Event] = [(t, vertex, -1) for vertex, t in met.items() if 0 < t < 1]
        touched = known | met.keys()
        for number, edge in candidates:
            v0, v1 = edge.v0, edge.v1
            if (off[v0] > 0) == (off[v1] > 0) or v0 in touched or v1 in touched or not self.bounds(number):
                continue
            t = crossing(a, b, net.point(v0), net.point(v1))
            if t is not None:
                found.append((t, -1, number))
        return sorted(found)

    def cross(self, number: int, a: Point, b: Point, where: Fraction) -> int:
        """Return the vertex where the line from a to b crosses an edge."""
        net = self.net
        c, d = ends(net, segment_of(net, 2 * number))
        on = crossing(c, d, a, b)
        if on is None:  # the edge is bent towards the line, the drawn segment is not
            on = along(c, d, (a[0] + round((b[0] - a[0]) * where), a[1] + round((b[1] - a[1]) * where)))
        return junction(net, number, on)

    def piece(self, here: Node, there: Node, rounds: int) -> tuple[Half | None, Node]:
        """Lay the piece between two nodes if it runs within the chosen leaves; return its half, and the second node."""
        net = self.net
        leaf = self.leaf_between(here, there)
        if leaf is None and isinstance(here, int) and isinstance(there, int):
            self.met.append(self.between(here, there))
            return None, there
        self.leaf = leaf
        if leaf is None or leaf not in self.within:
            if leaf is not None and leaf >= OUTSIDE:
                self.elsewhere.add(leaf)
            return None, there
        a, b = self.at(here), self.at(there)
        va, vb = here if isinstance(here, int) else -1, there if isinstance(there, int) else -1
        obstacle = net.obstacle(va, vb, a, b)
        if obstacle is not None:
            if rounds == 0:
                edge = net.edge(obstacle)
                raise refuse(
                    "edit.too_narrow", line_in_metres(a, b), line_in_metres(net.point(edge.v0), net.point(edge.v1))
                )
            return None, self.trace(here, there, rounds - 1)
        start = here if isinstance(here, int) else net.add_vertex(a)
        end = there if isinstance(there, int) else net.add_vertex(b)
        half = 2 * net.add_edge(start, end, leaf, leaf)
        self.drawn.append(half)
        return half, end

    def between(self, here: int, there: int) -> Half:
        """Return the half from one vertex straight to another."""
        return next(half for half in self.net.star(here) if self.net.head(half) == there)

    def leaf_between(self, here: Node, there: Node) -> int | None:
        """Return the leaf in which the piece between two nodes runs, None where it runs along an edge."""
        for one, other in ((here, there), (there, here)):
            if isinstance(one, int) and self.net.star(one):
                return self.leaf_toward(one, other)
        if self.leaf is None:
            self.leaf = leaf_at(self.net, self.at(here))
        return self.leaf

    def leaf_toward(self, vertex: int, node: Node) -> int | None:
        """Return the leaf that a vertex sees in the direction of a node, None where an edge runs there."""
        net = self.net
        star = net.star(vertex)
        if isinstance(node, int) and any(net.head(half) == node for half in star):
            return None
        place = net.sector(vertex, self.at(node))
        if place < 0:  # exactly along an edge of leaves that are not drawn in
            return OUTSIDE - 1
        return net.left(star[place])
