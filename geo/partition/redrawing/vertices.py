"""Operations on single vertices of borders: move, insert, delete. Every border that meets there follows."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import pairwise

from geo.partition.exact import along, crossing, near, place
from geo.partition.operations import DeleteVertex, InsertVertex, MoveVertex
from geo.partition.redrawing.finding import edge_under, vertex_of
from geo.partition.redrawing.network import Network
from geo.partition.redrawing.refusing import line_in_metres, refuse
from geo.partition.redrawing.regions import outside_of
from geo.partition.redrawing.sound import require_nested, require_plane
from geo.partition.redrawing.straight import DEPTH, ends, junction, onward, segment_of
from geo.partition.redrawing.workspace import Workspace
from geo.partition.topology import Half, Point


def move_vertex(work: Workspace, operation: MoveVertex) -> None:
    """Move a vertex."""
    shift(work.net, vertex_of(work.net, operation.vertex), (operation.to.x, operation.to.y))


def shift(net: Network, vertex: int, to: Point) -> None:
    """Move one vertex, and the junctions on the lines that it ends."""
    if net.point(vertex) == to:
        raise refuse("edit.nothing", at=to)
    for half in net.star(vertex):
        if net.goes_back(half):
            slide(net, half, to)
        elif outside_of(net, half):
            raise refuse("edit.off_frame", at=net.point(vertex))
    moves = {vertex: to}
    follow(net, vertex, moves, DEPTH)
    relocate(net, moves)


def slide(net: Network, half: Half, to: Point) -> None:
    """Let a junction go along its line to a place on it; to a place off it the line is bent there, the frame's never."""
    partner = net.partner(half)
    if partner is None:
        return
    a, b = ends(net, segment_of(net, half))
    if near(a, b, to) and to not in (a, b):
        return
    if outside_of(net, half):
        raise refuse("edit.off_frame", line_in_metres(a, b), line_in_metres(net.point(net.tail(half)), to))
    net.mark(half, goes_back=False)
    net.mark(partner, goes_back=False)


def follow(net: Network, vertex: int, moves: dict[int, Point], depth: int) -> None:
    """Add to ``moves`` the junctions on every drawn segment that a moved vertex ends: each keeps its share of the way."""
    for half in net.star(vertex):
        line: list[Half] = [] if net.goes_back(half) else onward(net, half)
        inner = [net.tail(one) for one in line[1:]]
        if not inner:
            continue
        if depth == 0:
            raise refuse("edit.junction_off", at=net.point(inner[0]))
        end = net.head(line[-1])
        old = net.point(vertex), net.point(end)
        new = moves.get(vertex, old[0]), moves.get(end, old[1])
        shares = [along(*old, net.point(one)) for one in inner]
        reseat(net, dict(zip(inner, shares, strict=True)), new, moves, depth)


def reseat(
    net: Network, shares: Mapping[int, Fraction], line: tuple[Point, Point], moves: dict[int, Point], depth: int
) -> None:
    """Add to ``moves`` where junctions come to lie on a changed drawn segment; what ends in them follows."""
    for vertex, share in shares.items():
        at = share
        for half in net.star(vertex):
            partner = net.partner(half)
            if partner is None or net.head(half) in shares or net.head(partner) in shares or on_line(net, half, line):
                continue
            met = crossing(*line, *ends(net, segment_of(net, half)))
            if met is None:
                raise refuse("edit.junction_off", at=net.point(vertex))
            at = met
        moves[vertex] = place(*line, at)
        if moves[vertex] != net.point(vertex):
            follow(net, vertex, moves, depth - 1)


def on_line(net: Network, half: Half, line: tuple[Point, Point]) -> bool:
    """Tell whether a half belongs to the drawn segment that changes: one of its ends stays an end."""
    segment = segment_of(net, half)
    return bool({net.point(segment.start), net.point(segment.end)} & set(line))


def relocate(net: Network, moves: Mapping[int, Point]) -> None:
    """Move vertices at once; refused where an edge would cross another or a leaf turn over."""
    edges = {half >> 1 for vertex in moves for half in net.star(vertex)}
    net.move(moves, edges)
    net.vertices.update(moves)
    require_plane(net, edges)
    require_nested(net, {leaf for number in edges for leaf in net.edge(number)[2:4]})


def insert_vertex(work: Workspace, operation: InsertVertex) -> None:
    """Insert a drawn vertex into a border, on both sides."""
    net = work.net
    number, at = edge_under(net, operation.on)
    if outside_of(net, 2 * number):
        raise refuse("edit.frame_fixed", at=(operation.on.x, operation.on.y))
    known = set(net.edge(number)[:2])
    vertex = junction(net, number, at)
    if vertex in known:
        raise refuse("edit.vertex_exists", at=net.point(vertex))
    drawn_now(net, vertex)
    if operation.to is not None and (operation.to.x, operation.to.y) != net.point(vertex):
        shift(net, vertex, (operation.to.x, operation.to.y))


def drawn_now(net: Network, vertex: int) -> None:
    """Make a junction a drawn vertex: its line ends there on both sides."""
    for half in net.star(vertex):
        net.mark(half, goes_back=False)


def delete_vertex(work: Workspace, operation: DeleteVertex) -> None:
    """Delete a drawn vertex where two edges meet; the junctions on both its lines come to lie on the new one."""
    net = work.net
    vertex = vertex_of(net, operation.vertex)
    star = net.star(vertex)
    if len(star) != 2 or net.goes_back(star[0]):
        raise refuse("edit.is_junction", at=net.point(vertex))
    if outside_of(net, star[0]):
        raise refuse("edit.frame_fixed", at=net.point(vertex))
    if (
        net.head(star[0]) == net.head(star[1])
        or min(len(net.walk(half).halves) for half in (star[0], star[0] ^ 1)) <= 3
    ):
        raise refuse("edit.folds_over", at=net.point(vertex))
    back, forth = onward(net, star[0]), onward(net, star[1])
    trail = [*(net.head(one) for one in reversed(back)), vertex, *(net.head(one) for one in forth)]
    shares = share_of_way(net, trail)
    kept = star[0] >> 1
    net.vertices.add(vertex)
    net.dissolve(vertex)
    moves: dict[int, Point] = {}
    inner = {one: shares[one] for one in trail[1:-1] if one != vertex}
    reseat(net, inner, (net.point(trail[0]), net.point(trail[-1])), moves, DEPTH)
    relocate(net, moves)
    require_plane(net, {kept})
    require_nested(net, net.edge(kept)[2:4])


def share_of_way(net: Network, trail: Iterable[int]) -> dict[int, Fraction]:
    """Return how far along a trail each of its vertices lies, measured along the axes: 0 the first, 1 the last."""
    vertices = list(trail)
    run = [0]
    for one, other in pairwise(net.point(vertex) for vertex in vertices):
        run.append(run[-1] + abs(other[0] - one[0]) + abs(other[1] - one[1]))
    return {vertex: Fraction(way, run[-1]) for vertex, way in zip(vertices, run, strict=True)}
