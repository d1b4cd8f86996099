"""F3 and F4: the same walk on two days, or two phones on one walk.

A walk that is sent again under another day matches its first self, second by second, at one shift of time; people who walk the
same way every day do not, since nobody walks it at the same pace twice.

Source: patrol.md B.14.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled
from geo.tracks.signals.series import STEP_S, Series
from geo.tracks.track import Float64

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ReplayPolicy:
    """``lag_s``: shifts looked at to either side of the same time of day; ``near_m``: how near two places are the same."""

    lag_s: float = 7200.0
    near_m: float = 12.0


@dataclass(frozen=True, slots=True)
class TogetherPolicy:
    """``near_m``: how near two phones are together."""

    near_m: float = 25.0


def replayed_s(one: Series, other: Series, day_s: float, policy: ReplayPolicy) -> tuple[float, float]:
    """Return how many moving seconds of one track another repeats at its best shift of time, and that shift in seconds.

    Parameters
    ----------
    one, other : the tracks
    day_s : seconds from the day of the one to that of the other, around which shifts are looked for
    policy : the numbers
    """
    if not len(one.xy) or not len(other.xy):
        return 0.0, 0.0
    centre = one.first + round(day_s / STEP_S) - other.first
    most = round(policy.lag_s / STEP_S)
    steps, lag = _longest(one.xy, one.moving, other.xy, other.moving, centre, most, policy.near_m)
    return steps * STEP_S, day_s + lag * STEP_S


def together(one: Series, other: Series, policy: TogetherPolicy) -> tuple[float, float]:
    """Return the seconds in which at least one of two phones moves and both are known, and in how many of them both are near."""
    first = max(one.first, other.first)
    last = min(one.first + len(one.xy), other.first + len(other.xy))
    if first >= last:
        return 0.0, 0.0
    a, b = slice(first - one.first, last - one.first), slice(first - other.first, last - other.first)
    away = np.hypot(*(one.xy[a] - other.xy[b]).T)
    moving = (one.moving[a] | other.moving[b]) & np.isfinite(away)
    near = moving & (np.nan_to_num(away, nan=np.inf) <= policy.near_m)
    return float(moving.sum()) * STEP_S, float(near.sum()) * STEP_S


@compiled
def _longest(
    one: Float64,
    moving: Bools,
    other: Float64,
    other_moving: Bools,
    centre: int,
    most: int,
    near_m: float,
) -> tuple[int, int]:
    """Return the most moving steps that match at one lag, and the lag; of equal ones the smallest."""
    best, chosen = 0, 0
    for k in range(2 * most + 1):
        lag = (k + 1) // 2 if k % 2 else -(k // 2)
        shift = centre + lag
        found = 0
        for i in range(max(0, -shift), min(len(one), len(other) - shift)):
            if moving[i] and other_moving[i + shift]:
                x, y = one[i, 0] - other[i + shift, 0], one[i, 1] - other[i + shift, 1]
                if x * x + y * y <= near_m * near_m:
                    found += 1
        if found > best:
            best, chosen = found, lag
    return best, chosen
