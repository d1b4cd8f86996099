"""F1, F7, F8 and F9 of the design: what a phone says beside its places, held against them. Honest days raise nothing."""

import numpy as np
import numpy.typing as npt
import pytest

from geo.tracks import simtown, simulate
from geo.tracks.sensed import CYCLING, NOT_SAID, VEHICLE, Sensed
from geo.tracks.signals.device import Clock, ClockPolicy, clock_of, mocked
from geo.tracks.signals.motion import Motion, MotionPolicy, motion_of
from geo.tracks.signals.radio import Air, Heard, RadioPolicy, heard

pytestmark = pytest.mark.pure

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]
STRIDE_M = 0.7


def whole(values: Float64) -> Int64:
    return np.round(values).astype(np.int64)


def none(count: int) -> Int64:
    return np.full(count, NOT_SAID, np.int64)


def test_f1_made_up_places_are_counted() -> None:
    assert mocked(np.array([NOT_SAID, 0, 1, 1, 0], np.int64)) == 2


class TestF7:
    time = whole(np.arange(0.0, 3600.0, 5.0) * 1000)
    seq = np.arange(720, dtype=np.int64)

    def clock(self, time: Int64, seq: Int64, elapsed: Int64) -> Clock:
        return clock_of(time, seq, elapsed, ClockPolicy())

    def test_a_clock_that_runs_on_says_nothing_nor_does_one_that_is_not_told(self) -> None:
        assert self.clock(self.time, self.seq, self.time + 9_000_000) == Clock(0, 0)
        assert self.clock(self.time, none(720), none(720)) == Clock(0, 0)

    def test_a_clock_that_was_set_is_told_from_a_phone_that_was_started_again(self) -> None:
        elapsed = self.time + 9_000_000
        late = self.time + np.where(self.seq > 300, 1_800_000, 0)
        assert self.clock(late, self.seq, elapsed).jumps == 1
        started = np.where(self.seq > 300, self.time - self.time[300], elapsed)
        assert self.clock(self.time, self.seq, started).jumps == 0
        impossible = np.where(self.seq > 300, self.time + 4_000_000, elapsed)  # on for longer than since the fix before
        assert self.clock(self.time, self.seq, impossible).jumps == 1

    def test_numbers_that_run_against_the_clock_are_counted_and_a_new_start_is_not(self) -> None:
        mixed = self.seq.copy()
        mixed[100:106] = [105, 104, 103, 102, 101, 100]
        assert self.clock(self.time, mixed, none(720)).out_of_order == 5
        again = np.where(self.seq > 300, self.seq - 301, self.seq)
        assert self.clock(self.time, again, none(720)).out_of_order == 0


Walked = tuple[Int64, Float64, Float64, Int64, Int64]


def walked(seed: int) -> Walked:
    """Return an honest day of a made-up town: times, places, accuracies, steps, and the course its phone reports."""
    town = simtown.town(3)
    day = simulate.day(town, seed, seed)
    at, xy = day.reported.at_s, day.reported.xy
    true = day.path.places(at)
    legs = np.hypot(*np.diff(true, axis=0).T)
    steps = whole(np.r_[0.0, np.cumsum(legs / STRIDE_M)])
    ahead = day.path.places(at + 2.0) - day.path.places(at - 2.0)
    course = np.degrees(np.arctan2(ahead[:, 0], ahead[:, 1]))
    course += np.random.default_rng(seed).normal(0.0, 25.0, len(at))
    return whole(at * 1000), xy, day.reported.accuracy_m, steps, whole(course) % 360


class TestF8:
    def motion(
        self,
        time: Int64,
        xy: Float64,
        steps: Int64,
        heading: Int64,
        activity: int = NOT_SAID,
        accuracy: Float64 | None = None,
    ) -> Motion:
        said = {"steps": steps, "heading": heading, "activity": np.full(len(time), activity, np.int64)}
        metres = np.full(len(time), np.nan) if accuracy is None else accuracy
        return motion_of(time, xy, metres, Sensed(said), MotionPolicy())

    @pytest.mark.parametrize("seed", [*range(8), 25, 46, 48, 49])  # the last four have the worst phones of sixty
    def test_who_walks_has_steps_and_a_heading_however_the_phone_lies(self, seed: int) -> None:
        time, xy, accuracy, steps, heading = walked(seed)
        for turned in (0, 90, 200):
            found = self.motion(time, xy, steps, (heading + turned) % 360, accuracy=accuracy)
            assert found.unstepped_m < 500
            assert found.headed_s < 1200 or found.agreement > 0.5

    @pytest.mark.parametrize("seed", range(6))
    def test_a_phone_on_a_table_that_is_said_to_walk_is_told(self, seed: int) -> None:
        time, xy, accuracy, _, _ = walked(seed)
        heading = whole(np.random.default_rng(seed).uniform(0, 359, len(time)))
        found = self.motion(time, xy, np.full(len(time), 40, np.int64), heading, accuracy=accuracy)
        assert found.unstepped_m > 1000
        assert found.headed_s > 1200
        assert found.agreement < 0.3
        assert self.motion(time, xy, np.full(len(time), 40, np.int64), none(len(time)), CYCLING).unstepped_m == 0

    def test_jitter_on_a_table_a_spike_a_drive_and_a_silence_are_no_way(self) -> None:
        rng = np.random.default_rng(4)
        at = np.arange(0.0, 14_400.0, 5.0)
        table = rng.normal(0.0, 18.0, (len(at), 2))
        table[1000] += 2500.0
        still, said = np.full(len(at), 7, np.int64), none(len(at))
        assert self.motion(whole(at * 1000), table, still, said).unstepped_m < 500
        driven = np.column_stack([at * 9.0, np.zeros(len(at))])
        assert self.motion(whole(at * 1000), driven, still, said).unstepped_m == 0
        slowly = np.column_stack([at * 2.0, np.zeros(len(at))])
        assert self.motion(whole(at * 1000), slowly, still, said).unstepped_m > 1000
        assert self.motion(whole(at * 1000), slowly, still, said, VEHICLE).unstepped_m == 0
        assert self.motion(whole(at * 1000)[::60], slowly[::60], still[::60], said[::60]).unstepped_m == 0

    def test_a_phone_started_anew_counts_from_nothing(self) -> None:
        at = np.arange(0.0, 3600.0, 5.0)
        xy = np.column_stack([at * 1.3, np.zeros(len(at))])
        steps = whole(at * 1.3 / STRIDE_M)
        steps = np.where(at > 1800, steps - steps[360], steps)
        assert self.motion(whole(at * 1000), xy, steps, none(len(at))).unstepped_m < 300

    def test_nothing_said_is_nothing_odd(self) -> None:
        time, xy, _, _, _ = walked(1)
        assert self.motion(time, xy, none(len(time)), none(len(time))) == Motion(0.0, 0.0, 1.0)
        assert self.motion(time[:0], xy[:0], none(0), none(0)) == Motion(0.0, 0.0, 1.0)


def town_air(seed: int, west: float = 0.0, hours: float = 3.0) -> Heard:
    """Return a day among networks that stand every 60 m: each place hears the nearest, most of the time."""
    rng = np.random.default_rng(seed)
    at = np.arange(0.0, hours * 3600, 5.0)
    xy = np.column_stack([np.abs((at * 1.2) % 1400 - 700), 60.0 * ((at * 1.2) // 700 % 12)]) + rng.normal(
        0, 4, (len(at), 2)
    )
    here = np.round(xy / 60.0).astype(np.int64)
    name = 1 + here[:, 0] + 1000 * here[:, 1] + round(west) * 10_000
    network = np.where(rng.random(len(at)) < 0.2, NOT_SAID, name)
    return heard(whole(at * 1000), xy + np.array([west, 0.0]), network)


class TestF9:
    policy = RadioPolicy()

    def test_who_walks_where_others_walk_hears_what_they_hear(self) -> None:
        air = Air([town_air(seed) for seed in range(4)])
        for number in range(4):
            found = air.strange(number, self.policy)
            assert found.heard_s > 7200
            assert (found.elsewhere_s, found.unknown_s) == (0.0, 0.0)

    def test_networks_of_another_town_are_told_and_so_are_those_that_nobody_knows(self) -> None:
        copied = town_air(9)
        far = town_air(5, west=20_000.0)
        from_far = Heard(far.network, np.resize(copied.square, len(far.network)), far.seconds)
        at_home = Heard(np.array([7 * 10**9]), copied.square[:1], np.array([9000.0]))
        air = Air([*(town_air(seed) for seed in range(3)), far, from_far, at_home])
        assert air.strange(4, self.policy).elsewhere_s > 7000
        found = air.strange(5, self.policy)
        assert (found.unknown_s, found.elsewhere_s, found.heard_s) == (9000.0, 0.0, 9000.0)
        assert air.strange(0, self.policy).elsewhere_s == 0.0

    def test_where_nobody_has_been_nothing_is_unknown(self) -> None:
        assert Air([town_air(1), town_air(2, west=50_000.0)]).strange(1, self.policy).unknown_s == 0.0

    def test_a_day_that_hears_nothing_is_empty(self) -> None:
        time = whole(np.arange(10.0) * 1000)
        assert Air([heard(time, np.zeros((10, 2)), none(10))]).strange(0, self.policy).heard_s == 0.0
        assert len(heard(time[:0], np.zeros((0, 2)), none(0)).network) == 0
