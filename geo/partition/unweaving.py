"""A line graph back into a partition: the rings of the leaves that changed are traced, all others are taken as they were."""

from collections.abc import Sequence

import numpy as np

from geo.partition.boundary import recut
from geo.partition.lattice import concatenate, empty_rings, take_rings, with_owner
from geo.partition.levels import is_listed
from geo.partition.model import Partition, Rings, Unit, VertexKind
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
    fresh = rings_of(net, sorted(topology.changed))
    rings = concatenate([with_owner(part, place[part.owner]) for part in (old, fresh)])
    return Partition(base.plane, tuple(unit for _, unit in order), rings, base.frame, base.frame_given)


def sorting(unit: Unit, net: Network) -> tuple[int, bool, str, str]:
    """Return the key by which units stand in a partition."""
    if is_listed(unit):
        return unit.level, unit.code is None, unit.code or "", unit.key
    parent = net.numbers.get(unit.parent or "")
    return unit.level, True, (net.unit(parent).code or "") if parent is not None else "", unit.key


def leaf_rings(net: Network, leaf: int) -> Rings:
    """Return the canonical rings of one leaf (owner: its number); none where it has no land."""
    return rings_of(net, (leaf,))


def rings_of(net: Network, leaves: Sequence[int]) -> Rings:
    """Return the canonical rings of leaves (owner: their numbers); none of those without land."""
    walks = [(leaf, walk) for leaf in leaves if net.walls.get(leaf) for walk in net.walks(leaf)]
    if not walks:
        return empty_rings()
    corners = [np.array(walk.corners, np.int64) for _, walk in walks]
    lines = np.vstack([np.hstack([one, np.roll(one, -1, axis=0)]) for one in corners])
    kind = np.array([kind for _, walk in walks for kind in vertex_kinds(net, walk.halves)], np.uint8)
    owner = np.repeat([leaf for leaf, _ in walks], [len(one) for one in corners])
    rings = recut(lines, owner, kind)
    if rings is None:
        raise ValueError(f"the walls of leaves {leaves} do not close")
    return rings


def vertex_kinds(net: Network, halves: Sequence[Half]) -> list[int]:
    """Return the `VertexKind` of the vertex where each half of a walk begins, as seen by the leaf to its left."""
    edges = [(net.edge(half >> 1), half & 1) for half in halves]
    into = [edge[4 + back] for edge, back in edges]
    offs = [edge[5 - back] for edge, back in edges]  # of the half back along each, for the vertex where it ends
    kinds: list[int] = [VertexKind.DRAWN] * len(halves)
    for i, half in enumerate(halves):
        off = offs[i - 1]
        if off and into[i] and net.partner(half) == halves[i - 1] ^ 1:
            kinds[i] = VertexKind.JUNCTION
        elif off or into[i]:
            kinds[i] = (VertexKind.TURNS_OFF if off else 0) | (VertexKind.TURNS_INTO if into[i] else 0)
    return kinds
