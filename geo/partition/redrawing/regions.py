"""Pieces of leaves between drawn lines: traced, given to other leaves, and the borders in between taken away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from geo.partition.exact import shoelace2
from geo.partition.redrawing.network import Network
from geo.partition.redrawing.refusing import polygon_in_metres, refuse
from geo.partition.topology import OUTSIDE, Half, Point


@dataclass(frozen=True, eq=False)
class Piece:
    """A connected piece of one leaf: the walks round it (the outer one first), and twice its area in cm²."""

    leaf: int
    walks: tuple[tuple[Half, ...], ...]
    area2: int

    def halves(self) -> Iterable[Half]:
        """Give all halves round it."""
        return (half for walk in self.walks for half in walk)


def pieces(net: Network, leaf: int, drawn: Sequence[Half] = ()) -> list[Piece]:
    """Return the connected pieces of a leaf; ``drawn`` are halves laid since its walls were noted."""
    seen: set[Half] = set()
    shells: list[tuple[list[Half], list[Point], int]] = []
    holes: list[tuple[list[Half], list[Point], int]] = []
    for half in (*(net.walls[leaf] or ()), *drawn):
        if half in seen or net.left(half) != leaf:
            continue
        walk, corners = net.trail(half)
        seen.update(walk)
        area2 = shoelace2(corners)
        (shells if area2 > 0 else holes).append((walk, corners, area2))
    if not holes:
        return [Piece(leaf, (tuple(walk),), area2) for walk, _, area2 in shells]
    of_shell: list[list[int]] = [[] for _ in shells]
    for number, (_, corners, area2) in enumerate(holes):
        of_shell[shell_of(corners, -area2, shells)].append(number)
    return [
        Piece(leaf, (tuple(walk), *(tuple(holes[n][0]) for n in mine)), area2 + sum(holes[n][2] for n in mine))
        for (walk, _, area2), mine in zip(shells, of_shell, strict=True)
    ]


def shell_of(hole: Sequence[Point], area2: int, shells: Sequence[tuple[list[Half], list[Point], int]]) -> int:
    """Return the number of the smallest shell round a hole of twice the area ``area2``; what fills the hole is no larger."""
    x, y = hole[0][0] + hole[1][0], hole[0][1] + hole[1][1]
    around = [number for number, (_, corners, size) in enumerate(shells) if size > area2 and turns(corners, x, y)]
    if not around:
        raise refuse("edit.crosses_border", polygon_in_metres(hole))
    return min(around, key=lambda number: shells[number][2])


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


def holds(net: Network, piece: Piece, at: Point) -> bool:
    """Tell whether a place lies inside a piece; a place on its border counts as above and west of it."""
    x, y = 2 * at[0], 2 * at[1]  # a doubled place moved a hair up and west lies on no edge
    return sum(turns_beside(net.corners(walk), x, y) for walk in piece.walks) != 0


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


def shape(net: Network, pieces_: Iterable[Piece]) -> BaseGeometry:
    """Return the outlines of pieces in metres, to show where it hurts."""
    return shapely.union_all([polygon_in_metres(net.corners(piece.walks[0])) for piece in pieces_])


def give(net: Network, given: Iterable[tuple[Piece, int]]) -> None:
    """Give pieces to leaves; the borders that then have one leaf on both sides are taken away, the walls noted anew.

    Of a leaf that was cut all pieces are given, to itself those that stay.
    """
    given = list(given)
    around: dict[int, list[Half]] = {}
    for piece, leaf in given:
        for old in {piece.leaf, leaf} - around.keys():
            around[old] = [half for walk in net.walks(old) for half in walk]
    loose = {number for piece, leaf in given for number in handed(net, piece, leaf)}
    for piece, leaf in given:
        around[leaf].extend(piece.halves())
    for number in sorted(loose):
        edge = net.edges[number]
        if edge is not None and edge.left == edge.right:
            net.remove_edge(number)
    for leaf, halves in around.items():
        note_walls(net, leaf, halves)


def handed(net: Network, piece: Piece, leaf: int) -> list[int]:
    """Label a piece as a leaf's; return the edges round it that may now have the same leaf on both sides."""
    if leaf == piece.leaf:
        return [half >> 1 for half in piece.halves() if half >> 1 in net.fresh]
    for half in piece.halves():
        net.relabel(half, leaf)
    return [half >> 1 for half in piece.halves()]


def note_walls(net: Network, leaf: int, halves: Iterable[Half]) -> None:
    """Note one half of each walk round a leaf; ``halves`` are all that may be part of one."""
    seen: set[Half] = set()
    starts: list[Half] = []
    for half in halves:
        edge = net.edges[half >> 1]
        if half in seen or edge is None or edge[2 + (half & 1)] != leaf:
            continue
        starts.append(half)
        seen.update(net.walk(half))
    net.walls[leaf] = tuple(starts)
    net.leaves.add(leaf)


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
