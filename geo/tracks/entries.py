"""Entries into a grid: counted with hysteresis, since fixes that jitter over a border are no crossings.

Source: patrol.md B.7, events.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled
from geo.tracks.track import Float64

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class EntryPolicy:
    """A side holds once a fix lies ``margin_m`` or ``sigmas`` deviations beyond the border; it counts if it lasts ``dwell_s``."""

    margin_m: float = 8.0
    sigmas: float = 2.0
    dwell_s: float = 60.0


def entries(seconds: Float64, d: Float64, sigma: Float64, policy: EntryPolicy) -> int:
    """Return how often a grid was entered.

    Parameters
    ----------
    seconds : (n,) increasing
    d : (n,) metres, signed distance to the border, positive inside
    sigma : (n,) metres, one standard deviation
    policy : the numbers
    """
    margin = np.maximum(policy.margin_m, policy.sigmas * sigma)
    return _count(seconds, d > margin, d < -margin, policy.dwell_s)


@compiled
def _count(seconds: Float64, inside: Bools, outside: Bools, dwell_s: float) -> int:
    state, since, found = 0, 0.0, 0
    counted = 0
    for i in range(len(seconds)):
        side = 1 if inside[i] else -1 if outside[i] else state
        if side != state:
            state, since = side, seconds[i]
        if state != counted and seconds[i] - since >= dwell_s:
            if state == 1 and counted == -1:
                found += 1
            counted = state
    return found
