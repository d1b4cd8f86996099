"""Time in a grid as an interval: what the fixes prove at least, and what they leave possible at most.

Between two fixes a person may have gone as far as the top speed allows (a space-time prism). The signed distance d to
the border changes no faster than the person moves, so with slack for the error of both fixes:

- both inside: out and back again takes at least (da + db - slack) / v seconds of being inside;
- both outside: in and back takes at least (|da| + |db| - slack) / v seconds of being outside;
- one of each: each side takes at least its own distance.

Two more doubts widen the bounds. Where fixes contradict each other it is open which of them is wrong, so neither the jump
nor the intervals on both sides of it count. And who stays near the border is now and then shown surely on the wrong side by
error alone: that much is taken back from what was claimed not far beyond the border.

Source: patrol.md B.8 in the form of architecture.md section 6.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from geo.tracks.clock import Window
from geo.tracks.track import Float64, Int64

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
    DISPUTED = "disputed"
    BEFORE = "before_first_fix"
    AFTER = "after_last_fix"
    NO_FIX = "no_fix"


@dataclass(frozen=True, slots=True)
class PresencePolicy:
    """Numbers of the bounds.

    ``v_max`` m/s as in cleaning; ``k`` standard deviations of slack; ``short_s`` and ``short_intervals``: an interval up to
    max(short_s, short_intervals x the client's own interval) counts as watched, if that is at most ``short_cap_s``;
    ``gap_s`` and ``gap_intervals``: beyond max of both it is a gap; ``gap_s`` is also how long before and after a fix of a second
    story the first one is in dispute. ``error_s``: how long an error of the fixes lasts; ``shallow`` standard deviations up to
    which a claim may come from such errors.
    """

    v_max: float
    k: float = 2.0
    short_s: float = 30.0
    short_intervals: float = 3.0
    short_cap_s: float = 120.0
    gap_s: float = 300.0
    gap_intervals: float = 5.0
    error_s: float = 60.0
    shallow: float = 3.5


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of working time: UTC ms, what is known, the probability of being inside, why, and seconds low and high.

    ``gap``: not watched; ``shallow``: watched, by fixes not far from the border.
    """

    start_ms: int
    end_ms: int
    state: State
    p: float
    why: Why
    low_s: float
    high_s: float
    expected_s: float
    gap: bool
    shallow: bool = False

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
    """Time in the grid within working time: seconds low, best, high; how much of it was watched; fixes in it, and inside.

    ``low_s`` and ``high_s`` are the sums over ``spans`` less, and plus, what errors near the border may feign.
    """

    low_s: float
    value_s: float
    high_s: float
    watched_s: float
    working_s: float
    fixes: int
    fixes_inside: int
    interval_s: float
    spans: tuple[Span, ...]

    @property
    def completeness(self) -> float:
        """Watched time as a share of working time."""
        return self.watched_s / self.working_s if self.working_s else 0.0


@dataclass(frozen=True, eq=False)
class _Steps:
    """What each interval between two fixes (n - 1,) proves: seconds of its length, low, expected, high; a class and p."""

    seconds: Float64
    low: Float64
    expected: Float64
    high: Float64
    kind: npt.NDArray[np.int8]
    p: Float64
    gap: npt.NDArray[np.bool_]
    shallow: npt.NDArray[np.bool_]

    def believed(self, end: int) -> bool:
        """Tell whether the first (0) or last (-1) fix agrees with the one beside it: if not, nothing follows from it."""
        return not len(self.kind) or int(self.kind[end]) not in (TOO_FAST, DISPUTED)


KINDS = (
    (State.IN, Why.INSIDE),
    (State.OUT, Why.OUTSIDE),
    (State.BORDER, Why.NEAR_BORDER),
    (State.BORDER, Why.CROSSING),
    (State.UNKNOWN, Why.GAP),
    (State.UNKNOWN, Why.TOO_FAST),
    (State.UNKNOWN, Why.DISPUTED),
)
INSIDE, OUTSIDE, NEAR, CROSSING, UNWATCHED, TOO_FAST, DISPUTED = range(7)
NO_RIVALS = np.empty(0, np.int64)
SHARE_STILL = np.array([0.08, 0.5, 0.92])  # by how many of both ends are inside; for display only (patrol.md B.8)
SHARE_MOVED = np.array([0.2, 0.5, 0.8])
STILL_M = 60.0
STILL_SIGMAS = 1.5


def presence(
    time_ms: Int64,
    distance_m: Float64,
    xy: Float64,
    sigma: Float64,
    parts: Sequence[Window],
    policy: PresencePolicy,
    rivals_ms: Int64 = NO_RIVALS,
) -> Presence:
    """Return the time in the grid within the working time ``parts``.

    Parameters
    ----------
    time_ms : (n,) UTC ms, strictly increasing
    distance_m : (n,) signed distance to the border, positive inside
    xy : (n, 2) metres in the plane
    sigma : (n,) metres, one standard deviation
    parts : working time, in order, not overlapping
    policy : the numbers
    rivals_ms : (r,) UTC ms, increasing: removed fixes that together tell a second story (`cleaning.Fixes`)

    Time before the first and after the last fix counts in ``high_s``, never in ``low_s``.
    """
    interval = client_interval_s(time_ms)
    steps = _steps(time_ms, distance_m, xy, sigma, interval, policy, rivals_ms)
    spans: list[Span] = []
    fixes = inside = 0
    for part in parts:
        here = (time_ms >= part.start_ms) & (time_ms <= part.end_ms)
        fixes += int(here.sum())
        inside += int((here & (distance_m > policy.k * sigma)).sum())
        spans += _spans(part, time_ms, distance_m, sigma, steps, policy)
    watched = [span for span in spans if not span.gap]
    near = sum(span.seconds for span in spans if span.state is State.BORDER)
    shallow = [span for span in spans if span.shallow]
    feigned = _feigned_s(near, policy)
    low = sum(span.low_s for span in spans) - min(feigned, sum(span.low_s for span in shallow))
    high = sum(span.high_s for span in spans) + min(feigned, sum(span.seconds - span.high_s for span in shallow))
    return Presence(
        low_s=low,
        value_s=min(max(sum(span.expected_s for span in spans), low), high),
        high_s=high,
        watched_s=sum(span.seconds for span in watched),
        working_s=sum(part.seconds for part in parts),
        fixes=fixes,
        fixes_inside=inside,
        interval_s=interval,
        spans=tuple(spans),
    )


def client_interval_s(time_ms: Int64) -> float:
    """Return the usual step between fixes in seconds (the median), 0 for fewer than two fixes."""
    return float(np.median(np.diff(time_ms))) / 1000.0 if len(time_ms) > 1 else 0.0


def _feigned_s(near_s: float, policy: PresencePolicy) -> float:
    """Return how many seconds of ``near_s`` at the border its errors may show surely on one side: their mean and k deviations.

    Source: correlated Bernoulli trials, patrol.md B.8 (variance 4 x correlation time x p x time).
    """
    mean = 0.5 * math.erfc(policy.k / math.sqrt(2.0)) * near_s
    return mean + policy.k * math.sqrt(4.0 * policy.error_s * mean)


def _contradicted(time_ms: Int64, too_fast: Bools, rivals_ms: Int64, policy: PresencePolicy) -> Bools:
    """Return which intervals (n - 1,) are in dispute: next to a jump, or within ``gap_s`` of a fix of a second story."""
    beside = too_fast.copy()
    beside[1:] |= too_fast[:-1]
    beside[:-1] |= too_fast[1:]
    margin = round(policy.gap_s * 1000)
    before = np.searchsorted(rivals_ms, time_ms[:-1] - margin, "right")
    return beside | (before < np.searchsorted(rivals_ms, time_ms[1:] + margin, "left"))


def _steps(
    time_ms: Int64,
    d: Float64,
    xy: Float64,
    sigma: Float64,
    interval_s: float,
    policy: PresencePolicy,
    rivals_ms: Int64,
) -> _Steps:
    dt = np.diff(time_ms) / 1000.0
    da, db, sa, sb = d[:-1], d[1:], sigma[:-1], sigma[1:]
    slack = policy.k * np.hypot(sa, sb)
    moved = np.hypot(*np.diff(xy, axis=0).T) if len(dt) else dt
    too_fast = moved > policy.v_max * np.maximum(dt, 1.0) + slack
    open_ = _contradicted(time_ms, too_fast, rivals_ms, policy)
    watched_s = min(max(policy.short_s, policy.short_intervals * interval_s), policy.short_cap_s)
    watched = dt <= watched_s
    both_in, both_out = (da > 0) & (db > 0), (da <= 0) & (db <= 0)
    sure_in = (da > policy.k * sa) & (db > policy.k * sb)
    sure_out = (da < -policy.k * sa) & (db < -policy.k * sb)

    reach_in = np.maximum(0.0, np.maximum(da, 0) + np.maximum(db, 0) - slack) / policy.v_max
    reach_out = np.maximum(0.0, np.maximum(-da, 0) + np.maximum(-db, 0) - slack) / policy.v_max
    low = np.where(open_, 0.0, np.minimum(dt, reach_in))
    low = np.where(watched & sure_in & ~open_, dt, low)
    high = np.where(open_, dt, np.maximum(0.0, dt - reach_out))
    high = np.maximum(high, low)

    p = (_normal(da / sa) + _normal(db / sb)) / 2
    still = moved < np.maximum(STILL_M, STILL_SIGMAS * (sa + sb))
    ends = (da > 0).astype(np.int64) + (db > 0)
    share = np.where(still, SHARE_STILL[ends], SHARE_MOVED[ends])
    p = np.where(watched & ~open_, p, share)
    kind = np.select(
        [too_fast, open_, ~watched, sure_in, sure_out, both_in | both_out],
        [TOO_FAST, DISPUTED, UNWATCHED, INSIDE, OUTSIDE, NEAR],
        CROSSING,
    )
    gap = dt > max(policy.gap_s, policy.gap_intervals * min(interval_s, policy.short_cap_s))
    shallow = watched & (np.minimum(np.abs(da) / sa, np.abs(db) / sb) < policy.shallow)
    return _Steps(dt, low, np.clip(p * dt, low, high), high, kind.astype(np.int8), p, gap, shallow)


def _normal(z: Float64) -> Float64:
    return np.array([0.5 * math.erfc(-value / math.sqrt(2.0)) for value in z.tolist()])


def _spans(
    part: Window, time_ms: Int64, d: Float64, sigma: Float64, steps: _Steps, policy: PresencePolicy
) -> list[Span]:
    """Return the stretches of one part of working time, in order."""
    if not len(time_ms):
        return [_open(part.start_ms, part.end_ms, part.seconds, Why.NO_FIX)]
    spans: list[Span] = []
    first, last = int(time_ms[0]), int(time_ms[-1])
    if part.start_ms < first:
        end = min(first, part.end_ms)
        reach = _reach_s(d[0], sigma[0], policy) if steps.believed(0) else 0.0
        free = (first - part.start_ms) / 1000.0 - reach
        spans.append(_open(part.start_ms, end, free, Why.BEFORE))
    low = int(np.searchsorted(time_ms, part.start_ms, "right")) - 1
    high = int(np.searchsorted(time_ms, part.end_ms, "left"))
    for i in range(max(low, 0), min(high, len(time_ms) - 1)):
        spans.append(_clipped(part, int(time_ms[i]), int(time_ms[i + 1]), steps, i))
    if part.end_ms > last:
        start = max(last, part.start_ms)
        reach = _reach_s(d[-1], sigma[-1], policy) if steps.believed(-1) else 0.0
        free = (part.end_ms - last) / 1000.0 - reach
        spans.append(_open(start, part.end_ms, free, Why.AFTER))
    return [span for span in spans if span.end_ms > span.start_ms]


def _clipped(part: Window, start_ms: int, end_ms: int, steps: _Steps, i: int) -> Span:
    """Return interval ``i`` cut to working time: what was proved for all of it may lie in what was cut off."""
    start, end = max(start_ms, part.start_ms), min(end_ms, part.end_ms)
    here = (end - start) / 1000.0
    cut = max(0.0, float(steps.seconds[i]) - here)
    low = max(0.0, float(steps.low[i]) - cut)
    high = min(here, float(steps.high[i]))
    expected = min(max(float(steps.p[i]) * here, low), high)
    state, why = KINDS[int(steps.kind[i])]
    return Span(
        start, end, state, float(steps.p[i]), why, low, high, expected, bool(steps.gap[i]), bool(steps.shallow[i])
    )


def _open(start_ms: int, end_ms: int, free_s: float, why: Why) -> Span:
    """Return a stretch before the first or after the last fix: nothing is proved, ``free_s`` at most is possible."""
    here = (end_ms - start_ms) / 1000.0
    high = min(max(0.0, free_s), here)
    return Span(start_ms, end_ms, State.UNKNOWN, 0.0, why, 0.0, high, 0.0, gap=True)


def _reach_s(distance_m: float, sigma: float, policy: PresencePolicy) -> float:
    """Return how long it takes at least from this fix into the grid; 0 inside."""
    return max(0.0, -distance_m - policy.k * sigma) / policy.v_max
