"""The tree of units as arrays: which unit of each level stands above each leaf."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.partition.model import Int64, Partition, Rings, Unit, UnitKind

Int32 = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Tree:
    """Levels of a partition, top first; its leaves; and for each level row and leaf the unit above (or the leaf itself).

    ``levels`` the level numbers; ``leaves`` (k,) indexes into the units; ``above`` (levels, k) indexes into the units, top first.
    A leaf above a level stands for itself there.
    """

    levels: tuple[int, ...]
    leaves: Int64
    above: Int32

    def row(self, level: int) -> int:
        """Return the row of a level in ``above``."""
        return self.levels.index(level)


def tree(partition: Partition) -> Tree:
    """Return the tree of a partition."""
    units = partition.units
    index = {unit.key: number for number, unit in enumerate(units)}
    levels = tuple(sorted({unit.level for unit in units}))
    leaves = np.unique(partition.leaf_rings.owner)
    above = np.empty((len(levels), len(leaves)), np.int32)
    for column, leaf in enumerate(leaves.tolist()):
        over: dict[int, int] = {unit.level: number for number, unit in upwards(units, index, leaf)}
        for row, level in enumerate(levels):
            above[row, column] = over.get(level, int(leaf))
    return Tree(levels, leaves, above)


def upwards(units: tuple[Unit, ...], index: dict[str, int], leaf: int) -> list[tuple[int, Unit]]:
    """Return a leaf and all units above it with their indexes, bottom first."""
    line = [(leaf, units[leaf])]
    while (parent := line[-1][1].parent) is not None and parent in index and len(line) <= len(units):
        line.append((index[parent], units[index[parent]]))
    return line


def by_leaf(rings: Rings, leaves: Int64) -> Rings:
    """Return the rings with their owners numbered by place among ``leaves`` (sorted)."""
    return Rings(rings.xy, rings.start, np.searchsorted(leaves, rings.owner).astype(np.int64), rings.kind)


def label(unit: Unit, units_by_key: dict[str, Unit]) -> str:
    """Return how a unit is named in a fault: its code; for a residual the code of its parent with a sign."""
    if unit.code is not None:
        return unit.code
    parent = units_by_key.get(unit.parent or "")
    return f"{parent.code if parent else ''}~"


def is_listed(unit: Unit) -> bool:
    """Tell whether a unit counts in ``units``: residuals do not."""
    return unit.kind is not UnitKind.RESIDUAL
