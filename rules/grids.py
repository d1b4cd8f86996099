"""Article 2: how grids are drawn. Every level tiles the one above, codes fit, grids hold together, sizes are as set."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from rules.articles import article
from rules.parameters import Policy
from rules.verdict import Finding, Level, Measured, Quantity

MONTHS_A_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class Facts:
    """The grids of one town on a day.

    ``faults`` places where a level does not tile the one above; ``wrong_codes`` codes that do not fit their policy or parent;
    ``islands`` grids in several parts; ``fewest`` and ``most`` households of one lowest grid (None: households unknown);
    ``last_adjusted`` the day of the last adjustment (None: never).
    """

    faults: int
    wrong_codes: int = 0
    islands: int = 0
    fewest: int | None = None
    most: int | None = None
    last_adjusted: date | None = None


def check(facts: Facts, policy: Policy, on: date) -> tuple[Finding, ...]:
    """Return the findings of article 2 on the drawing of grids."""
    return (
        proved(facts, policy, on),
        codes(facts, policy, on),
        contiguous(facts, policy, on),
        size(facts, policy, on),
        review(facts, policy, on),
    )


@article("A02.1")
def proved(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether no place is left out and none lies in two grids. Source: 第二条, reading 1."""
    del policy, on
    level = Level.FAIL if facts.faults else Level.PASS
    return _counted("proved", level, facts.faults)


@article("A02.1")
def codes(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether every code fits its policy and the grid above. Source: project code."""
    del policy, on
    return _counted("codes", Level.FAIL if facts.wrong_codes else Level.PASS, facts.wrong_codes)


@article("A02.1")
def contiguous(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether each grid is one piece; islands are allowed and said. Source: practice of division."""
    del policy, on
    return _counted("contiguous", Level.WARN if facts.islands else Level.PASS, facts.islands)


@article("A02.1")
def size(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether the lowest grids hold as many households as the town has set; the text sets none. Source: AMB-01."""
    least, most = policy.text("division.min_households", on), policy.text("division.max_households", on)
    if not least and not most:
        return Finding("A02.1", "A02.1", Level.NOT_REQUIRED, "grid.size.not_required")
    if facts.fewest is None or facts.most is None:
        return Finding("A02.1", "A02.1", Level.NO_DATA, "grid.size.no_data")
    small = bool(least) and facts.fewest < int(least)
    large = bool(most) and facts.most > int(most)
    measured = Measured(float(facts.most), float(facts.fewest), float(facts.most), "household")
    values = {"fewest": facts.fewest, "most": facts.most, "least": least or "—", "limit": most or "—"}
    level = Level.WARN if small or large else Level.PASS
    return Finding("A02.1", "A02.1", level, f"grid.size.{level.value.lower()}", measured, None, values)


@article("A02.3")
def review(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return whether the town has looked at its grids within the interval it set itself: a reminder only. Source: 第二条."""
    interval = policy.number("division.review_months", on)
    if facts.last_adjusted is None:
        return Finding("A02.3", "A02.3", Level.NO_DATA, "grid.review.no_data", limit=Quantity(interval, "month"))
    months = (on.year - facts.last_adjusted.year) * MONTHS_A_YEAR + on.month - facts.last_adjusted.month
    months -= on.day < facts.last_adjusted.day
    level = Level.INFO if months >= interval else Level.PASS
    measured = Measured(float(months), float(months), float(months), "month")
    return Finding(
        "A02.3",
        "A02.3",
        level,
        f"grid.review.{level.value.lower()}",
        measured,
        Quantity(interval, "month"),
        {"months": months, "since": facts.last_adjusted.isoformat()},
    )


def _counted(subject: str, level: Level, count: int) -> Finding:
    measured = Measured(float(count), float(count), float(count), "count")
    message = f"grid.{subject}.{level.value.lower()}"
    return Finding("A02.1", "A02.1", level, message, measured, Quantity(0.0, "count"), {"count": count})
