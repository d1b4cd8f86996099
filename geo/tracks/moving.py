"""Is somebody on the move? Told by how far the fixes of the same minute lie apart, against how far errors alone would carry them.

Fixes wander around somebody who stands, by several metres in seconds, so no speed from fix to fix tells a walk from a stay.
Errors that hang together over tau put two fixes W seconds apart by a variance of ``2 sigma^2 (1 - exp(-W / tau))`` along each
axis; a walk adds its pace times W in some direction. The two are weighed against each other at every fix, and all fixes together
decide (two states).

Source: distribution of the length of a vector with normal errors, without and with a middle (Rayleigh and Rice); Rabiner 1989;
Bessel function after Abramowitz and Stegun 9.8.1 and 9.8.2.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from geo.partition.compiled import compiled
from geo.tracks.track import Float64

NEIGHBOURS: Final = 3  # fixes on each side whose reported accuracies speak for one: errors do not jump as reports do
MOST: Final = 30.0  # log-odds beyond which nothing becomes surer


@dataclass(frozen=True, slots=True)
class MovingPolicy:
    """Numbers of the move.

    Fixes up to ``around_s`` before and after are looked at, no more than ``step_s`` apart; ``pace_mps`` of a walk; ``tau_s``
    correlation time of errors, ``jitter_m`` besides from fix to fix; ``switch_s`` mean time between two changes.
    """

    around_s: float = 25.0
    step_s: float = 15.0
    pace_mps: float = 1.25
    tau_s: float = 60.0
    jitter_m: float = 1.5
    switch_s: float = 300.0


def steadied(sigma: Float64) -> Float64:
    """Return the usual deviation (n,) of the fixes around each."""
    if not len(sigma):
        return sigma
    usual: Float64 = np.median(sliding_window_view(np.pad(sigma, NEIGHBOURS, "edge"), 2 * NEIGHBOURS + 1), axis=1)
    return usual


def moving_probability(seconds: Float64, xy: Float64, sigma: Float64, policy: MovingPolicy) -> Float64:
    """Return how likely (n,) somebody is on the move at each fix.

    Parameters
    ----------
    seconds : (n,) strictly increasing
    xy : (n, 2) metres
    sigma : (n,) metres, one standard deviation along an axis, `steadied`
    policy : the numbers
    """
    odds = _evidence(
        seconds,
        np.ascontiguousarray(xy),
        sigma,
        policy.around_s,
        policy.step_s,
        policy.pace_mps,
        policy.tau_s,
        policy.jitter_m,
    )
    return _together(seconds, odds, policy.switch_s)


@compiled
def _log_bessel(x: float) -> float:
    """Return the logarithm of the modified Bessel function I0."""
    if x < 3.75:
        t = (x / 3.75) ** 2
        small = 0.2659732 + t * (0.0360768 + t * 0.0045813)
        return math.log(1.0 + t * (3.5156229 + t * (3.0899424 + t * (1.2067492 + t * small))))
    t = 3.75 / x
    small = 0.00916281 + t * (-0.02057706 + t * (0.02635537 + t * (-0.01647633 + t * 0.00392377)))
    rest = 0.39894228 + t * (0.01328592 + t * (0.00225319 + t * (-0.00157565 + t * small)))
    return x - 0.5 * math.log(x) + math.log(rest)


@compiled
def _evidence(
    seconds: Float64,
    xy: Float64,
    sigma: Float64,
    around_s: float,
    step_s: float,
    pace: float,
    tau_s: float,
    jitter_m: float,
) -> Float64:
    """Return the log-odds (n,) of moving that each fix adds: its share of what the fixes around it say."""
    n = len(seconds)
    odds = np.zeros(n)
    first, last, unbroken = 0, 0, 0
    for i in range(n):
        if i > 0 and seconds[i] - seconds[i - 1] > step_s:
            unbroken = i
        first = max(first, unbroken)
        while seconds[i] - seconds[first] > around_s:
            first += 1
        last = max(last, i)
        while (
            last + 1 < n and seconds[last + 1] - seconds[i] <= around_s and seconds[last + 1] - seconds[last] <= step_s
        ):
            last += 1
        apart_s = seconds[last] - seconds[first]
        if apart_s <= 0.0:
            continue
        alike = math.exp(-apart_s / tau_s)
        error = sigma[first] ** 2 + sigma[last] ** 2 - 2.0 * alike * sigma[first] * sigma[last]
        error = max(error, 0.0) + jitter_m * jitter_m
        way = pace * apart_s
        away = math.hypot(xy[last, 0] - xy[first, 0], xy[last, 1] - xy[first, 1])
        since = seconds[i] - seconds[i - 1] if i > unbroken else step_s
        share = min(1.0, since / apart_s)
        odds[i] = share * (_log_bessel(away * way / error) - way * way / (2.0 * error))
    return odds


@compiled
def _logit(p: float) -> float:
    return math.log(p / (1.0 - p))


@compiled
def _sigmoid(odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-min(MOST, max(-MOST, odds))))


@compiled
def _together(seconds: Float64, odds: Float64, switch_s: float) -> Float64:
    """Return the probability (n,) given all fixes: forward, then backward."""
    n = len(seconds)
    forward, out = np.empty(n), np.empty(n)
    p = 0.5
    for i in range(n):
        if i > 0:
            p += 0.5 * (1.0 - math.exp(-2.0 * (seconds[i] - seconds[i - 1]) / switch_s)) * (1.0 - 2.0 * p)
        p = _sigmoid(_logit(p) + odds[i])
        forward[i] = p
    back = 0.0
    for i in range(n - 1, -1, -1):
        out[i] = _sigmoid(_logit(forward[i]) + back)
        if i > 0:
            p = _sigmoid(back + odds[i])
            p += 0.5 * (1.0 - math.exp(-2.0 * (seconds[i] - seconds[i - 1]) / switch_s)) * (1.0 - 2.0 * p)
            back = _logit(p)
    return out
