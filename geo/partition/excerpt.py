"""The part of a root that two pictures of it differ in: all that lies under the top units concerned, as small partitions."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geo.partition.chain import Chain, match
from geo.partition.lattice import areas2, following, take_rings, with_owner
from geo.partition.levels import Tree, by_leaf, tree
from geo.partition.model import Int64, Partition, Rings, Unit
from geo.partition.nesting import union

Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Excerpt:
    """Some top units of a partition with all below them: ``part``, whose frame is still that of the whole."""

    part: Partition

    @cached_property
    def units(self) -> dict[str, Unit]:
        """The units by key."""
        return {unit.key: unit for unit in self.part.units}

    @cached_property
    def shape(self) -> Tree:
        """The tree of the units."""
        return tree(self.part)

    @cached_property
    def rings(self) -> Rings:
        """The rings of the leaves, by place among the tree's leaves."""
        return by_leaf(self.part.leaf_rings, self.shape.leaves)

    @cached_property
    def chain(self) -> Chain:
        """The boundary chain of the leaves; a border to units outside the excerpt has rank 0."""
        return match(self.rings, self.shape.above)

    @cached_property
    def leaves(self) -> dict[str, int]:
        """The leaves by key: their place among the tree's leaves."""
        return {self.part.units[number].key: place for place, number in enumerate(self.shape.leaves.tolist())}

    @cached_property
    def area2(self) -> Int64:
        """Twice the area (k,) of each leaf in cm²."""
        total = np.zeros(len(self.shape.leaves), np.int64)
        np.add.at(total, self.rings.owner, areas2(self.rings))
        return total

    @cached_property
    def own(self) -> dict[str, Rings]:
        """The rings of each unit, of parents by union; a unit without land is left out."""
        found: dict[str, Rings] = {}
        for level in self.shape.levels:
            whole = union(self.part, self.shape, self.rings, self.chain, level)
            for number in np.unique(whole.owner).tolist():
                mine = take_rings(whole, np.flatnonzero(whole.owner == number))
                found[self.part.units[number].key] = with_owner(mine, np.zeros(len(mine.owner), np.int64))
        return found

    def standing(self, row: int) -> list[str]:
        """Return for each leaf (k,) the key of the unit that stands at a level row: above it, or itself."""
        return [self.part.units[number].key for number in self.shape.above[row].tolist()]

    @property
    def frame2(self) -> int:
        """Twice the area within the segments that have no partner, in cm²."""
        alone = np.flatnonzero(self.chain.rank == 0)
        one, other = self.rings.xy[alone], self.rings.xy[following(self.rings)[alone]]
        origin = self.rings.xy.min(axis=0, initial=0)
        one, other = one - origin, other - origin
        return int((one[:, 0] * other[:, 1] - other[:, 0] * one[:, 1]).sum())


def excerpts(before: Partition, after: Partition) -> tuple[Excerpt, Excerpt, frozenset[str]]:
    """Return what two pictures of a root differ in, and the keys of the leaves whose rings differ or that only one has."""
    leaves = changed_leaves(before, after)
    one, other = ({unit.key: unit for unit in partition.units} for partition in (before, after))
    touched = {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)} | leaves
    tops = {top_of(units, key) for units in (one, other) for key in touched if key in units}
    return Excerpt(under(before, one, tops)), Excerpt(under(after, other, tops)), frozenset(leaves)


def top_of(units: dict[str, Unit], key: str) -> str:
    """Return the key of the unit of the top level that stands above another."""
    while (parent := units[key].parent) is not None and parent in units:
        key = parent
    return key


def under(partition: Partition, units: dict[str, Unit], tops: set[str]) -> Partition:
    """Return a partition of only some top units and what lies below them."""
    above: dict[str, bool] = {}
    for unit in partition.units:  # sorted by level: parents come first
        above[unit.key] = unit.key in tops or above.get(unit.parent or "", False)
    kept = np.array([above[unit.key] for unit in partition.units], np.bool_)
    place = np.cumsum(kept) - 1
    rings = take_rings(partition.leaf_rings, np.flatnonzero(kept[partition.leaf_rings.owner]))
    some = tuple(unit for unit in partition.units if above[unit.key])
    rings = with_owner(rings, place[rings.owner])
    return Partition(partition.plane, some, rings, partition.frame, partition.frame_given)


@dataclass(frozen=True, eq=False)
class _Leaves:
    """The leaves of a partition as spans of its rings and vertices."""

    rings: Rings
    keys: list[str]
    first_ring: Int64
    first_vertex: Int64


def _leaves(partition: Partition) -> _Leaves:
    rings = partition.leaf_rings
    numbers = np.unique(rings.owner)
    bounds = np.append(np.searchsorted(rings.owner, numbers), len(rings.owner))
    keys = [partition.units[number].key for number in numbers.tolist()]
    return _Leaves(rings, keys, bounds.astype(np.int64), rings.start[bounds])


def changed_leaves(before: Partition, after: Partition) -> set[str]:
    """Return the keys of the leaves whose rings or vertex kinds differ, and of those that only one of two partitions has."""
    one, other = _leaves(before), _leaves(after)
    place = {key: number for number, key in enumerate(one.keys)}
    found = set(one.keys) ^ set(other.keys)
    pairs = np.array([(place[key], number) for number, key in enumerate(other.keys) if key in place], np.int64)
    pairs = pairs.reshape(-1, 2)
    spans = [np.diff(side.first_vertex)[column] for side, column in zip((one, other), pairs.T, strict=True)]
    counts = [np.diff(side.first_ring)[column] for side, column in zip((one, other), pairs.T, strict=True)]
    alike = (spans[0] == spans[1]) & (counts[0] == counts[1])
    found |= {one.keys[number] for number in pairs[~alike, 0].tolist()}
    differs = _differing(one, other, pairs[alike])
    return found | {one.keys[number] for number in pairs[alike][differs, 0].tolist()}


def _differing(one: _Leaves, other: _Leaves, pairs: Int64) -> Bool:
    """Return which pairs (m, 2) of leaves with as many rings and vertices differ in one of them."""
    ring = [_indexes(side.first_ring, pairs[:, column]) for column, side in enumerate((one, other))]
    vertex = [_indexes(side.first_vertex, pairs[:, column]) for column, side in enumerate((one, other))]
    sizes = [np.diff(side.rings.start)[index] for side, index in zip((one, other), ring, strict=True)]
    spots = [(side.rings.xy[index], side.rings.kind[index]) for side, index in zip((one, other), vertex, strict=True)]
    wrong_ring = sizes[0] != sizes[1]
    wrong = (spots[0][0] != spots[1][0]).any(axis=1) | (spots[0][1] != spots[1][1])
    first = pairs[:, 0]
    return _any(wrong_ring, np.diff(one.first_ring)[first]) | _any(wrong, np.diff(one.first_vertex)[first])


def _any(wrong: Bool, sizes: Int64) -> Bool:
    """Return of each run of ``sizes`` entries whether one of them is wrong."""
    return np.bincount(np.repeat(np.arange(len(sizes)), sizes)[wrong], minlength=len(sizes)).astype(np.bool_)


def _indexes(first: Int64, which: Int64) -> Int64:
    """Return the indexes of all entries of the spans numbered ``which``, one after another."""
    sizes = np.diff(first)[which]
    ends = np.cumsum(sizes)
    return np.repeat(first[which] - (ends - sizes), sizes) + np.arange(int(sizes.sum()))
