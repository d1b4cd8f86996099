"""Places somebody stayed at, and the receiver's own word on its errors."""

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from geo.tracks import distance, receiver, spots
from geo.tracks import stays as stage
from geo.tracks.cleaning import Fixes
from geo.tracks.receiver import ReceiverPolicy
from geo.tracks.spots import SpotPolicy
from geo.tracks.stays import StayPolicy, Stays

pytestmark = pytest.mark.pure

WEST = distance.edges_of(shapely.box(0, -50_000, 100_000, 50_000))


def found(x: npt.ArrayLike, step_s: float = 10.0, policy: StayPolicy | None = None) -> Stays:
    """Return the stays of somebody on the x axis with a fix each ten seconds."""
    x = np.asarray(x, np.float64)
    seconds = np.arange(len(x), dtype=np.float64) * step_s
    broken = np.zeros(len(x) - 1, np.bool_)
    return stage.stays(seconds, np.column_stack([x, x * 0]), np.full(len(x), 3.0), broken, policy or StayPolicy())


def spans(stays: Stays) -> list[tuple[int, int]]:
    return list(zip(stays.first.tolist(), stays.last.tolist(), strict=True))


def test_a_pause_of_five_minutes_is_a_stay_and_a_shorter_one_is_none() -> None:
    walk = np.arange(1, 21) * 60.0
    assert spans(found(np.concatenate([np.zeros(31), walk, np.full(29, 1260.0), 1260.0 + walk]))) == [(0, 30)]


def test_the_last_stay_of_the_day_counts() -> None:
    assert spans(found(np.concatenate([np.arange(20) * 60.0, np.full(40, 1200.0)])))[-1] == (20, 59)


def test_a_slow_walk_is_no_stay() -> None:
    slow = np.arange(60) * 10 * 0.08  # 48 m in ten minutes stay within the radius
    assert len(spans(found(slow))) == 1  # as slow as drifting fixes
    assert spans(found(np.arange(12) * 30 * 0.4, 30.0, StayPolicy(radius_m=200.0))) == []


def test_two_visits_to_one_place_have_one_number_and_another_place_has_its_own() -> None:
    there_and_back = np.concatenate(
        [np.zeros(40), np.arange(1, 11) * 60.0, np.full(40, 600.0), np.arange(9, -1, -1) * 60.0, np.zeros(40)]
    )
    assert found(there_and_back).place.tolist() == [0, 1, 0]


def test_a_gap_ends_a_stay() -> None:
    x = np.zeros(80)
    broken = np.zeros(79, np.bool_)
    broken[39] = True
    cut = stage.stays(
        np.arange(80, dtype=np.float64) * 10.0,
        np.column_stack([x, x]),
        np.full(80, 3.0),
        broken,
        StayPolicy(join_m=0.0),
    )
    assert spans(cut) == [(0, 39), (40, 79)]


@pytest.mark.parametrize(("depth", "sure"), [(20.0, True), (-20.0, True), (1.0, False), (-1.0, False)])
def test_an_hour_at_a_place_is_surer_than_any_fix_of_it(depth: float, sure: bool) -> None:
    noise = np.random.default_rng(5).normal([depth, 0.0], 18, (720, 2))
    p = spots.inside_at(WEST, noise, np.full(720, 18.0), np.full(720, 5.0), np.zeros(720, np.int64), SpotPolicy()).p
    assert (min(p[0], 1 - p[0]) < 2e-4) == sure
    assert (p[0] > 0.5) == (noise[:, 0].mean() > 0)


def test_no_time_makes_a_place_surer_than_the_lasting_share_of_the_error_allows() -> None:
    here = np.tile([4.0, 0.0], (50_000, 1))
    p = spots.inside_at(
        WEST, here, np.full(50_000, 18.0), np.full(50_000, 5.0), np.zeros(50_000, np.int64), SpotPolicy()
    ).p
    assert 0.8 < p[0] < 0.9


@pytest.mark.parametrize(("actual", "factor"), [(3.0, 1.0), (6.0, 2.0), (12.0, 3.8)])
def test_a_receiver_that_scatters_more_than_it_says_is_not_believed(actual: float, factor: float) -> None:
    xy = np.random.default_rng(3).normal(0, actual, (2000, 2))
    fixes = Fixes(np.arange(2000) * 5000, xy, np.full(2000, 3.0), np.zeros(2000, np.int8), np.empty(0, np.int64))
    believed, worse = receiver.believed(fixes, ReceiverPolicy(), StayPolicy())
    assert worse == pytest.approx(factor, rel=0.05)
    assert np.allclose(believed.sigma, 3.0 * worse)
