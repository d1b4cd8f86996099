"""Grids as connected groups of blocks of like size, and the order in which they are numbered."""

import heapq
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]
Neighbours = Sequence[Mapping[int, float]]

ROUNDS = 8
ROW_M = 420.0  # grids whose middles lie in one band of this height are numbered west to east


def grow(members: Iterable[int], near: Neighbours, seeds: Sequence[int], handicap: Sequence[float]) -> dict[int, int]:
    """Return for each member the number of the seed it is nearest to, walking from block to block inside ``members``.

    ``handicap`` (metres, one for each seed) is added at the start: a large group starts late and so becomes smaller.
    """
    allowed = set(members)
    found: dict[int, int] = {}
    waiting = [(handicap[i], block, i) for i, block in enumerate(seeds)]
    heapq.heapify(waiting)
    while waiting:
        distance, block, seed = heapq.heappop(waiting)
        if block in found:
            continue
        found[block] = seed
        for other, step in near[block].items():
            if other in allowed and other not in found:
                heapq.heappush(waiting, (distance + step, other, seed))
    return found


def middle_block(group: Sequence[int], sites: Float) -> int:
    """Return the block of ``group`` whose site is nearest to the middle of the group."""
    own = sites[list(group)]
    return group[int(np.hypot(*(own - own.mean(axis=0)).T).argmin())]


def balanced(members: Sequence[int], near: Neighbours, sites: Float, seeds: Sequence[int]) -> list[list[int]]:
    """Return connected groups of ``members``, one for each seed, of about the same number of blocks."""
    seeds = list(seeds)
    handicap = [0.0] * len(seeds)
    groups: list[list[int]] = []
    aim = len(members) / len(seeds)
    for _ in range(ROUNDS):
        label = grow(members, near, seeds, handicap)
        groups = [sorted(b for b, s in label.items() if s == i) for i in range(len(seeds))]
        handicap = [h + 14.0 * (len(g) - aim) for h, g in zip(handicap, groups, strict=True)]
        handicap = [h - min(handicap) for h in handicap]
        seeds = [middle_block(g, sites) if g else s for g, s in zip(groups, seeds, strict=True)]
    return groups


def spread(members: Sequence[int], sites: Float, count: int) -> list[int]:
    """Return ``count`` blocks of ``members`` far from one another, the westernmost first."""
    chosen = [min(members, key=lambda b: (sites[b][0], b))]
    while len(chosen) < count:
        away = {b: min(float(np.hypot(*(sites[b] - sites[c]))) for c in chosen) for b in members}
        chosen.append(max(members, key=lambda b: (away[b], b)))
    return chosen


def numbered(groups: Iterable[Sequence[int]], sites: Float) -> list[Sequence[int]]:
    """Return the groups in the order of their serials: from north to south by bands, from west to east in each."""

    def place(group: Sequence[int]) -> tuple[int, float]:
        x, y = sites[list(group)].mean(axis=0)
        return -int(y // ROW_M), float(x)

    return sorted(groups, key=place)
