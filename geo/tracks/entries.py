"""Entries into a grid: one is counted where a side is sure and holds, since fixes that jitter over a border are no crossings.

A margin in metres or deviations is overrun by chance now and then, if a border is walked along for hours; the probability from
all fixes together (``twostate.py``) hardly ever is, since neighbours that say the same again count as one.

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
    """A side is ``sure`` by its probability, or in truth ``margin_m`` beyond the border; it counts if it lasts ``dwell_s``."""

    sure: float = 0.95
    margin_m: float = 8.0
    dwell_s: float = 60.0


def entries(seconds: Float64, p: Float64, policy: EntryPolicy) -> int:
    """Return how often a grid was entered.

    Parameters
    ----------
    seconds : (n,) increasing
    p : (n,) probability of being inside, of `geo.tracks.twostate.inside_probability`
    policy : the numbers
    """
    return _count(seconds, p > policy.sure, p < 1.0 - policy.sure, policy.dwell_s)


def entered(seconds: Float64, d: Float64, policy: EntryPolicy) -> int:
    """Return how often a grid was truly entered, from true places: ``d`` (n,) metres, signed distance to the border."""
    return _count(seconds, d > policy.margin_m, d < -policy.margin_m, policy.dwell_s)


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
