"""The roster's hours, absences and the rota of the centres."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.services.rota import gaps_of, rota_day
from api.services.serving import Day, day_of, hours_of, spans_of
from data import roster
from data.archive import folder_of
from data.importers.calendar import calendar
from data.roster import Absence, Assignment, Person, Roster, Shift
from data.store import Actor, open_store
from rules.parameters import defaults

MONDAY, SATURDAY, HOLIDAY = date(2026, 11, 16), date(2026, 11, 21), date(2026, 10, 1)
P01 = "P01"
ABOVE = {"A": ("V", "T")}


def day(on: date, shifts: tuple[Shift, ...] = (), absences: tuple[Absence, ...] = ()) -> Day:
    return day_of(Roster({}, (), shifts, absences), P01, "A", ABOVE, on, calendar(), defaults())


def away(kind: str = "leave", hours: str = "", person: str = P01, grid: str = "") -> Absence:
    return Absence(person, grid, kind, hours, "", date(2026, 11, 1), date(2026, 12, 1))


def test_hours_are_read_and_written_alike() -> None:
    assert spans_of("08:00-12:00,20:00-08:00") == [(480, 720), (1200, 1920)]
    assert hours_of([(480, 720), (840, 1080)]) == "08:00-12:00,14:00-18:00"


def test_without_hours_of_their_own_people_serve_the_usual_ones_on_working_days() -> None:
    assert day(MONDAY).shift == "08:00-12:00,14:00-18:00"
    assert day(MONDAY).known.rostered is False
    assert day(SATURDAY).shift is None
    assert day(HOLIDAY).shift is None
    assert day(date(2026, 10, 10)).shift is not None  # a make-up Saturday


def test_own_hours_hold_on_their_days() -> None:
    weekend = Shift(P01, "grid", "", "67", "09:00-11:00")
    assert day(SATURDAY, (weekend,)).shift == "09:00-11:00"
    assert day(SATURDAY, (weekend,)).known.rostered is True
    assert day(MONDAY, (weekend,)).shift is None


@pytest.mark.parametrize("grid", ["", "A", "V", "T"])
def test_an_absence_of_everybody_reaches_all_grids_below(grid: str) -> None:
    assert day(MONDAY, (), (away("stop_work", person="", grid=grid),)).known.absence == "stop_work"


def test_an_absence_elsewhere_or_of_others_changes_nothing() -> None:
    assert day(MONDAY, (), (away(grid="B"), away(person="P02"))).known.absence == ""


def test_hours_away_shrink_the_working_time_and_what_is_asked() -> None:
    found = day(MONDAY, (), (away("training", "14:00-16:00"),))
    assert found.shift == "08:00-12:00,16:00-18:00"
    assert found.known.share == 0.75
    assert found.known.absence == ""


def test_hours_away_that_leave_nothing_are_a_day_away() -> None:
    assert day(MONDAY, (), (away("training", "07:00-19:00"),)).known.absence == "training"


def test_emergency_is_no_absence() -> None:
    found = day(MONDAY, (), (away("emergency", person="", grid="T"),))
    assert (found.known.emergency, found.known.absence) == (True, "")


def test_gaps_of_a_day() -> None:
    assert gaps_of([(0, 480), (500, 1440)]) == [(480, 500)]
    assert gaps_of([]) == [(0, 1440)]
    assert gaps_of([(-60, 1500)]) == []


def serve(person: str, grid: str, hours: str) -> Shift:
    return Shift(person, "centre", grid, "", hours)


@pytest.fixture
def rota(make_town: Callable[[Path], str], tmp_path: Path) -> Callable[..., dict[str, Any]]:
    address = make_town(tmp_path)

    def of(*entries: roster.Entry) -> dict[str, Any]:
        with open_store(address) as store:
            store.run(lambda unit: roster.save(unit, entries), actor=Actor("clerk", "town_grid_office"))
            found = rota_day(store, date(2026, 11, 22), folder_of(address, ""))
        return {centre["grid"]: centre for centre in found["centres"]}

    return of


def levels(centre: dict[str, Any]) -> dict[str, str]:
    return {finding["rule"]: finding["level"] for finding in centre["findings"]}


V1, V2 = "990001101001", "990001101002"


def test_duty_over_midnight_covers_both_days(rota: Callable[..., dict[str, Any]]) -> None:
    chief = Assignment(P01, V1, "level_1_full_time_worker")
    found = rota(Person(P01, "甲"), chief, serve(P01, V1, "20:00-08:00"), serve("P02", V1, "08:00-20:00"))
    assert found[V1]["gaps"] == []
    assert levels(found[V1]) == {"A19.6a": "PASS", "A19.6b": "WARN"}  # P02 holds no office
    assert levels(found[V2]) == {"A19.6a": "NO_DATA", "A19.6b": "NO_DATA"}


def test_a_gap_at_the_handover_is_named(rota: Callable[..., dict[str, Any]]) -> None:
    found = rota(serve(P01, V1, "20:00-07:45"), serve("P02", V1, "08:00-20:00"))
    assert found[V1]["gaps"] == [["7:45", "8:00"]]
    assert levels(found[V1])["A19.6a"] == "FAIL"
    assert "0:15" in found[V1]["findings"][0]["sentence"]["zh"]


def test_nobody_is_at_two_centres_at_once(rota: Callable[..., dict[str, Any]]) -> None:
    found = rota(serve(P01, V1, "00:00-24:00"), serve(P01, V2, "23:00-24:00"))
    assert levels(found[V1])["A19.6a"] == "FAIL"


def test_who_is_on_leave_does_not_serve(rota: Callable[..., dict[str, Any]]) -> None:
    found = rota(serve(P01, V1, "00:00-24:00"), away())
    assert levels(found[V1])["A19.6a"] == "NO_DATA"
