"""The working days of a store: those of the country, and on top what its city says of single days and whole years."""

from datetime import date, timedelta

from data import roster
from data.importers.calendar import calendar
from data.roster import Absence
from data.store import Reading
from rules.days import Calendar


def workdays(s: Reading) -> Calendar:
    """Return which days are worked, as known now.

    A year that the city calls published is judged even where this release does not know its holidays: then weekdays are worked
    but for the days the city names.
    """
    rows = roster.calendar_days(s)
    own = {day: one.kind == "working_day" for one in rows if one.kind != "published" for day in _days(one)}
    years = frozenset(day.year for one in rows if one.kind == "published" for day in (one.valid_from, _last(one)))
    known = calendar(own=own)
    return Calendar(known.published | years, known.special, own)


def _last(one: Absence) -> date:
    return one.valid_to - timedelta(days=1)


def _days(one: Absence) -> list[date]:
    return [one.valid_from + timedelta(days=n) for n in range((one.valid_to - one.valid_from).days)]
