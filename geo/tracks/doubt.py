"""How far watched time near the border may be off: errors hang together for a minute, and one place has one answer.

On the way, the errors of a minute say nothing of the next: the variance of the time inside is ``4 tau sum(q (1 - q) dt)``.
Who stays at one place is inside all of that time or none of it, so all time at a place stands or falls together: the variance
is ``m (1 - m) T^2``, m the probability there (``spots.py``). So does a long walk along the border, on one side of it or the
other: there m is the mean of what the fixes say one by one, since neighbours say the same again. The doubts of places and
walks are added up, not averaged: they are too few.

Source: correlated Bernoulli trials; patrol.md B.8, with the places added.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.tracks.track import Float64, Int64

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class DoubtPolicy:
    """Numbers of the doubt.

    ``tau_s`` correlation time of the errors; ``z`` standard deviations allowed; ``slack_s`` besides, on the way, as far as
    time is in doubt.
    """

    tau_s: float = 60.0
    z: float = 1.645
    slack_s: float = 60.0


def bounds(
    seconds: Float64, p: Float64, lone: Float64, near: Bools, together: Int64, policy: DoubtPolicy
) -> tuple[Float64, Float64]:
    """Return the least and the most seconds inside (n,) that watched pieces of time can be claimed for.

    Parameters
    ----------
    seconds : (n,) how long each piece is
    p : (n,) probability of being inside
    lone : (n,) the same by the fixes themselves, not by their neighbours too; at a place, by all fixes there
    near : (n,) pieces whose fixes are not sure by themselves; on the way only these bear the doubt
    together : (n,) number of the place, or of the long walk along the border; -1 elsewhere on the way
    policy : the numbers
    """
    groups = int(together.max(initial=-1)) + 2
    bears = near | (together >= 0)
    group = together + 1
    total = np.bincount(group, seconds * bears, groups).astype(np.float64)
    inside = np.bincount(group, seconds * p * bears, groups).astype(np.float64)
    alike = np.bincount(group, seconds * lone * bears, groups)
    mean = np.divide(alike, total, out=np.zeros(groups), where=total > 0)
    variance = mean * (1.0 - mean) * total * total
    variance[0] = 4.0 * policy.tau_s * float((seconds * p * (1.0 - p))[group == 0].sum())
    allowed = policy.z * np.sqrt(variance)
    allowed[0] += min(policy.slack_s, total[0])
    taken = _share(allowed, inside)[group] * bears
    given = _share(allowed, total - inside)[group] * bears
    expected = seconds * p
    low = np.where(bears | (p > 0.5), expected * (1.0 - taken), 0.0)
    high = np.where(bears | (p <= 0.5), seconds - (seconds - expected) * (1.0 - given), seconds)
    return low, high


def _share(allowed: Float64, claimed: Float64) -> Float64:
    """Return which share (g,) of what is claimed must be given up."""
    return np.minimum(1.0, np.divide(allowed, claimed, out=np.zeros(len(claimed)), where=claimed > 0.0))
