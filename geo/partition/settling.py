"""One set of units against one frame: nodes them, cancels their boundaries, and names what is wrong.

Import, proof and subdivision all come through here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.partition import selfrings
from geo.partition.boundary import recut
from geo.partition.chain import Chain, left_over, match, reversed_rings, split_owner
from geo.partition.faults import LeftOver, area_fault_of_rings, describe, with_neighbours
from geo.partition.junctions import node
from geo.partition.lattice import areas2, concatenate, empty_rings, following, take_rings
from geo.partition.model import Fault, Rings
from geo.partition.ownrings import conflicts, nested_rightly

Int32 = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Settled:
    """The units with every junction inserted, the chain under their parents, the frame they fill, and what is wrong.

    ``chain.rank`` is in the order of the vertices of ``rings``. ``frame`` is the noded one: given (with junctions) or derived
    (the outline; None if there is none that could be trusted).
    """

    rings: Rings
    chain: Chain
    frame: Rings | None
    faults: tuple[Fault, ...]
    vertices_inserted: int


def settle(rings: Rings, codes: Sequence[str], level: int, ancestors: Int32, frame: Rings | None) -> Settled:
    """Return the units settled against ``frame`` (None: derive it).

    Parameters
    ----------
    rings : (r,) of the units, sorted by owner; every unit's own rings tested before
    codes : (units,) names
    level : of the units, for the faults
    ancestors : (levels, units) unit numbers, top level first, the unit itself last
    frame : canonical rings of the given frame, owner 0
    """
    count = len(codes)
    whole = rings if frame is None else concatenate([rings, reversed_rings(frame, count)])
    above = ancestors if frame is None else np.hstack([ancestors, np.full((len(ancestors), 1), -1, np.int32)])
    chain = match(whole, above)
    outline = None
    inserts = 0
    if chain.alone and frame is None:
        outline = outline_of(whole, chain)
    if chain.alone and outline is None:
        whole, inserts = node(whole, np.flatnonzero(chain.rank == 0))
        chain = match(whole, above) if inserts else chain
        outline = outline_of(whole, chain) if inserts and frame is None else None
    units, noded = (whole, outline) if frame is None else split_owner(whole, count)
    left = LeftOver(*left_over(whole, chain)[1:])
    faults = _faults(units, codes, level, left, outline, frame)
    chain = Chain(chain.rank[: len(units.xy)], chain.alone, chain.levels)
    return Settled(units, chain, _frame(noded, frame is not None), tuple(faults), inserts)


def _frame(noded: Rings | None, given: bool) -> Rings | None:
    if noded is None or not given:
        return noded
    return reversed_rings(noded, 0)


def _faults(
    units: Rings, codes: Sequence[str], level: int, left: LeftOver, outline: Rings | None, frame: Rings | None
) -> list[Fault]:
    if frame is None and (outline is not None or not len(left.lines)):
        return holes(outline or empty_rings(), left, codes, level)
    if not len(left.lines):
        return []
    return describe(left, units, codes, level, frame)


def outline_of(whole: Rings, chain: Chain) -> Rings | None:
    """Return the outline that the segments without partner form; None if they bound no set of points."""
    which, lines, _ = left_over(whole, chain)
    rings = recut(lines, np.zeros(len(lines), np.int64), whole.kind[which])
    return rings if rings is not None and is_boundary(rings) else None


def is_boundary(rings: Rings) -> bool:
    """Tell whether rings of one owner, cut by `recut`, bound a set: they meet in common vertices only and nest rightly."""
    if not len(rings.owner):
        return True
    pairs = conflicts(rings)
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
    """Return the holes of a sound outline as gaps, with the units round each."""
    which = np.flatnonzero(areas2(outline) < 0)
    gaps = [
        area_fault_of_rings("gap", (), level, reversed_rings(take_rings(outline, which[i : i + 1]), 0))
        for i in range(len(which))
    ]
    return with_neighbours(gaps, left, codes)
