"""How right the verdicts are: made-up days with a known truth, wangge next to "point in polygon, the last state holds".

All under the simulator's noise (`geo.tracks.simulate`): the comparison between methods on the same days is the point.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from math import lgamma, log
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from api.services import measuring
from api.services.bench import patrol_doubts, patrol_neighbours, patrol_usual, patrol_ways
from api.services.bench.harness import Outcome, absent
from api.services.bench.patrol_neighbours import Beside
from geo.tracks import distance, nearness, simtown, simulate
from geo.tracks.cleaning import Fixes
from geo.tracks.clock import Window
from geo.tracks.entries import EntryPolicy, entered, entries
from geo.tracks.simphone import Noise
from geo.tracks.simtown import Town
from geo.tracks.simulate import Behaviour
from geo.tracks.twostate import StatePolicy, inside_probability
from rules.parameters import defaults

Bools = npt.NDArray[np.bool_]
Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

DAYS: Final = 3000
QUICK_DAYS: Final = 60
DAYS_IN_A_TOWN: Final = 25
ON: Final = date(2026, 11, 24)
LINES_H: Final = (4, 7, 8)
PARTS: Final = [Window(round(a * 1000), round(b * 1000)) for a, b in simulate.PARTS]
AS_REPORTED: Final = Noise()
DOUBLED_AND_SAID: Final = Noise(2.0, 120.0, 2.0)
DOUBLED: Final = Noise(2.0, 120.0, 1.0)
ORDINARY: Final = 0.9
LEAST_COMPLETE: Final = 0.6
SAMPLED: Final = 15  # one worker-day of so many for wrong labels and walks sent again, one of twice as many for rounds
THEMSELVES: Final = 20  # worker-days on which the libraries themselves run
USUAL: Final = {"state holds": "holds", "movingpandas": "clipped", "trackintel": "joined"}
CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Judged:
    """One day: how it was spent, what is true, and what each method says, in seconds; completeness.

    Entries as we count them, as counted from one fix to the next (``jitters``), and true ones by our definition (``entered``).
    """

    behaviour: int
    gaps: bool
    truth: float
    low: float
    value: float
    high: float
    holds: float
    clipped: float
    joined: float
    entries: int
    jitters: int
    entered: int
    complete: float


def run(seed: int, quick: bool, size: int | None = None) -> Outcome:
    """Return the rows of patrol.md B.15 as figures; ``size`` worker-days."""
    days = size or (QUICK_DAYS if quick else DAYS)
    figures: dict[str, float] = {"worker-days": days}
    judged, beside = _judged(seed, days, AS_REPORTED, neighbours=True)
    figures |= _themselves(seed, days) | _of_the_usual(judged) | patrol_neighbours.figures(beside)
    for name, noise in (("noise doubled, reported so", DOUBLED_AND_SAID), ("noise doubled, not reported", DOUBLED)):
        judged = judged_days(seed, max(QUICK_DAYS, days // 3), noise)
        figures |= {f"{name}: {what}": value for what, value in _of_noise(judged).items()}
    figures |= patrol_ways.figures(seed, max(4, days // (2 * SAMPLED)), defaults(), ON)
    figures |= patrol_doubts.figures(seed, max(patrol_doubts.IN_A_GROUP, days // SAMPLED), defaults(), ON)
    return Outcome(
        rows=(), figures=figures, packages=("numpy", "shapely", "numba", "movingpandas", "trackintel", "geopandas")
    )


def judged_days(seed: int, days: int, noise: Noise = AS_REPORTED) -> list[Judged]:
    """Return made-up days as they are judged, their fixes scattered by ``noise``."""
    return _judged(seed, days, noise, neighbours=False)[0]


def _judged(seed: int, days: int, noise: Noise, *, neighbours: bool) -> tuple[list[Judged], list[Beside]]:
    judged: list[Judged] = []
    beside: list[Beside] = []
    for town, day in _days(seed, days, noise):
        judged.append(_judge(town, day))
        if neighbours and day.worker % 4 == 0:
            beside += [_beside(town, day, cell) for cell in patrol_neighbours.cells_of(day)]
    return judged, beside


def _days(seed: int, days: int, noise: Noise) -> Iterator[tuple[Town, simulate.Day]]:
    town = simtown.town(seed)
    for worker in range(days):
        if worker and worker % DAYS_IN_A_TOWN == 0:
            town = simtown.town(seed + worker)
        yield town, simulate.day(town, seed, worker, noise)


def _measured(day: simulate.Day, shape: shapely.Polygon) -> measuring.Day:
    reported = day.reported
    time = np.round(reported.at_s * 1000).astype(np.int64)
    rank = np.zeros(len(time), np.int64)
    numbers = measuring.numbers(defaults(), ON, "foot")
    xy = np.ascontiguousarray(reported.xy)
    return measuring.measure(time, xy, reported.accuracy_m, rank, shape, PARTS, numbers)


def _judge(town: Town, day: simulate.Day) -> Judged:
    shape = town.cells[day.cell]
    found = _measured(day, shape)
    fixes, presence = found.fixes, found.presence
    edges = distance.edges_of(shape)
    d = distance.signed_distance(edges, fixes.xy)
    p = probability(fixes, edges, d, measuring.numbers(defaults(), ON, "foot").presence.states)
    walked = np.arange(day.path.at_s[0], day.path.at_s[-1])
    true_d = distance.signed_distance(edges, day.path.places(walked))
    return Judged(
        behaviour=list(Behaviour).index(day.behaviour),
        gaps=day.phone.gaps > 0 or day.behaviour is Behaviour.PHONE_OFF,
        truth=day.true_seconds(shape),
        low=presence.low_s,
        value=presence.value_s,
        high=presence.high_s,
        holds=patrol_usual.state_holds(fixes.time_ms, d, PARTS),
        clipped=patrol_usual.clipped(fixes.time_ms, fixes.xy, d, shape, PARTS),
        joined=patrol_usual.positionfixes(fixes.time_ms, d, PARTS),
        entries=entries(fixes.time_ms / 1000.0, p, EntryPolicy()),
        jitters=int(((d[:-1] <= 0) & (d[1:] > 0)).sum()),
        entered=entered(walked, true_d, EntryPolicy()),
        complete=presence.completeness,
    )


def probability(fixes: Fixes, edges: Float64, d: Float64, states: StatePolicy) -> Float64:
    """Return the probability (n,) of being inside at each fix, ``d`` metres from the border, from all fixes together."""
    sure = np.abs(d) > states.pin_sigmas * fixes.sigma
    alone = nearness.inside_alone(edges, fixes.xy, d, fixes.sigma, sure)
    unbroken = np.zeros(max(len(d) - 1, 0), np.bool_)
    return inside_probability(fixes.time_ms, alone, sure, unbroken, states)


def _beside(town: Town, day: simulate.Day, cell: int) -> Beside:
    found = _measured(day, town.cells[cell])
    fixes = found.fixes
    d = distance.signed_distance(distance.edges_of(town.cells[cell]), fixes.xy)
    held = patrol_usual.state_holds(fixes.time_ms, d, PARTS)
    return patrol_neighbours.judged(town, day, cell, found.presence, held, fixes.time_ms)


class _Table:
    """The judged days as columns."""

    def __init__(self, judged: Sequence[Judged]) -> None:
        columns = {f.name: np.array([getattr(one, f.name) for one in judged]) for f in fields(Judged)}
        self.behaviour: Int64 = columns["behaviour"]
        self.gaps: Bools = columns["gaps"]
        self.truth, self.low, self.value, self.high = (columns[n] for n in ("truth", "low", "value", "high"))
        self.usual = {who: columns[name] for who, name in USUAL.items()}
        self.entries: Int64 = columns["entries"]
        self.jitters, self.entered = columns["jitters"], columns["entered"]
        self.complete: Float64 = columns["complete"]

    def is_(self, behaviour: Behaviour) -> Bools:
        """Return which days were spent so."""
        return self.behaviour == list(Behaviour).index(behaviour)

    def decided(self, hours: float) -> tuple[Bools, Bools]:
        """Return which days pass and which fail a duty of so many hours in the grid."""
        failed = (self.high < 3600 * hours) & (self.complete >= LEAST_COMPLETE)
        return self.low >= 3600 * hours, failed

    def within(self) -> float:
        """Return the share of days whose truth lies within the bounds; the truth is counted in whole seconds."""
        return float(((self.truth >= self.low - 1) & (self.truth <= self.high + 1)).mean())


def _of_the_usual(judged: Sequence[Judged]) -> dict[str, float]:
    t = _Table(judged)
    watched = ~t.gaps
    border, off = t.is_(Behaviour.BORDER_STREET), t.is_(Behaviour.PHONE_OFF)
    steady = border & watched
    figures = {
        "minutes off, no gaps": float(np.abs(t.value - t.truth)[watched].mean()) / 60,
        "minutes off, all but phone off": float(np.abs(t.value - t.truth)[~off].mean()) / 60,
        "truth within the bounds": t.within(),
        "width of the bounds, median minutes": float(np.median(t.high - t.low)) / 60,
        "entries a day on a border street": float(t.entries[steady].mean()),
        "the same, from fix to fix": float(t.jitters[steady].mean()),
        "the same, truly": float(t.entered[steady].mean()),
    }
    wrong, decided = 0, 0
    of_ordinary: list[float] = []
    ordinary = t.complete >= ORDINARY
    figures["ordinary days"] = float(ordinary.mean())
    figures["ordinary days on a border street"] = float((ordinary & border).mean())
    for hours in LINES_H:
        one = _at_a_line(t, hours, ordinary)
        figures |= {f"{hours} h: {name}": value for name, value in one.items()}
        wrong, decided = wrong + int(one["wrong"]), decided + int(one["decided"])
        of_ordinary.append(one["decided on ordinary days"])
    passed = t.decided(8)[0] & off & (t.truth < 8 * 3600)
    figures |= {
        "decided on ordinary days, all lines": sum(of_ordinary) / len(LINES_H),
        "wrong among decided": wrong / decided,
        "wrong among decided, exact 95 % upper limit": upper_limit(wrong, decided),
        "phone-off days passed at 8 h": float(passed.sum()),
    }
    for who, seconds in t.usual.items():
        figures |= {f"{name}, {who}": value for name, value in _of_one_number(t, seconds, watched, off).items()}
    return figures


def _of_one_number(t: _Table, seconds: Float64, watched: Bools, off: Bools) -> dict[str, float]:
    """Return the same of a rule that gives one number and decides by it every day."""
    away = np.abs(seconds - t.truth) / 60
    wrong = [(seconds >= 3600 * hours) != (t.truth >= 3600 * hours) for hours in LINES_H]
    cheated = off & (t.truth < 8 * 3600)
    return {
        "minutes off, no gaps": float(away[watched].mean()),
        "minutes off, all but phone off": float(away[~off].mean()),
        "wrong": float(np.mean(wrong)),
        "phone-off days passed at 8 h": float((seconds >= 8 * 3600)[cheated].mean()) if cheated.any() else 0.0,
    }


def _themselves(seed: int, days: int) -> dict[str, float]:
    """Return how far our form of the libraries' rules is from the libraries, where they are installed."""
    if any(absent(package) for package in ("movingpandas", "trackintel", "geopandas")):
        return {}
    some = [(day, town.cells[day.cell]) for town, day in _days(seed, min(THEMSELVES, days), AS_REPORTED)]
    fixes = [(_measured(day, grid).fixes, grid) for day, grid in some]
    return patrol_usual.apart([(one.time_ms, one.xy, grid) for one, grid in fixes], PARTS)


def _at_a_line(t: _Table, hours: int, ordinary: Bools) -> dict[str, float]:
    passed, failed = t.decided(hours)
    wrong = (passed & (t.truth < 3600 * hours)) | (failed & (t.truth >= 3600 * hours))
    decided = passed | failed
    aside = ordinary & ~t.is_(Behaviour.BORDER_STREET)
    return {
        "decided": float(decided.sum()),
        "decided on ordinary days": float(decided[ordinary].mean()) if ordinary.any() else 0.0,
        "the same but for border streets": float(decided[aside].mean()) if aside.any() else 0.0,
        "wrong": float(wrong.sum()),
    }


def _of_noise(judged: Sequence[Judged]) -> dict[str, float]:
    t = _Table(judged)
    decided = [t.decided(hours) for hours in LINES_H]
    wrong = sum(
        int(((passed & (t.truth < 3600 * h)) | (failed & (t.truth >= 3600 * h))).sum())
        for h, (passed, failed) in zip(LINES_H, decided, strict=True)
    )
    count = sum(int((passed | failed).sum()) for passed, failed in decided)
    return {
        "truth within the bounds": t.within(),
        "decided": count / (len(judged) * len(LINES_H)),
        "wrong among decided": wrong / count,
        "wrong among decided, exact 95 % upper limit": upper_limit(wrong, count),
    }


def upper_limit(wrong: int, decided: int) -> float:
    """Return the exact upper limit (Clopper-Pearson, one-sided 95 %) of the share of wrong ones."""
    low, high = wrong / decided, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(wrong, decided, middle) > 1.0 - CONFIDENCE else (low, middle)
    return high


def _at_most(wrong: int, trials: int, share: float) -> float:
    """Return the probability of at most ``wrong`` successes in ``trials``."""
    if share >= 1.0:
        return 1.0 if wrong >= trials else 0.0
    logs = [
        lgamma(trials + 1) - lgamma(k + 1) - lgamma(trials - k + 1) + k * log(share) + (trials - k) * log(1.0 - share)
        for k in range(wrong + 1)
        if share > 0.0
    ]
    return float(np.exp(logs).sum()) if logs else 1.0
