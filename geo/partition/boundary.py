"""Rings from directed segments: how parents, frames, residuals and self-touching rings get their canonical rings."""

import numpy as np

from geo.partition import ringtrace
from geo.partition.lattice import areas2, arranged, by_owner, empty_rings
from geo.partition.model import Int64, Rings, UInt8


def recut(lines: Int64, group: Int64, kind: UInt8 | None = None) -> Rings | None:
    """Return the canonical rings whose directed segments are exactly ``lines``; None if they are no closed chain.

    Parameters
    ----------
    lines : (m, 4) directed segments in centimetres, interior to the left
    group : (m,) owner of each
    kind : (m,) `VertexKind` of the vertex where each begins; drawn if not given

    Each ring is simple. That they are nested rightly is not tested here (`selfrings.judge` does); None also where a
    hole lies in no shell of its owner, or a vertex has no consistent way through.
    """
    if len(lines) == 0:
        return empty_rings()
    lines, group = np.ascontiguousarray(lines, np.int64), np.ascontiguousarray(group, np.int64)
    m = len(lines)
    table = np.zeros(1 << int(2 * m - 1).bit_length(), np.int32)
    vertex, sibling, following = (np.empty(m, np.int32) for _ in range(3))
    ringtrace.link(lines, group, table, vertex, sibling)
    if not ringtrace.successors(lines, group, table, sibling, following):
        return None
    order, start = np.empty(m, np.int32), np.empty(m + 1, np.int64)
    count = ringtrace.cut(following, vertex, order, start)
    start = start[: count + 1]
    kinds = np.zeros(m, np.uint8) if kind is None else kind
    loose = Rings(lines[order, :2], start, group[order[start[:-1]]], kinds[order])
    return canonical_with_holes(loose)


def canonical_with_holes(loose: Rings) -> Rings | None:
    """Return simple rings in any order as canonical ones, each hole after the smallest shell round it; None if one has none."""
    loose = by_owner(loose)
    area2 = areas2(loose)
    bounds = np.flatnonzero(np.concatenate([[True], np.diff(loose.owner) != 0, [True]]))
    shell = np.empty(len(area2), np.int64)
    ringtrace.shells_of_holes(loose.xy, loose.start, area2, bounds, shell)
    if (shell < 0).any():
        return None
    return arranged(loose, shell)
