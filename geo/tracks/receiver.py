"""Is the accuracy a receiver reports to be believed? Where somebody stayed, its fixes show how far they really scatter."""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from geo.partition.compiled import compiled
from geo.tracks.cleaning import Fixes
from geo.tracks.stays import StayPolicy, stays
from geo.tracks.track import Float64, Int64

NORMAL_MEDIAN: Final = (2.0 * math.log(2.0)) ** 0.5
MANY_SIGMAS: Final = 6.0  # so that stays are found at all if errors are twice as large as reported


@dataclass(frozen=True, slots=True)
class ReceiverPolicy:
    """``tolerated``: factor up to which more scatter than reported is chance; ``most``: the largest one that is applied.

    ``quantile`` of the stays that must show it: who potters about scatters too, but not at every place.
    """

    tolerated: float = 1.25
    most: float = 4.0
    quantile: float = 0.25
    break_s: float = 300.0


def believed(fixes: Fixes, policy: ReceiverPolicy, staying: StayPolicy) -> tuple[Fixes, float]:
    """Return the fixes with errors as large as they show at the places stayed at, and the factor; 1 if they are as reported."""
    factor = _surplus(fixes, policy, staying)
    if factor <= policy.tolerated:
        return fixes, 1.0
    factor = min(factor, policy.most)
    return replace(fixes, sigma=fixes.sigma * factor), factor


def _surplus(fixes: Fixes, policy: ReceiverPolicy, staying: StayPolicy) -> float:
    seconds = fixes.time_ms / 1000.0
    broken = np.diff(seconds) > policy.break_s
    found = stays(seconds, fixes.xy, fixes.sigma, broken, replace(staying, sigmas=MANY_SIGMAS))
    shown = _scatters(fixes.xy, fixes.sigma, found.first, found.last)
    return float(np.quantile(shown, policy.quantile)) if len(shown) else 1.0


@compiled
def _scatters(xy: Float64, sigma: Float64, first: Int64, last: Int64) -> Float64:
    """Return how many deviations (s,) the fixes of each stay lie from its middle.

    It is the median, against that of a normal error in two dimensions.
    """
    out = np.empty(len(first))
    for k in range(len(first)):
        a, b = first[k], last[k] + 1
        x, y = np.median(xy[a:b, 0]), np.median(xy[a:b, 1])
        out[k] = np.median(np.hypot(xy[a:b, 0] - x, xy[a:b, 1] - y) / sigma[a:b]) / NORMAL_MEDIAN
    return out
