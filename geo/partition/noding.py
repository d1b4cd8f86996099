"""Segments noded on the lattice: where they cross there is a vertex, and nothing moves farther than its own square.

Where two segments cross, the square of one lattice step round the lattice point nearest to the crossing is *hot*, and both
are led through its middle; what a bent segment would then cross is led through the same middle or, where that is not
enough, through the middles of all squares round vertices that it meets. So no point moves by more than half a step along
either axis, segments that meet nothing stay as they are, and afterwards two segments meet in common vertices only.
Squares hold their lower and left sides, not the others.

Source: J. D. Hobby, "Practical segment intersection with finite precision output", 1999 (snap rounding), of which this is
the lazy form: with every segment led through every square it meets, it is his, and there no crossing is left.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.errors import InputError
from geo.partition.compiled import compiled
from geo.partition.junctions import unique_points
from geo.partition.model import Int64

Bool = npt.NDArray[np.bool_]

REACH_CM: Final = 0.75  # a square reaches 0.7072 from its middle
ROUNDS: Final = 20
NEAR_HALF: Final = 1e-4  # this near to the middle between two lattice points a crossing is rounded exactly


@dataclass(frozen=True, eq=False)
class Paths:
    """Segments led through vertices: of segment i, the points ``xy[start[i] : start[i + 1]]``, its own ends among them."""

    xy: Int64
    start: Int64

    def edges(self) -> tuple[Int64, Int64]:
        """Return the edges (k, 4) of all paths, and the number (k,) of the path of each."""
        last = np.zeros(len(self.xy), np.bool_)
        last[self.start[1:] - 1] = True
        first = np.flatnonzero(~last)
        lines = np.hstack([self.xy[first], self.xy[first + 1]])
        return lines, np.searchsorted(self.start, first, side="right").astype(np.int64) - 1

    def bends(self) -> Int64:
        """Return the indexes into ``xy`` of the points that are no end of their segment."""
        inner = np.ones(len(self.xy), np.bool_)
        inner[self.start[:-1]] = False
        inner[self.start[1:] - 1] = False
        return np.flatnonzero(inner)


def noded(lines: Int64) -> Paths:
    """Return the distinct segments (m, 4), in centimetres, noded with each other.

    Errors: ``repair.too_tangled`` where crossings keep coming up (never seen; the theory forbids it).
    """
    led = Led(np.empty(0, np.int64), np.empty((0, 2), np.int64))
    whole = np.zeros(len(lines), np.bool_)
    for _ in range(ROUNDS):
        paths = path_of(lines, led)
        edges, number = paths.edges()
        one, other = misfits(edges, *meeting(edges, edges))
        if not len(one):
            return paths
        spots = meeting_points(edges[one], edges[other])
        line, spot = np.concatenate([number[one], number[other]]), np.vstack([spots, spots])
        further = led.joined(lines, line, spot)
        stuck = np.unique(line)
        if len(further.line) == len(led.line):
            whole[stuck] = True
        if whole.any():
            known = unique_points(np.vstack([lines.reshape(-1, 2), further.spot]))
            further = further.joined(lines, *met_by(lines, np.flatnonzero(whole), known))
        if len(further.line) == len(led.line):
            break
        led = further
    raise InputError("repair.too_tangled", got=len(lines))


@dataclass(frozen=True, eq=False)
class Led:
    """Through which points besides their ends segments are led: pairs of ``line`` (k,) and ``spot`` (k, 2), each once."""

    line: Int64
    spot: Int64

    def joined(self, lines: Int64, line: Int64, spot: Int64) -> "Led":
        """Return these pairs and others, as far as the segment meets the square of the point and does not end there."""
        fits = in_squares(lines[line], spot)
        fits &= (spot != lines[line, :2]).any(axis=1) & (spot != lines[line, 2:]).any(axis=1)
        rows = np.vstack([np.column_stack([self.line, self.spot]), np.column_stack([line[fits], spot[fits]])])
        rows = np.unique(rows, axis=0)
        return Led(rows[:, 0].copy(), rows[:, 1:].copy())


def path_of(lines: Int64, led: Led) -> Paths:
    """Return each segment led through its points in their order along it."""
    count = len(lines)
    line = np.concatenate([np.arange(count), led.line, np.arange(count)])
    spot = np.vstack([lines[:, :2], led.spot, lines[:, 2:]])
    rank = np.repeat([0, 1, 2], [count, len(led.line), count])
    along = ((spot - lines[line, :2]) * (lines[line, 2:] - lines[line, :2])).sum(axis=1)
    order = np.lexsort((along, rank, line))
    start = np.searchsorted(line[order], np.arange(count + 1)).astype(np.int64)
    return Paths(spot[order], start)


def met_by(lines: Int64, which: Int64, points: Int64) -> tuple[Int64, Int64]:
    """Return the pairs (line, point) of the lines ``which`` and the ``points`` (p, 2) near them."""
    origin = points.min(axis=0)
    tree = shapely.STRtree(shapely.points((points - origin).astype(np.float64)))
    shapes = shapely.linestrings((lines[which].reshape(-1, 2, 2) - origin).astype(np.float64))
    line, point = tree.query(shapes, predicate="dwithin", distance=REACH_CM)
    return which[line], points[point]


@compiled
def in_squares(lines: Int64, points: Int64) -> Bool:
    """Tell of each segment (k, 4) whether it meets the square of the point (k, 2) beside it; exact, in half steps."""
    result = np.empty(len(lines), np.bool_)
    for k in range(len(lines)):
        x0, y0 = 2 * (lines[k, 0] - points[k, 0]), 2 * (lines[k, 1] - points[k, 1])
        x1, y1 = 2 * (lines[k, 2] - points[k, 0]), 2 * (lines[k, 3] - points[k, 1])
        if x0 > x1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        result[k] = in_square(x0, y0, x1, y1)
    return result


@compiled
def side_of(x0: int, y0: int, x1: int, y1: int, x: int, y: int) -> int:
    """Return 1, 0 or -1: the point (x, y) lies left of, on, or right of the line."""
    cross = (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
    return 1 if cross > 0 else (-1 if cross < 0 else 0)


@compiled
def in_square(x0: int, y0: int, x1: int, y1: int) -> bool:
    """Tell whether a segment with x0 <= x1 meets [-1, 1) x [-1, 1)."""
    if x0 >= 1 or x1 < -1 or min(y0, y1) >= 1 or max(y0, y1) < -1:
        return False
    if x0 == x1 or y0 == y1:
        return True
    rising = y1 > y0
    upper_left = side_of(x0, y0, x1, y1, -1, 1)
    if upper_left == 0:
        return not rising
    upper_right = side_of(x0, y0, x1, y1, 1, 1)
    if upper_right == 0:
        return rising
    if upper_left != upper_right:
        return True
    lower_left = side_of(x0, y0, x1, y1, -1, -1)
    if lower_left != upper_left:
        return True
    lower_right = side_of(x0, y0, x1, y1, 1, -1)
    if lower_right == 0:
        return not rising
    return lower_left != lower_right


def meeting(edges: Int64, others: Int64) -> tuple[Int64, Int64]:
    """Return the pairs (edge, other) of edges (m, 4) and (n, 4) that have a point in common."""
    if not len(edges) or not len(others):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    origin = np.minimum(edges[:, :2].min(axis=0), others[:, :2].min(axis=0))
    first = shapely.linestrings((edges.reshape(-1, 2, 2) - origin).astype(np.float64))
    second = shapely.linestrings((others.reshape(-1, 2, 2) - origin).astype(np.float64))
    edge, other = shapely.STRtree(second).query(first, predicate="intersects")
    return edge.astype(np.int64), other.astype(np.int64)


def misfits(edges: Int64, one: Int64, other: Int64) -> tuple[Int64, Int64]:
    """Return the pairs of different ``edges`` that meet otherwise than end to end, each once; all of them have a common point."""
    once = one < other
    one, other = one[once], other[once]
    bad = ~end_to_end(edges[one], edges[other]) & (edges[one] != edges[other]).any(axis=1)
    bad &= (edges[one] != edges[other][:, [2, 3, 0, 1]]).any(axis=1)
    return one[bad], other[bad]


def end_to_end(one: Int64, other: Int64) -> Bool:
    """Tell of pairs of lines (k, 4) that have a point in common whether it is one end of both and nothing else."""
    result = np.zeros(len(one), np.bool_)
    for a in (0, 2):
        for b in (0, 2):
            meets = (one[:, a : a + 2] == other[:, b : b + 2]).all(axis=1)
            away, further = one[:, 2 - a : 4 - a], other[:, 2 - b : 4 - b]
            first, second = away - one[:, a : a + 2], further - one[:, a : a + 2]
            along = (sides(one, further) == 0) & ((first * second).sum(axis=1) > 0)
            result |= meets & ~along
    return result


def meeting_points(one: Int64, other: Int64) -> Int64:
    """Return a lattice point (k, 2) at which each pair of lines that do not fit meets: an end on the other, or the crossing."""
    points = np.zeros((len(one), 2), np.int64)
    known = np.zeros(len(one), np.bool_)
    for line, end in ((one, other[:, :2]), (one, other[:, 2:]), (other, one[:, :2]), (other, one[:, 2:])):
        on = ~known & inside(line, end)
        points[on], known = end[on], known | on
    points[~known] = crossing_points(one[~known], other[~known])
    return points


def inside(lines: Int64, points: Int64) -> Bool:
    """Tell of each point (k, 2) whether it lies on the line (k, 4) beside it, between its ends."""
    along, off = lines[:, 2:] - lines[:, :2], points - lines[:, :2]
    dot = (along * off).sum(axis=1)
    return (sides(lines, points) == 0) & (dot > 0) & (dot < (along * along).sum(axis=1))


def sides(lines: Int64, points: Int64) -> Int64:
    """Return 1, 0 or -1 for each point (k, 2): left of, on, or right of the line (k, 4) beside it (exact)."""
    along, off = lines[:, 2:] - lines[:, :2], points - lines[:, :2]
    return np.sign(along[:, 0] * off[:, 1] - along[:, 1] * off[:, 0])


def crossing_points(one: Int64, other: Int64) -> Int64:
    """Return the lattice point (k, 2) whose square holds the crossing of the lines (k, 4) and (k, 4)."""
    a, b = one[:, 2:] - one[:, :2], other[:, 2:] - other[:, :2]
    off = other[:, :2] - one[:, :2]
    under = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).astype(np.float64)
    over = (off[:, 0] * b[:, 1] - off[:, 1] * b[:, 0]).astype(np.float64)
    moved = a * (over / under)[:, None]
    points = one[:, :2] + np.floor(moved + 0.5).astype(np.int64)
    close = (np.abs(moved - np.floor(moved) - 0.5) < NEAR_HALF).any(axis=1)
    for k in np.flatnonzero(close).tolist():
        points[k] = exact_crossing(one[k].tolist(), other[k].tolist())
    return points


def exact_crossing(one: list[int], other: list[int]) -> tuple[int, int]:
    """Return what `crossing_points` does for one pair, in fractions."""
    ax, ay = one[2] - one[0], one[3] - one[1]
    bx, by = other[2] - other[0], other[3] - other[1]
    part = Fraction((other[0] - one[0]) * by - (other[1] - one[1]) * bx, ax * by - ay * bx)
    half = Fraction(1, 2)
    return one[0] + (part * ax + half).__floor__(), one[1] + (part * ay + half).__floor__()
