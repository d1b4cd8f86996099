"""Time in a grid as an interval, on days drawn with one letter for each fix.

The grid reaches from 0 to 300 m; ``i`` is a fix in its middle (150 m deep), ``b`` one on its border, ``o`` 150 m and ``f`` 900 m
outside it, ``.`` no fix. Accuracy 5 m, so two deviations are 6.9 m.
"""

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from geo.tracks import distance
from geo.tracks import presence as stage
from geo.tracks.cleaning import Fixes
from geo.tracks.clock import Window
from geo.tracks.gaps import GapPolicy
from geo.tracks.presence import Presence, PresencePolicy, State, Why

pytestmark = pytest.mark.pure

PLACES = {"i": 150.0, "b": 0.0, "o": -150.0, "f": -900.0}
SIGMA = float(np.hypot(5 / 1.51, 1))
SLACK = 2 * SIGMA * 2**0.5
V = 12.0
POLICY = PresencePolicy(GapPolicy(v_max=V))
WEST = distance.edges_of(shapely.box(0, -50_000, 100_000, 50_000))
NO_RIVALS = np.empty(0, np.int64)
Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]


def found_in(
    time: Int64, d: Float64, sigma: Float64, windows: list[Window], rivals: Int64 = NO_RIVALS, xy: Float64 | None = None
) -> Presence:
    """Return time in a grid whose western border is the line x = 0 and whose others are far away."""
    xy = np.column_stack([d, d * 0]) if xy is None else xy
    fixes = Fixes(time, xy, sigma, np.zeros(len(time), np.int8), rivals)
    return stage.presence(fixes, WEST, windows, POLICY)


def day(drawn: str, step_s: float, parts: list[tuple[float, float]] | None = None) -> Presence:
    """Return time in the grid of a drawn day, one letter each ``step_s``; working time is from the first to the last letter."""
    fixes = [(n * step_s, PLACES[letter]) for n, letter in enumerate(drawn) if letter != "."]
    time = np.array([1000 * t for t, _ in fixes], np.int64)
    d = np.array([depth for _, depth in fixes])
    windows = [Window(int(1000 * a), int(1000 * b)) for a, b in parts or [(0, (len(drawn) - 1) * step_s)]]
    return found_in(time, d, np.full(len(d), SIGMA), windows)


def bounds(found: Presence) -> tuple[float, float]:
    return round(found.low_s, 6), round(found.high_s, 6)


def test_fixes_deep_inside_count_in_full() -> None:
    assert bounds(day("iiiiiii", 10)) == (60, 60)


def test_fixes_far_outside_count_for_nothing() -> None:
    assert bounds(day("fffffff", 10)) == (0, 0)


def test_a_fix_on_the_border_counts_for_neither_bound() -> None:
    found = day("bbbbbbb", 10)
    assert bounds(found) == (0, 60)
    assert {span.state for span in found.spans} == {State.BORDER}


def test_a_gap_between_fixes_inside_proves_only_the_way_out_and_back() -> None:
    way = (300 - SLACK) / V
    assert bounds(day("ii" + "." * 59 + "ii", 10)) == (pytest.approx(10 + way + 10), 620)


def test_a_gap_between_fixes_outside_leaves_what_the_way_in_and_back_leaves() -> None:
    way = (1800 - SLACK) / V
    assert bounds(day("ff" + "." * 59 + "ff", 10)) == (0, pytest.approx(600 - way))


def test_a_gap_that_is_too_short_to_come_in_excludes_presence() -> None:
    assert bounds(day("f" + "." * 13 + "f", 10)) == (0, 0)


def test_a_gap_from_inside_to_outside_proves_both_ways() -> None:
    low, high = bounds(day("i" + "." * 59 + "f", 10))
    assert low == pytest.approx((150 - SLACK) / V)
    assert high == pytest.approx(600 - (900 - SLACK) / V)


def test_neither_a_jump_nor_what_leans_on_its_ends_counts_for_a_bound() -> None:
    found = day("iiiffiii", 10)  # 105 m/s: either of the two fixes may be the wrong one
    assert bounds(found) == (20, 70)
    jump = [Why.DISPUTED, Why.TOO_FAST, Why.DISPUTED, Why.TOO_FAST, Why.DISPUTED]
    assert [span.why for span in found.spans if span.doubt_s] == jump


def test_a_jump_within_the_error_of_both_fixes_is_none() -> None:
    time, d = np.array([0, 1000, 2000], np.int64), np.array([150.0, 150.0 + V + SLACK - 0.1, 150.0])
    found = found_in(time, d, np.full(3, SIGMA), [Window(0, 2000)])
    assert bounds(found) == (2, 2)


def test_time_beside_a_second_story_counts_for_neither_bound() -> None:
    time, d = np.arange(0, 1_201_000, 10_000), np.full(121, 150.0)
    found = found_in(time, d, np.full(121, SIGMA), [Window(0, 1_200_000)], np.array([600_000]))
    assert bounds(found) == (600, 1200)
    assert Why.DISPUTED in {span.why for span in found.spans}


@pytest.mark.parametrize("outside_m", [0.0, 1.0, 4.0])
@pytest.mark.parametrize("lasts_s", [5.0, 60.0])
def test_who_stands_just_outside_is_proved_inside_by_error_alone_for_seconds_at_most(
    outside_m: float, lasts_s: float
) -> None:
    step, days = 5.0, 20
    keep = float(np.exp(-step / lasts_s))
    noise = np.random.default_rng(7).normal(0, 5 / 1.51, (5760, days, 2))
    for n in range(1, len(noise)):
        noise[n] = keep * noise[n - 1] + (1 - keep * keep) ** 0.5 * noise[n]
    time = np.arange(len(noise)) * round(step * 1000)
    window, sigma = [Window(0, int(time[-1]))], np.full(len(time), SIGMA)
    proved: list[float] = []
    for one in range(days):
        xy = np.ascontiguousarray(noise[:, one]) - [outside_m, 0.0]
        proved.append(found_in(time, xy[:, 0], sigma, window, xy=xy).low_s)
    assert max(proved) < 60
    assert sum(low > 0 for low in proved) <= days * 3 // 10


def test_error_near_the_border_takes_nothing_from_time_deep_inside() -> None:
    assert bounds(day("b" * 100 + ".." + "i" * 101, 10))[0] >= 1000


def test_time_before_the_first_and_after_the_last_fix_counts_in_high_only() -> None:
    found = day("iii", 10, [(-100, 120)])
    assert bounds(found) == (20, 220)
    assert (found.spans[0].why, found.spans[-1].why) == (Why.BEFORE, Why.AFTER)
    away = day("fff", 10, [(-100, 120)])
    assert bounds(away) == (0, pytest.approx(2 * (100 - (900 - 2 * SIGMA) / V)))


def test_a_wrong_fix_at_the_end_excludes_nothing() -> None:
    assert bounds(day("iiif", 10, [(0, 80)])) == (10, 80)


def test_working_time_cuts_intervals_and_keeps_bounds_honest() -> None:
    gap = "i" + "." * 59 + "i"
    way = (300 - SLACK) / V
    assert bounds(day(gap, 10, [(100, 500)])) == (0, 400)  # what is proved may lie in what was cut off
    assert bounds(day(gap, 10, [(0, 599)]))[0] == pytest.approx(way - 1)
    assert bounds(day("i" * 61, 10, [(0, 100), (300, 350)])) == (150, 150)


def test_no_fix_at_all_leaves_everything_open() -> None:
    found = found_in(np.empty(0, np.int64), np.empty(0), np.empty(0), [Window(0, 60_000)])
    assert (bounds(found), found.fixes, found.spans[0].why) == ((0, 60), 0, Why.NO_FIX)


def test_fixes_and_completeness_are_counted_within_working_time() -> None:
    found = day("iibboo" + "." * 60 + "o", 15, [(0, 990)])
    assert (found.fixes, found.fixes_inside) == (7, 2)
    assert found.completeness == pytest.approx(75 / 990)


@pytest.mark.parametrize(("step", "watched"), [(10, True), (40, True), (120, True), (121, False), (600, False)])
def test_a_slow_client_is_watched_up_to_two_minutes(step: float, watched: bool) -> None:
    low, _ = bounds(day("iiii", step))
    assert (low == 3 * step) == watched


def test_an_interval_over_three_of_the_clients_own_is_no_longer_watched() -> None:
    assert day("iiiii..i", 15).spans[-1].why is Why.INSIDE
    assert day("iiiii...i", 15).spans[-1].why is Why.GAP


def test_the_best_guess_lies_within_the_bounds() -> None:
    for drawn in ("ibobfi", "i......b", "f.....i..o", "ooooo"):
        found = day(drawn, 25)
        assert found.low_s <= found.value_s <= found.high_s
