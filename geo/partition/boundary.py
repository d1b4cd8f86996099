"""Rings from directed segments: how parents, frames, residuals and self-touching rings get their canonical rings."""

import numpy as np

from geo.partition import ringtrace
from geo.partition.lattice import areas2, arranged, by_owner, empty_rings, segments, take_rings, with_owner
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
    loose = traced(lines, group, kind)
    if loose is None or not len(loose.owner):
        return loose
    shell = shells(loose)
    return None if (shell < 0).any() else arranged(loose, shell)


def traced(lines: Int64, group: Int64, kind: UInt8 | None = None) -> Rings | None:
    """Return the simple rings of directed segments, sorted by owner, else in no order (see `recut`)."""
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
    return by_owner(Rings(lines[order, :2], start, group[order[start[:-1]]], kinds[order]))


def shells(loose: Rings) -> Int64:
    """Return for each ring (r,) the smallest shell of its owner round it: itself if it is one, -1 for a hole in none."""
    bounds = np.flatnonzero(np.concatenate([[True], np.diff(loose.owner) != 0, [True]]))
    shell = np.empty(len(loose.owner), np.int64)
    ringtrace.shells_of_holes(loose.xy, loose.start, areas2(loose), bounds, shell)
    return shell


def enclosed(rings: Rings) -> Rings:
    """Return the places that sound rings of one owner enclose without holding them, each with its own owner number.

    These are the holes, and the land between parts that touch in several points.
    """
    backwards = segments(rings)[:, [2, 3, 0, 1]]
    loose = traced(backwards, np.zeros(len(backwards), np.int64))
    if loose is None or not len(loose.owner):
        return empty_rings()
    shell = shells(loose)
    inner = np.flatnonzero(shell >= 0)
    outer = np.flatnonzero(shell == np.arange(len(shell)))
    numbered = with_owner(take_rings(loose, inner), np.searchsorted(outer, shell[inner]))
    order = np.lexsort((shell[inner] != inner, numbered.owner))  # the shell of each place before its holes
    places = take_rings(numbered, order)
    leading = np.concatenate([[True], np.diff(places.owner) != 0])
    return arranged(places, np.flatnonzero(leading)[places.owner])
