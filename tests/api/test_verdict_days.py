"""What the day asks for goes before what was measured: rest days, leave, years not announced, hours away, emergency mode."""

from datetime import date
from typing import Any

import pytest
from shapely import box

from api.services import verification
from api.services.duties import DayKnown
from api.services.verification import Grid, Options
from data.importers.child import Limits
from geo import crs

PLANE = crs.plane_around(118.5, 24.8)
GRID = Grid("G1", "第一网格", box(500_000, 2_700_000, 500_300, 2_700_300), PLANE, {"root": "demo"})
CHIEF = "level_2_chief"


def judged(on: str, role: str | None, **day: Any) -> dict[str, Any]:
    options = Options(date.fromisoformat(on), role=role, shift="08:00-12:00,14:00-18:00", day=DayKnown(**day))
    return verification.verify([], GRID, options, Limits())


def levels(found: dict[str, Any]) -> dict[str, str]:
    return {finding["rule"]: finding["level"] for finding in found["findings"]}


@pytest.mark.parametrize(
    ("on", "level"),
    [("2026-02-14", "NO_DATA"), ("2026-10-10", "NO_DATA"), ("2027-01-04", "REVIEW"), ("2026-11-21", "NOT_REQUIRED")],
)
def test_half_a_day_is_asked_on_working_days_that_are_known(on: str, level: str) -> None:
    found = judged(on, CHIEF)
    assert levels(found)["A19.7a"] == level
    assert ("unpublished" in [q["code"] for q in found["questions"]]) is (level == "REVIEW")


def test_leave_excuses_and_the_sentence_says_why() -> None:
    found = judged("2026-11-18", CHIEF, absence="leave", rostered=True)
    assert levels(found) == {"A19.2a": "EXCUSED", "A19.7a": "EXCUSED", "A19.7b": "NOT_REQUIRED"}
    assert found["findings"][0]["sentence"]["zh"] == "一日一巡：免查（第十九条第（二）项）。登记为请假。"
    assert found["inputs"]["day"]["absence"] == "leave"


def test_a_rest_day_without_duty_asks_nothing_and_with_duty_a_patrol() -> None:
    assert levels(judged("2026-11-21", CHIEF, rostered=False))["A19.2a"] == "NOT_REQUIRED"
    assert levels(judged("2026-11-21", CHIEF, rostered=True))["A19.2a"] == "NO_DATA"


def test_hours_away_shrink_what_is_asked() -> None:
    found = judged("2026-11-18", CHIEF, share=0.5)
    limits = {finding["rule"]: finding["limit"]["value"] for finding in found["findings"]}
    assert limits == {"A19.2a": 10, "A19.7a": 120, "A19.7b": 240}
    assert "share" in [question["code"] for question in found["questions"]]


def test_emergency_mode_calls_part_time_workers_to_patrol() -> None:
    part_time = "level_2_part_time_worker"
    assert set(levels(judged("2026-11-18", part_time)).values()) == {"NOT_REQUIRED"}
    called = levels(judged("2026-11-18", part_time, emergency=True))
    assert called == {"A19.2a": "NO_DATA", "A19.7a": "NOT_REQUIRED", "A19.7b": "NOT_REQUIRED"}


def test_without_a_role_a_rest_day_is_a_fact_with_a_question() -> None:
    found = judged("2026-11-21", None)
    assert set(levels(found).values()) == {"NO_DATA"}
    assert "rest_day" in [question["code"] for question in found["questions"]]
