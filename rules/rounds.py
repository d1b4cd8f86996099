"""Article 19(2), the quality of a patrol: required points visited and streets walked. Figures beside the duty, never the duty."""

from dataclasses import dataclass
from datetime import date

from rules.articles import article
from rules.parameters import Policy
from rules.verdict import Finding, Level, Measured, Quantity

PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Facts:
    """One person, one grid, one day: required points there are, visited as each asks for, and those fixes cannot decide.

    ``street_m`` metres of street in the grid; ``walked_m`` of them at least, best and at most; ``sparse``: the
    fixes are too far apart to tell.
    """

    points: int = 0
    visited: int = 0
    unsure: int = 0
    street_m: float = 0.0
    walked_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    sparse: bool = False


def check(facts: Facts, policy: Policy, on: date) -> tuple[Finding, ...]:
    """Return the figures of a patrol; where a grid has no such points or streets nothing is asked for."""
    return points(facts, policy, on), streets(facts, policy, on)


@article("A19.2a")
def points(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return how many required points were visited; what needs a tag is open, not missed. Source: AMB-16, quality figures."""
    del policy, on
    high = float(facts.visited + facts.unsure)
    return Finding(
        rule="A19.2a",
        article="A19.2a",
        level=Level.INFO if facts.points else Level.NOT_REQUIRED,
        message=f"rounds.points.{'figure' if facts.points else 'none'}",
        measured=Measured(float(facts.visited), float(facts.visited), high, "count"),
        limit=Quantity(float(facts.points), "count"),
        values={"visited": facts.visited, "points": facts.points, "unsure": facts.unsure},
    )


@article("A19.2a")
def streets(facts: Facts, policy: Policy, on: date) -> Finding:
    """Return which share of the streets was walked. Source: AMB-16, quality figures."""
    del policy, on
    whole = max(facts.street_m, 1.0)
    told = "none" if not facts.street_m else "sparse" if facts.sparse else "figure"
    low, value, high = (PERCENT * metres / whole for metres in facts.walked_m)
    return Finding(
        rule="A19.2a",
        article="A19.2a",
        level=Level.INFO if facts.street_m else Level.NOT_REQUIRED,
        message=f"rounds.streets.{told}",
        measured=Measured(value, low, high, "%"),
        values={
            "share": round(value),
            "low": round(low),
            "high": round(high),
            "walked": round(facts.walked_m[1]),
            "metres": round(facts.street_m),
        },
    )
