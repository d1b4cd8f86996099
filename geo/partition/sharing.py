"""Shared borders: every border of a partition once, and the rings of every unit of every level as lists of borders.

A border runs from one node to the next. A node is a vertex at which the lines do not simply go on: three or more
borders meet there, or two rings touch. A closed border without any node begins at its smallest vertex.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.partition.chain import partners
from geo.partition.lattice import concatenate, following
from geo.partition.levels import tree
from geo.partition.model import Int64, Partition, Rings, UInt8
from geo.partition.nesting import level_rings

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class SharedBorders:
    """Borders, and rings made of them.

    ``xy`` (n, 2) int64 centimetres and ``start`` (b + 1,) the vertices of each border, both ends included. ``ahead`` and ``back``
    (n,) the `VertexKind` of a vertex in a ring that runs along the border, or against it; a ring has the last vertex of a
    border from its next one. ``borders`` (m,) and ``first`` (r + 1,) the borders of each ring in order, k + 1 for border k run
    along and -(k + 1) against; ``owner`` (r,) the unit of each ring, sorted. A ring is a closed walk from the start of
    its first border; stored rings are the same ones turned to begin at their smallest vertex.
    """

    xy: Int64
    start: Int64
    ahead: UInt8
    back: UInt8
    borders: Int64
    first: Int64
    owner: Int64


@dataclass(frozen=True, eq=False)
class _Runs:
    """Stretches of leaf rings from node to node.

    ``at`` (s,) the segments of each run in order, ``start`` (k + 1,) where each begins, ``twin`` (k,) the run along the same
    border on its other side (-1 on the outline).
    """

    at: Int64
    start: Int64
    twin: Int64


def shared_borders(partition: Partition) -> SharedBorders:
    """Return the borders of a proved partition, and the rings of all its units of all levels."""
    rings = partition.leaf_rings
    partner, after, vertex = partners(rings).astype(np.int64), following(rings), vertex_numbers(rings.xy)
    breaks = _breaks(rings, vertex, partner, after)
    runs = _runs(rings, breaks, partner)
    chosen = np.flatnonzero((runs.twin < 0) | (np.arange(len(runs.twin)) <= runs.twin))
    xy, start, ahead, back = _lines(rings, runs, chosen, after)
    name = np.empty(len(runs.twin), np.int64)
    name[chosen] = np.arange(1, len(chosen) + 1)
    other = runs.twin[chosen]
    apart = (other >= 0) & (other != chosen)
    name[other[apart]] = -name[chosen[apart]]
    every = _every_ring(partition)
    borders, first = _rings_of_borders(every, rings, runs, name, after)
    return SharedBorders(xy, start, ahead, back, borders, first, every.owner)


def vertex_numbers(xy: Int64) -> Int64:
    """Return a number for each vertex (n,), the same for the same place, from 0."""
    low = xy.min(axis=0)
    packed = ((xy[:, 0] - low[0]) << 31) | (xy[:, 1] - low[1])
    return np.unique(packed, return_inverse=True)[1].astype(np.int64)


def _breaks(rings: Rings, vertex: Int64, partner: Int64, after: Int64) -> Flags:
    """Return at which vertices of the leaf rings (n,) a border begins."""
    ways = np.bincount(vertex)
    ways += np.bincount(vertex[after[partner < 0]], minlength=len(ways))
    breaks = (ways != 2)[vertex]
    has_break = np.bitwise_or.reduceat(breaks, rings.start[:-1])
    closed = np.zeros(len(ways), np.bool_)
    closed[vertex[rings.start[:-1][~has_break]]] = True
    return breaks | closed[vertex]


def _runs(rings: Rings, breaks: Flags, partner: Int64) -> _Runs:
    """Return the leaf rings cut at ``breaks``, each ring turned to begin at its first one."""
    ring = np.repeat(np.arange(len(rings.owner)), np.diff(rings.start))
    begins = np.flatnonzero(breaks)
    leading = begins[np.searchsorted(begins, rings.start[:-1])][ring] - rings.start[:-1][ring]
    size = np.diff(rings.start)[ring]
    at = rings.start[:-1][ring] + (np.arange(len(ring)) - rings.start[:-1][ring] + leading) % size
    start = np.append(np.flatnonzero(breaks[at]), len(at))
    number = np.empty(len(at), np.int64)
    number[at] = np.repeat(np.arange(len(start) - 1), np.diff(start))
    opposite = partner[at[start[1:] - 1]]
    return _Runs(at, start, np.where(opposite < 0, -1, number[opposite]))


def _lines(rings: Rings, runs: _Runs, chosen: Int64, after: Int64) -> tuple[Int64, Int64, UInt8, UInt8]:
    """Return the vertices of the borders that the ``chosen`` runs go along, and their kinds both ways."""
    sizes = np.diff(runs.start)[chosen]
    start = np.concatenate([[0], np.cumsum(sizes + 1)])
    inner = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    index = np.empty(start[-1], np.int64)
    own = np.ones(len(index), np.bool_)
    own[start[1:] - 1] = False
    index[own] = runs.at[np.repeat(runs.start[:-1][chosen], sizes) + inner]
    index[~own] = after[runs.at[runs.start[1:][chosen] - 1]]
    ahead = np.where(own, rings.kind[index], 0).astype(np.uint8)
    back = np.zeros(len(index), np.uint8)
    two_sided = np.repeat(runs.twin[chosen] >= 0, sizes)
    twin_from = np.repeat(runs.start[:-1][np.maximum(runs.twin[chosen], 0)], sizes)
    place = np.repeat(start[1:] - 1, sizes) - inner
    back[place[two_sided]] = rings.kind[runs.at[(twin_from + inner)[two_sided]]]
    return rings.xy[index], start, ahead, back


def _every_ring(partition: Partition) -> Rings:
    """Return the rings of all units of all levels, by unit."""
    return concatenate([level_rings(partition, level)[0] for level in tree(partition).levels])


def _rings_of_borders(every: Rings, leaf: Rings, runs: _Runs, name: Int64, after: Int64) -> tuple[Int64, Int64]:
    """Return for each of the rings ``every`` the names of the borders it is made of.

    A ring of a parent is made of whole runs of its leaves: where a segment bounds the parent, so does all of its run.
    """
    heads = runs.at[runs.start[:-1]]
    both = vertex_numbers(np.vstack([leaf.xy, every.xy]))
    of_leaf, of_every = both[: len(leaf.xy)], both[len(leaf.xy) :]
    count = int(both.max()) + 1
    known = of_leaf[heads] * count + of_leaf[after[heads]]
    order = np.argsort(known)
    asked = of_every * count + of_every[following(every)]
    found = np.minimum(np.searchsorted(known[order], asked), len(known) - 1)
    begins = known[order][found] == asked
    first = np.concatenate([[0], np.cumsum(np.add.reduceat(begins.astype(np.int64), every.start[:-1]))])
    return name[order[found[begins]]], first
