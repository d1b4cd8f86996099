"""Is a place somebody stayed at inside? All fixes of the place together answer: their mean is far surer than any of them.

The error of a mean falls with the time stayed, for errors that hang together over tau like ``sigma sqrt(2 tau / T)``; a share of
it never averages out (walls, the receiver itself). Fixes that scatter more than their reported accuracy allows mean movement, or
an accuracy that is not to be believed: the surplus counts in full.
"""

from dataclasses import dataclass

import numpy as np

from geo.tracks import distance, nearness
from geo.tracks.track import Float64, Int64


@dataclass(frozen=True, slots=True)
class SpotPolicy:
    """``tau_s`` correlation time of errors; ``lasting`` share of an error that no time averages out; ``pin_sigmas`` as elsewhere.

    ``member_sigmas`` deviations from the centre of a place beyond which a fix was not taken there.
    """

    tau_s: float = 60.0
    lasting: float = 0.2
    pin_sigmas: float = 5.0
    member_sigmas: float = 3.5


def inside_at(
    edges: Float64, xy: Float64, sigma: Float64, weight_s: Float64, place: Int64, policy: SpotPolicy
) -> Float64:
    """Return the probability (k,) that each place is inside.

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
    error = np.sqrt(own * (np.minimum(1.0, 2.0 * policy.tau_s / stayed) + policy.lasting**2) + moved)
    d = distance.signed_distance(edges, centre)
    return nearness.inside_alone(edges, centre, d, error, np.abs(d) > policy.pin_sigmas * error)
