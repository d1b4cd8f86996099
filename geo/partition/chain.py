"""The boundary-chain identity on arrays: which segments cancel, of which rank a border is, what is left over.

Every unit's indicator is at least 0, and the sum of the boundaries is the boundary of the sum. So if the directed
segments of all units cancel but for those of the frame, every point of the frame lies in exactly one unit: no gap, no
overlap, no tolerance.

Source: boundaries.md 6.3, invariant I3.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from geo.partition import edgehash, selfrings
from geo.partition.lattice import rings_from_polygons, take_rings
from geo.partition.model import Int64, Rings, UInt8

Int8 = npt.NDArray[np.int8]
Int32 = npt.NDArray[np.int32]
UInt64 = npt.NDArray[np.uint64]

BLOCK: Final = 131_072  # segments that are cancelled together: they and their table fit a processor's own cache


@dataclass(frozen=True, eq=False)
class Chain:
    """The answer of one pass: ``rank`` (n,) of each segment, ``alone`` segments without a partner, ``levels`` tested.

    Rank 0: no partner (the frame, or a fault). Rank k: the border between two units of level row k - 1 of the ancestors, and
    within one unit of every row before. Rank ``levels + 1``: both sides are the same unit.
    """

    rank: Int8
    alone: int
    levels: int


@dataclass(frozen=True, eq=False)
class Identity:
    """What `chain_identity` found: segments left without partner, borders of each level row, and each unit's own verdict.

    ``own`` (units,) is 0 for a unit whose rings are simple and nested, None where that test was not asked for.
    """

    alone: int
    borders: tuple[int, ...]
    own: UInt8 | None


@dataclass(frozen=True, eq=False)
class _Chains:
    """Room for segments as `edgehash` lays them out: ``first`` key of each chain, ``number`` of its first segment, the keys."""

    first: Int32
    number: Int32
    keys: UInt64
    used: UInt8

    @classmethod
    def room(cls, chains: int, keys: int) -> Self:
        """Return room for so many chains of so many keys in all."""
        first, number = np.zeros(chains + 1, np.int32), np.empty(chains, np.int32)
        return cls(first, number, np.empty(keys, np.uint64), np.empty(keys, np.uint8))

    def cancelled(self, count: int, passes: tuple[int, int], table: Int32, runs: Int32) -> "_Runs":
        """Return the first ``count`` chains, and the stretches of them that cancel; those are used up."""
        found = edgehash.cancel(self.keys, int(self.first[count]), passes, table, self.used, runs)
        return _Runs(self.first[: count + 1], self.number[:count], runs[:found])


@dataclass(frozen=True, eq=False)
class _Runs:
    """Chains, and the stretches (k, 3) of them that cancel: first segment of one side, last of the other, how many."""

    first: Int32
    number: Int32
    runs: Int32


def match(rings: Rings, ancestors: Int32) -> Chain:
    """Return the chain of rings (any owner order) under ``ancestors`` (levels, units): top level first, the unit itself last."""
    rank = np.zeros(len(rings.xy), np.int8)
    owner, alone = rings.owner.astype(np.int32), len(rank)
    for found in _cancelled(rings):
        unit = owner[np.searchsorted(rings.start, found.number, "right") - 1]
        alone -= edgehash.rank_of(found.first, found.number, unit, found.runs, ancestors, rank)
    return Chain(rank, alone, len(ancestors))


def partners(rings: Rings) -> Int32:
    """Return for each segment (n,) the one that runs opposite to it in another ring, -1 where there is none."""
    partner = np.full(len(rings.xy), -1, np.int32)
    for found in _cancelled(rings):
        edgehash.partners_of(found.first, found.number, found.runs, partner)
    return partner


def _cancelled(rings: Rings) -> Iterator[_Runs]:
    """Yield what cancels, block by block; what is yielded is overwritten by the next.

    Rings near each other come in one block, which with its table stays in the processor's caches. Of a block a few are left
    over, most of them on its outline; those of all blocks are cancelled together in the end, so that nothing is overlooked.
    """
    order, bounds, keys = _blocks(rings)
    block = _Chains.room(int(np.diff(bounds).max(initial=0)), keys)
    table, runs = np.empty(4 * keys + 2, np.int32), np.empty((keys, 3), np.int32)
    several = len(bounds) > 2
    passes = edgehash.SAMPLES if several else edgehash.COMPLETE
    left = _Chains.room(len(rings.xy), 2 * len(rings.xy)) if several else block
    count = 0
    for begin, end in pairwise(bounds):
        edgehash.lay(rings.xy, rings.start, order[begin:end], block.first, block.number, block.keys, block.used)
        found = block.cancelled(end - begin, passes, table, runs)
        yield found
        if several:
            count = edgehash.lonely(
                found.first, found.number, block.keys, block.used, left.first, left.number, left.keys, count
            )
    if count:
        keys = int(left.first[count])
        left.used[:keys] = 0
        left.used[left.first[1 : count + 1] - 1] = 1
        yield left.cancelled(count, edgehash.COMPLETE, np.empty(4 * keys + 2, np.int32), np.empty((keys, 3), np.int32))


def _blocks(rings: Rings) -> tuple[Int64, list[int], int]:
    """Return the rings in order of their places, where in it each block begins, and the most keys that one block has."""
    if len(rings.xy) <= BLOCK:
        return np.arange(len(rings.owner)), [0, len(rings.owner)], len(rings.xy) + len(rings.owner)
    order = np.argsort(edgehash.places(rings.xy, rings.start))
    first = np.concatenate([[0], np.cumsum(np.diff(rings.start)[order] + 1)])
    bounds = np.append(np.unique(np.searchsorted(first[:-1], np.arange(0, first[-1], BLOCK))), len(order))
    return order, bounds.tolist(), int(np.diff(first[bounds]).max())


def themselves(count: int) -> Int32:
    """Return the ancestors (1, count) of units without parents."""
    return np.arange(count, dtype=np.int32).reshape(1, -1)


@dataclass(frozen=True, eq=False)
class Judged:
    """Each owner by itself: ``verdict`` (units,) of `selfrings`, 0 where its rings bound it truly; twice its area."""

    verdict: UInt8
    area2: Int64


def judged(rings: Rings, count: int) -> Judged:
    """Return what is said of each owner's own rings (sorted by owner)."""
    bounds = np.searchsorted(rings.owner, np.arange(count + 1)).astype(np.int64)
    sizes = np.diff(rings.start[bounds])
    found = Judged(np.zeros(count, np.uint8), np.zeros(count, np.int64))
    selfrings.judge(rings.xy, rings.start, bounds, int(sizes.max(initial=1)), found.verdict, found.area2)
    return found


def chain_identity(
    geometries: npt.NDArray[np.object_], ancestors: Int32 | None = None, *, own_rings: bool = False
) -> Identity:
    """Return what is left when the boundaries of all polygons cancel, at every level at once.

    Parameters
    ----------
    geometries : (units,) polygons in plane metres; snapping them is part of the work
    ancestors : (levels, units) unit numbers of the parents, top level first, the unit itself last
    own_rings : also test each unit's own rings

    With ``wangge bench coverage`` this is what is timed.
    """
    rings, _ = rings_from_polygons(geometries)
    chain = match(rings, themselves(len(geometries)) if ancestors is None else ancestors)
    borders = np.bincount(chain.rank, minlength=chain.levels + 2)
    own = judged(rings, len(geometries)).verdict if own_rings else None
    return Identity(chain.alone, tuple(int(b) // 2 for b in borders[1:-1]), own)


def reversed_rings(rings: Rings, owner: int) -> Rings:
    """Return the rings running backwards under one owner: minus the boundary."""
    sizes = np.diff(rings.start)
    index = np.repeat(rings.start[:-1] + rings.start[1:] - 1, sizes) - np.arange(len(rings.xy))
    return Rings(rings.xy[index], rings.start, np.full(len(sizes), owner, np.int64), rings.kind[index])


def split_owner(rings: Rings, owner: int) -> tuple[Rings, Rings]:
    """Return the rings of all other owners, and those of ``owner``."""
    mine = rings.owner == owner
    return take_rings(rings, np.flatnonzero(~mine)), take_rings(rings, np.flatnonzero(mine))
