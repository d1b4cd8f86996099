"""The proof that a partition is one: every level, by one pass over the leaves' directed segments."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import overload

import numpy as np

from geo.partition.chain import chain_identity, judged, match
from geo.partition.features import crossing_fault
from geo.partition.framing import noded_frame
from geo.partition.lattice import CM, Float64, unit_areas_m2, with_owner
from geo.partition.levels import Tree, by_leaf, is_listed, label, leaves_of, tree
from geo.partition.model import Fault, Int64, Partition, Rings
from geo.partition.ownrings import own_rings
from geo.partition.settling import faults_of, holes, settle

__all__ = ["LevelProof", "Proof", "chain_identity", "prove"]


@dataclass(frozen=True, eq=False)
class LevelProof:
    """One level: how many units (residuals not counted), the area of all (residuals counted) in m2, and its faults."""

    level: int
    units: int
    area_m2: float
    faults: tuple[Fault, ...]


@dataclass(frozen=True, eq=False)
class Proof:
    """Whether every level tiles the one above and the top the frame; what was cut again or inserted on the way."""

    ok: bool
    levels: tuple[LevelProof, ...]
    rings_recut: int = 0
    vertices_inserted: int = 0

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All faults of all levels."""
        return tuple(fault for level in self.levels for fault in level.faults)


def prove(partition: Partition) -> Proof:
    """Return the proof of a stored partition.

    Its leaves' own rings are tested first, then their boundary chain against the frame. With a derived frame the outline
    must be the stored one, and every hole in it is a gap.
    """
    return proved(partition)[0]


def proved(partition: Partition) -> tuple[Proof, Rings]:
    """Return the proof, and the leaves' rings with the junctions that it inserted (owners as in the partition)."""
    leaves = leaves_of(partition)
    rings = by_leaf(partition.leaf_rings, leaves)
    with ThreadPoolExecutor(1) as second:  # each unit by itself, while their borders cancel
        each = second.submit(judged, rings, len(leaves))
        shape = tree(partition)
        chain = match(rings, shape.above)
    own = own_rings(rings, len(leaves), each.result().verdict)
    if own.rings is not rings:
        chain = match(own.rings, shape.above)
    level = shape.levels[-1] if shape.levels else 1
    frame = noded_frame(own.rings, chain, partition.frame)
    settled = settle(own.rings, shape.above, frame if len(frame.owner) else None, chain)
    codes = Labels(partition, shape.leaves)
    faults = [crossing_fault(c, codes, level) for c in own.crossings]
    faults += faults_of(settled, codes, level, own.crossing)
    if not partition.frame_given and settled.frame is not None:
        faults += holes(settled.frame, settled.left, codes, level)
    faults += childless(partition, shape)
    inserted = own.vertices_inserted + settled.vertices_inserted
    untouched = settled.rings is rings
    areas = each.result().area2 / (2 * CM * CM) if untouched else unit_areas_m2(settled.rings, len(leaves))
    proof = Proof(not faults, level_proofs(partition, shape, areas, faults), own.rings_recut, inserted)
    return proof, with_owner(settled.rings, shape.leaves[settled.rings.owner])


class Labels(Sequence[str]):
    """How leaves are named in faults, found when first asked for."""

    def __init__(self, partition: Partition, leaves: Int64) -> None:
        self._partition = partition
        self._leaves = leaves

    @cached_property
    def _labels(self) -> list[str]:
        units = self._partition.units
        by_key = {unit.key: unit for unit in units}
        return [label(units[leaf], by_key) for leaf in self._leaves.tolist()]

    def __len__(self) -> int:
        return len(self._leaves)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        return self._labels[index]


def childless(partition: Partition, shape: Tree) -> list[Fault]:
    """Return the units without any land, and those whose parent does not exist."""
    units = partition.units
    landed = np.zeros(len(units), np.bool_)
    landed[shape.above] = True
    faults = [Fault("empty", (units[n].code or "",), units[n].level) for n in np.flatnonzero(~landed).tolist()]
    orphans = [n for n in np.flatnonzero(shape.parent < 0).tolist() if units[n].parent is not None]
    return faults + [Fault("missing_parent", (units[n].code or "",), units[n].level) for n in orphans]


def level_proofs(partition: Partition, shape: Tree, areas: Float64, faults: Sequence[Fault]) -> tuple[LevelProof, ...]:
    """Return the line of each level: units, area, and the faults that were found at it; ``areas`` in m2 of each leaf."""
    listed = Counter([unit.level for unit in partition.units if is_listed(unit)])
    result: list[LevelProof] = []
    for row, level in enumerate(shape.levels):
        there = shape.level[shape.above[row]] == level
        mine = tuple(fault for fault in faults if fault.level == level)
        result.append(LevelProof(level, listed[level], float(areas[there].sum()), mine))
    return tuple(result)
