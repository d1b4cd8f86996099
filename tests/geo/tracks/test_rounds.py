"""Required points and streets: what a patrol passed, stayed at and walked, drawn with errors that last a minute."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from geo.tracks.moving import MovingPolicy, moving_probability, steadied
from geo.tracks.streets import NO_STREETS, StreetPolicy, streets_of
from geo.tracks.streetwalk import Walked, WalkPolicy, walked
from geo.tracks.visits import VisitPolicy, Visits, visits

pytestmark = pytest.mark.pure

Float64 = npt.NDArray[np.float64]
Fixes = tuple[npt.NDArray[np.int64], Float64, Float64]
Told = Callable[..., Fixes]
LANE = 35.0
LANES = np.arange(0.0, 701.0, LANE)
FIELD = shapely.box(-1, -1, 701, 701)


@pytest.fixture
def lattice() -> list[Any]:
    across = [shapely.LineString([(0, y), (700, y)]) for y in LANES]
    return across + [shapely.LineString([(x, 0), (x, 700)]) for x in LANES]


@pytest.fixture
def told() -> Told:
    """Return fixes along a path (k, 2) at a walking pace, or with the seconds of each vertex: times, places, accuracies."""

    def make(path: Float64, at: Float64 | None = None, sigma: float = 5.3, seed: int = 1) -> Fixes:
        lengths = np.hypot(*np.diff(path, axis=0).T)
        when = np.r_[0.0, np.cumsum(lengths)] / 1.25 if at is None else at
        seconds = np.arange(0.0, when[-1], 5.0)
        true = np.column_stack([np.interp(seconds, when, path[:, axis]) for axis in (0, 1)])
        rng = np.random.default_rng(seed)
        error = rng.normal(size=true.shape)
        keep = float(np.exp(-5.0 / 60.0))
        for n in range(1, len(error)):
            error[n] = keep * error[n - 1] + (1 - keep * keep) ** 0.5 * error[n]
        xy = true + error * sigma + rng.normal(0.0, 0.8, true.shape)
        return np.round(seconds * 1000).astype(np.int64), xy, np.full(len(seconds), 1.5 * sigma)

    return make


def rows(lines: Float64) -> Float64:
    """Return a walk along every line of a lattice from end to end, the way between two of them far outside."""
    path: list[tuple[float, float]] = []
    for n, y in enumerate(lines):
        ends = [(0.0, y), (700.0, y)] if n % 2 == 0 else [(700.0, y), (0.0, y)]
        beyond = 760.0 if n % 2 == 0 else -60.0
        path += [*ends, (beyond, y), (beyond, y + LANE)]
    return np.array(path)


def buffer_share(found: Any, xy: Float64, metres: float, least: float) -> float:
    """Return the share of streets by the usual rule: pieces of which enough samples lie near the track."""
    track = shapely.LineString(xy)
    near = shapely.dwithin(shapely.points(found.xy), track, metres)
    share = np.bincount(found.piece, near) / np.bincount(found.piece)
    return float(found.length_m[share[found.piece] >= least].sum() / found.total_m)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_extra_every_other_street_of_close_lanes_is_half_and_a_buffer_says_all(
    lattice: list[Any], told: Told, seed: int
) -> None:
    streets = streets_of(lattice, FIELD, StreetPolicy())
    fixes = told(rows(LANES), sigma=4.0, seed=seed)
    found = walked(*fixes, streets, WalkPolicy())
    assert found.total_m == pytest.approx(2 * 21 * 700, rel=1e-6)
    assert found.value_m / found.total_m == pytest.approx(0.5, abs=0.03)
    assert found.low_m <= found.value_m <= found.high_m
    assert buffer_share(streets, fixes[1], 25.0, 0.8) > 0.97


@pytest.mark.parametrize("lane", [35.0, 60.0, 110.0])
def test_a_walk_among_lanes_is_told_lane_by_lane(told: Told, lane: float) -> None:
    side = np.arange(0.0, 701.0, lane)
    last = float(side[-1])
    lines = [shapely.LineString(p) for v in side for p in ([(0, v), (last, v)], [(v, 0), (v, last)])]
    streets = streets_of(lines, shapely.box(-1, -1, last + 1, last + 1), StreetPolicy())
    scores: list[tuple[float, float]] = []
    for seed in range(4):
        path = _stroll(len(side), np.random.default_rng(seed)) * lane
        found = walked(*told(path, sigma=5.0, seed=seed), streets, WalkPolicy())
        on_path = shapely.dwithin(shapely.points(streets.xy), shapely.LineString(path), 1.0)
        true = np.bincount(streets.piece, on_path) / np.bincount(streets.piece) > 0.7
        got = np.bincount(streets.piece, found.walked) > 0
        scores.append((2 * (true & got).sum() / (true.sum() + got.sum()), float(got.mean() - true.mean())))
    assert min(f1 for f1, _ in scores) >= 0.92
    assert abs(np.mean([bias for _, bias in scores])) <= 0.02


def _stroll(size: int, rng: np.random.Generator) -> Float64:
    """Return crossings (k, 2) of a walk that goes straight on more often than it turns, and seldom back."""
    here, before = np.array([size // 2, size // 2]), np.zeros(2, np.int64)
    path = [here]
    for _ in range(size * size):
        ways = [np.array(way) for way in ((1, 0), (-1, 0), (0, 1), (0, -1))]
        ways = [way for way in ways if ((here + way >= 0) & (here + way < size)).all()]
        weight = np.array([3.0 if (w == before).all() else 0.05 if (w == -before).all() else 1.0 for w in ways])
        before = ways[int(rng.choice(len(ways), p=weight / weight.sum()))]
        here = here + before
        path.append(here)
    return np.array(path, np.float64)


def test_the_order_of_lines_changes_nothing_and_ends_outside_are_cut(lattice: list[Any], told: Told) -> None:
    grid = shapely.box(-1, -1, 352, 352)
    fixes = told(rows(LANES))

    def answer(lines: list[Any]) -> Walked:
        return walked(*fixes, streets_of(lines, grid, StreetPolicy()), WalkPolicy())

    one, other = answer(lattice), answer(lattice[::-1])
    assert (one.value_m, one.total_m, one.border_m) == (other.value_m, other.total_m, other.border_m)
    assert one.total_m == pytest.approx(2 * 11 * 350, rel=0.02)


def test_a_street_on_the_border_counts_on_both_sides_and_is_told(told: Told) -> None:
    street = [shapely.LineString([(0, 0), (0, 400)])]
    fixes = told(np.array([(0.0, -50.0), (0.0, 450.0)]))
    for grid in (shapely.box(0, 0, 400, 400), shapely.box(-400, 0, 0, 400)):
        found = walked(*fixes, streets_of(street, grid, StreetPolicy()), WalkPolicy())
        assert found.total_m == pytest.approx(400, abs=11)
        assert found.border_m == found.value_m == found.total_m


def test_no_street_no_track_and_a_stay_count_nothing(lattice: list[Any], told: Told) -> None:
    streets = streets_of(lattice, FIELD, StreetPolicy())
    none: Fixes = (np.empty(0, np.int64), np.empty((0, 2)), np.empty(0))
    assert walked(*none, streets, WalkPolicy()).high_m == 0
    assert streets_of([], FIELD, StreetPolicy()) is NO_STREETS
    assert walked(*told(rows(LANES)), NO_STREETS, WalkPolicy()).total_m == 0
    for sigma in (2.0, 5.0, 11.0):
        still = told(np.array([(350.0, 350.0), (350.0, 350.0)]), np.array([0.0, 3600.0]), sigma=sigma)
        found = walked(*still, streets, WalkPolicy())
        assert found.value_m <= 4 * LANE
        assert found.low_m == 0


@pytest.mark.parametrize("sigma", [2.5, 5.0, 11.0, 18.0])
def test_standing_is_told_from_walking_however_far_fixes_wander(told: Told, sigma: float) -> None:
    """Ten minutes at a place, five on the way, and so on: both are seen for what they are nearly all the time."""
    stops = np.repeat(np.arange(8)[:, None] * [375.0, 0.0], 2, axis=0)
    at = np.cumsum(np.r_[0.0, np.tile([600.0, 300.0], 8)[:-1]])
    wrong: list[float] = []
    for seed in range(4):
        time, xy, accuracy = told(stops, at, sigma=sigma, seed=seed)
        seconds = time / 1000.0
        going = moving_probability(seconds, xy, steadied(accuracy / 1.5), MovingPolicy()) > 0.5
        truly = np.searchsorted(at, seconds, "right") % 2 == 0
        wrong += [float(going[~truly].mean()), float((~going[truly]).mean())]
    assert np.mean(wrong) <= 0.1


def test_the_metres_walked_lie_within_their_bounds_among_close_lanes(lattice: list[Any], told: Told) -> None:
    streets = streets_of(lattice, FIELD, StreetPolicy())
    held = 0
    for seed in range(10):
        path = _stroll(len(LANES), np.random.default_rng(seed))[:120] * LANE
        found = walked(*told(path, sigma=5.0, seed=seed), streets, WalkPolicy())
        on_path = shapely.dwithin(shapely.points(streets.xy), shapely.LineString(path), 1.0)
        pieces = np.bincount(streets.piece, on_path) / np.bincount(streets.piece) > 0.7
        held += found.low_m <= streets.length_m[pieces[streets.piece]].sum() <= found.high_m
    assert held >= 9


def seen(fixes: Fixes, points: list[tuple[float, float]]) -> Visits:
    return visits(*fixes, np.array(points, np.float64).reshape(-1, 2), VisitPolicy())


@pytest.mark.parametrize("seed", range(8))
def test_extra_of_two_boards_thirty_metres_apart_one_was_stayed_at_and_one_passed_at_most(
    told: Told, seed: int
) -> None:
    path = np.array([(-300.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 300.0)])
    found = seen(told(path, np.array([0.0, 240.0, 640.0, 880.0]), seed=seed), [(0.0, 0.0), (30.0, 0.0)])
    assert (found.dwell_s >= 180).sum() == 1
    assert found.dwell_s[0] >= 300
    assert found.passed.tolist() == [True, False]
    assert found.close.all()  # only a tag can tell them apart


def test_who_walks_by_has_passed_and_not_stayed(told: Told) -> None:
    fixes = told(np.array([(-400.0, 0.0), (400.0, 0.0)]), sigma=3.0)
    found = seen(fixes, [(0.0, 5.0), (0.0, 120.0)])
    assert (found.passed.tolist(), found.dwell_s.tolist()) == ([True, False], [0.0, 0.0])
    assert found.first_ms[1] == -1
    assert abs(found.first_ms[0] - 320_000) < 30_000


def test_dwell_visits_are_told_from_walking_by(told: Told) -> None:
    """Ten stays of four minutes and ten points on the way in each of four walks: nearly all told right."""
    right = wrong = missed = 0
    for seed in range(4):
        stops = np.arange(10) * 200.0
        path = np.repeat(np.column_stack([stops, np.zeros(10)]), 2, axis=0)
        at = np.cumsum(np.r_[0.0, np.tile([240.0, 160.0], 10)[:-1]])
        points = [(x, 5.0) for x in stops] + [(x + 100.0, 5.0) for x in stops[:-1]]
        found = seen(told(path, at, sigma=4.0, seed=seed), points).dwell_s >= 180
        right, missed, wrong = right + found[:10].sum(), missed + (~found[:10]).sum(), wrong + found[10:].sum()
    assert 2 * right / (2 * right + wrong + missed) >= 0.98


def test_a_long_stay_beyond_reach_is_no_stay_though_its_fixes_wander_near(told: Told) -> None:
    wrong = 0
    for seed in range(20):
        found = seen(
            told(np.array([(45.0, 0.0), (45.0, 0.0)]), np.array([0.0, 1800.0]), sigma=12.0, seed=seed), [(0.0, 0.0)]
        )
        wrong += int(found.dwell_s[0] >= 180 and not found.doubtful[0])
    assert wrong == 0


def test_a_stay_is_open_where_errors_may_have_made_it_long_enough(told: Told) -> None:
    """Twice 25 m at a pace of 1.25 m/s come to the time stood: what is said of stays that are well off the line is right."""
    path = np.array([(-300.0, 0.0), (0.0, 0.0), (0.0, 0.0), (300.0, 0.0)])
    left_open: dict[float, int] = {}
    for stood in (90.0, 120.0, 135.0, 140.0, 150.0, 180.0):
        at = np.cumsum([0.0, 240.0, stood, 240.0])
        found = [seen(told(path, at, sigma=4.0, seed=seed), [(0.0, 0.0)]) for seed in range(10)]
        left_open[stood] = sum(int(one.doubtful[0]) for one in found)
        wrong = [(one.dwell_s[0] >= 180) != (stood + 40 >= 180) for one in found if not one.doubtful[0]]
        assert abs(stood + 40 - 180) < 15 or sum(wrong) <= 1
    assert left_open[135.0] + left_open[140.0] >= 4
    assert left_open[90.0] + left_open[180.0] <= 2


def test_a_short_interruption_does_not_end_a_stay_and_a_long_one_does(told: Told) -> None:
    time, xy, accuracy = told(np.zeros((2, 2)), np.array([0.0, 600.0]), sigma=2.0)
    for cut, longest in ((50_000, 590.0), (90_000, 300.0)):
        keep = (time < 300_000) | (time > 300_000 + cut)
        found = seen((time[keep], xy[keep], accuracy[keep]), [(0.0, 0.0)])
        assert found.dwell_s[0] == pytest.approx(longest, abs=10)


def test_fixes_without_accuracy_to_speak_of_visit_nothing(told: Told) -> None:
    time, xy, accuracy = told(np.zeros((2, 2)), np.array([0.0, 600.0]))
    found = seen((time, xy, np.full(len(accuracy), 60.0)), [(0.0, 0.0)])
    assert not found.passed.any()
    assert seen((time, xy, accuracy), []).passed.shape == (0,)
