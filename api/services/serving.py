"""When people serve by the roster: the hours of a person's day, and who is away."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from api.services.duties import DayKnown
from data.roster import CENTRE, GRID, Absence, Roster, Shift
from rules.days import Calendar, Kind
from rules.parameters import Policy

MINUTES_OF_A_DAY: Final = 24 * 60
EMERGENCY: Final = "emergency"
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Day:
    """One person's day: working time as it is written (None: none by the roster), and what is known of the day."""

    shift: str | None
    known: DayKnown


def spans_of(hours: str) -> list[Span]:
    """Return the parts of ``08:00-12:00,20:00-08:00`` in minutes of the day; one that passes midnight ends after 1440.

    >>> spans_of("20:00-08:00")
    [(1200, 1920)]
    """
    found: list[Span] = []
    for part in hours.split(","):
        start, end = (int(text[:2]) * 60 + int(text[3:]) for text in part.split("-"))
        found.append((start, end if end > start else end + MINUTES_OF_A_DAY))
    return found


def hours_of(spans: Iterable[Span]) -> str:
    """Return parts in minutes of the day as they are written."""
    return ",".join("-".join(f"{m // 60:02d}:{m % 60:02d}" for m in span) for span in spans)


def serves(shift: Shift, on: date, calendar: Calendar) -> bool:
    """Tell whether a shift is served on a day: on its weekdays, or on working days where it names none."""
    if not shift.valid_from <= on < shift.valid_to:
        return False
    if shift.weekdays:
        return str(on.isoweekday()) in shift.weekdays
    return shift.place == CENTRE or calendar.kind(on) is not Kind.REST


def concerns(absence: Absence, person: str, grid: str, above: Mapping[str, tuple[str, ...]], on: date) -> bool:
    """Tell whether an absence is about a person's day in a grid; ``above``: code -> codes of the grids it lies in."""
    if not absence.valid_from <= on < absence.valid_to or absence.person not in ("", person):
        return False
    return not absence.grid or absence.grid == grid or absence.grid in above.get(grid, ())


def day_of(
    roster: Roster,
    person: str,
    grid: str,
    above: Mapping[str, tuple[str, ...]],
    on: date,
    calendar: Calendar,
    policy: Policy,
) -> Day:
    """Return a person's day in a grid by the roster.

    Without hours of their own people serve the usual hours on working days (``duty.hours``). Hours of absence are taken out of
    the working time, and what is required shrinks with them.
    """
    own = [s for s in roster.shifts if s.person == person and s.place == GRID]
    served = [s for s in own if serves(s, on, calendar)]
    usual = policy.text("duty.hours", on) if not own and calendar.kind(on) is not Kind.REST else None
    shift = served[-1].hours if served else usual
    about = [a for a in roster.absences if concerns(a, person, grid, above, on)]
    away = [a for a in about if a.kind != EMERGENCY]
    whole = next((a.kind for a in away if not a.hours), "")
    left, share = _less(shift, [a.hours for a in away if a.hours])
    if shift is not None and not whole and not left:
        whole = away[0].kind
    known = DayKnown(
        rostered=bool(served),
        absence=whole,
        emergency=any(a.kind == EMERGENCY for a in about),
        share=1.0 if whole else share,
        calendar=calendar,
    )
    return Day(left if left and not whole else shift, known)


def _less(shift: str | None, away: Iterable[str]) -> tuple[str, float]:
    """Return working time less the hours of absence, and the share of it that is left."""
    if shift is None:
        return "", 1.0
    spans = spans_of(shift)
    total = sum(end - start for start, end in spans)
    for start, end in [span for hours in away for span in spans_of(hours)]:
        cut = [((a, min(b, start)), (max(a, end), b)) for a, b in spans]
        spans = [part for parts in cut for part in parts if part[0] < part[1]]
    return hours_of(spans), sum(end - start for start, end in spans) / total
