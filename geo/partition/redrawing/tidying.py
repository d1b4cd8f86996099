"""What is done last: vertices without a reason go, junctions lie on their lines as these are drawn now."""

from geo.partition.exact import along, near
from geo.partition.redrawing.network import Network
from geo.partition.redrawing.straight import DEPTH, onward
from geo.partition.redrawing.vertices import relocate, reseat
from geo.partition.topology import Point


def tidy(net: Network) -> None:
    """Take away the vertices that stand only where something ended that is gone; drawn ones stay."""
    there = [(point, vertex) for vertex in net.vertices if (point := net.points[vertex]) is not None]
    for _, vertex in sorted(there):
        star = net.star(vertex)
        if not star:
            net.stars[vertex], net.points[vertex] = None, None
        elif len(star) == 2 and net.goes_back(star[0]) and net.goes_back(star[1]):
            u, v = net.head(star[0]), net.head(star[1])
            if u != v and net.clear({star[0] >> 1, star[1] >> 1}, u, net.point(vertex), v):
                net.dissolve(vertex)
            else:
                for half in star:
                    net.mark(half, goes_back=False)
    seat(net)


def seat(net: Network) -> None:
    """Move the junctions that lie more than 7.1 mm off a drawn segment whose end was touched."""
    moves: dict[int, Point] = {}
    there = [(point, vertex) for vertex in net.vertices if (point := net.points[vertex]) is not None]
    for point, vertex in sorted(there):
        for half in net.star(vertex):
            edge = net.edge(half >> 1)
            if (
                edge[4 + (half & 1)] or not edge[5 - (half & 1)]
            ):  # the line begins elsewhere, or ends at the next vertex
                continue
            line = onward(net, half)
            if len(line) < 2:
                continue
            drawn = point, net.point(net.head(line[-1]))
            off = [net.tail(one) for one in line[1:] if not near(*drawn, net.point(net.tail(one)))]
            if off:
                reseat(net, {one: along(*drawn, net.point(one)) for one in off}, drawn, moves, DEPTH)
    if moves:
        relocate(net, moves)
