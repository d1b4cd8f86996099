"""Operations on borders: reshape a stretch of one, move one as a whole."""

from collections.abc import Sequence
from itertools import pairwise

from geo.partition.exact import near
from geo.partition.operations import Line, MoveBorder, ReshapeBorder, SegmentRef, Spot
from geo.partition.redrawing.finding import Border, border_of, border_through, nodes_of
from geo.partition.redrawing.network import Network
from geo.partition.redrawing.refusing import line_in_metres, refuse
from geo.partition.redrawing.sound import require_nested, require_plane
from geo.partition.redrawing.straight import ends, segment_of
from geo.partition.redrawing.vertices import relocate
from geo.partition.redrawing.workspace import Workspace
from geo.partition.topology import Half


def reshape_border(work: Workspace, operation: ReshapeBorder) -> None:
    """Put a line in place of the stretch of a border between the line's ends."""
    net = work.net
    border = border_of(net, operation.border)
    first = border.halves[0]
    line = grounded(net, border, operation.line)
    nodes = nodes_of(net, line, work.rules.most_vertices)
    border = border_through(net, first)
    start, end = nodes[0], nodes[-1]
    on = [net.tail(half) for half in border.halves] + ([] if border.closed else [net.head(border.halves[-1])])
    if not isinstance(start, int) or not isinstance(end, int) or start not in on or end not in on or start == end:
        raise refuse(
            "edit.not_on_border", line_in_metres(*(net.point(n) if isinstance(n, int) else n for n in (start, end)))
        )
    if on.index(start) > on.index(end):
        nodes, start, end = nodes[::-1], end, start
    arc = border.halves[on.index(start) : on.index(end)]
    if any(isinstance(node, int) for node in nodes[1:-1]):
        raise refuse("edit.crosses_border", line_in_metres(*(net.point(n) if isinstance(n, int) else n for n in nodes)))
    replace_arc(net, arc, nodes)


def grounded(net: Network, border: Border, line: Line) -> Line:
    """Return the line with free ends that lie on the border named by the segment they lie on."""

    def named(place: object) -> object:
        if not isinstance(place, Spot):
            return place
        for half in border.halves:
            a, b = ends(net, segment_of(net, half))
            if near(net.point(net.tail(half)), net.point(net.head(half)), (place.x, place.y)):
                return SegmentRef(*a, *b, place.x, place.y)
        raise refuse("edit.not_on_border", at=(place.x, place.y))

    if len(line) < 2:
        raise refuse("edit.no_line")
    return (named(line[0]), *line[1:-1], named(line[-1]))  # pyright: ignore[reportReturnType]


def replace_arc(net: Network, arc: Sequence[Half], nodes: Sequence[object]) -> None:
    """Put new edges through ``nodes`` (the first and last are vertices) in place of the halves of an arc."""
    left, right = net.left(arc[0]), net.left(arc[0] ^ 1)
    gone = {half >> 1 for half in arc}
    for number in gone:
        net.remove_edge(number)
    made: list[int] = []
    vertices = [node if isinstance(node, int) else net.add_vertex(node) for node in nodes]  # pyright: ignore[reportArgumentType]
    for one, other in pairwise(vertices):
        a, b = net.point(one), net.point(other)
        met = net.obstacle(one, other, a, b)
        if met is not None:
            edge = net.edge(met)
            code = "edit.off_frame" if -1 in edge[2:4] else "edit.crosses_border"
            code = "edit.folds_over" if met in made else code
            raise refuse(code, line_in_metres(a, b), line_in_metres(net.point(edge.v0), net.point(edge.v1)))
        made.append(net.add_edge(one, other, left, right))
    for leaf, new in ((left, 2 * made[0]), (right, 2 * made[0] + 1)):
        walls = [new if half >> 1 in gone else half for half in net.walls[leaf] or ()]
        net.walls[leaf] = tuple(dict.fromkeys(walls))
    require_plane(net, set(made))
    require_nested(net, (left, right))


def move_border(work: Workspace, operation: MoveBorder) -> None:
    """Move the inner vertices of a border; its ends stay, and a line that went straight on there is bent."""
    net = work.net
    border = border_of(net, operation.border)
    inner = [net.tail(half) for half in border.halves[0 if border.closed else 1 :]]
    if not inner or (operation.dx, operation.dy) == (0, 0):
        raise refuse("edit.nothing", at=net.point(net.tail(border.halves[0])))
    if not border.closed:
        for half in (border.halves[0], border.halves[-1] ^ 1):
            partner = net.partner(half)
            if partner is not None:
                net.mark(half, goes_back=False)
                net.mark(partner, goes_back=False)
    moved = {}
    for vertex in inner:
        x, y = net.point(vertex)
        moved[vertex] = (x + operation.dx, y + operation.dy)
    relocate(net, moved)
