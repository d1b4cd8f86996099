"""What a change does: the root before and after, what differs, who is asked, what hangs on it, what the rules say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np

from api.services.kept import Kept
from api.services.redraw import attached, held
from api.services.redraw.attached import Attached, Scene
from api.services.redraw.compared import Compared, square
from api.services.redraw.courses import Base, Replayed, base_of, replay
from api.services.redraw.held import Held, Lines
from data import ledger, partitions, places
from data.changes import Change
from data.partitions import Root
from data.places import Points
from data.store import Reading, Store
from geo.partition import changes, coverage, lattice
from geo.partition.coverage import Proof
from geo.partition.members import Difference, Flow, Member
from geo.partition.model import Partition, UnitKind
from rules import filing, grids
from rules.casestates import State
from rules.codes import CodePolicy, fits
from rules.filing import Party, PartyKind
from rules.parameters import Policy, defaults
from rules.verdict import Finding, Level

HOUSEHOLD: Final = "household"
OPINION, DECISION = "opinion", "decision"


@dataclass(frozen=True, eq=False)
class Effect:
    """What a change does to its root, on the base it stands on."""

    change: Change
    replayed: Replayed
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

    @cached_property
    def villages(self) -> Mapping[str, str]:
        """The village (level 1) of each unit, before or after, by key."""
        found: dict[str, str] = {}
        for partition in (self.after, self.before):
            parents = {unit.key: unit.parent for unit in partition.units}
            for key in parents:
                top = key
                while (above := parents.get(top)) is not None and above in parents:
                    top = above
                found[key] = top
        return found

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The name (else the code) of each unit, before or after, by key."""
        units = (*self.before.units, *self.after.units)
        return {unit.key: unit.name or unit.code or "" for unit in units}

    @cached_property
    def names_before(self) -> Mapping[str, str]:
        """The name (else the code) each unit had before, by key."""
        return {unit.key: unit.name or unit.code or "" for unit in self.before.units}

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """The code of each unit, after or else before, by key."""
        return {unit.key: unit.code or "" for unit in (*self.before.units, *self.after.units)}

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
            ranks.setdefault(border.rank, set()).update(self.villages.get(key, key) for key in border.units)
        bordered = {village for villages in ranks.values() for village in villages}
        for member in self.principal:  # names and codes touch no border, but they are somebody's
            village = self.villages.get(member.key, member.key)
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
    root = root_of(store, change)
    day = change.case.effective_from or today
    base = base_of(store, root, day, change.case.base_seq if base_seq is None else base_seq)
    return effect_of(store, change, replay(store, base, change.case.applied))


def effect_of(store: Store, change: Change, replayed: Replayed) -> Effect:
    """Return what a change does, its operations done already."""
    base, after = replayed.base, replayed.partition
    with store.read() as view:
        delivery = places.last_delivery(view)
        name = (store.address, delivery, base.day)
        points = _points.get(name, lambda: places.points(view, HOUSEHOLD, base.day, delivery))
        known = len(points.quantity) > 0
        homes = np.repeat(points.xy, points.quantity, axis=0) if known else None
        difference = _differences.get(
            (*replayed.name, delivery), lambda: changes.difference(base.partition, after, homes)
        )
        changed = {key for edit in replayed.edits for key in edit.footprint}
        standing = held.posts(view, base.name, base.day, (base.partition, after), changed)
        scene = Scene(base.root.name, base.day, Lines(base.partition), Lines(after), difference, standing)
        hanging = tuple(attached.attached(view, scene))
        adjusted = last_adjusted(view, base.root)
    return Effect(change, replayed, scene, known, hanging, adjusted)


def last_adjusted(view: Reading, root: Root) -> date | None:
    """Return the day of the last published change of a root."""
    days = [
        entry.recorded_at.astimezone(ledger.ZONE).date()
        for entry in ledger.entries(view, root.id)
        if entry.kind in ("publish", "correction")
    ]
    return days[-1] if days else None


def findings(found: Effect, on: date, policy: Policy | None = None) -> tuple[Finding, ...]:
    """Return what the rules of article 2 say of a change on a day; a warning that was accepted in writing is WAIVED."""
    policy = policy or defaults()
    said = grids.check(_grid_facts(found), policy, on) + filing.check(filing_facts(found, policy, on), policy, on)
    accepted = found.change.case.accepted or {}
    return tuple(
        replace(finding, level=Level.WAIVED) if finding.level is Level.WARN and finding.message in accepted else finding
        for finding in said
    )


def _grid_facts(found: Effect) -> grids.Facts:
    policy = CodePolicy(found.base.root.code_policy)
    codes = {unit.key: unit.code for unit in found.after.units}
    units = [member.after for member in found.principal if member.after is not None]
    units = [unit for unit in units if unit.kind is not UnitKind.RESIDUAL]
    wrong = [u for u in units if not fits(policy, u.code or "", u.level, codes.get(u.parent or ""))]
    lowest = _lowest(found)
    homes = [member.points_after for member in lowest if member.points_after is not None]
    return grids.Facts(
        faults=len(found.proof.faults),
        wrong_codes=len(wrong),
        islands=_islands(found.after, {unit.key for unit in units}),
        fewest=min(homes, default=None),
        most=max(homes, default=None),
        last_adjusted=found.last_adjusted,
    )


def _lowest(found: Effect) -> list[Member]:
    """Return the members that are leaves after the change."""
    leaves = {found.after.units[n].key for n in np.unique(found.after.leaf_rings.owner).tolist()}
    return [member for member in found.principal if member.key in leaves and member.after is not None]


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


def touched_later(view: Reading, root: Root, day: date, keys: Sequence[str]) -> tuple[int, date] | None:
    """Return the first change published for a later day that is about one of ``keys``: its entry and its day."""
    wanted = set(keys)
    voided: set[int] = set()
    found: list[tuple[int, date]] = []
    for entry in ledger.entries(view, root.id):
        if entry.kind == "void":
            voided.add(int(ledger.content(view, root.id, entry.seq)["change"]["voids"]))
        elif entry.kind in ("publish", "correction") and entry.valid_from > day:
            members = ledger.content(view, root.id, entry.seq)["change"]["members"]
            if any(member["principal"] and member["key"] in wanted for member in members):
                found.append((entry.seq, entry.valid_from))
    return next((one for one in found if one[0] not in voided), None)
