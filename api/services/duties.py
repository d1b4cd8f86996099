"""Which duties of article 19 a measured day meets: what was measured, the person's role, and what the day asks for."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from data.importers.calendar import calendar
from geo.tracks.presence import Presence, Why
from rules import days, patrol, worksystem
from rules.days import Calendar, Facts
from rules.evidence import Evidence
from rules.parameters import Policy
from rules.verdict import Finding, Measured

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DayKnown:
    """What is known of the day beside its tracks; by default nothing but the calendar.

    ``rostered``: the roster has hours for this day (None: there is no roster to ask); ``absence``: why the whole day is not like
    others; ``emergency``: emergency mode holds; ``share`` of the day that is left by absences of some hours.
    """

    rostered: bool | None = None
    absence: str = ""
    emergency: bool = False
    share: float = 1.0
    calendar: Calendar | None = None


NOTHING_KNOWN: Final = DayKnown()


@dataclass(frozen=True, slots=True)
class Known:
    """A day as the rules take it, the share of it left by absences of some hours, and whether there was a roster to ask."""

    facts: Facts
    share: float
    roster: bool


def known_day(day: DayKnown, role: str | None, shift: str | None, on: date) -> Known:
    """Return the day as the rules take it; without a roster, a working time that is given says that the person serves."""
    rostered = True if day.rostered is None and shift is not None else day.rostered
    kind = (day.calendar or calendar()).kind(on)
    facts = Facts(kind, role, rostered, day.absence, day.emergency)
    return Known(facts, day.share, day.rostered is not None)


def judge(measured: Presence, known: Known, shift: str | None, policy: Policy, on: date) -> tuple[Finding, ...]:
    """Return the findings of articles 19(2) and 19(7) on a measured day; without a working time nothing can fail."""
    role = known.facts.role
    completeness = measured.completeness if shift is not None else None
    low, value, high = (second / 60.0 for second in (measured.low_s, measured.value_s, measured.high_s))
    jumps = sum(span.why in (Why.TOO_FAST, Why.DISPUTED) for span in measured.spans)
    in_grid = Evidence(Measured(value, low, high, "min"), measured.fixes, completeness, jumps)
    worked = Evidence(Measured(value, low, measured.working_s / 60.0, "min"), measured.fixes, completeness, jumps)
    called = days.called_up(known.facts)
    found = (
        *patrol.check(patrol.Facts(in_grid, measured.fixes_inside, role, called), policy, on),
        *worksystem.check(worksystem.Facts(in_grid, worked, role, known.share), policy, on),
    )
    return days.applied(found, days.check(known.facts, policy, on))


def day_document(day: DayKnown, role: str | None, shift: str | None, on: date) -> Document:
    """Return what the verdict took the day for, as part of its inputs."""
    known = known_day(day, role, shift, on)
    return {
        "kind": known.facts.kind.value,
        "rostered": known.facts.rostered,
        "absence": known.facts.absence,
        "emergency": known.facts.emergency,
        "share": round(known.share, 4),
    }
