"""What a change does: the root before and after, what differs, who is asked, what hangs on it, what the rules say."""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import takewhile
from typing import Any, Final, cast

import numpy as np

from api.services.kept import Kept
from api.services.redraw import attached, entries, held
from api.services.redraw.attached import Attached, Scene
from api.services.redraw.compared import Compared, square
from api.services.redraw.courses import Base, Replayed, base_of, replay
from api.services.redraw.graph_units import GraphUnits
from api.services.redraw.held import Held, Lines
from api.services.redraw.nearby import Each, Nearby, nearby
from data import partitions, places
from data.changes import Change
from data.partitions import Root
from data.places import HOUSEHOLD, Points
from data.store import Reading, Store
from geo.partition import coverage, lattice
from geo.partition.coverage import Proof
from geo.partition.levels import is_listed
from geo.partition.members import Difference, Flow, Member
from geo.partition.model import Partition, Unit, UnitKind
from rules import filing, grids
from rules.casestates import State
from rules.codes import CodePolicy, fits
from rules.filing import Party, PartyKind
from rules.parameters import Policy, defaults
from rules.verdict import Finding, Level

OPINION, DECISION = "opinion", "decision"


@dataclass(frozen=True, eq=False)
class Effect:
    """What a change does to its root, on the base it stands on."""

    change: Change
    replayed: Replayed
    near: Nearby
    scene: Scene
    households: bool
    attached: tuple[Attached, ...]
    last_adjusted: date | None

    @property
    def base(self) -> Base:
        """What the change stands on."""
        return self.replayed.base

    @property
    def difference(self) -> Difference:
        """All that differs."""
        return self.scene.difference

    @cached_property
    def posts(self) -> Held | None:
        """The duty posts of each unit, before and after; None where none are registered."""
        scene = self.scene
        return held.counted(scene.posts, scene.before, scene.after) if scene.posts.labels else None

    @cached_property
    def staff(self) -> Held | None:
        """Who is in charge of each of the units concerned, before and after; None where nobody is."""
        hung = [one for subject in self.attached if subject.subject == "staff" for one in subject.holdings]
        return held.staffed((one.unit, one.to) for one in hung) if hung else None

    @property
    def before(self) -> Partition:
        """The root before."""
        return self.base.partition

    @property
    def after(self) -> Partition:
        """The root after."""
        return self.replayed.partition

    @property
    def principal(self) -> tuple[Member, ...]:
        """The units the change is about."""
        return tuple(member for member in self.difference.members if member.principal)

    @cached_property
    def proof(self) -> Proof:
        """The proof of the whole root after the change."""
        return _proofs.get(self.replayed.name, lambda: coverage.prove(self.after))

    @property
    def faults(self) -> int:
        """How many faults the root has after the change, its steps proved one by one; the whole where they cannot be."""
        proved = self.near.by_steps and _proofs.get(self.base.name, lambda: coverage.prove(self.before)).ok
        return 0 if proved else len(self.proof.faults)

    @cached_property
    def units(self) -> tuple[GraphUnits, GraphUnits]:
        """The units before and after, by key."""
        return GraphUnits(self.base.topology), GraphUnits(self.replayed.topology)

    def village(self, key: str) -> str:
        """Return the village (level 1) of a unit, before or else after: its key."""
        for units in self.units:
            unit = units.get(key)
            if unit is not None:
                while (above := units.get(unit.parent or "")) is not None:
                    unit = above
                return unit.key
        return key

    @property
    def villages_after(self) -> tuple[Unit, ...]:
        """The units of level 1 after the change, by their codes."""
        after = self.units[1]
        touched = {member.key for member in self.difference.members if member.level == 1}
        keys = touched | {unit.key for unit in takewhile(lambda unit: unit.level == 1, self.before.units)}
        units = [unit for key in keys if (unit := after.get(key)) is not None and unit.level == 1]
        return tuple(
            sorted(units, key=lambda unit: (not is_listed(unit), unit.code is None, unit.code or "", unit.key))
        )

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The name (else the code) of each unit, after or else before, by key."""
        before, after = self.units
        return Each(ChainMap(cast("Any", after), cast("Any", before)), _called)

    @cached_property
    def names_before(self) -> Mapping[str, str]:
        """The name (else the code) each unit had before, by key."""
        return Each(self.units[0], _called)

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """The code of each unit, after or else before, by key."""
        before, after = self.units
        return Each(ChainMap(cast("Any", after), cast("Any", before)), lambda unit: unit.code or "")

    @property
    def moving(self) -> tuple[Flow, ...]:
        """The land that gets another grid; not the slivers that come with a junction on somebody's border."""
        about = {member.key for member in self.principal}
        return tuple(f for f in self.difference.flows if f.before != f.after and {f.before, f.after} <= about)

    @cached_property
    def compared(self) -> Compared:
        """What differs, as it is written."""
        return Compared(self.difference, self.households, self.codes)

    @cached_property
    def parties(self) -> tuple[Party, ...]:
        """Who signs, by the rank of the borders touched; ``code`` of a village is the key of its unit."""
        ranks: dict[int, set[str]] = {}
        for border in self.difference.borders:
            ranks.setdefault(border.rank, set()).update(map(self.village, border.units))
        bordered = {village for villages in ranks.values() for village in villages}
        for member in self.principal:  # names and codes touch no border, but they are somebody's
            village = self.village(member.key)
            if village not in bordered:
                ranks.setdefault(filing.THIRD, set()).add(village)
        return filing.parties(ranks)

    @cached_property
    def unheard(self) -> tuple[Party, ...]:
        """Who has not been heard yet: villages without an opinion; the town without its decision."""
        papers = self.change.case.papers
        heard = {paper.party for paper in papers if paper.role == OPINION}
        decided = any(paper.role == DECISION for paper in papers)
        return tuple(
            party
            for party in self.parties
            if (party.kind is PartyKind.VILLAGE and party.code not in heard)
            or (party.kind is PartyKind.TOWN and not decided)
        )


def _called(unit: Unit) -> str:
    return unit.name or unit.code or ""


_proofs: Final[Kept[Proof]] = Kept(16)
_points: Final[Kept[Points]] = Kept(4)
_differences: Final[Kept[Difference]] = Kept(16)


def root_of(store: Store, change: Change) -> Root:
    """Return the root of a change as it stands."""
    with store.read() as view:
        return partitions.find_root(view, change.root)


def effect(store: Store, change: Change, today: date, *, base_seq: int | None = None) -> Effect:
    """Return what a change does on its base, or on another entry of the ledger; stops where an operation cannot be done.

    It is drawn on the map of its first day; while none is set, on that of ``today``. Errors: ``store.not_valid_then``.
    """
    return effect_of(store, change, course(store, change, today, base_seq))


def course(store: Store, change: Change, today: date, base_seq: int | None = None) -> Replayed:
    """Return what the operations of a change make of its base; as `effect`."""
    root = root_of(store, change)
    day = change.case.effective_from or today
    base = base_of(store, root, day, change.case.base_seq if base_seq is None else base_seq)
    return replay(store, base, change.case.applied)


def effect_of(store: Store, change: Change, replayed: Replayed) -> Effect:
    """Return what a change does, its operations done already."""
    base, near = replayed.base, nearby(replayed)
    with store.read() as view:
        differs, known = _compared(view, near)
        standing = held.posts(view, base.name, base.day, base.partition, near)
        sides = Lines(GraphUnits(base.topology)), Lines(GraphUnits(replayed.topology))
        scene = Scene(base.root.name, base.day, *sides, differs, standing)
        hanging = tuple(attached.attached(view, scene))
        adjusted = entries.last_adjusted(view, base.root)
    return Effect(change, replayed, near, scene, known, hanging, adjusted)


def difference(store: Store, change: Change, today: date) -> Difference:
    """Return what differs by a change; as `effect`."""
    near = nearby(course(store, change, today))
    with store.read() as view:
        return _compared(view, near)[0]


def _compared(view: Reading, near: Nearby) -> tuple[Difference, bool]:
    """Return what differs, and whether households are known."""
    base = near.replayed.base
    delivery = places.last_delivery(view)
    points = _points.get((base.name[0], delivery, base.day), lambda: places.points(view, HOUSEHOLD, base.day, delivery))
    name = (*near.replayed.name, delivery)
    return _differences.get(name, lambda: near.difference(points, delivery)), len(points.quantity) > 0


def findings(found: Effect, on: date, policy: Policy | None = None, faults: int | None = None) -> tuple[Finding, ...]:
    """Return what the rules of article 2 say of a change on a day; a warning that was accepted in writing is WAIVED.

    ``faults`` are those of the root after it; None: the whole is proved for them.
    """
    policy = policy or defaults()
    faults = len(found.proof.faults) if faults is None else faults
    said = grids.check(_grid_facts(found, faults), policy, on) + filing.check(
        filing_facts(found, policy, on), policy, on
    )
    accepted = found.change.case.accepted or {}
    return tuple(
        replace(finding, level=Level.WAIVED) if finding.level is Level.WARN and finding.message in accepted else finding
        for finding in said
    )


def _grid_facts(found: Effect, faults: int) -> grids.Facts:
    policy = CodePolicy(found.base.root.code_policy)
    after = found.units[1]
    units = [member.after for member in found.principal if member.after is not None]
    units = [unit for unit in units if unit.kind is not UnitKind.RESIDUAL]
    above = {u.key: after.get(u.parent or "") for u in units}
    codes = {key: unit.code if unit is not None else None for key, unit in above.items()}
    wrong = [u for u in units if not fits(policy, u.code or "", u.level, codes[u.key])]
    lowest = _lowest(found)
    homes = [member.points_after for member in lowest if member.points_after is not None]
    return grids.Facts(
        faults=faults,
        wrong_codes=len(wrong),
        islands=sum(_islands(partition, {unit.key for unit in units}) for partition in found.near.after),
        fewest=min(homes, default=None),
        most=max(homes, default=None),
        last_adjusted=found.last_adjusted,
    )


def _lowest(found: Effect) -> list[Member]:
    """Return the members that are leaves after the change."""
    after = found.units[1]
    return [member for member in found.principal if member.after is not None and after.is_leaf(member.key)]


def _islands(partition: Partition, keys: set[str]) -> int:
    """Return how many leaves among ``keys`` have several parts."""
    rings = partition.leaf_rings
    shells = rings.owner[lattice.areas2(rings) > 0]
    counts = np.bincount(shells, minlength=len(partition.units))
    return sum(1 for number in np.flatnonzero(counts > 1).tolist() if partition.units[number].key in keys)


def filing_facts(found: Effect, policy: Policy, on: date) -> filing.Facts:
    """Return a change as the rules of filing see it."""
    case, closed = found.change.case, policy.text("period.closed_until", on)
    lost = [sums.principal + sums.incidental - sums.frame for sums in found.difference.sums]
    homes = [sums.points or 0 for sums in found.difference.sums]
    return filing.Facts(
        state=State(case.state),
        is_correction=case.is_correction,
        reason=case.reason,
        effective_from=case.effective_from,
        decided_on=case.decided_on,
        submitted_on=case.submitted_on,
        closed_until=date.fromisoformat(closed) if closed else None,
        papers=tuple(paper.role for paper in case.papers),
        unheard=tuple(words_of(found, party) for party in found.unheard),
        area_difference=max(lost, key=abs, default=0),
        household_difference=max(homes, key=abs, default=0),
        moved_area=moved_area(found),
        moved_households=moved_households(found),
    )


def words_of(found: Effect, party: Party) -> str:
    """Return how a party is called: a village and the town by their names."""
    return found.names.get(party.code, party.code) if party.code else found.change.root


def moved_area(found: Effect) -> float:
    """Return how many m2 have another grid afterwards, at the level where most have."""
    by_level: dict[int, float] = {}
    for flow in found.moving:
        by_level[flow.level] = by_level.get(flow.level, 0.0) + square(flow.area2)
    return max(by_level.values(), default=0.0)


def moved_households(found: Effect) -> int:
    """Return how many households have another grid afterwards, at the level where most have."""
    by_level: dict[int, int] = {}
    for flow in found.moving:
        by_level[flow.level] = by_level.get(flow.level, 0) + (flow.points or 0)
    return max(by_level.values(), default=0)
