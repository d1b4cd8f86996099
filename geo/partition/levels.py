"""The tree of units as arrays: which unit of each level stands above each leaf."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.partition.model import Int64, Partition, Rings, Unit, UnitKind

Int32 = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Tree:
    """Levels of a partition, top first; its leaves; and for each level row and leaf the unit above (or the leaf itself).

    ``levels`` the level numbers; ``leaves`` (k,) indexes into the units; ``above`` (levels, k) indexes into the units, top first.
    A leaf above a level stands for itself there. ``level`` and ``parent`` (n,) of every unit; -1 where no parent is known.
    """

    levels: tuple[int, ...]
    leaves: Int64
    above: Int32
    level: Int64
    parent: Int64

    def row(self, level: int) -> int:
        """Return the row of a level in ``above``."""
        return self.levels.index(level)


def tree(partition: Partition) -> Tree:
    """Return the tree of a partition."""
    units = partition.units
    level, parent = np.array([unit.level for unit in units], np.int64), parents(units)
    levels = np.unique(level)
    row = np.searchsorted(levels, level)
    leaves = leaves_of(partition)
    above = np.tile(leaves.astype(np.int32), (len(levels), 1))
    column, at = np.arange(len(leaves)), leaves
    for _ in units:  # upwards until nobody stands above
        if not len(at):
            break
        above[row[at], column] = at
        higher = parent[at]
        column, at = column[higher >= 0], higher[higher >= 0]
    return Tree(tuple(levels.tolist()), leaves, above, level, parent)


def leaves_of(partition: Partition) -> Int64:
    """Return the numbers (k,) of the units that have rings of their own."""
    return np.flatnonzero(np.bincount(partition.leaf_rings.owner, minlength=len(partition.units)))


def parents(units: Sequence[Unit]) -> Int64:
    """Return the number (n,) of each unit's parent, -1 where there is none."""
    index: dict[str | None, int] = {unit.key: number for number, unit in enumerate(units)}
    return np.array([index.get(unit.parent, -1) for unit in units], np.int64)


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
