"""Article 19(2): one patrol a day in the grid one is in charge of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from rules.articles import article
from rules.evidence import Evidence, level_of
from rules.parameters import Policy
from rules.roles import owes
from rules.verdict import Finding, Level, Quantity

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Facts:
    """One person, one grid, one day: time in the grid within working time, fixes surely inside, and the role if known.

    ``called_up``: a part-time worker who patrols in emergency mode.
    """

    in_grid: Evidence
    fixes_inside: int
    role: str | None = None
    called_up: bool = False


def check(facts: Facts, policy: Policy, on: date) -> tuple[Finding, ...]:
    """Return the findings of article 19(2)."""
    return (daily_patrol(facts, policy, on),)


@article("A19.2a")
def daily_patrol(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether the person was in the grid that day. The text asks for presence, so it fails only if that is excluded.

    Source: 第十九条第（二）项; AMB-15, AMB-16 for who and how much.
    """
    needed = policy.number("patrol.presence", on)
    least = policy.number("patrol.fixes_inside", on)
    level = level_of(
        facts.in_grid,
        needed,
        policy.number("patrol.excluded_below", on),
        policy.number("evidence.completeness", on),
    )
    if level is Level.PASS and facts.fixes_inside < least:
        level = Level.REVIEW
    if not owes(facts.role, "A19.2a") and not facts.called_up:
        level = Level.NOT_REQUIRED
    values: Mapping[str, Value] = {"fixes_inside": facts.fixes_inside}
    return Finding(
        rule="A19.2a",
        article="A19.2a",
        level=level,
        message=f"patrol.{level.value.lower()}",
        measured=facts.in_grid.minutes,
        limit=Quantity(needed, "min"),
        values=values,
        would_change=None if level in (Level.PASS, Level.NOT_REQUIRED) else "settle.patrol",
    )
