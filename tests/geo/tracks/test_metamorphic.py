"""What must not matter: where the town lies, how rings run, how the files are cut, how often a phone reports.

A true walk is drawn at random, fixes are taken from it, and the bounds are held against the truth; the same day told in
another way may be less certain, but never PASS where the first told FAIL.
"""

from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.tracks import cleaning, distance
from geo.tracks import presence as stage
from geo.tracks.cleaning import CleaningPolicy
from geo.tracks.clock import Window
from geo.tracks.gaps import GapPolicy
from geo.tracks.presence import Presence, PresencePolicy

pytestmark = pytest.mark.pure

GRID = shapely.Polygon([(0, 0), (160, 0), (160, 60), (100, 60), (100, 120), (0, 120)])
V = 12.0
POLICY = PresencePolicy(GapPolicy(v_max=V))
Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Day:
    """Fixes of one day, the seconds truly spent inside, and working time."""

    time_ms: npt.NDArray[np.int64]
    xy: Float64
    inside_s: float
    part: Window


@st.composite
def days(draw: st.DrawFn, every_s: int = 5) -> Day:
    """Draw a walk of up to 40 minutes between random places, at up to 1.4 m/s, fixes with an error of up to 2 m."""
    seed = draw(st.integers(0, 2**32 - 1))
    stays = draw(
        st.lists(st.tuples(st.integers(-150, 320), st.integers(-150, 280), st.integers(0, 400)), min_size=2, max_size=6)
    )
    rng = np.random.default_rng(seed)
    path = [np.array(stays[0][:2], float)[None]]
    for x, y, pause in stays:
        start = path[-1][-1]
        away = np.hypot(x - start[0], y - start[1])
        steps = max(1, int(away / 1.4) + 1)
        path.append(start + (np.array([x, y], float) - start) * np.linspace(0, 1, steps + 1)[1:, None])
        path.append(np.repeat(path[-1][-1:], pause + 1, axis=0))
    walk = np.concatenate(path)[:2400]
    inside = shapely.contains_xy(GRID, walk)
    at = np.arange(0, len(walk), every_s)
    angle = rng.uniform(0, 2 * np.pi, len(at))
    error = rng.uniform(0, 2, len(at))[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return Day(at.astype(np.int64) * 1000, walk[at] + error, float(inside.sum()), Window(0, 1000 * (len(walk) - 1)))


def measured(
    day: Day,
    *,
    keep: npt.NDArray[np.bool_] | None = None,
    grid: shapely.Polygon = GRID,
    shift: tuple[float, float] = (0, 0),
    turn: bool = False,
) -> Presence:
    keep = np.ones(len(day.time_ms), bool) if keep is None else keep
    time, xy = day.time_ms[keep], day.xy[keep] + shift
    if turn:
        time, xy = time[::-1], xy[::-1]
    fixes = cleaning.clean(
        time, np.ascontiguousarray(xy), np.full(len(time), 4.0), np.arange(len(time)), CleaningPolicy(v_max=V)
    )
    return stage.presence(fixes, distance.edges_of(grid), [day.part], POLICY)


def verdicts(found: Presence) -> list[str]:
    """Return the level for duties of one to thirty minutes, by their bounds, and of a patrol of ten minutes."""
    needed = [60 * minutes for minutes in (1, 2, 5, 10, 20, 30)]
    duty = ["PASS" if found.low_s >= n else "FAIL" if found.high_s < n else "REVIEW" for n in needed]
    return [*duty, "PASS" if found.low_s >= 600 else "FAIL" if found.high_s < 60 else "REVIEW"]


def overlap(one: Presence, other: Presence) -> bool:
    return one.low_s <= other.high_s and other.low_s <= one.high_s


def contradict(one: Presence, other: Presence) -> bool:
    return any({a, b} == {"PASS", "FAIL"} for a, b in zip(verdicts(one), verdicts(other), strict=True))


many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@many
@given(days())
def test_the_truth_lies_within_the_bounds(day: Day) -> None:
    found = measured(day)
    assert found.low_s - 5 <= day.inside_s <= found.high_s + 5  # the true time is counted in whole seconds


@many
@given(days(), st.data())
def test_the_truth_stays_possible_however_few_fixes_arrive(day: Day, data: st.DataObject) -> None:
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=len(day.time_ms), max_size=len(day.time_ms))))
    assert day.inside_s <= measured(day, keep=keep).high_s + 5


@many
@given(days(), st.sampled_from([2, 3, 6, 12, 24, 60]), st.integers(0, 5))
def test_a_slower_phone_never_passes_what_the_faster_failed(day: Day, every: int, first: int) -> None:
    keep = np.arange(len(day.time_ms)) % every == first % every
    assert not contradict(measured(day), measured(day, keep=keep))


@many
@given(days(), st.integers(0, 2400), st.integers(0, 1200))
def test_a_phone_that_was_off_never_passes_what_was_failed(day: Day, off: int, length: int) -> None:
    second = day.time_ms / 1000
    assert not contradict(measured(day), measured(day, keep=(second < off) | (second > off + length)))


@many
@given(days())
def test_neither_the_direction_of_rings_nor_the_order_of_fixes_changes_a_digit(day: Day) -> None:
    assert measured(day) == measured(day, grid=GRID.reverse(), turn=True)


@many
@given(days(), st.integers(-500_000, 500_000), st.integers(-3_000_000, 3_000_000))
def test_where_the_town_lies_changes_no_verdict(day: Day, east: int, north: int) -> None:
    moved = shapely.transform(GRID, lambda xy: xy + np.array([east, north]))
    there, here = measured(day, grid=moved, shift=(east, north)), measured(day)
    assert not contradict(here, there)
    assert there.low_s == pytest.approx(here.low_s, abs=6)
    assert there.high_s == pytest.approx(here.high_s, abs=6)


@many
@given(days(every_s=1), st.integers(0, 4))
def test_a_fix_each_second_or_each_fifth_decide_alike(day: Day, first: int) -> None:
    fine, coarse = measured(day), measured(day, keep=np.arange(len(day.time_ms)) % 5 == first)
    assert not contradict(fine, coarse)
    assert overlap(fine, coarse)


@many
@given(days(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_neither_cutting_into_files_nor_the_order_of_upload_changes_a_digit(
    day: Day, chance: Random, cuts: int
) -> None:
    places = sorted(chance.sample(range(len(day.time_ms) + 1), min(cuts, len(day.time_ms))))
    pieces = [piece for piece in np.split(np.arange(len(day.time_ms)), places) if len(piece)]
    pieces.append(chance.choice(pieces))  # and one of the files is sent twice
    chance.shuffle(pieces)
    order = np.concatenate(pieces)
    rank = np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces])
    fixes = cleaning.clean(day.time_ms[order], day.xy[order], np.full(len(order), 4.0), rank, CleaningPolicy(v_max=V))
    assert stage.presence(fixes, distance.edges_of(GRID), [day.part], POLICY) == measured(day)
