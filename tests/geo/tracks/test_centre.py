"""The centre around the clock from evidence (hard case 9): what is covered, what is open, who was before and after."""

from datetime import date

import pytest

from geo.tracks import clock
from geo.tracks.centre import Coverage, Evidence, Seen, Stretch, bridged, coverage, doubled
from geo.tracks.clock import Window

pytestmark = pytest.mark.pure

ZONE = clock.zone_of("Asia/Shanghai")
(MONDAY,) = clock.windows(date(2026, 11, 16), None, ZONE)
(TUESDAY,) = clock.windows(date(2026, 11, 17), None, ZONE)
HOUR = 3_600_000


def at(day: Window, hours: float) -> int:
    return day.start_ms + round(hours * HOUR)


def there(person: str, day: Window, start: float, end: float, evidence: Evidence = Evidence.TAG) -> Stretch:
    return Stretch(person, at(day, start), at(day, end), evidence)


def night(*, wifi_after: str) -> list[Stretch]:
    """Return a night with a hole at its change and a phone that is silent for forty minutes."""
    silence = Seen("B", at(TUESDAY, 3), at(TUESDAY, 3 + 40 / 60), True, "wifi-1", wifi_after)
    return [
        there("A", MONDAY, 0, 23 + 52 / 60),
        there("B", TUESDAY, 7 / 60, 3),
        bridged(silence),
        there("B", TUESDAY, 3 + 40 / 60, 24),
    ]


def minutes(found: Coverage) -> tuple[int, int]:
    return round(found.uncovered_low_s / 60), round(found.uncovered_high_s / 60)


def test_9_a_change_of_duty_at_midnight_leaves_eight_minutes_of_one_day_and_seven_of_the_next() -> None:
    stretches = night(wifi_after="wifi-1")
    monday, tuesday = coverage(MONDAY, stretches), coverage(TUESDAY, stretches)
    assert (minutes(monday), minutes(tuesday)) == ((8, 8), (7, 7))
    (hole,) = monday.holes
    assert (hole.before, hole.after, hole.is_open) == ("A", "B", False)
    (hole,) = tuesday.holes
    assert (hole.before, hole.after) == ("A", "B")


def test_9_a_silent_phone_is_covered_by_the_same_network_and_else_only_possible() -> None:
    tuesday = coverage(TUESDAY, night(wifi_after="wifi-2"))
    assert minutes(tuesday) == (7, 47)
    assert [hole.is_open for hole in tuesday.holes] == [False, True]
    assert minutes(coverage(TUESDAY, night(wifi_after=""))) == (7, 47)


def test_a_network_at_another_place_holds_nothing_together() -> None:
    moved = Seen("B", 0, HOUR, True, "w", "w", apart_m=200.0)
    outside = Seen("B", 0, HOUR, False, "w", "w")
    assert [bridged(one).evidence for one in (moved, outside)] == [Evidence.ROSTER] * 2
    assert bridged(Seen("B", 0, HOUR, True, "w", "w")).evidence == Evidence.HELD_TOGETHER


def test_a_roster_alone_proves_no_minute_and_excludes_none() -> None:
    found = coverage(MONDAY, [there("A", MONDAY, 0, 24, Evidence.ROSTER)])
    assert minutes(found) == (0, 1440)
    assert coverage(MONDAY, []).uncovered_low_s == 86_400
    assert minutes(coverage(MONDAY, [there("A", MONDAY, 0, 12), there("B", MONDAY, 11, 24, Evidence.FIXES)])) == (0, 0)


def test_nobody_is_at_two_centres_at_once() -> None:
    one = Stretch("A", 0, 2 * HOUR, Evidence.TAG, "north")
    other = Stretch("A", HOUR, 3 * HOUR, Evidence.FIXES, "south")
    planned = Stretch("A", HOUR, 3 * HOUR, Evidence.ROSTER, "south")
    assert doubled([one, other]) == [("A", HOUR)]
    assert doubled([one, planned]) == []
