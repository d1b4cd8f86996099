"""Fills the calendar of `rules.days`: holidays and make-up days from the library, for the years whose notice is published."""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from rules.days import SATURDAY, Calendar

TABLE: Final = Path(__file__).with_suffix(".toml")


@cache
def published() -> Mapping[int, date]:
    """Return the years whose holidays are announced, each with the day by which they were."""
    rows: list[dict[str, Any]] = tomllib.loads(TABLE.read_text("utf-8"))["published"]
    return {row["year"]: row["by"] for row in rows}


def calendar(years: Mapping[int, date] | None = None, own: Mapping[date, bool] | None = None) -> Calendar:
    """Return the working days of mainland China.

    Parameters
    ----------
    years : the years that are announced (default: the dated table beside this module); days of others cannot be told
    own : a city's own days on top (a local stop, a day of a notice that the library does not know yet): day -> whether one works
    """
    years = published() if years is None else years
    return Calendar(frozenset(years), _special(tuple(sorted(years))), dict(own or {}))


@cache
def _special(years: tuple[int, ...]) -> Mapping[date, bool]:
    """Return the days on which one works or rests otherwise than the weekday says."""
    from holidays.countries.china import China  # noqa: PLC0415 - 0.15 s that most commands need not spend

    known: Any = China(years=years)
    found: dict[date, bool] = {}
    for year in years:
        day = date(year, 1, 1)
        while day.year == year:
            works = bool(known.is_working_day(day))
            if works != (day.weekday() < SATURDAY):
                found[day] = works
            day += timedelta(days=1)
    return found
