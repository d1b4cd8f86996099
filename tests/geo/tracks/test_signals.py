"""Odd patterns: a track sent again, two phones on one walk, jumps, too smooth, frozen, habits. Honest days raise nothing."""

import numpy as np
import numpy.typing as npt
import pytest

from geo.tracks import simphone, simtown, simulate
from geo.tracks.signals.habits import DayOf, HabitPolicy, convenient_gaps, late_uploads, shared_devices
from geo.tracks.signals.replay import ReplayPolicy, TogetherPolicy, replayed_s, together
from geo.tracks.signals.series import Series, series_of
from geo.tracks.signals.shape import Shape, ShapePolicy, shape_of
from geo.tracks.simulate import Behaviour

pytestmark = pytest.mark.pure

Float64 = npt.NDArray[np.float64]
DAY_S = 86_400.0


def told(at: Float64, xy: Float64, day: float = 0.0) -> Series:
    return series_of(np.round((at + day * DAY_S) * 1000).astype(np.int64), xy)


def patrol(seed: int, hours: float = 4.0) -> tuple[Float64, Float64]:
    """Return the round of a person who walks the same five kilometres at the same hour every day, never at the same pace."""
    rng = np.random.default_rng(seed)
    ends = [
        (x, y) for n, x in enumerate(np.arange(0.0, 420.0, 60.0)) for y in ((0.0, 700.0) if n % 2 else (700.0, 0.0))
    ]
    whole = np.r_[0.0, np.cumsum(np.hypot(*np.diff(np.array(ends), axis=0).T))]
    doors = np.arange(0.0, whole[-1], 35.0)
    path = np.column_stack([np.interp(doors, whole, np.array(ends)[:, axis]) for axis in (0, 1)])
    legs = 35.0 / (1.2 * rng.lognormal(0.0, 0.15, len(doors) - 1))
    waits = np.where(rng.random(len(legs)) < 0.12, rng.uniform(20, 300, len(legs)), 0.0)
    at = np.r_[0.0, np.cumsum(np.column_stack([legs, waits]).ravel())]
    path = np.vstack([path[:1], np.repeat(path[1:], 2, axis=0)])
    seconds = np.arange(0.0, min(hours * 3600, at[-1]), 5.0)
    true = np.column_stack([np.interp(seconds, at, path[:, axis]) for axis in (0, 1)])
    return 8 * 3600 + rng.uniform(-600, 600) + seconds, true + rng.normal(0.0, 3.0, true.shape)


def test_13_a_track_sent_again_a_day_and_seventeen_minutes_later_is_told() -> None:
    town = simtown.town(3)
    walked: list[float] = []
    for worker in range(8):
        day = simulate.day(town, 5, worker)
        at, xy = day.reported.at_s, day.reported.xy
        noise = np.random.default_rng(worker).normal(0.0, 3.0, xy.shape)
        first, again = told(at, xy), told(at + 17 * 60, xy + noise, 1.0)
        seconds, lag = replayed_s(first, again, DAY_S, ReplayPolicy())
        assert lag == pytest.approx(DAY_S + 17 * 60, abs=15)
        assert seconds > 0.9 * 15 * int(first.moving.sum())
        walked.append(seconds)
    assert max(walked) > 9000
    assert np.median(walked) > 7000


@pytest.mark.parametrize("seed", range(6))
def test_13_who_walks_the_same_way_at_the_same_hour_every_day_is_not(seed: int) -> None:
    one, other = patrol(2 * seed), patrol(2 * seed + 1)
    seconds, _ = replayed_s(told(*one), told(*other, 1.0), DAY_S, ReplayPolicy())
    assert seconds < 600
    again, _ = replayed_s(told(*one), told(one[0] + 600, one[1], 1.0), DAY_S, ReplayPolicy())
    assert again > 2500


def test_13_a_route_that_never_changes_stays_far_below_the_line_and_mostly_below_ten_minutes() -> None:
    """Of many such pairs some exceed the 600 s of the single case: the share of a route that two paces have in common varies."""
    pairs = [(told(*patrol(1000 + seed)), told(*patrol(2000 + seed), 1.0)) for seed in range(60)]
    seconds = [replayed_s(one, other, DAY_S, ReplayPolicy())[0] for one, other in pairs]
    assert np.median(seconds) < 600
    assert max(seconds) < 0.75 * 1800


def test_13_two_days_of_one_worker_have_less_than_ten_minutes_in_common() -> None:
    """What the design measured: rounds that are walked anew each day, at most 555 s."""
    most = 0.0
    for worker in range(30):
        town, rng = simtown.town(3 + worker // 10), np.random.default_rng([13, worker])
        paths = [simulate.walk(town, Behaviour.HONEST, worker % simtown.SIDE**2, rng)[0] for _ in range(2)]
        days = [simphone.report(path, town, simphone.USUAL, simphone.Noise(), rng) for path in paths]
        one, other = told(days[0].at_s, days[0].xy), told(days[1].at_s, days[1].xy, 1.0)
        most = max(most, replayed_s(one, other, DAY_S, ReplayPolicy())[0])
    assert most <= 555


def test_14_two_phones_in_one_pocket_are_together_and_neighbours_are_not() -> None:
    town = simtown.town(3)
    days = [simulate.day(town, 7, worker).reported for worker in range(6)]
    series = [told(day.at_s, day.xy) for day in days]
    second = told(days[0].at_s + 2, days[0].xy + np.random.default_rng(1).normal(0.0, 6.0, days[0].xy.shape))
    moving, near = together(series[0], second, TogetherPolicy())
    assert moving >= 3600
    assert near / moving > 0.6
    for other in series[1:]:
        moving, near = together(series[0], other, TogetherPolicy())
        assert near <= 0.2 * max(moving, 1.0)


def shape(at: Float64, xy: Float64, accuracy: float = 8.0) -> Shape:
    return shape_of(np.round(at * 1000).astype(np.int64), xy, np.full(len(at), accuracy), ShapePolicy())


def test_honest_days_have_no_odd_shape() -> None:
    town = simtown.town(3)
    for worker in range(12):
        day = simulate.day(town, 9, worker).reported
        found = shape(day.at_s, day.xy)
        assert found.smooth_s < 120
        assert found.frozen_s == 0
        assert found.jumps == 0  # stray fixes, which every one of these days has, come back


def test_a_drawn_line_a_jump_and_a_standing_place_are_told() -> None:
    at = np.arange(0.0, 3600.0, 5.0)
    line = np.column_stack([at * 1.2, np.zeros(len(at))])
    assert shape(at, line).smooth_s >= 1200
    assert shape(at, line, accuracy=3.0).smooth_s == 0
    rng = np.random.default_rng(1)
    noisy = line + rng.normal(0.0, 2.0, line.shape)
    assert shape(at, noisy).smooth_s < 60
    jumped = noisy.copy()
    jumped[300:] += [3000.0, 0.0]
    assert shape(at, jumped).jumps == 1
    jumped[400:] -= [3000.0, 0.0]
    assert shape(at, jumped).jumps == 2
    strayed = noisy.copy()
    strayed[300:303] += [3000.0, 0.0]
    assert shape(at, strayed).jumps == 0
    assert shape(at, np.zeros((len(at), 2))).frozen_s >= 3500
    assert shape(at, np.zeros((len(at), 2)) + rng.normal(0, 0.1, (len(at), 2))).frozen_s == 0
    assert shape(at[:2], noisy[:2]) == Shape(0, 0.0, 0.0)


def test_gaps_that_everybody_with_such_a_phone_has_say_nothing() -> None:
    policy = HabitPolicy()
    often, never = [DayOf(gaps_s=(1500.0,))] * 6, [DayOf(gaps_s=(600.0,))] * 10
    assert convenient_gaps(often, [never] * 10, policy) == 6
    assert convenient_gaps(often, [often] * 10, policy) == 0
    assert convenient_gaps(often[:3], [never] * 10, policy) == 0


def test_days_sent_whole_at_night_while_others_are_live() -> None:
    policy = HabitPolicy()
    late, live = [DayOf(batches_late_s=(20_000.0,))] * 5, [DayOf(batches_late_s=(60.0, 60.0, 60.0))] * 10
    assert late_uploads(late, [live] * 4, policy) == 5
    assert late_uploads(late, [late] * 4, policy) == 0
    assert late_uploads(late[:4], [live] * 4, policy) == 0


def test_one_phone_of_two_people() -> None:
    assert shared_devices({"A": ["p1"], "B": ["p1", "p2"], "C": ["", "p3"]}) == {"p1": ["A", "B"]}
