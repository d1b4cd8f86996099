"""Which duties a day asks for: working days with their make-up days, rosters, leave, stop-work days, emergency mode."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from rules.articles import article
from rules.parameters import Policy
from rules.roles import CALLED_UP, owes
from rules.verdict import Finding, Level

SATURDAY: Final = 5
DUTIES: Final = ("A19.2a", "A19.7a", "A19.7b")
SUBJECTS: Final[Mapping[str, str]] = MappingProxyType(
    {"A19.2a": "patrol", "A19.7a": "half_day", "A19.7b": "worked_day"}
)
ROTA: Final = frozenset({"level_3_worker"})  # these serve on rota days only
ROSTERED_TOO: Final = "working days and rostered days"


class Kind(StrEnum):
    """What a day is by the calendar; ``unpublished``: the holidays of its year are not announced yet."""

    WORK = "work"
    REST = "rest"
    UNPUBLISHED = "unpublished"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days: the years whose holidays are published, days unlike their weekday, and a city's own days on top.

    ``special`` and ``own``: day -> whether one works.
    """

    published: frozenset[int]
    special: Mapping[date, bool] = field(default_factory=dict[date, bool])
    own: Mapping[date, bool] = field(default_factory=dict[date, bool])

    def kind(self, on: date) -> Kind:
        """Return what a day is."""
        works = self.own.get(on)
        if works is None:
            if on.year not in self.published:
                return Kind.UNPUBLISHED
            works = self.special.get(on, on.weekday() < SATURDAY)
        return Kind.WORK if works else Kind.REST


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one person's day.

    ``kind`` by the calendar; ``rostered``: hours are set for this very day, None where there is no roster to ask;
    ``absence``: why the whole day is not like others (``leave``, ``stop_work``, …), or empty; ``emergency``: emergency mode
    holds for the grid.
    """

    kind: Kind
    role: str | None = None
    rostered: bool | None = None
    absence: str = ""
    emergency: bool = False


def check(facts: Facts, policy: Policy, on: date) -> tuple[Finding, ...]:
    """Return for each duty with a clock whether this day asks for it: INFO owed, REVIEW cannot be told, else why not."""
    return tuple(_owed(duty, facts, policy, on) for duty in DUTIES)


@article("A10.6")
def called_up(facts: Facts) -> bool:
    """Tell whether a part-time worker patrols as a full-time one: in emergency mode, and for patrols only.

    Source: 第十条第（六）项; AMB-08.
    """
    return facts.emergency and facts.role in CALLED_UP


def _owed(duty: str, facts: Facts, policy: Policy, on: date) -> Finding:
    level, why = _standing(duty, facts, policy, on)
    return Finding(rule=duty, article=duty, level=level, message=f"day.{why}", values={"on": on.isoformat()})


def _standing(duty: str, facts: Facts, policy: Policy, on: date) -> tuple[Level, str]:
    """Return INFO where the duty is owed, or another level and the last word of the code that says why."""
    called = duty == "A19.2a" and called_up(facts)
    if not owes(facts.role, duty) and not called:
        return Level.NOT_REQUIRED, "role"
    if facts.absence:
        return Level.EXCUSED, facts.absence
    if facts.role in ROTA and facts.rostered is not None:
        return (Level.INFO, "owed") if facts.rostered else (Level.NOT_REQUIRED, "no_rota")
    if facts.kind == Kind.UNPUBLISHED:
        return Level.REVIEW, "unpublished"
    served = facts.rostered and duty != "A19.7a" and policy.text("patrol.day_rule", on) == ROSTERED_TOO
    if facts.kind == Kind.WORK or served:
        return Level.INFO, "called_up" if called else "owed"
    unknown = facts.role is None or (facts.rostered is None and duty != "A19.7a")
    return (Level.INFO, "rest_unknown") if unknown else (Level.NOT_REQUIRED, "rest")


def applied(findings: Sequence[Finding], days: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return findings about a track as the day has them: what is not owed or cannot be told is never met or failed."""
    standing = {day.rule: day for day in days}
    return tuple(_applied(finding, standing.get(finding.rule)) for finding in findings)


def _applied(finding: Finding, day: Finding | None) -> Finding:
    if day is None or day.level is Level.INFO or day.message == "day.role":
        return finding
    subject = SUBJECTS[finding.rule]
    word = {Level.EXCUSED: "excused", Level.NOT_REQUIRED: "day_off", Level.REVIEW: "unpublished"}[day.level]
    values = {**finding.values, **day.values}
    return replace(finding, level=day.level, message=f"{subject}.{word}", values=values, would_change=day.message)
