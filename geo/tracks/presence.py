"""Time in a grid as an interval: what the fixes prove at least, and what they leave possible at most.

Watched time counts with the probability of being inside (``twostate.py``) and an allowance for the errors that hang together in
time; time that nobody watched with what a person can have done in it (``gaps.py``). The bounds are the sums over the stretches
of the day, so the working adds up.

Source: patrol.md B.7 and B.8 in the form of architecture.md section 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.tracks.clock import Window
from geo.tracks.gaps import GapPolicy, Steps, steps_of
from geo.tracks.track import Float64, Int64
from geo.tracks.twostate import StatePolicy, inside_probability

Bools = npt.NDArray[np.bool_]


class State(StrEnum):
    """What is known of a stretch of time: in the grid, out of it, too near its border to say, or not observed."""

    IN = "in"
    OUT = "out"
    BORDER = "border"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """What a stretch is known, or not known, from."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    NEAR_BORDER = "near_border"
    CROSSING = "crossing"
    GAP = "gap"
    TOO_FAST = "too_fast"
    BEFORE = "before_first_fix"
    AFTER = "after_last_fix"
    NO_FIX = "no_fix"


@dataclass(frozen=True, slots=True)
class PresencePolicy:
    """Numbers of the bounds.

    ``z`` standard deviations allowed for the watched time near the border, and ``slack_s`` seconds besides, as far as there is
    such time; ``sure`` probability from which a stretch is called inside or outside.
    """

    gaps: GapPolicy
    states: StatePolicy = field(default_factory=StatePolicy)
    z: float = 1.645
    slack_s: float = 60.0
    sure: float = 0.99


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of working time: UTC ms, what is known, the probability of being inside, why, and seconds low and high."""

    start_ms: int
    end_ms: int
    state: State
    p: float
    why: Why
    low_s: float
    high_s: float
    expected_s: float
    gap: bool

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.end_ms - self.start_ms) / 1000.0

    @property
    def doubt_s(self) -> float:
        """How many seconds it leaves open."""
        return self.high_s - self.low_s


@dataclass(frozen=True, slots=True)
class Presence:
    """Time in the grid within working time: seconds low, best, high; how much of it was watched; fixes in it, and inside."""

    low_s: float
    value_s: float
    high_s: float
    watched_s: float
    working_s: float
    fixes: int
    fixes_inside: int
    spans: tuple[Span, ...]

    @property
    def completeness(self) -> float:
        """Watched time as a share of working time."""
        return self.watched_s / self.working_s if self.working_s else 0.0


@dataclass(frozen=True, eq=False)
class _Known:
    """What is known of each interval between fixes (n - 1,): its class, the probability inside, and what a gap leaves open."""

    steps: Steps
    kind: npt.NDArray[np.int8]
    p: Float64

    def believed(self, end: int) -> bool:
        """Tell whether the first (0) or last (-1) fix agrees with the one beside it: if not, nothing follows from it."""
        return not len(self.kind) or int(self.kind[end]) != TOO_FAST


KINDS = (
    (State.IN, Why.INSIDE),
    (State.OUT, Why.OUTSIDE),
    (State.BORDER, Why.NEAR_BORDER),
    (State.BORDER, Why.CROSSING),
    (State.UNKNOWN, Why.GAP),
    (State.UNKNOWN, Why.TOO_FAST),
)
INSIDE, OUTSIDE, NEAR, CROSSING, UNWATCHED, TOO_FAST = range(6)
SHARE_STILL: Final = np.array([0.08, 0.5, 0.92])  # by how many of both ends are inside; for display only (patrol.md B.8)
SHARE_MOVED: Final = np.array([0.2, 0.5, 0.8])
STILL_M = 60.0
STILL_SIGMAS = 1.5


def presence(
    time_ms: Int64,
    distance_m: Float64,
    xy: Float64,
    sigma: Float64,
    alone: Float64,
    parts: Sequence[Window],
    policy: PresencePolicy,
) -> Presence:
    """Return the time in the grid within the working time ``parts``.

    Parameters
    ----------
    time_ms : (n,) UTC ms, strictly increasing
    distance_m : (n,) signed distance to the border, positive inside
    xy : (n, 2) metres in the plane
    sigma : (n,) metres, one standard deviation
    alone : (n,) probability of being inside that each fix has by itself (`geo.tracks.nearness`)
    parts : working time, in order, not overlapping
    policy : the numbers

    Time before the first and after the last fix counts in ``high_s``, never in ``low_s``.
    """
    known = _known(time_ms, distance_m, xy, sigma, alone, policy)
    runs = [_runs(part, time_ms, known) for part in parts]
    allowed = _allowance(runs, policy)
    spans: list[Span] = []
    fixes = inside = 0
    for part, run in zip(parts, runs, strict=True):
        here = slice(*np.searchsorted(time_ms, [part.start_ms, part.end_ms + 1]))
        fixes += here.stop - here.start
        inside += int((distance_m[here] > policy.gaps.k * sigma[here]).sum())
        spans += _spans(part, time_ms, distance_m, sigma, known, run.spans(allowed), policy.gaps)
    return Presence(
        low_s=sum(span.low_s for span in spans),
        value_s=sum(span.expected_s for span in spans),
        high_s=sum(span.high_s for span in spans),
        watched_s=sum(span.seconds for span in spans if not span.gap),
        working_s=sum(part.seconds for part in parts),
        fixes=int(fixes),
        fixes_inside=inside,
        spans=tuple(spans),
    )


def sure_alone(distance_m: Float64, sigma: Float64, policy: PresencePolicy) -> Bools:
    """Return which fixes (n,) are so far from the border that each is sure by itself."""
    return np.abs(distance_m) > policy.states.pin_sigmas * sigma


def _known(
    time_ms: Int64, d: Float64, xy: Float64, sigma: Float64, alone: Float64, policy: PresencePolicy
) -> _Known:
    steps = steps_of(time_ms / 1000.0, d, xy, sigma, policy.gaps)
    q = inside_probability(time_ms, alone, sure_alone(d, sigma, policy), steps.too_fast, policy.states)
    p = (q[:-1] + q[1:]) / 2
    crossing = (q[:-1] > 0.5) != (q[1:] > 0.5)
    kind = np.select(
        [steps.too_fast, ~steps.watched, p >= policy.sure, p <= 1 - policy.sure, crossing],
        [TOO_FAST, UNWATCHED, INSIDE, OUTSIDE, CROSSING],
        NEAR,
    )
    moved = np.hypot(np.diff(xy[:, 0]), np.diff(xy[:, 1]))
    still = moved < np.maximum(STILL_M, STILL_SIGMAS * (sigma[:-1] + sigma[1:]))
    ends = (q[:-1] > 0.5).astype(np.int64) + (q[1:] > 0.5)
    share = np.where(still, SHARE_STILL[ends], SHARE_MOVED[ends])
    return _Known(steps, kind.astype(np.int8), np.where(steps.gap | steps.too_fast, share, p))


@dataclass(frozen=True, eq=False)
class _Runs:
    """Stretches of one part of working time (r,) that are known in the same way; ``weight`` is how much doubt they carry."""

    start_ms: Int64
    end_ms: Int64
    kind: Int64
    gap: Bools
    expected: Float64
    low: Float64
    high: Float64
    weight: Float64

    def spans(self, allowed: float) -> list[Span]:
        """Return the stretches, watched ones near the border widened by ``allowed`` seconds for each unit of weight."""
        seconds = (self.end_ms - self.start_ms) / 1000.0
        near = (self.kind == NEAR) | (self.kind == CROSSING)
        wide = np.where(near, allowed * self.weight, 0.0)
        watched = self.kind < UNWATCHED
        low = np.where(watched, np.maximum(0.0, self.expected - wide), self.low)
        high = np.where(watched, np.minimum(seconds, self.expected + wide), self.high)
        share = self.expected / np.maximum(seconds, 1e-3)
        rows = zip(*(a.tolist() for a in (self.start_ms, self.end_ms, self.kind, share, low, high, self.expected, self.gap)), strict=True)
        return [Span(start, end, KINDS[kind][0], p, KINDS[kind][1], lo, hi, mid, gap) for start, end, kind, p, lo, hi, mid, gap in rows]


def _runs(part: Window, time_ms: Int64, known: _Known) -> _Runs:
    """Return the stretches of one part of working time between the first and the last fix around it.

    What was proved for all of a cut interval may lie in what was cut off.
    """
    first = max(int(np.searchsorted(time_ms, part.start_ms, "right")) - 1, 0)
    last = min(int(np.searchsorted(time_ms, part.end_ms, "left")), len(time_ms) - 1)
    here = slice(first, max(first, last))
    start = np.maximum(time_ms[:-1][here], part.start_ms)
    end = np.minimum(time_ms[1:][here], part.end_ms)
    seconds = (end - start) / 1000.0
    kind, p = known.kind[here].astype(np.int64), known.p[here]
    cut = np.maximum(0.0, known.steps.seconds[here] - seconds)
    watched = kind < UNWATCHED
    low = np.where(watched, 0.0, np.maximum(0.0, known.steps.low[here] - cut))
    high = np.where(watched, seconds, np.minimum(seconds, known.steps.high[here]))
    expected = np.clip(p * seconds, low, high)
    new = np.r_[True, (kind[1:] != kind[:-1]) | ~watched[1:]] if len(kind) else np.zeros(0, np.bool_)
    at = np.flatnonzero(new)
    total = lambda values: np.add.reduceat(values, at) if len(at) else values  # noqa: E731 - a short name for one call
    ends = np.r_[at[1:], len(kind)] - 1 if len(at) else at
    return _Runs(
        start[at], end[ends], kind[at], known.steps.gap[here][at],
        total(expected), total(low), total(high), total(p * (1 - p) * seconds * watched),
    )


def _allowance(runs: Sequence[_Runs], policy: PresencePolicy) -> float:
    """Return how many seconds of doubt come on each unit of weight of the watched stretches near the border.

    Source: variance of the time inside for errors that hang together over tau: 4 tau times the sum of q (1 - q) dt.
    """
    weight = near_s = near_weight = 0.0
    for run in runs:
        near = (run.kind == NEAR) | (run.kind == CROSSING)
        weight += float(run.weight.sum())
        near_weight += float(run.weight[near].sum())
        near_s += float((run.end_ms - run.start_ms)[near].sum()) / 1000.0
    if near_weight <= 0.0:
        return 0.0
    doubt = policy.z * (4.0 * policy.states.tau_s * weight) ** 0.5 + min(policy.slack_s, near_s)
    return doubt / near_weight


def _spans(
    part: Window, time_ms: Int64, d: Float64, sigma: Float64, known: _Known, between: list[Span], policy: GapPolicy
) -> list[Span]:
    """Return the stretches of one part of working time, in order."""
    if not len(time_ms):
        return [_open(part.start_ms, part.end_ms, part.seconds, Why.NO_FIX)]
    spans: list[Span] = []
    first, last = int(time_ms[0]), int(time_ms[-1])
    if part.start_ms < first:
        reach = _reach_s(d[0], sigma[0], policy) if known.believed(0) else 0.0
        free = (first - part.start_ms) / 1000.0 - reach
        spans.append(_open(part.start_ms, min(first, part.end_ms), free, Why.BEFORE))
    spans += between
    if part.end_ms > last:
        reach = _reach_s(d[-1], sigma[-1], policy) if known.believed(-1) else 0.0
        free = (part.end_ms - last) / 1000.0 - reach
        spans.append(_open(max(last, part.start_ms), part.end_ms, free, Why.AFTER))
    return [span for span in spans if span.end_ms > span.start_ms]


def _open(start_ms: int, end_ms: int, free_s: float, why: Why) -> Span:
    """Return a stretch before the first or after the last fix: nothing is proved, ``free_s`` at most is possible."""
    here = (end_ms - start_ms) / 1000.0
    high = min(max(0.0, free_s), here)
    return Span(start_ms, end_ms, State.UNKNOWN, 0.0, why, 0.0, high, 0.0, gap=True)


def _reach_s(distance_m: float, sigma: float, policy: GapPolicy) -> float:
    """Return how long it takes at least from this fix into the grid; 0 inside."""
    return max(0.0, -distance_m - policy.k * sigma) / policy.v_max
