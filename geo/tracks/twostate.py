"""The probability of being in the grid at each fix, from all fixes together: two states, errors that hang together in time.

Errors of a receiver stay alike for about a minute, so fixes five seconds apart are not independent witnesses: each speaks only
with the share ``min(1, dt / 2 tau)`` of its weight. Without that the bounds are too narrow and an office near the border is
misjudged (patrol.md B.7).
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled
from geo.tracks.track import Float64, Int64

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class StatePolicy:
    """Numbers of the two-state model.

    ``tau_s`` correlation time of the errors; ``switch_s`` mean time between two crossings of the border; ``pin_sigmas`` standard
    deviations from the border beyond which a fix is sure by itself.
    """

    tau_s: float = 60.0
    switch_s: float = 300.0
    pin_sigmas: float = 5.0


def inside_probability(time_ms: Int64, p: Float64, sure: Bools, broken: Bools, policy: StatePolicy) -> Float64:
    """Return the probability (n,) of being inside at each fix, given all fixes.

    Parameters
    ----------
    time_ms : (n,) UTC ms, strictly increasing
    p : (n,) probability of each fix by itself
    sure : (n,) fixes that are sure by themselves: inside if p > 0.5, else outside
    broken : (n - 1,) steps over which nothing follows from one fix for the next
    policy : the numbers

    Source: forward-backward on a two-state chain; Rabiner 1989.
    """
    seconds = time_ms / 1000.0
    return _smoothed(seconds, p, sure, broken, policy.tau_s, policy.switch_s)


@compiled
def _smoothed(seconds: Float64, p: Float64, sure: Bools, broken: Bools, tau_s: float, switch_s: float) -> Float64:
    n = len(seconds)
    forward = np.empty(n)
    weight_in = np.empty(n)
    weight_out = np.empty(n)
    for i in range(n):
        if sure[i]:
            weight_in[i] = 1.0 if p[i] > 0.5 else 0.0
            weight_out[i] = 1.0 - weight_in[i]
        else:
            before = seconds[i] - seconds[i - 1] if i > 0 else 2.0 * tau_s
            after = seconds[i + 1] - seconds[i] if i + 1 < n else 2.0 * tau_s
            share = min(1.0, min(before, after) / (2.0 * tau_s))
            weight_in[i] = p[i] ** share
            weight_out[i] = (1.0 - p[i]) ** share
        moved = 0.5
        if i > 0 and not broken[i - 1]:
            switch = 0.5 * (1.0 - math.exp(-2.0 * (seconds[i] - seconds[i - 1]) / switch_s))
            moved = forward[i - 1] + switch * (1.0 - 2.0 * forward[i - 1])
        total = moved * weight_in[i] + (1.0 - moved) * weight_out[i]
        forward[i] = moved * weight_in[i] / total if total > 0.0 else weight_in[i]
    out = np.empty(n)
    back_in, back_out = 0.5, 0.5
    for i in range(n - 1, -1, -1):
        total = forward[i] * back_in + (1.0 - forward[i]) * back_out
        out[i] = forward[i] * back_in / total if total > 0.0 else forward[i]
        if i > 0:
            if broken[i - 1]:
                back_in, back_out = 0.5, 0.5
                continue
            switch = 0.5 * (1.0 - math.exp(-2.0 * (seconds[i] - seconds[i - 1]) / switch_s))
            see_in, see_out = weight_in[i] * back_in, weight_out[i] * back_out
            back_in = (1.0 - switch) * see_in + switch * see_out
            back_out = switch * see_in + (1.0 - switch) * see_out
            scale = back_in + back_out
            back_in, back_out = back_in / scale, back_out / scale
    return out
