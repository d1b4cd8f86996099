"""Parents by union: the borders of their rank, cut into rings."""

import numpy as np

from geo.partition.boundary import recut
from geo.partition.chain import Chain
from geo.partition.lattice import concatenate, empty_rings, owners, segments_at
from geo.partition.levels import Int32
from geo.partition.model import Int64, Rings


def united(rings: Rings, chain: Chain, row: int, above: Int32 | Int64) -> Rings:
    """Return the rings of the parents (owner: number of the parent) of all units.

    Parameters
    ----------
    rings, chain : of the units and their boundary chain
    row : level row of the chain's ancestors
    above : (units,) that row: number of the parent of each unit; -1 for units to leave out

    A segment bounds a parent if there is nothing, or another parent, on its other side. A parent whose segments form no
    closed chain (its units are faulty) is left out.
    """
    parent = np.asarray(above, np.int64)[owners(rings)]
    which = np.flatnonzero((parent >= 0) & (chain.rank <= row + 1))
    lines, group, kind = segments_at(rings, which), parent[which], rings.kind[which]
    whole = recut(lines, group, kind)
    if whole is not None:
        return whole
    order = np.argsort(group, kind="stable")
    each = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    single = [recut(lines[some], group[some], kind[some]) for some in each]
    return concatenate([one for one in single if one is not None] or [empty_rings()])
