"""How many duty posts and staff each grid has before a change and after it: posts by where they stand, staff by their grid.

A post counts for the grid that holds it and for all above. Staff count for the grid they are in charge of; where that is gone,
for the one that takes most of its land, which is where they would go.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import shapely

from api.services.kept import Kept
from api.services.redraw.nearby import Nearby
from data import places
from data.store import Reading
from geo.partition import lattice
from geo.partition.counting import leaf_keys
from geo.partition.model import Int64, Partition, Unit, UnitKind

POST: Final = "post"


@dataclass(frozen=True, eq=False)
class Lines:
    """Units by key, and which of them stand above a leaf."""

    units: Mapping[str, Unit]

    def up(self, leaf: str) -> list[Unit]:
        """Return the listed units that hold a leaf, the lowest first; none for ""."""
        found: list[Unit] = []
        unit = self.units.get(leaf)
        while unit is not None:
            if unit.kind is not UnitKind.RESIDUAL:
                found.append(unit)
            unit = self.units.get(unit.parent or "")
        return found


@dataclass(frozen=True, eq=False)
class Posts:
    """Duty posts: what they are called, where they stand (n, 2) in cm, and the leaf that holds each before and after."""

    labels: tuple[str, ...]
    xy: Int64
    was: tuple[str, ...]
    will: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """How many each unit has, by key, before and after."""

    before: Mapping[str, int]
    after: Mapping[str, int]

    def of(self, key: str) -> tuple[int, int]:
        """Return how many a unit has, before and after."""
        return self.before.get(key, 0), self.after.get(key, 0)


_stand: Final[Kept[Posts]] = Kept(4)


def posts(view: Reading, base: tuple[object, ...], day: date, before: Partition, near: Nearby) -> Posts:
    """Return the duty posts of a day; only those near a leaf that a change touched are looked for again.

    Parameters
    ----------
    base : name of what the change stands on
    before : the root before
    """
    name = (*base, places.last_delivery(view))
    there = _stand.get(name, lambda: _standing(view, day, before))
    return replace(there, will=tuple(near.located(there.xy, there.was)))


def _standing(view: Reading, day: date, before: Partition) -> Posts:
    items = places.load(view, places.PLACE, POST, day)
    xy = lattice.snap(shapely.get_coordinates([item.geometry for item in items])).reshape(-1, 2)
    was = tuple(_leaves(before, xy))
    return Posts(tuple(item.name or item.code for item in items), xy, was, was)


def _leaves(partition: Partition, xy: Int64) -> list[str]:
    return leaf_keys(partition, xy, xy.min(axis=0), xy.max(axis=0)) if len(xy) else []


def counted(posts: Posts, before: Lines, after: Lines) -> Held:
    """Return how many posts each unit has."""
    sides = ((before, posts.was), (after, posts.will))
    one, other = (Counter(unit.key for leaf in leaves for unit in lines.up(leaf)) for lines, leaves in sides)
    return Held(one, other)


def staffed(hung: Iterable[tuple[str, str]]) -> Held:
    """Return how many staff each unit has; ``hung`` are for each the unit before and the unit after ("" for none)."""
    pairs = list(hung)
    return Held(Counter(was for was, _ in pairs if was), Counter(will for _, will in pairs if will))
