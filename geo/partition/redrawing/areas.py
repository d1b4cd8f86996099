"""Closed lines drawn over units: the land inside them."""

from collections.abc import Collection, Sequence

import shapely

from geo.partition.exact import shoelace2
from geo.partition.operations import Line
from geo.partition.redrawing.finding import nodes_of
from geo.partition.redrawing.laying import Laying, Node
from geo.partition.redrawing.network import Network
from geo.partition.redrawing.refusing import refuse
from geo.partition.redrawing.regions import turns_beside, unhook
from geo.partition.redrawing.splits import cut_pieces
from geo.partition.redrawing.walks import Piece
from geo.partition.redrawing.workspace import Workspace
from geo.partition.topology import OUTSIDE, Half, Point


def enclosed(
    work: Workspace, area: Line, leaves: Sequence[int], allowed: Collection[int] | None = None
) -> tuple[list[Piece], list[Piece]]:
    """Return the pieces of leaves inside a closed line, and of the leaves that have any inside or beside it those outside.

    ``allowed`` are the leaves the line may run through besides (None: any). Refused: ``edit.area_not_simple``,
    ``edit.reaches_others``.
    """
    net = work.net
    ring, nodes = closed_ring(net, nodes_of(net, area, work.rules.most_vertices))
    laying = Laying(net, set(leaves))
    laying.lay(nodes)
    others = laying.elsewhere - {OUTSIDE} - set(leaves)
    if allowed is not None and others - set(allowed):
        raise refuse(
            "edit.reaches_others", units=work.keys(others - set(allowed)), got=work.names(others - set(allowed))
        )
    drawn = unhook(net, laying.halves())
    inner = {*drawn, *laying.along()}
    met = met_leaves(net, {*drawn, *laying.along()}, leaves)
    near = [leaf for leaf in leaves if leaf in met or is_reached(net, leaf, ring)]
    found = cut_pieces(work, near, drawn)
    inside = [is_inside(piece, inner, ring) for piece in found]
    return [p for p, within in zip(found, inside, strict=True) if within], [
        p for p, within in zip(found, inside, strict=True) if not within
    ]


def met_leaves(net: Network, drawn: Collection[Half], leaves: Collection[int]) -> set[int]:
    """Return the leaves that have a vertex in common with a line."""
    vertices = {net.tail(half) for half in drawn} | {net.head(half) for half in drawn}
    return {net.left(half) for vertex in vertices for half in net.star(vertex)} & set(leaves)


def is_reached(net: Network, leaf: int, ring: Sequence[Point]) -> bool:
    """Tell whether a leaf that a ring does not meet has a piece inside it."""
    return any(
        turns_beside(ring, 2 * x, 2 * y) for x, y in (net.point(net.tail(half)) for half in net.walls[leaf] or ())
    )


def closed_ring(net: Network, nodes: list[Node]) -> tuple[list[Point], list[Node]]:
    """Return a simple ring counter-clockwise, open as places and closed as nodes. Refused: ``edit.area_not_simple``."""
    if nodes[0] == nodes[-1]:
        nodes = nodes[:-1]
    ring = [net.point(node) if isinstance(node, int) else node for node in nodes]
    if len(ring) < 3 or not shapely.is_valid(shapely.Polygon(ring)):
        raise refuse("edit.area_not_simple", at=ring[0])
    if shoelace2(ring) < 0:
        ring, nodes = ring[::-1], nodes[::-1]
    return ring, [*nodes, nodes[0]]


def is_inside(piece: Piece, inner: set[Half], ring: Sequence[Point]) -> bool:
    """Tell whether a piece lies inside a ring: by a side it has in common with the ring, else by a place of it."""
    for half in piece.halves():
        if half in inner:
            return True
        if half ^ 1 in inner:
            return False
    x, y = piece.walks[0].corners[0]
    return turns_beside(ring, 2 * x, 2 * y) != 0
