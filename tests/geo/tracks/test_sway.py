"""Walks along the border: beside it at one distance, or over it to and fro, drawn with errors that last a minute."""

import math

import numpy as np
import numpy.typing as npt
import pytest

from geo.tracks import doubt
from geo.tracks.doubt import DoubtPolicy, Watched
from geo.tracks.spots import Shown
from geo.tracks.sway import SwayPolicy, common_doubt

pytestmark = pytest.mark.pure

Float64 = npt.NDArray[np.float64]
STEP_S, LEG_S, SIGMA = 5.0, 72.0, 5.3
SILENT, HONEST = Shown(1.0, 0.0), Shown(1.0, 4 * 3600.0)


def errors(count: int, sigma: float, rng: np.random.Generator) -> Float64:
    """Return errors (n,) that hang together for a minute."""
    keep = math.exp(-STEP_S / 60.0)
    found = rng.standard_normal(count)
    for n in range(1, count):
        found[n] = keep * found[n - 1] + math.sqrt(1.0 - keep * keep) * found[n]
    return found * sigma


def swaying(hours: float, middle_m: float, sway_m: float, rng: np.random.Generator) -> Float64:
    """Return signed distances (n,) of a walk whose legs end on either side of the border."""
    seconds = np.arange(0.0, hours * 3600.0, STEP_S)
    legs = np.arange(0.0, hours * 3600.0 + LEG_S, LEG_S)
    return np.interp(seconds, legs, rng.normal(middle_m, sway_m, len(legs)))


def asked(d: Float64, shown: Shown) -> float:
    each = np.full(len(d), STEP_S)
    return common_doubt(each, d, np.full(len(d), SIGMA), np.zeros(len(d), np.int64), shown, SwayPolicy())


@pytest.mark.parametrize("offset", [-6.0, -3.0, 0.0, 2.0])
@pytest.mark.parametrize(("worse", "shown"), [(1.0, HONEST), (1.25, SILENT), (1.25, Shown(1.5, 4 * 3600.0))])
def test_who_keeps_one_distance_is_hardly_ever_said_to_sway(offset: float, worse: float, shown: Shown) -> None:
    proved = [
        math.isfinite(asked(offset + errors(1440, SIGMA * worse, np.random.default_rng(seed)), shown))
        for seed in range(200)
    ]
    assert np.mean(proved) <= 0.1


def test_who_sways_by_more_than_the_errors_is_seen_to() -> None:
    found: list[float] = []
    for seed in range(50):
        rng = np.random.default_rng(seed)
        found.append(asked(swaying(2.0, 0.0, 8.0, rng) + errors(1440, SIGMA, rng), HONEST))
    assert np.mean(np.isfinite(found)) >= 0.9
    assert np.median(found) < 0.2


def test_the_less_of_the_scatter_is_proved_the_more_stays_open_and_no_walk_proves_nothing() -> None:
    rng = np.random.default_rng(7)
    noise, way = errors(1440, SIGMA, rng), swaying(2.0, 0.0, 1.0, rng)
    doubts = [asked(size * way + noise, HONEST) for size in (4.0, 8.0, 16.0, 32.0)]
    assert doubts == sorted(doubts, reverse=True)
    few = np.full(3, STEP_S)
    none = common_doubt(few, few, few, np.full(3, -1), HONEST, SwayPolicy())
    assert math.isinf(none)


def test_the_truth_of_a_swaying_walk_lies_within_bounds_that_leave_half_of_it_open_at_most() -> None:
    """Against bounds of all or nothing, which leave open five sixths of such a walk."""
    held: list[bool] = []
    width: list[float] = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        true = swaying(2.0, rng.normal(0.0, 2.0), 6.0, rng)
        d = true + errors(len(true), SIGMA, rng)
        p = np.array([0.5 * math.erfc(-x / SIGMA / math.sqrt(2.0)) for x in d])
        whole = np.ones(len(d), np.bool_)
        seen = Watched(np.full(len(d), STEP_S), p, p, whole, np.zeros(len(d), np.int64), whole, np.ones(len(d)))
        low, high = doubt.bounds(seen, asked(d, HONEST), DoubtPolicy())
        held.append(low.sum() <= (true > 0).sum() * STEP_S <= high.sum())
        width.append((high.sum() - low.sum()) / (len(d) * STEP_S))
    assert np.mean(held) >= 0.95
    assert np.median(width) < 0.5
