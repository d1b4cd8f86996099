"""Is a place somebody stayed at inside? All fixes of the place together answer: their mean is far surer than any of them.

The error of a mean falls with the time stayed, for errors that hang together over tau like ``sigma sqrt(2 tau / T)``; a share of
it never averages out (walls, the receiver itself). Fixes that scatter more than their reported accuracy allows mean movement, or
an accuracy that is not to be believed: the surplus counts in full.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.tracks import distance, nearness
from geo.tracks.track import Float64, Int64

LONG_TAUS: Final = 10.0  # from so many correlation times on a place shows how far fixes scatter


@dataclass(frozen=True, slots=True)
class SpotPolicy:
    """``tau_s`` correlation time of errors; ``lasting`` share of an error that no time averages out; ``pin_sigmas`` as elsewhere.

    ``member_sigmas`` deviations from the centre of a place beyond which a fix was not taken there.
    """

    tau_s: float = 60.0
    lasting: float = 0.2
    pin_sigmas: float = 5.0
    member_sigmas: float = 3.5


@dataclass(frozen=True, slots=True)
class Shown:
    """By which factor the variance of fixes is that which they report, as seen in so many seconds at places; 1 if in none."""

    factor: float
    seconds: float


@dataclass(frozen=True, eq=False)
class Spots:
    """Of each place (k,): the probability of being inside, and which share of the variance behind it no time averages out.

    ``shown``: what long stays show of the receiver.
    """

    p: Float64
    lasting: Float64
    shown: Shown


def inside_at(
    edges: Float64, xy: Float64, sigma: Float64, weight_s: Float64, place: Int64, policy: SpotPolicy
) -> Spots:
    """Return what all fixes of each place say together.

    Parameters
    ----------
    edges : (m, 4) of `geo.tracks.distance.edges_of`
    xy : (n, 2) metres
    sigma : (n,) metres, one standard deviation of each fix
    weight_s : (n,) seconds each fix stands for
    place : (n,) number of the place, -1 on the way
    policy : the numbers
    """
    here = place >= 0
    at, weight, count = place[here], weight_s[here], int(place.max(initial=-1)) + 1
    stayed = np.maximum(np.bincount(at, weight, count), 1e-3)
    mean = lambda values: np.bincount(at, weight * values, count) / stayed  # noqa: E731 - a short name for one call
    x, y = xy[here, 0], xy[here, 1]
    centre = np.column_stack([mean(x), mean(y)])
    own = mean(sigma[here] ** 2)
    scatter = mean((x - centre[at, 0]) ** 2 + (y - centre[at, 1]) ** 2)
    moved = np.maximum(0.0, scatter - 2.0 * own)
    passing, lasting = own * np.minimum(1.0, 2.0 * policy.tau_s / stayed), own * policy.lasting**2 + moved
    error = np.sqrt(passing + lasting)
    d = distance.signed_distance(edges, centre)
    p = nearness.inside_alone(edges, centre, d, error, np.abs(d) > policy.pin_sigmas * error)
    share = np.divide(lasting, error**2, out=np.ones(count), where=error > 0.0)
    return Spots(p, share, _shown(stayed, scatter, own, policy.tau_s))


def _shown(stayed: Float64, scatter: Float64, own: Float64, tau_s: float) -> Shown:
    """Return what the long stays show; in the mean of a stay a part of the errors is gone."""
    long = stayed >= LONG_TAUS * tau_s
    if not long.any():
        return Shown(1.0, 0.0)
    seconds = float(stayed[long].sum())
    said = float((stayed * 2.0 * own * (1.0 - 2.0 * tau_s / stayed))[long].sum())
    return Shown(float((stayed * scatter)[long].sum()) / said, seconds)
