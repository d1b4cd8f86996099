"""Does somebody walk to and fro over the border, or beside it? Told by how far fixes scatter, beyond what errors explain.

Who walks three metres beside the border is on one side of it all the time, and the fixes of an hour may still not say on which:
all that time stands or falls together. Who sways over it is inside for a share of the time, and an error that all fixes have in
common moves only that share: by as much as there is time within that error of the border.

Fixes that scatter no further than the errors of receivers prove no sway. How large those are, the places stayed at that day show;
where nobody stayed, they may be as much larger than reported as is still taken for chance.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.tracks.spots import Shown
from geo.tracks.track import Float64, Int64

DENSITY: Final = 1.0 / math.sqrt(2.0 * math.pi)  # of the normal distribution at its top


@dataclass(frozen=True, slots=True)
class SwayPolicy:
    """Numbers of the sway.

    ``tau_s`` correlation time of errors; ``lasting`` share of an error that no time averages out; ``z`` standard deviations by
    which the scatter of fixes must exceed that of errors; ``tolerated`` factor up to which receivers are worse than they say.
    """

    tau_s: float = 60.0
    lasting: float = 0.2
    z: float = 1.645
    tolerated: float = 1.25


def common_doubt(seconds: Float64, d: Float64, sigma: Float64, walk: Int64, shown: Shown, policy: SwayPolicy) -> float:
    """Return one standard deviation of the share of all walks along the border that errors common to them leave open.

    Infinite where no sway is proved: then the walks say nothing by their share.

    Parameters
    ----------
    seconds : (n,) how long each interval is
    d : (n,) metres, signed distance to the border in its middle
    sigma : (n,) metres, one standard deviation of its fixes
    walk : (n,) number of the walk along the border it belongs to, -1 elsewhere
    shown : what the places of the day show of the receiver
    policy : the numbers
    """
    here = walk >= 0
    if not here.any():
        return math.inf
    number, weight, away = np.unique(walk[here], return_inverse=True)[1], seconds[here], d[here]
    long = np.bincount(number, weight)
    total = float(long.sum())
    own_mean = np.bincount(number, weight * away) / long
    scatter = float((weight * (away - own_mean[number]) ** 2).sum()) / total
    error = float((weight * sigma[here] ** 2).sum()) / total
    averaged_out = float(np.minimum(1.0, 2.0 * policy.tau_s / long) @ long) / total  # of errors, in the mean of a walk
    by_chance = 1.0 + policy.z * math.sqrt(2.0 * policy.tau_s / total)
    sway = scatter - error * _worse(shown, policy) * by_chance * (1.0 - averaged_out)
    if sway <= 0.0:
        return math.inf
    shift = math.sqrt(error * (min(1.0, 2.0 * policy.tau_s / total) + policy.lasting**2))
    return DENSITY * shift / math.sqrt(sway)


def _worse(shown: Shown, policy: SwayPolicy) -> float:
    """Return by which factor the variance of errors may be larger than reported; never less than 1."""
    most = policy.tolerated**2
    if shown.seconds <= 0.0:
        return most
    return min(most, max(1.0, shown.factor * (1.0 + policy.z * math.sqrt(policy.tau_s / shown.seconds))))
