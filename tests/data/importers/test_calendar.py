"""Working days of mainland China: make-up days, holidays, and years that are not announced yet (patrol.md D.8)."""

from datetime import date

import pytest

from data.importers.calendar import calendar, published
from rules.days import Kind

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        ("2026-02-14", Kind.WORK),  # make-up Saturdays
        ("2026-10-10", Kind.WORK),
        ("2026-10-01", Kind.REST),
        ("2026-11-18", Kind.WORK),
        ("2026-11-21", Kind.REST),
        ("2025-09-28", Kind.WORK),
        ("2027-01-04", Kind.UNPUBLISHED),
    ],
)
def test_a_day_is_what_the_state_council_announced(on: str, kind: Kind) -> None:
    assert calendar().kind(date.fromisoformat(on)) is kind


def test_a_year_is_told_once_it_is_in_the_table() -> None:
    later = calendar({**published(), 2027: date(2026, 11, 10)})
    assert later.kind(date(2027, 1, 4)) is Kind.WORK
    assert calendar({2026: date(2025, 11, 4)}).kind(date(2025, 9, 28)) is Kind.UNPUBLISHED


def test_a_city_s_own_day_wins_even_in_a_year_that_is_not_announced() -> None:
    own = calendar(own={date(2026, 11, 18): False, date(2027, 1, 4): True})
    assert own.kind(date(2026, 11, 18)) is Kind.REST
    assert own.kind(date(2027, 1, 4)) is Kind.WORK
    assert own.kind(date(2027, 1, 5)) is Kind.UNPUBLISHED


def test_every_announced_year_has_its_day() -> None:
    assert [year for year, by in published().items() if by.year not in (year, year - 1)] == []
