"""The boundary-chain identity on arrays: which segments cancel, of which rank a border is, what is left over.

Every unit's indicator is at least 0, and the sum of the boundaries is the boundary of the sum. So if the directed
segments of all units cancel but for those of the frame, every point of the frame lies in exactly one unit: no gap, no
overlap, no tolerance.

Source: boundaries.md 6.3, invariant I3.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.partition import edgehash, selfrings
from geo.partition.lattice import rings_from_polygons, take_rings
from geo.partition.model import Int64, Rings, UInt8

Int8 = npt.NDArray[np.int8]
Int32 = npt.NDArray[np.int32]


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


def match(rings: Rings, ancestors: Int32) -> Chain:
    """Return the chain of rings (any owner order) under ``ancestors`` (levels, units): top level first, the unit itself last."""
    partner = _cancelled(rings)
    alone = int((partner == -1).sum())
    rank = np.empty(len(rings.xy), np.int8)
    edgehash.rank_of(partner, rings.start, rings.owner, ancestors, rank)
    return Chain(rank, alone, len(ancestors))


def partners(rings: Rings) -> Int32:
    """Return for each segment (n,) the one that runs opposite to it in another ring, -1 where there is none."""
    closed = _cancelled(rings)
    opened = closed - np.searchsorted(_closing(rings), closed).astype(np.int32)
    return np.where(closed < 0, closed, opened)[closed != -2]


def _closing(rings: Rings) -> Int64:
    """Return the places (r,) of the closing vertices among the closed rings."""
    return rings.start[1:] + np.arange(len(rings.owner))


def _cancelled(rings: Rings) -> Int32:
    """Return the partner of each segment as `edgehash.cancel` numbers them, rings closed."""
    keys = edgehash.packed(rings.xy, rings.start)
    partner = np.empty(len(keys), np.int32)
    entries = edgehash.prepare(keys, rings.start, partner)
    lonely = edgehash.cancel(keys, table_for(entries), partner, True)
    edgehash.cancel(keys, table_for(lonely), partner, False)
    return partner


def table_for(entries: int) -> Int32:
    """Return an empty table for so many entries, at most half full."""
    return np.zeros(2 << int(entries).bit_length(), np.int32)


def themselves(count: int) -> Int32:
    """Return the ancestors (1, count) of units without parents."""
    return np.arange(count, dtype=np.int32).reshape(1, -1)


def own_verdicts(rings: Rings, count: int) -> UInt8:
    """Return (count,) `selfrings` verdict on each owner's own rings, 0 where they bound it truly; rings sorted by owner."""
    bounds = np.searchsorted(rings.owner, np.arange(count + 1)).astype(np.int64)
    sizes = np.diff(rings.start[bounds])
    verdict = np.zeros(count, np.uint8)
    selfrings.judge(rings.xy, rings.start, bounds, int(sizes.max(initial=1)), verdict)
    return verdict


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
    own = own_verdicts(rings, len(geometries)) if own_rings else None
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
