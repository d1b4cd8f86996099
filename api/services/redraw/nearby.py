"""What a change did, looked for round what it touched: so its numbers cost as much as the change, however large the town."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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

KEPT_PIECES: Final = 128
Name = tuple[object, ...]


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
        return Neighbourhood(self.ground, topology, tuple(edit.footprint for edit in self.replayed.edits))

    @cached_property
    def _pieces(self) -> Mapping[Name, Neighbourhood]:
        """What belongs together of the edits, named by the edit that was the last there: those elsewhere leave it as it is."""
        edited, found = self._edited, dict[Name, Neighbourhood]()
        if edited is None:
            return found
        for group in edited.groups:
            piece = edited.piece(group)
            name = (*self.replayed.base.name, self.replayed.edits[group[-1]].topology, piece.tops)
            found[name] = _pieces.get(name, lambda piece=piece: piece)
        return found

    @property
    def by_steps(self) -> bool:
        """Whether every step was an edit, each proved where it touched: then the whole holds if its base does."""
        return self._edited is not None

    @property
    def after(self) -> Iterator[Partition]:
        """Partitions after the change in which all stands that it is about."""
        if self._edited is None:
            return iter((self.replayed.partition,))
        return (piece.parts[1] for piece in self._pieces.values())

    def located(self, points: Int64, was: Sequence[str]) -> list[str]:
        """Return the key of the leaf that holds each lattice point (p, 2) after; ``was`` holds it before."""
        if self._edited is None:
            return leaves_of(self.replayed.partition, points)
        if not len(points):
            return []
        traced = {leaf: rings for piece in self._pieces.values() for leaf, rings in piece.fresh.items()}
        return replace(self._edited, traced=traced).located(points, was)

    def difference(self, points: Points, delivery: object) -> Difference:
        """Return all that differs, with the households at some points, if there are any; ``delivery`` names the points."""
        homes = np.repeat(points.xy, points.quantity, axis=0) if len(points.quantity) else None
        base = self.replayed.base
        if self._edited is None:
            return changes.difference(base.partition, self.replayed.partition, homes)
        pairs = None
        if homes is not None:
            was = _homes.get((*base.name, delivery), lambda: leaves_of(base.partition, homes))
            pairs = list(zip(was, self.located(homes, was), strict=True))
        return changes.joined(
            _locals.get((*name, delivery), lambda piece=piece: piece.local(pairs))
            for name, piece in self._pieces.items()
        )


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
_pieces: Final[Kept[Neighbourhood]] = Kept(KEPT_PIECES)
_locals: Final[Kept[changes.Local]] = Kept(KEPT_PIECES)
_homes: Final[Kept[list[str]]] = Kept(4)  # the leaf of each household on a base
