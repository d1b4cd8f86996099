"""All that differs between two pictures of a root: who it is about, whose land became whose, what borders were touched.

Areas are exact: of units whole numbers, of land that changed hands rational ones. Only what lies under the top units
concerned is looked at, so a change costs as much as its neighbourhood, however large the root.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Final, TypeVar

import numpy as np

from geo.partition import overlay
from geo.partition.counting import Pair, moved_points
from geo.partition.excerpt import Excerpt, excerpts
from geo.partition.lattice import unit_hash
from geo.partition.members import Difference, Flow, Member, Role, Sums
from geo.partition.model import Int64, Partition, Rings, Unit
from geo.partition.outline import turning
from geo.partition.roles import roles_of, shape_roles
from geo.partition.touched import touched

LEVELS: Final = (1, 2, 3)
T = TypeVar("T", int, Fraction)
Units = tuple[Unit | None, Unit | None]
Homes = Callable[[Excerpt, Excerpt], Mapping[Pair, int]]


def difference(before: Partition, after: Partition, points: Int64 | None = None) -> Difference:
    """Return all that differs between two partitions of one root.

    Parameters
    ----------
    points : (n, 2) households as lattice points, one row for each; None where none are known. On a border a household counts
        for one unit only, as `nesting.locate` says.
    """

    def homes(one: Excerpt, other: Excerpt) -> Mapping[Pair, int]:
        reach = np.vstack([one.rings.xy, other.rings.xy])
        found = np.empty((0, 2), np.int64) if points is None else points
        return moved_points(before, after, found, reach, one.leaves.keys() | other.leaves.keys())

    return compared(before, after, None if points is None else homes)


def compared(before: Partition, after: Partition, homes: Homes | None) -> Difference:
    """Return all that differs; ``homes`` counts the households by leaf before and after, of the leaves of two excerpts."""
    return joined([local(before, after, homes)])


@dataclass(frozen=True, slots=True)
class Local:
    """What differs in one place: ``difference`` has a line of sums for each of `LEVELS`, ``levels`` are those there are."""

    levels: frozenset[int]
    difference: Difference


def local(before: Partition, after: Partition, homes: Homes | None) -> Local:
    """Return what differs between two pictures of one place; as `compared`."""
    one, other, leaves = excerpts(before, after)
    pair = _Pair((one, other), leaves, None if homes is None else homes(one, other))
    levels = [_Level(pair, level) for level in LEVELS]
    members = [member for level in levels for member in level.members]
    principal = {member.key for member in members if member.principal}
    found = Difference(
        tuple(members),
        tuple(flow for level in levels for flow in level.kept_flows),
        touched(one, other),
        tuple(level.sums(principal) for level in levels),
    )
    return Local(frozenset({*one.shape.levels, *other.shape.levels}), found)


def joined(places: Iterable[Local]) -> Difference:
    """Return what differs in several places that have no top unit in common, as one."""
    places = list(places)
    all_of = [place.difference for place in places]
    there = frozenset[int]().union(*(place.levels for place in places))
    return Difference(
        tuple(sorted((one for each in all_of for one in each.members), key=lambda one: (one.level, one.key))),
        tuple(sorted((f for each in all_of for f in each.flows), key=lambda f: (f.level, f.before, f.after))),
        tuple(sorted((one for each in all_of for one in each.borders), key=lambda b: (b.rank, b.units, b.drawn))),
        tuple(_added([each.sums[LEVELS.index(level)] for each in all_of]) for level in sorted(there)),
    )


def _added(lines: Sequence[Sums]) -> Sums:
    """Return the conservation lines of one level as one."""
    points = [line.points for line in lines if line.points is not None]
    return Sums(
        lines[0].level,
        sum(line.principal for line in lines),
        sum(line.incidental for line in lines),
        sum(line.frame for line in lines),
        sum(points) if points else None,
    )


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two excerpts, the leaves that differ, and the households by leaf before and after."""

    both: tuple[Excerpt, Excerpt]
    leaves: frozenset[str]
    homes: Mapping[Pair, int] | None
    _shapes: dict[str, tuple[bool, bool]] = field(default_factory=dict[str, tuple[bool, bool]])

    @cached_property
    def land(self) -> dict[Pair, Fraction]:
        """Twice the land in cm² that was one leaf's and is another's, of all leaves."""
        found: dict[Pair, Fraction] = {}
        for key, place in self.both[0].leaves.items():
            if key not in self.leaves:
                found[key, key] = Fraction(int(self.both[0].area2[place]))
        cells = [
            overlay.cells(excerpt.rings, {place: key for key, place in excerpt.leaves.items() if key in self.leaves})
            for excerpt in self.both
        ]
        return found | overlay.overlay(*cells)

    def shape(self, key: str) -> tuple[bool, bool]:
        """Return whether a unit's noded outline differs, and whether its drawn one does."""
        if key not in self._shapes:
            was, is_ = (excerpt.own.get(key) for excerpt in self.both)
            if was is None or is_ is None:
                self._shapes[key] = True, True
            elif _alike(was, is_):
                self._shapes[key] = False, False
            else:
                self._shapes[key] = True, unit_hash(turning(was)) != unit_hash(turning(is_))
        return self._shapes[key]


@dataclass(frozen=True, eq=False)
class _Level:
    """What differs at one level. A leaf of a level above stands for itself there."""

    pair: _Pair
    level: int

    @cached_property
    def above(self) -> list[dict[str, str]]:
        """Which unit stands at the level for each leaf, before and after."""
        found: list[dict[str, str]] = []
        for one in self.pair.both:
            has = self.level in one.shape.levels
            standing = one.standing(one.shape.row(self.level)) if has else list(one.leaves)
            found.append(dict(zip(one.leaves, standing, strict=True)))
        return found

    @cached_property
    def flows(self) -> dict[Pair, Fraction]:
        """Twice the land in cm² from each unit to each."""
        return _gathered(self.pair.land, self.above, Fraction(0))

    @cached_property
    def homes(self) -> dict[Pair, int] | None:
        """The households from each unit to each."""
        return None if self.pair.homes is None else _gathered(self.pair.homes, self.above, 0)

    @cached_property
    def counts(self) -> list[dict[str, int]]:
        """The households of each unit, before and after."""
        found: list[dict[str, int]] = [{}, {}]
        for pair, number in (self.homes or {}).items():
            for side in (0, 1):
                found[side][pair[side]] = found[side].get(pair[side], 0) + number
        return found

    @cached_property
    def areas(self) -> list[dict[str, int]]:
        """Twice the area in cm² of each unit, before and after."""
        found: list[dict[str, int]] = [{}, {}]
        for side, one in enumerate(self.pair.both):
            areas = one.area2.tolist()
            for key, place in one.leaves.items():
                unit = self.above[side][key]
                found[side][unit] = found[side].get(unit, 0) + areas[place]
        return found

    @cached_property
    def units(self) -> tuple[dict[str, Unit], dict[str, Unit]]:
        """The units of the level by key, before and after."""
        before, after = ({k: u for k, u in one.units.items() if u.level == self.level} for one in self.pair.both)
        return before, after

    @cached_property
    def keys(self) -> list[str]:
        """The keys of the units of the level, before or after."""
        return sorted(self.units[0].keys() | self.units[1].keys())

    @cached_property
    def members(self) -> list[Member]:
        """The units of the level that differ."""
        legal = {key for key in self.keys if self.pair.shape(key)[1]}
        forms = shape_roles(self.flows, self.units, legal)
        found: list[Member] = []
        for key in self.keys:
            units = self.units[0].get(key), self.units[1].get(key)
            roles = self._roles(key, units, forms.get(key, set()))
            if roles:
                found.append(self._member(key, frozenset(roles), units))
        return found

    def _roles(self, key: str, units: Units, forms: Collection[Role]) -> set[Role]:
        """Return the roles of a unit, none where nothing of it differs."""
        leaf = tuple(key in one.leaves for one in self.pair.both)
        roles = roles_of(*units, leaf, forms)
        differs, moved = self.pair.shape(key)
        if moved and not forms and None not in units:
            return roles | {Role.RESHAPED}
        return roles or ({Role.INCIDENTAL} if differs else set())

    def _member(self, key: str, roles: frozenset[Role], units: Units) -> Member:
        areas = [self.areas[side].get(key, 0) if units[side] else 0 for side in (0, 1)]
        none = self.homes is None
        counts = [None if none else self.counts[side].get(key, 0) if units[side] else 0 for side in (0, 1)]
        return Member(key, self.level, roles, *units, *areas, *counts)

    @property
    def kept_flows(self) -> list[Flow]:
        """The land from and to the principal units whose shape changed."""
        about = {member.key for member in self.members if member.principal and self.pair.shape(member.key)[1]}
        mine = set(self.keys)
        return [
            Flow(self.level, *pair, area, None if self.homes is None else self.homes.get(pair, 0))
            for pair, area in sorted(self.flows.items())
            if about.intersection(pair) and mine.intersection(pair)
        ]

    def sums(self, principal: Collection[str]) -> Sums:
        """Return the level's conservation line."""
        was, is_ = self.areas
        gained = {key: is_.get(key, 0) - was.get(key, 0) for key in was.keys() | is_.keys()}
        frame = self.pair.both[1].frame2 - self.pair.both[0].frame2
        legal = sum(change for key, change in gained.items() if key in principal)
        homes = None if self.homes is None else self.counts[0].get("", 0) - self.counts[1].get("", 0)
        return Sums(self.level, legal, sum(gained.values()) - legal, frame, homes)


def _alike(one: Rings, other: Rings) -> bool:
    arrays = ("xy", "start", "kind")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays)


def _gathered(parts: Mapping[Pair, T], above: list[dict[str, str]], nothing: T) -> dict[Pair, T]:
    """Return what goes from leaf to leaf by the units that stand above them ("" for outside)."""
    found: dict[Pair, T] = {}
    for (old, new), part in parts.items():
        pair = above[0].get(old, ""), above[1].get(new, "")
        found[pair] = found.get(pair, nothing) + part
    return found
