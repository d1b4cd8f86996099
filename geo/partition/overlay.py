"""How much land was one leaf's before and is another's after, exactly, as rational numbers.

No polygon is intersected. The land inside directed segments is the signed sum of the land below each of them, so the land
common to two leaves is a sum over pairs of segments of the land below both. Of the leaf after only the segments that
differ from before are looked at: what leaves had in common before is known (all of it, or none).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from geo.partition.lattice import areas2, following, take_rings
from geo.partition.model import Int64, Rings

AT_ONCE: Final = 4_000_000
Segment = list[int]
Sides = tuple[Int64, Int64]  # segments (n, 4) as x0, y0, x1, y1 with x0 < x1, and the sign (n,) of the land below each


@dataclass(frozen=True, eq=False)
class Cells:
    """Some leaves: the segments (n, 4) of each and twice its area in cm², by key."""

    lines: dict[str, Int64]
    areas2: dict[str, int]


def cells(rings: Rings, keys: dict[int, str]) -> Cells:
    """Return the leaves of rings whose owner has a key."""
    lines: dict[str, Int64] = {}
    areas: dict[str, int] = {}
    for number, key in keys.items():
        mine = take_rings(rings, np.flatnonzero(rings.owner == number))
        lines[key] = np.hstack([mine.xy, mine.xy[following(mine)]])
        areas[key] = int(areas2(mine).sum())
    return Cells(lines, areas)


def overlay(before: Cells, after: Cells) -> dict[tuple[str, str], Fraction]:
    """Return twice the area in cm² that one leaf had before and another has after, where it is not 0.

    Both hold all leaves that differ; key ``""`` stands for the land that no leaf of them has (the frame's slivers).
    """
    found: dict[tuple[str, str], Fraction] = {}
    for new in after.lines:
        chain = changed_sides(before.lines.get(new), after.lines[new])
        reach = bounds(chain[0])
        for old, lines in before.lines.items():
            whole = Fraction(before.areas2[old] if old == new else 0)
            whole += common2(upright(lines), chain) if meets(bounds(lines), reach) else 0
            if whole:
                found[old, new] = whole
    return found | dict(_outside(before, after, found))


def _outside(
    before: Cells, after: Cells, found: dict[tuple[str, str], Fraction]
) -> Iterator[tuple[tuple[str, str], Fraction]]:
    for old, area in before.areas2.items():
        rest = area - sum((one for pair, one in found.items() if pair[0] == old), Fraction(0))
        if rest:
            yield (old, ""), rest
    for new, area in after.areas2.items():
        rest = area - sum((one for pair, one in found.items() if pair[1] == new), Fraction(0))
        if rest:
            yield ("", new), rest


def upright(lines: Int64) -> Sides:
    """Return directed segments from west to east, with the sign of the land below each; upright ones are left out."""
    lines = lines[lines[:, 0] != lines[:, 2]]
    back = lines[:, 0] > lines[:, 2]
    turned = np.where(back[:, None], lines[:, [2, 3, 0, 1]], lines)
    return turned, np.where(back, 1, -1)


def changed_sides(old: Int64 | None, new: Int64) -> Sides:
    """Return what is in a leaf's segments now and was not before, and with the other sign what was and is not."""
    if old is None:
        return upright(new)
    was, now = set(map(tuple, old.tolist())), set(map(tuple, new.tolist()))
    gone, come = (np.array(sorted(some), np.int64).reshape(-1, 4) for some in (was - now, now - was))
    (lines, signs), (back, minus) = upright(come), upright(gone)
    return np.vstack([lines, back]), np.concatenate([signs, -minus])


def bounds(lines: Int64) -> tuple[int, int, int, int]:
    """Return the box round segments: west, south, east, north; one that meets nothing if there are none."""
    if not len(lines):
        return (1, 1, 0, 0)
    x, y = lines[:, [0, 2]], lines[:, [1, 3]]
    return int(x.min()), int(y.min()), int(x.max()), int(y.max())


def meets(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    """Tell whether two boxes have more than a side in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def common2(land: Sides, chain: Sides) -> Fraction:
    """Return twice the area common to what two closed chains of segments bound, in cm²."""
    sums: dict[int, int] = {}
    whole = Fraction(0)
    for one, other, sign in _pairs(land, chain):
        x0, x1 = max(one[0], other[0]), min(one[2], other[2])
        low = _lower(one, other, x0, x1)
        if low is None:
            whole += sign * _crossing(one, other, x0, x1)
        else:
            run = low[2] - low[0]
            sums[run] = sums.get(run, 0) + sign * (_height(low, x0) + _height(low, x1)) * (x1 - x0)
    return whole + sum((Fraction(part, run) for run, part in sums.items() if part), Fraction(0))


def _pairs(land: Sides, chain: Sides) -> Iterator[tuple[Segment, Segment, int]]:
    """Give the pairs of segments that lie above one another, with the product of their signs.

    A segment of ``land`` below all of ``chain`` is left out: the signs of the chain above it cancel.
    """
    lines, signs = chain
    if not len(lines):
        return
    kept = np.maximum(land[0][:, 1], land[0][:, 3]) > lines[:, [1, 3]].min()
    ground, ground_signs = land[0][kept], land[1][kept]
    step = max(1, AT_ONCE // len(lines))
    for first in range(0, len(ground), step):
        some = ground[first : first + step]
        above = (some[:, None, 0] < lines[None, :, 2]) & (lines[None, :, 0] < some[:, None, 2])
        one, other = np.nonzero(above)
        products = ground_signs[first + one] * signs[other]
        yield from zip(some[one].tolist(), lines[other].tolist(), products.tolist(), strict=True)


def _height(line: Segment, x: int) -> int:
    """Return how high a segment is at x, times its run."""
    return line[1] * (line[2] - line[0]) + (x - line[0]) * (line[3] - line[1])


def _gap(one: Segment, other: Segment, x: int) -> int:
    """Return how much higher one segment is than another at x, times both runs."""
    return _height(one, x) * (other[2] - other[0]) - _height(other, x) * (one[2] - one[0])


def _lower(one: Segment, other: Segment, x0: int, x1: int) -> Segment | None:
    """Return the lower of two segments between x0 and x1, None where they cross in between."""
    start, end = _gap(one, other, x0), _gap(one, other, x1)
    if start <= 0 and end <= 0:
        return one
    return other if start >= 0 and end >= 0 else None


def _crossing(one: Segment, other: Segment, x0: int, x1: int) -> Fraction:
    """Return twice the area below both of two segments that cross between x0 and x1."""
    start, end = _gap(one, other, x0), _gap(one, other, x1)
    if start > 0:  # ``one`` is higher at first: what lies below it, less the triangle above the other
        one, other, start, end = other, one, -start, -end
    run, runs = one[2] - one[0], (one[2] - one[0]) * (other[2] - other[0])
    below = Fraction((_height(one, x0) + _height(one, x1)) * (x1 - x0), run)
    return below - Fraction(end * end * (x1 - x0), (end - start) * runs)
