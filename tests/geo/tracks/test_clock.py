"""Times at the edges: days when the clocks jump, and stamps that no calendar holds."""

from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from geo.errors import InputError
from geo.tracks import clock

pytestmark = pytest.mark.pure

LONDON = ZoneInfo("Europe/London")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # 01:00 -> 02:00, and 02:00 -> 01:00
HOUR = 3600.0


@pytest.mark.parametrize(
    ("on", "shift", "hours"),
    [
        (SPRING, None, 23),
        (AUTUMN, None, 25),
        (SPRING, "00:00-12:00", 11),
        (SPRING, "00:00-01:30,02:00-12:00", 11),
        (SPRING, "00:30-01:30,01:45-12:00", 10.5),
        (AUTUMN, "00:00-01:30,03:00-12:00", 10.5),
    ],
)
def test_working_time_is_what_passes_while_the_clocks_jump(on: date, shift: str | None, hours: float) -> None:
    parts = clock.windows(on, shift, LONDON)
    assert clock.total_seconds(parts) == hours * HOUR
    assert all(one.end_ms <= other.start_ms for one, other in pairwise(parts))


@pytest.mark.parametrize(
    ("on", "shift", "zone"),
    [
        (SPRING, "01:00-02:00", "Europe/London"),
        (SPRING, "01:30-02:00,03:00-12:00", "Europe/London"),
        (date(2011, 12, 30), "08:00-12:00", "Pacific/Apia"),
        (date(2011, 12, 30), None, "Pacific/Apia"),
    ],
)
def test_working_time_that_the_clocks_skip_whole_is_refused(on: date, shift: str | None, zone: str) -> None:
    with pytest.raises(InputError, match="skipped"):
        clock.windows(on, shift, ZoneInfo(zone))


@pytest.mark.parametrize("on", [date.min, date.max])
def test_a_day_at_the_end_of_the_calendar_is_refused(on: date) -> None:
    with pytest.raises(InputError, match=r"day\.range"):
        clock.windows(on, None, LONDON)


@pytest.mark.parametrize(
    "text",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:60Z", "0001-01-01T00:00:00"],
)
def test_a_stamp_beyond_the_calendar_is_impossible_not_a_crash(text: str) -> None:
    assert clock.instant(text, ZoneInfo("Asia/Shanghai")) == clock.IMPOSSIBLE


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"])
def test_the_first_and_the_last_stamp_of_the_calendar_can_be_written_again(text: str) -> None:
    found = clock.instant(text, None)
    assert isinstance(found, int)
    assert clock.stamp(found, ZoneInfo("UTC")).startswith(text[:19])
