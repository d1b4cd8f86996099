"""Article 2: filing with the city grid office, and adjusting grids: documents, reason, days, opinions, sums.

Filing is a record, not an approval. Each adjustment is filed again and is in force on the day that was decided, never
before the decision. Source: 第二条; articles.md readings 2 and 3, AMB-02 to AMB-04; sign-off by rank: boundaries.md 6.7.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from rules.articles import article
from rules.casestates import State
from rules.parameters import Policy
from rules.verdict import Finding, Level, Measured, Quantity

FRAME, VILLAGES, SECOND, THIRD = range(4)  # the rank of a border: the town's outline, then by the level that differs


class PartyKind(StrEnum):
    """Who is asked about a change."""

    VILLAGE = "village"
    TOWN = "town"
    CITY = "city"


@dataclass(frozen=True, slots=True, order=True)
class Party:
    """One that signs: a village by its code, the town, or the city office."""

    kind: PartyKind
    code: str = ""


ASKED: Final[Mapping[int, tuple[PartyKind, ...]]] = {
    FRAME: (PartyKind.TOWN, PartyKind.CITY),
    VILLAGES: (PartyKind.VILLAGE, PartyKind.TOWN),
    SECOND: (PartyKind.TOWN,),
    THIRD: (PartyKind.VILLAGE, PartyKind.TOWN),
}


def parties(ranks: Mapping[int, Collection[str]]) -> tuple[Party, ...]:
    """Return who signs: ``ranks`` names for each rank of a border touched the codes of the villages it touches.

    >>> [party.kind.value for party in parties({2: ("350582001001",)})]
    ['town']
    """
    asked: set[Party] = set()
    for rank, villages in ranks.items():
        for kind in ASKED[rank]:
            asked |= {Party(kind, code) for code in villages} if kind is PartyKind.VILLAGE else {Party(kind)}
    order = list(PartyKind)
    return tuple(sorted(asked, key=lambda party: (order.index(party.kind), party.code)))


@dataclass(frozen=True, slots=True)
class Facts:
    """One change as it stands: its state and days, the roles of its documents, who is still to be heard, what it moves.

    ``area_difference`` (cm2) and ``household_difference`` are the sums after less the sums before; ``moved_area`` (m2) and
    ``moved_households`` what changes its grid; ``closed_until`` the last day of the last closed period (None: none is closed).
    """

    state: str = State.DRAFT
    is_correction: bool = False
    reason: str = ""
    effective_from: date | None = None
    decided_on: date | None = None
    submitted_on: date | None = None
    closed_until: date | None = None
    papers: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()
    area_difference: int = 0
    household_difference: int = 0
    moved_area: float = 0.0
    moved_households: int = 0


def check(facts: Facts, policy: Policy, on: date) -> tuple[Finding, ...]:
    """Return the findings of article 2 on a change; ``on`` is the day of looking."""
    return (
        filed(facts, policy, on),
        documents(facts, policy, on),
        reason(facts, policy, on),
        days(facts, policy, on),
        lead(facts, policy, on),
        heard(facts, policy, on),
        sums(facts, policy, on),
        correction(facts, policy, on),
    )


@article("A02.2")
def filed(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether the change is filed; what is not filed is no grid in the sense of the text. Source: 第二条."""
    del policy
    state = State(facts.state)
    level = {
        State.FILED: Level.PASS,
        State.PUBLISHED: Level.PASS,
        State.SUBMITTED: Level.REVIEW,
        State.WITHDRAWN: Level.NOT_REQUIRED,
        State.VOID: Level.NOT_REQUIRED,
    }.get(state, Level.NO_DATA)
    if level is not Level.REVIEW or facts.submitted_on is None:
        return Finding("A02.2", "A02.2", level, f"filing.filed.{level.value.lower()}")
    waits = (on - facts.submitted_on).days
    measured = Measured(float(waits), float(waits), float(waits), "day")
    return Finding("A02.2", "A02.2", level, "filing.filed.review", measured, None, {"days": waits})


@article("A02.2")
def documents(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether the documents are there that a package needs. Source: 第二条; domain.md 5."""
    name = "filing.documents_correction" if facts.is_correction else "filing.documents"
    missing = [role for role in policy.text(name, on).split() if role not in facts.papers]
    level = Level.FAIL if missing else Level.PASS
    return Finding("A02.2", "A02.2", level, f"filing.documents.{level.value.lower()}", values={"missing": missing})


@article("A02.3")
def reason(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether the reason of the adjustment is said. Source: 第二条."""
    del policy, on
    level = Level.PASS if facts.reason.strip() else Level.FAIL
    return Finding("A02.3", "A02.3", level, f"filing.reason.{level.value.lower()}")


@article("A02.3")
def days(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether the first day is not before decision and sending, and after the last closed period. Source: AMB-03.

    A correction may be dated back: it says what was so all along.
    """
    del policy
    first = facts.effective_from
    if first is None:
        return Finding("A02.3", "A02.3", Level.NO_DATA, "filing.days.no_data")
    if facts.is_correction:
        return Finding("A02.3", "A02.3", Level.NOT_REQUIRED, "filing.days.not_required")
    if facts.decided_on is None:
        return Finding("A02.3", "A02.3", Level.FAIL, "filing.undecided.fail")
    sent = facts.submitted_on or on
    bounds = (("decided", facts.decided_on, first < facts.decided_on), ("submitted", sent, first < sent))
    closed = facts.closed_until
    if closed is not None:
        bounds = (*bounds, ("closed", closed, first <= closed))
    for what, day, broken in bounds:
        if broken:
            values = {"first": first.isoformat(), "day": day.isoformat()}
            return Finding("A02.3", "A02.3", Level.FAIL, f"filing.{what}.fail", values=values)
    return Finding("A02.3", "A02.3", Level.PASS, "filing.days.pass", values={"first": first.isoformat()})


@article("A02.3")
def lead(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether there is time to change boards, badges and lists before the first day. Source: project default."""
    needed = policy.number("filing.lead_days", on)
    if facts.is_correction or facts.effective_from is None:
        return Finding("A02.3", "A02.3", Level.NOT_REQUIRED, "filing.lead.not_required")
    left = (facts.effective_from - (facts.submitted_on or on)).days
    level = Level.WARN if left < needed else Level.PASS
    measured = Measured(float(left), float(left), float(left), "day")
    values = {"days": left}
    return Finding(
        "A02.3", "A02.3", level, f"filing.lead.{level.value.lower()}", measured, Quantity(needed, "day"), values
    )


@article("A02.3")
def heard(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether everybody whose border is touched has been heard. Source: boundaries.md 6.7, by rank."""
    del policy, on
    level = Level.WARN if facts.unheard else Level.PASS
    values = {"unheard": list(facts.unheard)}
    return Finding("A02.3", "A02.3", level, f"filing.heard.{level.value.lower()}", values=values)


@article("A02.3")
def sums(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether area and households before and after are the same, to the square centimetre. Source: 第二条."""
    del policy, on
    level = Level.FAIL if facts.area_difference or facts.household_difference else Level.PASS
    values = {"area": facts.area_difference, "households": facts.household_difference}
    return Finding("A02.3", "A02.3", level, f"filing.sums.{level.value.lower()}", values=values)


@article("A02.3")
def correction(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether a correction stays one: little area, and no household. Source: boundaries.md 7.2."""
    if not facts.is_correction:
        return Finding("A02.3", "A02.3", Level.NOT_REQUIRED, "filing.correction.not_required")
    most = policy.number("filing.correction_area", on)
    level = Level.FAIL if facts.moved_area > most or facts.moved_households else Level.PASS
    measured = Measured(facts.moved_area, facts.moved_area, facts.moved_area, "m2")
    values = {"area": facts.moved_area, "households": facts.moved_households}
    return Finding(
        "A02.3",
        "A02.3",
        level,
        f"filing.correction.{level.value.lower()}",
        measured,
        Quantity(most, "m2"),
        values,
    )
