"""Pieces of leaves between drawn lines: traced, given to other leaves, and the borders in between taken away."""

from collections.abc import Iterable, Mapping, Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from geo.partition.redrawing.linegraph import LineGraph
from geo.partition.redrawing.network import Network
from geo.partition.redrawing.refusing import polygon_in_metres, refuse
from geo.partition.redrawing.walks import Piece, Walk
from geo.partition.topology import OUTSIDE, Half, Point


def pieces(net: LineGraph, leaf: int, drawn: Sequence[Half] = ()) -> list[Piece]:
    """Return the connected pieces of a leaf; ``drawn`` are halves laid since its walls were noted."""
    walks = net.walks(leaf, drawn)
    shells, holes = [walk for walk in walks if walk.area2 > 0], [walk for walk in walks if walk.area2 <= 0]
    if not holes:
        return [Piece(leaf, (walk,), walk.area2) for walk in shells]
    of_shell: list[list[Walk]] = [[] for _ in shells]
    for hole in holes:
        of_shell[shell_of(hole, shells)].append(hole)
    return [
        Piece(leaf, (shell, *mine), shell.area2 + sum(hole.area2 for hole in mine))
        for shell, mine in zip(shells, of_shell, strict=True)
    ]


def shell_of(hole: Walk, shells: Sequence[Walk]) -> int:
    """Return the number of the smallest shell round a hole; what fills the hole is no larger."""
    (x0, y0), (x1, y1) = hole.corners[:2]
    x, y = x0 + x1, y0 + y1
    around = [n for n, shell in enumerate(shells) if shell.area2 > -hole.area2 and turns(shell.corners, x, y)]
    if not around:
        raise refuse("edit.crosses_border", polygon_in_metres(hole.corners))
    return min(around, key=lambda number: shells[number].area2)


def turns(corners: Sequence[Point], x: int, y: int) -> int:
    """Return how often a walk runs round the doubled place (x, y), which lies on none of its edges."""
    count = 0
    x0, y0 = corners[-1]
    for x1, y1 in corners:
        if (2 * y0 <= y) != (2 * y1 <= y):
            side = (x1 - x0) * (y - 2 * y0) - (y1 - y0) * (x - 2 * x0)
            if y1 > y0 and side > 0:
                count += 1
            elif y1 < y0 and side < 0:
                count -= 1
        x0, y0 = x1, y1
    return count


def holds(piece: Piece, at: Point) -> bool:
    """Tell whether a place lies inside a piece; a place on its border counts as above and west of it."""
    x, y = 2 * at[0], 2 * at[1]  # a doubled place moved a hair up and west lies on no edge
    return sum(turns_beside(walk.corners, x, y) for walk in piece.walks) != 0


def turns_beside(corners: Sequence[Point], x: int, y: int) -> int:
    """Return how often a walk runs round the doubled place (x, y) moved up by e and west by e squared."""
    count = 0
    x0, y0 = corners[-1]
    for x1, y1 in corners:
        if (2 * y0 <= y) != (2 * y1 <= y):
            side = (x1 - x0) * (y - 2 * y0) - (y1 - y0) * (x - 2 * x0)
            if side == 0:
                side = x1 - x0 if x1 != x0 else y1 - y0
            if y1 > y0 and side > 0:
                count += 1
            elif y1 < y0 and side < 0:
                count -= 1
        x0, y0 = x1, y1
    return count


def shape(pieces_: Iterable[Piece]) -> BaseGeometry:
    """Return the outlines of pieces in metres, to show where it hurts."""
    return shapely.union_all([polygon_in_metres(piece.walks[0].corners) for piece in pieces_])


def give(net: Network, given: Iterable[tuple[Piece, int]]) -> None:
    """Give pieces to leaves; the borders that then have one leaf on both sides are taken away, the walls noted anew.

    Of a leaf that was cut all pieces are given, to itself those that stay.
    """
    given = list(given)
    before = {leaf: net.walks(leaf) for piece, to in given for leaf in (piece.leaf, to)}
    loose = sorted({number for piece, leaf in given for number in handed(net, piece, leaf)})
    common = [number for number in loose if (edge := net.edges[number]) is not None and edge.left == edge.right]
    for number in common:
        net.remove_edge(number)
    after = regathered(net, before, given) if common else sorted_anew(before, given)
    for leaf, walks in after.items():
        net.wall(leaf, walks)


def handed(net: Network, piece: Piece, leaf: int) -> list[int]:
    """Label a piece as a leaf's; return the edges round it that may now have the same leaf on both sides."""
    if leaf == piece.leaf:
        return [half >> 1 for half in piece.halves() if half >> 1 in net.fresh]
    net.hand_over(piece.halves(), leaf)
    return [half >> 1 for half in piece.halves()]


def sorted_anew(before: Mapping[int, list[Walk]], given: Sequence[tuple[Piece, int]]) -> dict[int, list[Walk]]:
    """Return the walks of each leaf where no border went: those that were not given away, and those it was given."""
    moved = {half for piece, _ in given for half in piece.halves()}
    after = {leaf: [walk for walk in walks if walk.halves[0] not in moved] for leaf, walks in before.items()}
    for piece, leaf in given:
        after[leaf] += piece.walks
    return after


def regathered(
    net: Network, before: Mapping[int, list[Walk]], given: Sequence[tuple[Piece, int]]
) -> dict[int, list[Walk]]:
    """Return the walks of each leaf where borders went, traced from all halves that may be part of one."""
    around = {leaf: [half for walk in walks for half in walk.halves] for leaf, walks in before.items()}
    for piece, leaf in given:
        around[leaf].extend(piece.halves())
    return {
        leaf: net.walks_through(half for half in halves if bounds(net, half, leaf)) for leaf, halves in around.items()
    }


def bounds(net: Network, half: Half, leaf: int) -> bool:
    """Tell whether a half is there still and has a leaf to its left."""
    edge = net.edges[half >> 1]
    return edge is not None and edge[2 + (half & 1)] == leaf


def unhook(net: Network, drawn: Sequence[Half]) -> list[Half]:
    """Take away drawn lines that lead nowhere, from their ends back; return those that are left."""
    ends = [vertex for half in drawn for vertex in (net.tail(half), net.head(half))]
    while ends:
        vertex = ends.pop()
        star = net.star(vertex)
        if len(star) == 1 and star[0] >> 1 in net.fresh:
            ends.append(net.head(star[0]))
            net.remove_edge(star[0] >> 1)
    return [half for half in drawn if net.edges[half >> 1] is not None]


def outside_of(net: Network, half: Half) -> bool:
    """Tell whether an edge bounds the frame."""
    edge = net.edge(half >> 1)
    return OUTSIDE in (edge.left, edge.right)
