"""The people of the store on some days: what each is in charge of, when each serves, and when a track may be kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from api.services.pictures import pictures
from api.services.serving import MINUTES_OF_A_DAY, Day, Span, day_of, serves, spans_of
from data import roster
from data.roster import CENTRE, Assignment, Roster
from data.store import Store
from data.workdays import workdays
from geo.errors import NotFoundError
from geo.tracks import clock
from geo.tracks.clock import Window
from rules.days import Calendar
from rules.parameters import Policy, defaults

ZONE: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Staff:
    """Who serves: the roster of some days, where each grid lies (code -> codes above it, root), and the rules of days."""

    roster: Roster
    above: Mapping[str, tuple[str, ...]]
    roots: Mapping[str, str]
    calendar: Calendar
    policy: Policy

    def require(self, person: str) -> None:
        """Raise `NotFoundError` ``person.unknown`` for a number that nobody has."""
        if person not in self.roster.names:
            raise NotFoundError("person.unknown", person[:64], got=person[:64])

    def assignments(self, on: date, person: str | None = None) -> list[Assignment]:
        """Return what people are in charge of on a day."""
        held = [a for a in self.roster.assignments if a.valid_from <= on < a.valid_to]
        return [a for a in held if person in (None, a.person)]

    def day(self, person: str, grid: str, on: date) -> Day:
        """Return a person's day in a grid."""
        return day_of(self.roster, person, grid, self.above, on, self.calendar, self.policy)

    def town(self, person: str, on: date) -> str:
        """Return the root of the grids a person is in charge of; the first of the store where there are none."""
        held = [self.roots[a.grid] for a in self.assignments(on, person) if a.grid in self.roots]
        return held[0] if held else next(iter(self.roots.values()), "-")

    def kept_times(self, person: str, on: date) -> list[Window]:
        """Return the times of a day (and of the night after it) whose fixes may be kept: duty, with a margin at both ends."""
        grids = [a.grid for a in self.assignments(on, person)] or [""]
        days = [self.day(person, grid, on) for grid in grids]
        if any(day.known.emergency for day in days):
            return [clock.windows(on, None, ZONE)[0]]
        margin = round(self.policy.number("privacy.margin", on))
        spans = {span for day in days if day.shift and not day.known.absence for span in spans_of(day.shift)}
        at_centre = [s for s in self.roster.shifts if s.person == person and s.place == CENTRE]
        spans |= {span for s in at_centre if serves(s, on, self.calendar) for span in spans_of(s.hours)}
        (whole,) = clock.windows(on, None, ZONE)
        return [_window(whole.start_ms, span, margin) for span in sorted(spans)]


def _window(midnight_ms: int, span: Span, margin: int) -> Window:
    start, end = span[0] - margin, min(span[1] + margin, 2 * MINUTES_OF_A_DAY)
    return Window(midnight_ms + start * clock.MINUTE_MS, midnight_ms + end * clock.MINUTE_MS)


def staff_of(store: Store, first: date, last: date, policy: Policy | None = None) -> Staff:
    """Return who serves from ``first`` to ``last`` (and the day before, whose nights reach into it)."""
    with store.read() as view:
        found, working = roster.load(view, first - timedelta(days=1), last), workdays(view)
    above: dict[str, tuple[str, ...]] = {}
    roots: dict[str, str] = {}
    for shown in pictures(store, None, last):
        keys = shown.by_key
        for unit in shown.units:
            codes: list[str] = []
            parent = unit.parent
            while parent is not None:
                codes.append(keys[parent].code or "")
                parent = keys[parent].parent
            if unit.code:
                above[unit.code], roots[unit.code] = tuple(codes), shown.root.name
    return Staff(found, above, roots, working, policy or defaults())
