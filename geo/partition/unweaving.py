"""A line graph back into a partition: the rings of the leaves that changed are traced, all others are taken as they were."""

import numpy as np

from geo.partition.boundary import recut
from geo.partition.lattice import concatenate, empty_rings, take_rings, with_owner
from geo.partition.levels import is_listed
from geo.partition.model import Int64, Partition, Rings, Unit, VertexKind
from geo.partition.redrawing.network import Network
from geo.partition.topology import Half, Topology


def unwoven(topology: Topology) -> Partition:
    """Return the partition of a line graph: units sorted by level and code (residuals last, by parent), canonical rings."""
    base = topology.partition
    net = Network(topology)
    units = [(n, unit) for n in range(topology.counts[2]) if (unit := topology.units[n]) is not None]
    order = sorted(units, key=lambda one: sorting(one[1], net))
    place = np.full(topology.counts[2], -1, np.int64)
    place[[number for number, _ in order]] = np.arange(len(order))
    kept = ~np.isin(base.leaf_rings.owner, np.fromiter(topology.changed, np.int64, len(topology.changed)))
    old = take_rings(base.leaf_rings, np.flatnonzero(kept))
    fresh = [leaf_rings(net, leaf) for leaf in sorted(topology.changed)]
    rings = concatenate([with_owner(part, place[part.owner]) for part in (old, *fresh) if len(part.owner)])
    return Partition(base.plane, tuple(unit for _, unit in order), rings, base.frame, base.frame_given)


def sorting(unit: Unit, net: Network) -> tuple[int, bool, str, str]:
    """Return the key by which units stand in a partition."""
    if is_listed(unit):
        return unit.level, unit.code is None, unit.code or "", unit.key
    parent = net.numbers.get(unit.parent or "")
    return unit.level, True, (net.unit(parent).code or "") if parent is not None else "", unit.key


def leaf_rings(net: Network, leaf: int) -> Rings:
    """Return the canonical rings of one leaf (owner: its number); none where it has no land."""
    halves = [half for walk in net.walks(leaf) for half in walk.halves] if net.walls.get(leaf) else []
    if not halves:
        return empty_rings()
    lines: Int64 = np.array([(*net.point(net.tail(h)), *net.point(net.head(h))) for h in halves], np.int64)
    kind = np.array([vertex_kind(net, half) for half in halves], np.uint8)
    rings = recut(lines, np.full(len(lines), leaf, np.int64), kind)
    if rings is None:
        raise ValueError(f"the walls of leaf {leaf} do not close")
    return rings


def vertex_kind(net: Network, half: Half) -> int:
    """Return the `VertexKind` of the vertex where a half begins, as seen by the leaf to its left."""
    star = net.star(net.tail(half))
    arriving = star[(star.index(half) + 1) % len(star)]  # the half back along the one before
    off, into = net.goes_back(arriving), net.goes_back(half)
    if not off and not into:
        return VertexKind.DRAWN
    if off and into and net.partner(half) == arriving:
        return VertexKind.JUNCTION
    return (VertexKind.TURNS_OFF if off else 0) | (VertexKind.TURNS_INTO if into else 0)
