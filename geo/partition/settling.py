"""One set of units against one frame: nodes them, cancels their boundaries, and names what is wrong.

Import, proof and subdivision all come through here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.partition import selfrings
from geo.partition.boundary import enclosed, recut
from geo.partition.chain import Chain, match, reversed_rings, split_owner
from geo.partition.faces import LeftOver
from geo.partition.faults import area_fault_of_rings, describe, with_neighbours
from geo.partition.junctions import node
from geo.partition.lattice import concatenate, following, owners, segments, segments_at, take_rings
from geo.partition.model import Fault, Int64, Rings
from geo.partition.ownrings import conflicts, nested_rightly

Int32 = npt.NDArray[np.int32]
NOTHING_LEFT: Final = (np.empty((0, 4), np.int64), np.empty(0, np.int64), np.empty(0, np.uint8))


@dataclass(frozen=True, eq=False)
class Settled:
    """The units with every junction inserted, the chain under their parents, and what the cancelling left over.

    ``chain.rank`` is in the order of the vertices of ``rings``. ``frame`` is the noded one: the given with its junctions, or the
    outline if that bounds a set; else None. ``left`` has the segments without partner, a given frame's backwards among them.
    """

    rings: Rings
    chain: Chain
    frame: Rings | None
    left: LeftOver
    frame_given: bool
    vertices_inserted: int


def settle(rings: Rings, ancestors: Int32, frame: Rings | None, known: Chain | None = None) -> Settled:
    """Return the units settled against ``frame`` (None: derive it).

    Parameters
    ----------
    rings : (r,) of the units, sorted by owner; every unit's own rings tested before
    ancestors : (levels, units) unit numbers, top level first, the unit itself last
    frame : canonical rings of the given frame, owner 0
    known : the chain of the rings without the frame, where there is one already
    """
    if known is not None and frame is not None and leaves_only(rings, known, frame):
        closed = Chain(np.maximum(known.rank, 1), 0, known.levels)
        return Settled(rings, closed, frame, LeftOver(*NOTHING_LEFT), True, 0)
    count = ancestors.shape[1]
    whole, above = rings, ancestors
    if frame is not None:
        whole = concatenate([rings, reversed_rings(frame, count)])
        above = np.hstack([ancestors, np.full((len(ancestors), 1), -1, np.int32)])
    chain = match(whole, above)
    outline = outline_of(whole, chain) if frame is None else None
    inserts = 0
    if chain.alone and outline is None:
        whole, inserts = node(whole, np.flatnonzero(chain.rank == 0))
    if inserts:
        chain = match(whole, above)
        outline = outline_of(whole, chain) if frame is None else None
    units, backwards = (whole, None) if frame is None else split_owner(whole, count)
    noded = outline if backwards is None else reversed_rings(backwards, 0)
    left = left_over(whole, chain)
    chain = Chain(chain.rank[: len(units.xy)], chain.alone, chain.levels)
    return Settled(units, chain, noded, left, frame is not None, inserts)


def leaves_only(rings: Rings, chain: Chain, frame: Rings) -> bool:
    """Tell whether the segments without partner are those of the frame, one at each vertex (else: no)."""
    alone, drawn = segments_at(rings, np.flatnonzero(chain.rank == 0)), segments(frame)
    return len(alone) == len(drawn) and bool((alone[by_start(alone)] == drawn[by_start(drawn)]).all())


def by_start(lines: Int64) -> Int64:
    """Return the order (n,) of segments (n, 4) by where they start."""
    return np.argsort((lines[:, 0] << 32) + lines[:, 1])


def left_over(whole: Rings, chain: Chain) -> LeftOver:
    """Return the segments without partner."""
    which = np.flatnonzero(chain.rank == 0)
    after = following(whole)[which]
    return LeftOver(segments_at(whole, which), owners(whole)[which], whole.kind[after])


def faults_of(settled: Settled, codes: Sequence[str], level: int, crossing: Sequence[int] = ()) -> list[Fault]:
    """Return what is wrong with settled units, named by ``codes``, as faults of ``level``.

    ``crossing`` are the units whose own rings are no true boundary: where two of them cross alike the chain cancels, so their
    segments are looked at in any case.
    """
    left, rings = settled.left, settled.rings
    if not len(crossing):
        if settled.frame_given and not len(left.lines):
            return []
        if not settled.frame_given and settled.frame is not None:
            return holes(settled.frame, left, codes, level)
    where = np.flatnonzero(np.isin(owners(rings), np.asarray(crossing, np.int64)))
    crossed = segments_at(rings, where)
    return describe(left, rings, codes, level, settled.frame if settled.frame_given else None, crossed)


def outline_of(whole: Rings, chain: Chain) -> Rings | None:
    """Return the outline that the segments without partner form; None if they bound no set of points."""
    which = np.flatnonzero(chain.rank == 0)
    lines = segments_at(whole, which)
    rings = recut(lines, np.zeros(len(lines), np.int64), whole.kind[which])
    return rings if rings is not None and is_boundary(rings) else None


def is_boundary(rings: Rings) -> bool:
    """Tell whether rings of one owner, cut by `recut`, bound a set: they meet in common vertices only and nest rightly."""
    if not len(rings.owner):
        return True
    pairs = conflicts(rings, first_crossing=True)
    if len(pairs):
        if (pairs[:, 2] >= selfrings.CROSSES).any():
            return False
        after = rings.xy[following(rings)]
        ends = np.stack([rings.xy[pairs[:, 0]], after[pairs[:, 0]]], axis=1)
        others = np.stack([rings.xy[pairs[:, 1]], after[pairs[:, 1]]], axis=1)
        shared = (ends[:, :, None] == others[:, None, :]).all(axis=3).any(axis=(1, 2))
        if not shared.all():
            return False
    return nested_rightly(rings)


def holes(outline: Rings, left: LeftOver, codes: Sequence[str], level: int) -> list[Fault]:
    """Return what a sound outline encloses without holding it as gaps, with the units round each."""
    places = enclosed(outline)
    count = int(places.owner.max(initial=-1)) + 1
    each = [take_rings(places, np.flatnonzero(places.owner == number)) for number in range(count)]
    return with_neighbours([area_fault_of_rings("gap", (), level, ring) for ring in each], left, codes)
