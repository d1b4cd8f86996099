"""Drawn segments and the junctions on them: a junction takes the lattice point nearest to the segment as it was drawn.

It is never measured from a line that is already bent, so nothing creeps; when what ended there is gone, so is the junction.
"""

from fractions import Fraction
from itertools import chain
from typing import Final, NamedTuple

from geo.partition.exact import along, near, place, places
from geo.partition.redrawing.network import Network
from geo.partition.redrawing.refusing import line_in_metres, refuse
from geo.partition.topology import Half, Point

TRIES: Final = 12  # lattice points along the line that are tried on each side
DEPTH: Final = 8  # junctions on lines that end in junctions …


class Segment(NamedTuple):
    """A drawn segment: its halves from one end to the other, and the vertices in between."""

    halves: tuple[Half, ...]
    start: int
    inner: tuple[int, ...]
    end: int


def onward(net: Network, half: Half) -> list[Half]:
    """Return a half and those that go on along the same drawn segment."""
    found = [half]
    while (on := net.partner(found[-1] ^ 1)) is not None and on != half:
        found.append(on)
    return found


def segment_of(net: Network, half: Half) -> Segment:
    """Return the drawn segment that a half is part of, in the direction of the half."""
    behind = [back ^ 1 for back in reversed(onward(net, half ^ 1))]
    halves = (*behind, *onward(net, half)[1:])
    inner = tuple(net.tail(one) for one in halves[1:])
    return Segment(halves, net.tail(halves[0]), inner, net.head(halves[-1]))


def ends(net: Network, segment: Segment) -> tuple[Point, Point]:
    """Return where a drawn segment begins and ends."""
    return net.point(segment.start), net.point(segment.end)


def junction(net: Network, number: int, at: Point | Fraction) -> int:
    """Return the vertex in an edge nearest to ``at``: a place, or how far along the drawn segment of half 2 * number.

    One of the edge's own ends where that is nearest, else a new junction. Where bending the line to the nearest lattice
    point would pass another vertex the next ones are tried, then it is refused (``edit.no_room``).
    """
    segment = segment_of(net, 2 * number)
    a, b = ends(net, segment)
    u, v = net.edge(number)[:2]
    where = at if isinstance(at, Fraction) else along(a, b, at)
    first, last = along(a, b, net.point(u)), along(a, b, net.point(v))
    if where <= first:
        return u
    if where >= last:
        return v
    wanted = () if isinstance(at, Fraction) or not near(a, b, at) else (at,)
    for point in chain(wanted, places(a, b, where, TRIES)):
        if point in (net.point(u), net.point(v)):
            return u if point == net.point(u) else v
        if first < along(a, b, point) < last and net.clear((number,), u, point, v):
            return net.split_edge(number, point)
    raise refuse("edit.no_room", line_in_metres(net.point(u), net.point(v)), at=place(a, b, where))
