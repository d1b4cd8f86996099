"""What a change did, looked for round what it touched: so its numbers cost as much as the change, however large the town."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from api.services.kept import Kept
from api.services.redraw.courses import Replayed
from data.places import Points
from geo.partition import changes, counting
from geo.partition.members import Difference
from geo.partition.model import Int64, Partition, Unit
from geo.partition.neighbourhood import Ground, Neighbourhood


@dataclass(frozen=True, eq=False)
class Nearby:
    """The ground of a change and what lies round its edits; the wholes where its graph did not come from its base's by edits."""

    replayed: Replayed
    ground: Ground

    @cached_property
    def _edited(self) -> Neighbourhood | None:
        """What lies round the edits; None where a step wove the graph anew, as one that takes a change back does."""
        topology = self.replayed.topology
        if topology.partition is not self.ground.topology.partition:
            return None
        units = frozenset[str]().union(*(edit.units for edit in self.replayed.edits))
        return Neighbourhood(self.ground, topology, units)

    @property
    def by_steps(self) -> bool:
        """Whether every step was an edit, each proved where it touched: then the whole holds if its base does."""
        return self._edited is not None

    @property
    def after(self) -> Partition:
        """A partition after the change in which all stands that it is about."""
        return self.replayed.partition if self._edited is None else self._edited.parts[1]

    def located(self, points: Int64, was: Sequence[str]) -> list[str]:
        """Return the key of the leaf that holds each lattice point (p, 2) after; ``was`` holds it before."""
        if self._edited is None:
            return leaves_of(self.replayed.partition, points)
        return self._edited.located(points, was)

    def difference(self, points: Points, delivery: object) -> Difference:
        """Return all that differs, with the households at some points, if there are any; ``delivery`` names the points."""
        homes = np.repeat(points.xy, points.quantity, axis=0) if len(points.quantity) else None
        base = self.replayed.base
        if self._edited is None:
            return changes.difference(base.partition, self.replayed.partition, homes)
        if homes is None:
            return self._edited.difference()
        was = _homes.get((*base.name, delivery), lambda: leaves_of(base.partition, homes))
        return self._edited.difference(homes, was)


@dataclass(frozen=True, eq=False)
class Each(Mapping[str, str]):
    """What is said of each unit, by key, found when asked for."""

    units: Mapping[str, Unit]
    say: Callable[[Unit], str]

    def __getitem__(self, key: str) -> str:
        return self.say(self.units[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self.units)

    def __len__(self) -> int:
        return len(self.units)


def nearby(replayed: Replayed) -> Nearby:
    """Return what lies round the edits of a course."""
    base = replayed.base
    return Nearby(replayed, _grounds.get(base.name, lambda: Ground(base.topology)))


def leaves_of(partition: Partition, points: Int64) -> list[str]:
    """Return the key of the leaf that holds each lattice point (p, 2), "" where none does."""
    return counting.leaf_keys(partition, points, points.min(axis=0), points.max(axis=0)) if len(points) else []


_grounds: Final[Kept[Ground]] = Kept(8)
_homes: Final[Kept[list[str]]] = Kept(4)  # the leaf of each household on a base
