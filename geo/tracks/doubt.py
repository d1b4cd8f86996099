"""How far watched time near the border may be off: errors hang together for a minute, and one place has one answer.

On the way, the errors of a minute say nothing of the next: the variance of the time inside is ``4 tau sum(q (1 - q) dt)``.
Who stays at one place is inside all of that time or none of it, so all time at a place stands or falls together: the variance
is ``m (1 - m) T^2``, m the probability there (``spots.py``). So does a long walk along the border, on one side of it or the
other: there m is the mean of what the fixes say one by one, since neighbours say the same again. Walks that are proved to sway
over the border (``sway.py``) are doubtful minute by minute, and by what errors common to all of them can move.

What averages out at one place says nothing of another, so those doubts add up as variances; what lasts (a share of the error, and
pottering about) and walks that nothing proves to sway may err alike, so those add up as they are.

Source: correlated Bernoulli trials; patrol.md B.8, with the places added.
"""

import math
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


@dataclass(frozen=True, eq=False)
class Watched:
    """Watched pieces of time (n,).

    ``seconds`` how long each is; ``p`` probability of being inside; ``lone`` the same by the fixes themselves, not by their
    neighbours too, at a place by all fixes there; ``near``: its fixes are not sure by themselves, and on the way only these bear
    the doubt; ``together`` number of the place, or of the long walk along the border, -1 elsewhere on the way; ``walking``: it is
    of such a walk; ``lasting`` which share of the variance at its place is of errors that last.
    """

    seconds: Float64
    p: Float64
    lone: Float64
    near: Bools
    together: Int64
    walking: Bools
    lasting: Float64


def bounds(watched: Watched, common: float, policy: DoubtPolicy) -> tuple[Float64, Float64]:
    """Return the least and the most seconds inside (n,) that watched pieces of time can be claimed for.

    Parameters
    ----------
    watched : the pieces
    common : of `geo.tracks.sway.common_doubt`, a share of the time of all walks along the border; infinite if no sway is proved
    policy : the numbers
    """
    seconds, p = watched.seconds, watched.p
    group, groups = watched.together + 1, int(watched.together.max(initial=-1)) + 2
    bears = watched.near | (watched.together >= 0)
    add = lambda values: np.bincount(group, values * bears, groups).astype(np.float64)  # noqa: E731 - a short name
    total, inside = add(seconds), add(seconds * p)
    allowed = policy.z * _deviations(watched, group, total, add(seconds * watched.lone), common, policy.tau_s)
    allowed[0] += min(policy.slack_s, total[0])
    taken = _share(allowed, inside)[group] * bears
    given = _share(allowed, total - inside)[group] * bears
    expected = seconds * p
    low = np.where(bears | (p > 0.5), expected * (1.0 - taken), 0.0)
    high = np.where(bears | (p <= 0.5), seconds - (seconds - expected) * (1.0 - given), seconds)
    return low, high


def _deviations(watched: Watched, group: Int64, total: Float64, alike: Float64, common: float, tau_s: float) -> Float64:
    """Return one standard deviation (g,) of each group, the way first, scaled so that their sum is that of all together."""
    mean = np.divide(alike, total, out=np.zeros(len(total)), where=total > 0)
    alone = np.sqrt(mean * (1.0 - mean)) * total
    by_minutes = 4.0 * tau_s * watched.seconds * watched.p * (1.0 - watched.p)
    alone[0] = math.sqrt(float(by_minutes[group == 0].sum()))
    one_by_one = float(alone.sum())
    if not math.isfinite(common) or one_by_one <= 0.0:
        return alone
    walks = np.bincount(group, watched.walking, len(total)) > 0
    places = ~walks
    places[0] = False
    lasting = np.zeros(len(total))
    lasting[group] = watched.lasting
    variance = (
        alone[0] ** 2
        + float(by_minutes[watched.walking].sum())
        + float(((1.0 - lasting) * alone**2)[places].sum())
        + (float((np.sqrt(lasting) * alone)[places].sum()) + common * float(total[walks].sum())) ** 2
    )
    return alone * min(1.0, math.sqrt(variance) / one_by_one)


def _share(allowed: Float64, claimed: Float64) -> Float64:
    """Return which share (g,) of what is claimed must be given up."""
    return np.minimum(1.0, np.divide(allowed, claimed, out=np.zeros(len(claimed)), where=claimed > 0.0))
