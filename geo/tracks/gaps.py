"""Time between two fixes that nobody watched: what a person can have done in it, at most and at least.

Between two fixes a person may have gone as far as the top speed allows (a space-time prism). The signed distance d to
the border changes no faster than the person moves, so with slack for the error of both fixes:

- both inside: out and back again takes at least (da + db - slack) / v seconds of being inside;
- both outside: in and back takes at least (|da| + |db| - slack) / v seconds of being outside;
- one of each: each side takes at least its own distance.

Source: patrol.md B.8 in the form of architecture.md section 6.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled
from geo.tracks.track import Float64, Int64

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class GapPolicy:
    """Numbers of the time nobody watched.

    ``v_max`` m/s as in cleaning; ``k`` standard deviations of slack; an interval up to max(``short_s``, ``short_intervals`` x the
    client's own interval), at most ``short_cap_s``, counts as watched; beyond max(``gap_s``, ``gap_intervals`` x the client's) it
    is called a gap. ``gap_s`` is also how long before and after a fix of a second story the first one is in dispute.
    """

    v_max: float
    k: float = 2.0
    short_s: float = 30.0
    short_intervals: float = 3.0
    short_cap_s: float = 120.0
    gap_s: float = 300.0
    gap_intervals: float = 5.0


@dataclass(frozen=True, eq=False)
class Steps:
    """The intervals between fixes, (n - 1,) each: seconds; whether watched; called a gap; beyond the top speed; in dispute.

    ``low`` and ``high`` are the seconds inside that a person who was free to move can have spent at least and at most. An
    interval in dispute, next to a jump or beside a second story, counts for neither.
    """

    seconds: Float64
    watched: Bools
    gap: Bools
    too_fast: Bools
    disputed: Bools
    low: Float64
    high: Float64


def steps_of(time_ms: Int64, d: Float64, xy: Float64, sigma: Float64, rivals_ms: Int64, policy: GapPolicy) -> Steps:
    """Return what the intervals between fixes leave open.

    Parameters
    ----------
    time_ms : (n,) UTC ms, strictly increasing
    d : (n,) metres, signed distance to the border, positive inside
    xy : (n, 2) metres
    sigma : (n,) metres, one standard deviation
    rivals_ms : (r,) UTC ms, increasing: removed fixes that together tell a second story (`cleaning.Fixes`)
    policy : the numbers
    """
    dt = np.diff(time_ms) / 1000.0
    own = own_interval(dt)
    da, db = d[:-1], d[1:]
    slack = policy.k * np.hypot(sigma[:-1], sigma[1:])
    moved = np.hypot(np.diff(xy[:, 0]), np.diff(xy[:, 1]))
    too_fast = moved > policy.v_max * np.maximum(dt, 1.0) + slack
    disputed = _contradicted(time_ms, too_fast, rivals_ms, policy)
    watched = dt <= np.minimum(np.maximum(policy.short_s, policy.short_intervals * own), policy.short_cap_s)
    stays_in = np.maximum(0.0, np.maximum(da, 0) + np.maximum(db, 0) - slack) / policy.v_max
    stays_out = np.maximum(0.0, np.maximum(-da, 0) + np.maximum(-db, 0) - slack) / policy.v_max
    low = np.where(disputed, 0.0, np.minimum(dt, stays_in))
    high = np.maximum(np.where(disputed, dt, np.maximum(0.0, dt - stays_out)), low)
    gap = dt > np.maximum(policy.gap_s, policy.gap_intervals * np.minimum(own, policy.short_cap_s))
    return Steps(dt, watched & ~disputed, gap, too_fast, disputed, low, high)


def _contradicted(time_ms: Int64, too_fast: Bools, rivals_ms: Int64, policy: GapPolicy) -> Bools:
    """Return which intervals (n - 1,) are in dispute: a jump, next to one, or within ``gap_s`` of a fix of a second story."""
    beside = too_fast.copy()
    beside[1:] |= too_fast[:-1]
    beside[:-1] |= too_fast[1:]
    margin = round(policy.gap_s * 1000)
    before = np.searchsorted(rivals_ms, time_ms[:-1] - margin, "right")
    return beside | (before < np.searchsorted(rivals_ms, time_ms[1:] + margin, "left"))


@compiled
def own_interval(dt: Float64) -> Float64:
    """Return the client's own interval around each step (m,): the larger median of the three steps before and after it.

    A phone at rest reports once a minute instead of every five seconds: what is usual is what it does around that time. A single
    long step is never its own measure. Steps near an end go by the side they have.
    """
    m = len(dt)
    own = np.empty(m)
    for i in range(m):
        best = 0.0
        for first in (i - 3, i + 1):
            if first >= 0 and first + 3 <= m:
                a, b, c = dt[first], dt[first + 1], dt[first + 2]
                best = max(best, max(min(a, b), min(max(a, b), c)))
        own[i] = best if best > 0.0 else np.median(dt)
    return own
