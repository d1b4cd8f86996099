"""Which stretches of border a change drew and removed, by rank. A junction that comes or goes on a drawn line moves no border."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import hypot
from typing import Final

import numpy as np

from geo.partition.excerpt import Excerpt
from geo.partition.lattice import owners, segments
from geo.partition.members import Touched
from geo.partition.model import Int64, Rings
from geo.partition.outline import is_drawn

LEAST_M: Final = 0.005  # half a lattice step; a line bent at a junction is longer by less
Line = tuple[int, int, int, int]
Sides = dict[Line, tuple[int, str]]  # directed segment -> rank of the border, key of the unit of that rank to its left


@dataclass(slots=True)
class Stretch:
    """What there is of a border of one rank along one drawn line: metres before and after, the units beside it."""

    lengths: list[float]
    units: list[tuple[str, ...]]


def touched(before: Excerpt, after: Excerpt) -> tuple[Touched, ...]:
    """Return the stretches of border that are there only before, or only after."""
    both = _sides(before, after)
    same_frame = _alike(before.part.frame, after.part.frame)
    stretches: dict[tuple[int, Line], Stretch] = {}
    for when, (excerpt, mine, others) in enumerate(((before, both[0], both[1]), (after, both[1], both[0]))):
        whole = _Drawn(excerpt)
        for line, (rank, unit) in mine.items():
            if (not rank and same_frame) or _same(others, line, rank) or not _leads(line, mine):
                continue
            beside = mine.get(_back(line))
            units = (unit,) if beside is None else tuple(sorted((unit, beside[1])))
            drawn = max(
                (whole.line(key, one) for key, one in ((unit, line), (units[0], line), (units[-1], line))), key=_length
            )
            back = max((whole.line(key, _back(line)) for key in units), key=_length)
            name = min(max(drawn, back, key=_length), _back(max(drawn, back, key=_length)))
            stretch = stretches.setdefault((rank, name), Stretch([0.0, 0.0], [(), ()]))
            stretch.lengths[when] += _length(line)
            stretch.units[when] = units
    return tuple(_summed(stretches))


def _alike(one: Rings, other: Rings) -> bool:
    """Tell whether two legal frames are the same: then nothing of the outline moves, whoever lies behind it."""
    return np.array_equal(one.xy, other.xy) and np.array_equal(one.start, other.start)


def _summed(stretches: Mapping[tuple[int, Line], Stretch]) -> Iterator[Touched]:
    sums: dict[tuple[int, tuple[str, ...], bool], float] = {}
    for (rank, _), stretch in stretches.items():
        gained = stretch.lengths[1] - stretch.lengths[0]
        if abs(gained) >= LEAST_M:
            name = (rank, stretch.units[gained > 0], gained > 0)
            sums[name] = sums.get(name, 0.0) + abs(gained)
    for (rank, units, drawn), length in sorted(sums.items()):
        yield Touched(rank, units, length, drawn)


def _sides(before: Excerpt, after: Excerpt) -> tuple[Sides, Sides]:
    """Return the rank of each directed segment that is a border, and the unit of that rank to its left, before and after.

    Left out are the segments that stand in both with the same rank, either way: nothing of them was drawn or removed.
    """
    borders = [
        _Borders(segments(one.rings), one.chain.rank.astype(np.int64), owners(one.rings)) for one in (before, after)
    ]
    names = [one.names for one in borders]
    _, number = np.unique(np.concatenate(names), return_inverse=True)
    number = number.reshape(-1)
    split = len(names[0])
    common = np.intersect1d(number[:split], number[split:])
    kept = ~np.isin(number, common)
    one, other = borders[0].sides(before, kept[:split]), borders[1].sides(after, kept[split:])
    return one, other


@dataclass(frozen=True, eq=False)
class _Borders:
    """The directed segments (n, 4) of an excerpt's leaves, the rank of each and the leaf to its left."""

    lines: Int64
    rank: Int64
    leaf: Int64

    @property
    def names(self) -> np.ndarray[tuple[int], np.dtype[np.void]]:
        """The segment, whichever way it runs, and its rank, as one value (n,)."""
        back = self.lines[:, [2, 3, 0, 1]]
        turned = (self.lines[:, 0] > back[:, 0]) | ((self.lines[:, 0] == back[:, 0]) & (self.lines[:, 1] > back[:, 1]))
        table = np.column_stack([np.where(turned[:, None], back, self.lines), self.rank])
        return np.ascontiguousarray(table).view(np.dtype((np.void, table.itemsize * table.shape[1]))).reshape(-1)

    def sides(self, excerpt: Excerpt, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Sides:
        """Return the segments that are kept."""
        standing = [excerpt.standing(row) for row in range(len(excerpt.shape.levels))]
        parts = (part[kept].tolist() for part in (self.lines, self.rank, self.leaf))
        found: Sides = {}
        for (x0, y0, x1, y1), of, place in zip(*parts, strict=True):
            found[x0, y0, x1, y1] = of, standing[max(of - 1, 0)][place]
        return found


def _same(sides: Sides, line: Line, rank: int) -> bool:
    """Tell whether a border of the same rank runs along a segment, either way."""
    found = sides.get(line) or sides.get(_back(line))
    return found is not None and found[0] == rank


def _leads(line: Line, sides: Sides) -> bool:
    """Tell whether a segment stands for the border, where there is one on either side."""
    return _back(line) not in sides or line < _back(line)


def _back(line: Line) -> Line:
    return line[2], line[3], line[0], line[1]


def _length(line: Line) -> float:
    return hypot(line[2] - line[0], line[3] - line[1]) / 100


class _Drawn:
    """The drawn line that each segment of a unit's outline is part of, found when first asked for."""

    def __init__(self, excerpt: Excerpt) -> None:
        self._excerpt = excerpt
        self._lines: dict[str, dict[Line, Line]] = {}

    def line(self, key: str, segment: Line) -> Line:
        """Return the drawn line of a unit's outline that a segment of it is part of; itself where it is none of it."""
        if key not in self._lines:
            rings = self._excerpt.own.get(key)
            self._lines[key] = {} if rings is None else drawn_lines(rings)
        return self._lines[key].get(segment, segment)


def drawn_lines(rings: Rings) -> dict[Line, Line]:
    """Return for each segment of rings the drawn line, from drawn vertex to drawn vertex, that it is part of."""
    keep = is_drawn(rings)
    lines = segments(rings)
    found: dict[Line, Line] = {}
    for first, end in zip(rings.start[:-1].tolist(), rings.start[1:].tolist(), strict=True):
        corners = first + np.flatnonzero(keep[first:end])
        if len(corners):
            starts, ends = _spans(first, end, corners)
            whole = np.hstack([rings.xy[starts], rings.xy[ends]])
            pairs = zip(lines[first:end].tolist(), whole.tolist(), strict=True)
            found |= {(a, b, c, d): (x, y, z, w) for (a, b, c, d), (x, y, z, w) in pairs}
    return found


def _spans(first: int, end: int, corners: Int64) -> tuple[Int64, Int64]:
    """Return for each vertex of a ring the last corner at or before it, and the first after it."""
    place = np.searchsorted(corners, np.arange(first, end), side="right")
    return corners[place - 1], corners[place % len(corners)]
