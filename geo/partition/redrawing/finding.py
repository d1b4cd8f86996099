"""What an operation's names stand for in the network: vertices, places on segments, borders, lines."""

from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from geo.partition.exact import along
from geo.partition.operations import BorderRef, Line, Place, SegmentRef, Spot, VertexRef
from geo.partition.redrawing.laying import Node
from geo.partition.redrawing.network import Network
from geo.partition.redrawing.refusing import line_in_metres, refuse
from geo.partition.redrawing.regions import outside_of
from geo.partition.redrawing.straight import junction, onward, segment_of
from geo.partition.topology import Half, Point


class Border(NamedTuple):
    """A maximal line of edges with the same two leaves: its halves in order; ``closed`` if it has no ends."""

    halves: tuple[Half, ...]
    closed: bool


def vertex_at(net: Network, at: Point) -> int | None:
    """Return the vertex exactly at a place."""
    for number in net.near(at, at):
        edge = net.edge(number)
        for vertex in (edge.v0, edge.v1):
            if net.point(vertex) == at:
                return vertex
    return None


def vertex_of(net: Network, ref: VertexRef) -> int:
    """Return the vertex that is named. Refused: ``edit.vertex_gone``."""
    vertex = vertex_at(net, (ref.x, ref.y))
    if vertex is None:
        raise refuse("edit.vertex_gone", at=(ref.x, ref.y))
    return vertex


def segment_halves(net: Network, a: Point, b: Point) -> list[Half]:
    """Return the halves that lead straight from the vertex at a to the vertex at b. Refused: ``edit.segment_gone``."""
    start, end = vertex_at(net, a), vertex_at(net, b)
    if start is not None and end is not None:
        for half in net.star(start):
            line = onward(net, half)
            heads = [net.head(one) for one in line]
            if end in heads:
                return line[: heads.index(end) + 1]
    raise refuse("edit.segment_gone", line_in_metres(a, b))


def edge_under(net: Network, ref: SegmentRef) -> tuple[int, Fraction]:
    """Return the edge of a segment that lies nearest to the wanted place, and where along the edge's drawn segment that is."""
    halves = segment_halves(net, (ref.ax, ref.ay), (ref.bx, ref.by))
    wanted = (ref.x, ref.y)
    chosen = halves[-1]
    for half in halves:
        if along(net.point(net.tail(half)), net.point(net.head(half)), wanted) <= 1:
            chosen = half
            break
    whole = segment_of(net, chosen & ~1)
    return chosen >> 1, along(net.point(whole.start), net.point(whole.end), wanted)


def node_of(net: Network, place: Place) -> Node:
    """Return the node a place of a line stands for; a place on a segment becomes a junction there."""
    match place:
        case Spot(x, y):
            return (x, y)
        case VertexRef():
            return vertex_of(net, place)
        case SegmentRef():
            number, at = edge_under(net, place)
            return junction(net, number, at)


def nodes_of(net: Network, line: Line, most: int) -> list[Node]:
    """Return the nodes of a line. Refused: ``edit.too_many_vertices``, ``edit.no_line``."""
    if len(line) > most:
        raise refuse("edit.too_many_vertices", limit=most, got=len(line))
    nodes = [node_of(net, place) for place in line]
    corners = [net.point(node) if isinstance(node, int) else node for node in nodes]
    if len(set(corners)) < 2:
        raise refuse("edit.no_line", at=corners[0] if corners else None)
    return [nodes[0], *(node for node, (p, q) in zip(nodes[1:], pairwise(corners), strict=True) if p != q)]


def border_of(net: Network, ref: BorderRef) -> Border:
    """Return the border that is named. Refused: ``edit.segment_gone``, ``edit.frame_fixed``."""
    return border_through(net, segment_halves(net, (ref.ax, ref.ay), (ref.bx, ref.by))[0])


def border_through(net: Network, half: Half) -> Border:
    """Return the border that a half is part of, in its direction. Refused: ``edit.frame_fixed``."""
    if outside_of(net, half):
        raise refuse("edit.frame_fixed", line_in_metres(net.point(net.tail(half)), net.point(net.head(half))))
    forth = stretch(net, half)
    if net.head(forth[-1]) == net.tail(half) and len(net.star(net.tail(half))) == 2:
        return Border(tuple(forth), closed=True)
    back = [one ^ 1 for one in reversed(stretch(net, half ^ 1))]
    return Border((*back, *forth[1:]), closed=False)


def stretch(net: Network, half: Half) -> list[Half]:
    """Return a half and those after it as long as only two edges meet."""
    found = [half]
    while len(net.star(net.head(found[-1]))) == 2:
        on = net.after(found[-1])
        if on == half:
            break
        found.append(on)
    return found
