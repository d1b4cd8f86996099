"""Rounds on made-up days with a known truth: stays at required points, metres of street walked; patrol.md B.10, B.13, B.15.

On phones that report all day, since what is lost in gaps is judged by the time in the grid. Fixes are cleaned as for a verdict.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from api.services import measuring, rounds
from geo.tracks import cleaning, simtown, simulate
from geo.tracks.simphone import Noise
from geo.tracks.simtown import Town
from geo.tracks.simulate import Behaviour
from geo.tracks.simwalk import Path
from geo.tracks.streets import Streets, streets_of
from geo.tracks.streetwalk import walked
from geo.tracks.track import Float64, Int64
from geo.tracks.visits import visits
from rules.parameters import Policy

Bools = npt.NDArray[np.bool_]

POINTS: Final = 12  # required points of a grid
FAR_M: Final = 60.0  # between two of them: closer than 40 m only a tag can tell
ON_LANE_M: Final = 0.5
PARALLEL: Final = 0.99
STEP_S: Final = 1.0


@dataclass(frozen=True, eq=False)
class Watched:
    """A day in a town and what is left of its fixes: UTC ms (n,), metres (n, 2), accuracy (n,)."""

    town: Town
    day: simulate.Day
    time_ms: Int64
    xy: Float64
    accuracy_m: Float64


@dataclass(frozen=True, slots=True)
class Told:
    """How much was told rightly, told wrongly, and missed: points or metres."""

    right: float = 0.0
    wrong: float = 0.0
    missed: float = 0.0

    def __add__(self, other: "Told") -> "Told":
        return Told(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    def figures(self, what: str) -> dict[str, float]:
        """Return precision, recall and their harmonic mean."""
        return {
            f"{what}: precision": self.right / max(self.right + self.wrong, 1.0),
            f"{what}: recall": self.right / max(self.right + self.missed, 1.0),
            f"{what}: F1": 2 * self.right / max(2 * self.right + self.wrong + self.missed, 1.0),
        }


def figures(seed: int, days: int, policy: Policy, on: date) -> dict[str, float]:
    """Return the figures of stays and of streets, ``days`` at each spacing of the lanes."""
    found: dict[str, float] = {"rounds: worker-days at each spacing of lanes": float(days)}
    for lane in simtown.LANES_M:
        some = list(watched(seed, days, lane, policy, on))
        found |= _stays(some, f"dwell visits, lanes {lane:.0f} m", policy, on)
        found |= _streets(some, f"streets, lanes {lane:.0f} m", policy, on)
    return found


def watched(seed: int, days: int, lane_m: float, policy: Policy, on: date) -> Iterator[Watched]:
    """Give days of people whose phones report all day and who walk on lanes; the border street is not one."""
    town = replace(simtown.town(seed), lane_m=lane_m)
    numbers = measuring.numbers(policy, on, "foot").cleaning
    worker = given = 0
    while given < days:
        day = simulate.day(town, seed, worker, Noise())
        worker += 1
        if not day.phone.steady or day.behaviour in (Behaviour.BORDER_STREET, Behaviour.PHONE_OFF):
            continue
        given += 1
        time = np.round(day.reported.at_s * 1000).astype(np.int64)
        xy = np.ascontiguousarray(day.reported.xy)
        fixes = cleaning.clean(time, xy, day.reported.accuracy_m, np.zeros(len(time), np.int64), numbers)
        yield Watched(town, day, fixes.time_ms, fixes.xy, fixes.sigma * numbers.sigmas_of_accuracy)


def _stays(some: list[Watched], what: str, policy: Policy, on: date) -> dict[str, float]:
    asked = rounds.visit_policy(policy, on)
    every, apart, doubts = Told(), Told(), 0
    for number, one in enumerate(some):
        points = _points(one, number)
        found = visits(one.time_ms, one.xy, one.accuracy_m, points, asked)
        seen, true = found.dwell_s >= asked.dwell_s, longest(one.day.path, points, asked.dwell_m) >= asked.dwell_s
        every += _told(seen, true)
        apart += _told(seen[~found.doubtful], true[~found.doubtful])
        doubts += int(found.doubtful.sum())
    said = every.figures(what) | apart.figures(f"{what}, but for those left open")
    count = {f"{what}: true": every.right + every.missed, f"{what}: left open": float(doubts)}
    return count | said | {f"{what}: F1, aim at least": 0.98}


def _points(one: Watched, number: int) -> Float64:
    """Return required points (p, 2): crossings of the grid, first of all those where somebody stood; none is under a roof."""
    rng = np.random.default_rng([number, 7])
    path = one.day.path
    nodes = one.town.nodes_in(one.day.cell)
    still = (np.diff(path.xy, axis=0) == 0).all(axis=1)
    roofs, stops = path.xy[:-1][still & path.indoors], path.xy[:-1][still & ~path.indoors]
    apart = lambda a, b: np.hypot(*(a[:, None] - b[None]).transpose(2, 0, 1))  # noqa: E731 - a short name for one call
    nodes = nodes[~(apart(nodes, roofs) < 1.0).any(axis=1)]
    stood = (apart(nodes, stops) < 1.0).any(axis=1)
    chosen: list[Float64] = []
    for node in nodes[np.lexsort((rng.random(len(nodes)), ~stood))]:
        if all(np.hypot(*(node - other)) >= FAR_M for other in chosen):
            chosen.append(node)
        if len(chosen) == POINTS:
            break
    return np.array(chosen).reshape(-1, 2)


def longest(path: Path, points: Float64, reach_m: float) -> Float64:
    """Return the seconds (p,) of the longest time somebody truly was near each point without a break."""
    places = path.places(np.arange(path.at_s[0], path.at_s[-1], STEP_S))
    found = np.zeros(len(points))
    for number, point in enumerate(points):
        near = np.hypot(*(places - point).T) <= reach_m
        turns = np.flatnonzero(np.diff(np.r_[False, near, False]))
        found[number] = np.diff(turns)[::2].max(initial=0) * STEP_S
    return found


def _told(seen: Bools, true: Bools) -> Told:
    return Told(float((seen & true).sum()), float((seen & ~true).sum()), float((~seen & true).sum()))


def _streets(some: list[Watched], what: str, policy: Policy, on: date) -> dict[str, float]:
    """Return the figures of whole days, and of their ways along the lanes alone: no stay, no way across a block."""
    aims = {f"{what}: F1, aim at least": 0.92, f"{what}: points of coverage too many, aim at most": 2.0}
    alone = [_on_lanes(one) for one in some]
    return aims | _walked(some, what, policy, on) | _walked(alone, f"{what}, ways along lanes alone", policy, on)


def _on_lanes(one: Watched) -> Watched:
    """Return a day without the fixes of true stays and of true ways across a block."""
    seconds = one.time_ms / 1000.0
    places = one.day.path.places(seconds)
    aside = np.abs(places - np.round(places / one.town.lane_m) * one.town.lane_m).min(axis=1)
    keep = ~one.day.path.staying(seconds) & (aside <= ON_LANE_M)
    xy = np.ascontiguousarray(one.xy[keep])
    return replace(one, time_ms=one.time_ms[keep], xy=xy, accuracy_m=one.accuracy_m[keep])


def _walked(some: list[Watched], what: str, policy: Policy, on: date) -> dict[str, float]:
    asked = rounds.walk_policy(policy, on)
    all_told, held = Told(), 0
    off: list[float] = []
    for one in some:
        streets = network(one.town, one.day.cell, policy, on)
        found = walked(one.time_ms, one.xy, one.accuracy_m, streets, asked)
        share = np.bincount(streets.piece, under_foot(one.day.path, streets)) / np.bincount(streets.piece)
        true = share[streets.piece] >= asked.share
        masks = (found.walked & true, found.walked & ~true, ~found.walked & true)
        all_told += Told(*(float(streets.length_m[mask].sum()) for mask in masks))
        truth = float(streets.length_m[true].sum())
        off.append((found.value_m - truth) / streets.total_m * 100)
        held += found.low_m <= truth <= found.high_m
    return all_told.figures(what) | {
        f"{what}: points of coverage too many (mean)": float(np.mean(off)),
        f"{what}: points of coverage off (mean)": float(np.abs(off).mean()),
        f"{what}: truth within the bounds": held / len(some),
    }


def network(town: Town, cell: int, policy: Policy, on: date) -> Streets:
    """Return the lanes of a cell as streets that can be walked."""
    return streets_of(list(town.lanes()), town.cells[cell], rounds.street_policy(policy, on))


def under_foot(path: Path, streets: Streets) -> Bools:
    """Return which samples of streets (s,) somebody truly went along, on the lane itself."""
    hit = np.zeros(len(streets.xy), np.bool_)
    way = np.diff(path.xy, axis=0)
    length = np.hypot(*way.T)
    for start, leg, metres in zip(path.xy[:-1][length > 0], way[length > 0], length[length > 0], strict=True):
        ahead = leg / metres
        to = streets.xy - start
        along, aside = to @ ahead, np.abs(to @ np.array([-ahead[1], ahead[0]]))
        same = np.abs(streets.heading @ ahead) >= PARALLEL
        hit |= same & (aside <= ON_LANE_M) & (along >= 0.0) & (along <= metres)
    return hit
