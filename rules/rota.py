"""Article 19(6): somebody is on duty at the centre of each level-1 grid around the clock, and who may be."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from rules.articles import article
from rules.parameters import Policy
from rules.verdict import Finding, Level, Measured, Quantity

SERVING: Final = frozenset(
    {
        *("level_1_chief", "level_1_deputy", "level_1_full_time_worker", "level_2_chief"),
        *("level_2_full_time_worker", "level_3_full_time_worker", "full_time_worker"),
    }
)


@dataclass(frozen=True, slots=True)
class Facts:
    """One centre, one calendar day: minutes without anybody by the roster, and which people the roster names.

    ``roles`` of those who serve, None for a person without an office; ``longest_h`` the longest time one of them serves without a
    break; ``doubled`` how many are at two centres at once.
    """

    uncovered_min: float
    roles: tuple[str | None, ...] = ()
    longest_h: float = 0.0
    doubled: int = 0


def check(facts: Facts, policy: Policy, on: date) -> tuple[Finding, ...]:
    """Return the findings of article 19(6)."""
    return around_the_clock(facts, policy, on), holders(facts, policy, on)


@article("A19.6a")
def around_the_clock(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether the roster leaves no minute of the day without somebody at the centre. A roster is a plan, no proof.

    Source: 第十九条第（六）项.
    """
    gap = policy.number("centre.gap", on)
    if not facts.roles:
        level = Level.NO_DATA
    elif facts.doubled or facts.uncovered_min > gap:
        level = Level.FAIL
    else:
        level = Level.WARN if facts.longest_h > policy.number("centre.longest", on) else Level.PASS
    return Finding(
        rule="A19.6a",
        article="A19.6a",
        level=level,
        message=f"centre.{level.value.lower()}",
        measured=Measured(facts.uncovered_min, facts.uncovered_min, facts.uncovered_min, "min"),
        limit=Quantity(gap, "min"),
        values={"people": len(facts.roles), "longest": facts.longest_h, "doubled": facts.doubled},
    )


@article("A19.6b")
def holders(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether those on duty are of the kinds the text names; others are a warning. Source: 第十九条第（六）项."""
    del policy, on
    others = sum(role not in SERVING for role in facts.roles)
    level = Level.NO_DATA if not facts.roles else Level.WARN if others else Level.PASS
    message = f"holders.{level.value.lower()}"
    return Finding(rule="A19.6b", article="A19.6b", level=level, message=message, values={"others": others})
