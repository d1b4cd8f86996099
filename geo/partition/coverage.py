"""The proof that a partition is one: every level, by one pass over the leaves' directed segments."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.partition.chain import chain_identity
from geo.partition.features import crossing_fault
from geo.partition.framing import noded_frame
from geo.partition.lattice import unit_areas_m2, with_owner
from geo.partition.levels import Tree, by_leaf, is_listed, label, tree
from geo.partition.model import Fault, Partition, Rings
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
    shape = tree(partition)
    rings = by_leaf(partition.leaf_rings, shape.leaves)
    by_key = {unit.key: unit for unit in partition.units}
    codes = [label(partition.units[leaf], by_key) for leaf in shape.leaves.tolist()]
    level = shape.levels[-1] if shape.levels else 1
    own = own_rings(rings, len(codes))
    frame = noded_frame(own.rings, len(codes), partition.frame)
    settled = settle(own.rings, shape.above, frame if len(frame.owner) else None)
    faults = [crossing_fault(c, codes, level) for c in own.crossings]
    faults += faults_of(settled, codes, level, own.crossing)
    if not partition.frame_given and settled.frame is not None:
        faults += holes(settled.frame, settled.left, codes, level)
    faults += childless(partition, shape)
    inserted = own.vertices_inserted + settled.vertices_inserted
    proof = Proof(not faults, level_proofs(partition, shape, settled.rings, faults), own.rings_recut, inserted)
    return proof, with_owner(settled.rings, shape.leaves[settled.rings.owner])


def childless(partition: Partition, shape: Tree) -> list[Fault]:
    """Return the units without any land, and those whose parent does not exist."""
    landed = set(np.unique(shape.above).tolist())
    keys = {unit.key for unit in partition.units}
    faults: list[Fault] = []
    for number, unit in enumerate(partition.units):
        if number not in landed:
            faults.append(Fault("empty", (unit.code or "",), unit.level))
        if unit.parent is not None and unit.parent not in keys:
            faults.append(Fault("missing_parent", (unit.code or "",), unit.level))
    return faults


def level_proofs(partition: Partition, shape: Tree, rings: Rings, faults: Sequence[Fault]) -> tuple[LevelProof, ...]:
    """Return the line of each level: units, area, and the faults that were found at it."""
    areas = unit_areas_m2(rings, len(shape.leaves))
    result: list[LevelProof] = []
    for row, level in enumerate(shape.levels):
        there = np.array([partition.units[above].level == level for above in shape.above[row].tolist()], np.bool_)
        units = sum(1 for unit in partition.units if unit.level == level and is_listed(unit))
        mine = tuple(fault for fault in faults if fault.level == level)
        result.append(LevelProof(level, units, float(areas[there].sum()), mine))
    return tuple(result)
