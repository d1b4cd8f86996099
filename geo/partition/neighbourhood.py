"""What edits made of a line graph, and what it was before, as small partitions: all under the top units they touched.

A draft of a few borders in a large town is compared there instead of in the whole: leaves that no edit touched have the same
rings before and after, so nothing of them can differ.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from geo.partition.changes import Local, joined, local
from geo.partition.counting import Pair, leaf_keys
from geo.partition.excerpt import Excerpt
from geo.partition.lattice import concatenate, take_rings, with_owner
from geo.partition.members import Difference
from geo.partition.model import Int64, Partition, Rings
from geo.partition.redrawing.network import Network
from geo.partition.topology import Topology
from geo.partition.unweaving import leaf_rings, sorting


@dataclass(frozen=True, eq=False)
class Ground:
    """A line graph that edits start from, and the box (least x, y, most x, y in cm) of each of its units, leaves only."""

    topology: Topology

    @cached_property
    def boxes(self) -> Int64:
        """The box (units, 4) of each leaf; of any other unit one that meets nothing."""
        rings = self.topology.partition.leaf_rings
        found = np.empty((self.topology.counts[2], 4), np.int64)
        found[:, :2], found[:, 2:] = np.iinfo(np.int64).max, np.iinfo(np.int64).min
        filled = np.flatnonzero(np.diff(rings.start) > 0)
        first, owner = rings.start[:-1][filled], rings.owner[filled]
        if len(filled):
            np.minimum.at(found[:, :2], owner, np.minimum.reduceat(rings.xy, first))
            np.maximum.at(found[:, 2:], owner, np.maximum.reduceat(rings.xy, first))
        return found


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """A graph before and after edits, and of each edit the keys of the units it had to do with (`Edited.footprint`).

    ``after`` must have come from the ground's graph by these edits, or be that of a `piece`, so that its unchanged leaves are
    those of the same numbers. ``traced`` are the rings of changed leaves that are known already, by number.
    """

    ground: Ground
    after: Topology
    footprints: tuple[frozenset[str], ...]
    traced: Mapping[int, Rings] = field(default_factory=dict[int, Rings])

    @cached_property
    def tops(self) -> frozenset[str]:
        """The keys of the top units concerned, before or after."""
        return frozenset[str]().union(*map(self._tops, self.footprints))

    def _tops(self, keys: Iterable[str]) -> Iterator[str]:
        for topology in (self.ground.topology, self.after):
            for key in keys:
                number = topology.numbers.get(key)
                unit = topology.units.get(number) if number is not None else None
                while unit is not None and (above := topology.numbers.get(unit.parent or "")) is not None:
                    unit = topology.units[above]
                if unit is not None:
                    yield unit.key

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """The places of the edits that belong together, in order: under the same top units, directly or by others between."""
        found: list[tuple[set[str], list[int]]] = []
        for place, footprint in enumerate(self.footprints):
            names, mine, apart = {*footprint, *self._tops(footprint)}, [place], list[tuple[set[str], list[int]]]()
            for group in found:
                if names.isdisjoint(group[0]):
                    apart.append(group)
                else:
                    names |= group[0]
                    mine += group[1]
            found = [*apart, (names, mine)]
        return tuple(tuple(sorted(places)) for _, places in found)

    def piece(self, group: Iterable[int]) -> "Neighbourhood":
        """Return what one of the groups did: no other group's edits are about any of its land or units."""
        return replace(self, footprints=tuple(self.footprints[place] for place in group))

    @cached_property
    def changed(self) -> frozenset[int]:
        """The numbers of the leaves whose rings changed."""
        return self.after.changed & {*self._numbers(self.ground.topology), *self._numbers(self.after)}

    @cached_property
    def parts(self) -> tuple[Partition, Partition]:
        """All that lies under the top units concerned, before and after."""
        one, other = self.ground.topology, self.after
        return part(one, self._numbers(one), {}), part(other, self._numbers(other), self.fresh)

    def _numbers(self, topology: Topology) -> list[int]:
        """Return the numbers of the top units concerned and of all below them."""
        waiting = [number for key in self.tops if (number := topology.numbers.get(key)) is not None]
        found: list[int] = []
        while waiting:
            number = waiting.pop()
            found.append(number)
            waiting += topology.below.get(number) or ()
        return found

    @cached_property
    def _reaches(self) -> Int64:
        """The box (n, 4) of each changed leaf before and after: where a point may have got another leaf."""
        changed = np.fromiter(self.changed, np.int64, len(self.changed))
        before = self.ground.boxes[changed[changed < len(self.ground.boxes)]]
        made = [rings.xy for rings in self.fresh.values() if len(rings.owner)]
        return np.vstack([before, *(np.hstack([xy.min(axis=0), xy.max(axis=0)])[None] for xy in made)])

    @cached_property
    def fresh(self) -> dict[int, Rings]:
        """The rings of each changed leaf after."""
        net = Network(self.after)
        return {leaf: self.traced[leaf] if leaf in self.traced else leaf_rings(net, leaf) for leaf in self.changed}

    def located(self, points: Int64, was: Sequence[str]) -> list[str]:
        """Return the leaf that holds each lattice point (p, 2) after, "" for none; ``was`` holds it before."""
        found = list(was)
        if not found:
            return found
        reaches = self._reaches
        near = np.flatnonzero(_within(points, reaches))
        if len(near):
            boxes = self.ground.boxes
            meeting = np.zeros(len(boxes), np.bool_)
            for west, south, east, north in reaches.tolist():
                meeting |= (
                    (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
                )
            leaves = set(np.flatnonzero(meeting).tolist()) | self.changed
            spots = points[near]
            there = leaf_keys(part(self.after, leaves, self.fresh), spots, spots.min(axis=0), spots.max(axis=0))
            for place, leaf in zip(near.tolist(), there, strict=True):
                found[place] = leaf
        return found

    def difference(self, points: Int64 | None = None, was: Sequence[str] = ()) -> Difference:
        """Return all that differs, as `geo.partition.changes.difference` of the wholes does.

        Parameters
        ----------
        points : (n, 2) households as lattice points, as there; ``was`` the key of the leaf that holds each before
        """
        pairs = None if points is None else list(zip(was, self.located(points, was), strict=True))
        return joined(self.piece(group).local(pairs) for group in self.groups)

    def local(self, pairs: Sequence[Pair] | None) -> Local:
        """Return what differs here; ``pairs`` are the leaves that hold each household of the root before and after."""
        if pairs is None:
            return local(*self.parts, None)

        def homes(before: Excerpt, after: Excerpt) -> dict[Pair, int]:
            leaves = before.leaves.keys() | after.leaves.keys()
            return Counter(pair for pair in pairs if pair[0] in leaves or pair[1] in leaves)

        return local(*self.parts, homes)


def _within(points: Int64, boxes: Int64) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell of each point (p, 2) whether one of the boxes (n, 4) holds it."""
    found = np.zeros(len(points), np.bool_)
    for west, south, east, north in boxes.tolist():
        x, y = points[:, 0], points[:, 1]
        found |= (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return found


def part(topology: Topology, numbers: Iterable[int], fresh: Mapping[int, Rings]) -> Partition:
    """Return a partition of only some units of a graph, sorted as `unwoven` sorts them; its frame is that of the whole.

    ``fresh`` holds the rings of the leaves that changed.
    """
    net = Network(topology)
    base = topology.partition
    units = [(number, unit) for number in numbers if (unit := topology.units.get(number)) is not None]
    units.sort(key=lambda one: sorting(one[1], net))
    place = np.full(topology.counts[2], -1, np.int64)
    place[[number for number, _ in units]] = np.arange(len(units))
    old = np.array([number for number, _ in units if number not in fresh], np.int64)
    first, end = (np.searchsorted(base.leaf_rings.owner, old, side=side) for side in ("left", "right"))
    spans = [np.arange(a, b) for a, b in zip(first.tolist(), end.tolist(), strict=True) if b > a]
    kept = take_rings(base.leaf_rings, np.concatenate(spans) if spans else np.empty(0, np.int64))
    made = [fresh[number] for number, _ in units if number in fresh]
    rings = concatenate([with_owner(one, place[one.owner]) for one in (kept, *made) if len(one.owner)])
    return Partition(base.plane, tuple(unit for _, unit in units), rings, base.frame, base.frame_given)
