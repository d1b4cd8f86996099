"""Fixes a second and core of each stage of a track, on made-up worker-days; the order is that of `measuring.measure`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import process_time
from typing import Final, TypeVar

import numpy as np
import shapely

from api.services import measuring, rounds
from api.services.bench import patrol_accuracy, patrol_ways
from api.services.measuring import Numbers
from geo.tracks import cleaning, distance, simtown, simulate, stays
from geo.tracks.cleaning import Fixes
from geo.tracks.gaps import steps_of
from geo.tracks.simphone import Noise
from geo.tracks.streets import Streets
from geo.tracks.streetwalk import WalkPolicy, walked
from geo.tracks.track import Float64, Int64
from rules.parameters import defaults

DAYS, QUICK_DAYS = 100, 10
TIMES: Final = 5
Work = TypeVar("Work")


@dataclass(frozen=True, eq=False)
class Delivered:
    """A worker-day as delivered, its grid, and what the stages before the last ones make of it."""

    time_ms: Int64
    xy: Float64
    accuracy_m: Float64
    rank: Int64
    grid: shapely.Polygon
    edges: Float64
    fixes: Fixes
    d: Float64


def figures(seed: int, quick: bool) -> dict[str, float]:
    """Return million fixes a second and core: each stage, the five together, and all of `measuring.measure`."""
    numbers = measuring.numbers(defaults(), patrol_accuracy.ON, "foot")
    days = [_day(seed, worker, numbers) for worker in range(QUICK_DAYS if quick else DAYS)]
    total = sum(len(day.time_ms) for day in days)
    took = {name: _cpu(partial(_with, stage, numbers), days) for name, stage in STAGES.items()}
    everything = _cpu(partial(_with, _measured, numbers), days)
    found = {f"million fixes a second, {name}": total / seconds / 1e6 for name, seconds in took.items()}
    found["million fixes a second, the five stages"] = total / sum(took.values()) / 1e6
    return found | {"million fixes a second, all of a worker-day": total / everything / 1e6}


def coverage(seed: int, quick: bool) -> dict[str, float]:
    """Return million fixes a second and core of street coverage at each spacing of lanes, and CPU ms to lay out a grid's streets.

    The streets of a grid are laid out once for a version of it, so outside the clock of the fixes.
    """
    found: dict[str, float] = {}
    policy, on = defaults(), patrol_accuracy.ON
    asked = rounds.walk_policy(policy, on)
    for lane in simtown.LANES_M:
        days = list(patrol_ways.watched(seed, QUICK_DAYS if quick else DAYS // 4, lane, policy, on))
        start = process_time()
        streets = [patrol_ways.network(one.town, one.day.cell, policy, on) for one in days]
        laid = process_time() - start
        work = list(zip(days, streets, strict=True))
        seconds = _cpu(partial(_walk, asked), work)
        fixes = sum(len(one.time_ms) for one in days)
        found[f"million fixes a second, street coverage, lanes {lane:.0f} m"] = fixes / seconds / 1e6
        found[f"CPU ms to lay out the streets of a grid, lanes {lane:.0f} m"] = 1000 * laid / len(days)
    return found


def _day(seed: int, worker: int, numbers: Numbers) -> Delivered:
    town = simtown.town(seed)
    day = simulate.day(town, seed, worker, Noise())
    reported, grid = day.reported, town.cells[day.cell]
    time, xy = np.round(reported.at_s * 1000).astype(np.int64), np.ascontiguousarray(reported.xy)
    rank, edges = np.zeros(len(time), np.int64), distance.edges_of(grid)
    fixes = cleaning.clean(time, xy, reported.accuracy_m, rank, numbers.cleaning)
    d = distance.signed_distance(edges, fixes.xy)
    return Delivered(time, xy, reported.accuracy_m, rank, grid, edges, fixes, d)


def _clean(day: Delivered, numbers: Numbers) -> None:
    cleaning.clean(day.time_ms, day.xy, day.accuracy_m, day.rank, numbers.cleaning)


def _distance(day: Delivered, _: Numbers) -> None:
    distance.signed_distance(day.edges, day.fixes.xy)


def _two_state(day: Delivered, numbers: Numbers) -> None:
    patrol_accuracy.probability(day.fixes, day.edges, day.d, numbers.presence.states)


def _unobserved(day: Delivered, numbers: Numbers) -> None:
    fixes = day.fixes
    steps_of(fixes.time_ms, day.d, fixes.xy, fixes.sigma, fixes.rivals_ms, numbers.presence.gaps)


def _stays(day: Delivered, numbers: Numbers) -> None:
    fixes = day.fixes
    broken = np.diff(fixes.time_ms) > numbers.presence.gaps.gap_s * 1000
    stays.stays(fixes.time_ms / 1000.0, fixes.xy, fixes.sigma, broken, numbers.stays)


def _measured(day: Delivered, numbers: Numbers) -> None:
    measuring.measure(day.time_ms, day.xy, day.accuracy_m, day.rank, day.grid, patrol_accuracy.PARTS, numbers)


def _with(stage: "Stage", numbers: Numbers, day: Delivered) -> None:
    stage(day, numbers)


def _walk(asked: WalkPolicy, work: tuple[patrol_ways.Watched, Streets]) -> None:
    day, streets = work
    walked(day.time_ms, day.xy, day.accuracy_m, streets, asked)


Stage = Callable[[Delivered, Numbers], None]
STAGES: Final[dict[str, Stage]] = {
    "clean": _clean,
    "distance": _distance,
    "two-state": _two_state,
    "unobserved time": _unobserved,
    "stays": _stays,
}


def _cpu(stage: Callable[[Work], object], days: Sequence[Work]) -> float:
    """Return the median CPU seconds of a stage over all days, compiled."""
    took: list[float] = []
    for _ in range(TIMES + 1):
        start = process_time()
        for day in days:
            stage(day)
        took.append(process_time() - start)
    return median(took[1:])
