"""Article 19(7): half a day in the grid for chiefs of level 2, eight hours of work for full-time workers."""

from dataclasses import dataclass
from datetime import date

from rules.articles import article
from rules.evidence import Evidence, level_of
from rules.parameters import Policy
from rules.roles import owes
from rules.verdict import Finding, Level, Measured, Quantity


@dataclass(frozen=True, slots=True)
class Facts:
    """One person, one grid, one working day: time in the grid, worked time, and the role if known.

    ``worked`` is not time in the grid: what the track shows in the grid is its lower bound, and its upper bound is the
    working time itself, since work elsewhere leaves no trace in a track. ``share`` of the day is left by leave or an order
    elsewhere for some hours: what is required shrinks with it.
    """

    in_grid: Evidence
    worked: Evidence
    role: str | None = None
    share: float = 1.0


def check(facts: Facts, policy: Policy, on: date) -> tuple[Finding, ...]:
    """Return the findings of article 19(7)."""
    return half_day(facts, policy, on), eight_hours(facts, policy, on)


@article("A19.7a")
def half_day(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether half a working day was spent in the grid, added up over the day. Source: 第十九条第（七）项."""
    needed = policy.number("half_day.required", on) * facts.share
    return _finding("A19.7a", "half_day", facts.in_grid, needed, facts.role, policy, on)


@article("A19.7b")
def eight_hours(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether eight hours were worked; never failed from time in the grid. Source: 第十九条第（七）项."""
    needed = policy.number("worked_day.required", on) * facts.share
    return _finding("A19.7b", "worked_day", facts.worked, needed, facts.role, policy, on)


def _finding(
    rule: str, subject: str, evidence: Evidence, needed: float, role: str | None, policy: Policy, on: date
) -> Finding:
    level = level_of(evidence, needed, needed, policy.number("evidence.completeness", on))
    if not owes(role, rule):
        level = Level.NOT_REQUIRED
    return Finding(
        rule=rule,
        article=rule,
        level=level,
        message=f"{subject}.{level.value.lower()}",
        measured=evidence.minutes,
        limit=Quantity(needed, "min"),
        would_change=None if level in (Level.PASS, Level.NOT_REQUIRED) else f"settle.{subject}",
    )


@dataclass(frozen=True, slots=True)
class Centre:
    """One centre, one calendar day, by evidence: minutes surely and possibly without anybody, people seen, at two at once."""

    uncovered_min: Measured
    people: int
    doubled: int = 0


@article("A19.6a")
def centre_presence(facts: Centre, policy: Policy, on: date) -> Finding:
    """Return whether the centre was never without somebody on duty, as far as evidence shows it. Source: 第十九条第（六）项."""
    allowed = policy.number("centre.gap", on)
    if not facts.people:
        level = Level.NO_DATA
    elif facts.doubled:
        level = Level.REVIEW
    elif facts.uncovered_min.high <= allowed:
        level = Level.PASS
    else:
        level = Level.FAIL if facts.uncovered_min.low > allowed else Level.REVIEW
    return Finding(
        rule="A19.6a",
        article="A19.6a",
        level=level,
        message=f"presence.{level.value.lower()}",
        measured=facts.uncovered_min,
        limit=Quantity(allowed, "min"),
        values={"people": facts.people, "doubled": facts.doubled},
    )
