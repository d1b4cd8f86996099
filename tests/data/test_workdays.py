"""Working days of a store: those of the country, and what its city says on top, as known now."""

from datetime import date

import pytest

from data import roster
from data.roster import Absence
from data.store import Actor, Store
from data.workdays import workdays
from rules.days import Kind

ACTOR = Actor("clerk", "town_grid_office")


def say(store: Store, *rows: tuple[str, str, str]) -> None:
    entries = [
        Absence("", "", kind, "", "", date.fromisoformat(first), date.fromisoformat(end)) for kind, first, end in rows
    ]
    store.run(lambda unit: roster.save(unit, entries), actor=ACTOR)


def kinds(store: Store, *days: str) -> list[Kind]:
    with store.read() as view:
        known = workdays(view)
    return [known.kind(date.fromisoformat(day)) for day in days]


def test_without_a_word_of_the_city_the_country_holds(store: Store) -> None:
    assert kinds(store, "2026-11-18", "2026-10-01", "2027-01-04") == [Kind.WORK, Kind.REST, Kind.UNPUBLISHED]


def test_a_day_of_the_city_comes_first(store: Store) -> None:
    say(store, ("day_off", "2026-11-18", "2026-11-20"), ("working_day", "2026-11-21", "2026-11-22"))
    assert kinds(store, "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21") == [
        Kind.REST,
        Kind.REST,
        Kind.WORK,
        Kind.WORK,
    ]


def test_a_year_the_release_does_not_know_is_judged_by_weekdays_and_the_days_of_its_notice(store: Store) -> None:
    say(store, ("published", "2027-01-01", "2028-01-01"), ("day_off", "2027-01-01", "2027-01-04"))
    assert kinds(store, "2027-01-01", "2027-01-04", "2027-01-09", "2028-01-03") == [
        Kind.REST,
        Kind.WORK,
        Kind.REST,
        Kind.UNPUBLISHED,
    ]


def test_the_calendar_is_nobodys_leave(store: Store) -> None:
    say(store, ("day_off", "2026-11-18", "2026-11-19"))
    with store.read() as view:
        assert roster.load(view, date(2026, 11, 18)).absences == ()


@pytest.mark.parametrize(("first", "then"), [("day_off", "working_day"), ("working_day", "day_off")])
def test_what_is_said_last_holds(store: Store, first: str, then: str) -> None:
    for kind in (first, then):
        say(store, (kind, "2026-11-18", "2026-11-19"))
    assert kinds(store, "2026-11-18") == [Kind.WORK if then == "working_day" else Kind.REST]
