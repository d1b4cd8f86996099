"""Where somebody stayed: runs of fixes around an anchor, and which of them are one place.

One pass: a stay goes on while fixes lie within a radius of its first one, or within what the errors of both explain, and nothing
breaks them apart. Stays shortly after each other at one spot are joined; a slow walk, which no radius tells from a stay, is seen
by where it began and ended.

Source: Li et al. 2008 with a limit on gaps; patrol.md B.5.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled
from geo.tracks.track import Float64, Int64

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class StayPolicy:
    """Numbers of stays.

    ``radius_m`` around the first fix, or ``sigmas`` deviations of both fixes if that is more; ``shortest_s``; two stays are
    joined up to ``join_s`` and ``join_m`` apart. ``drift_mps``: net speed between the first and the last third beyond which it
    is a walk; None: not looked at. Stays up to ``same_place_m`` apart, or one and a half deviations of a fix, are at one place.
    """

    radius_m: float = 50.0
    shortest_s: float = 300.0
    join_s: float = 120.0
    join_m: float = 30.0
    drift_mps: float | None = 0.3
    same_place_m: float = 30.0
    sigmas: float = 3.0


@dataclass(frozen=True, eq=False)
class Stays:
    """Stays in time order: index of the first and the last fix (s,), centre (s, 2) metres, the number of the place (s,).

    ``usual_m`` (s,): the median of the deviations of its fixes.
    """

    first: Int64
    last: Int64
    centre: Float64
    place: Int64
    usual_m: Float64


def stays(seconds: Float64, xy: Float64, sigma: Float64, broken: Bools, policy: StayPolicy) -> Stays:
    """Return the stays of a track.

    Parameters
    ----------
    seconds : (n,) strictly increasing
    xy : (n, 2) metres
    sigma : (n,) metres, one standard deviation of each fix
    broken : (n - 1,) intervals that no stay reaches over
    policy : the numbers
    """
    xy = np.ascontiguousarray(xy)
    first, last = _runs(seconds, xy, sigma, broken, policy.radius_m, policy.sigmas, policy.shortest_s)
    centre = _centres(xy, first, last)
    if len(first) and policy.join_m > 0.0:
        joined = _joined(seconds, centre, first, last, policy)
        if len(joined[0]) < len(first):
            first, last = joined
            centre = _centres(xy, first, last)
    if len(first) and policy.drift_mps is not None:
        still = _net_speed(seconds, xy, first, last) <= policy.drift_mps
        first, last, centre = first[still], last[still], centre[still]
    usual = _usual(sigma, first, last)
    return Stays(first, last, centre, _places(centre, np.maximum(policy.same_place_m, 1.5 * usual)), usual)


@dataclass(frozen=True, eq=False)
class Membership:
    """For each fix (n,): the number of the place it was taken at, -1 on the way; and whether it strays from where one stayed.

    A fix strays that its error does not explain at the place, between two others of that place: a wide error or a short way out.
    """

    place: Int64
    stray: Bools


def members(found: Stays, xy: Float64, sigma: Float64, broken: Bools, sigmas: float) -> Membership:
    """Return which fixes belong to which place: those whose error explains how far from its centre they lie.

    The ends of a stay reach out over fixes that do so. Between two stays at one place all belong to it that do, and the rest
    strays, unless one of them lies more than twice as far: then somebody left.
    """
    out = Membership(np.full(len(xy), -1, np.int64), np.zeros(len(xy), np.bool_))
    columns = (found.first.tolist(), found.last.tolist(), found.place.tolist(), found.usual_m.tolist())
    rows = list(zip(*columns, strict=True))
    for k, (first, last, place, usual) in enumerate(rows):
        before = rows[k - 1][1] + 1 if k else 0
        after = rows[k + 1][0] if k + 1 < len(rows) else len(xy)
        here = slice(before, after)
        away = np.hypot(*(xy[here] - found.centre[k]).T) / np.maximum(sigma[here], usual)
        _mark(out, here, (first - before, last - before), place, away, broken[before : after - 1], sigmas)
        if k and place == rows[k - 1][2] and (away[: first - before] <= 2.0 * sigmas).all():
            between = slice(before, first)
            within = away[: first - before] <= sigmas
            out.place[between] = np.where(within, place, -1)
            out.stray[between] = ~within
    return out


def _mark(
    out: Membership, here: slice, core: tuple[int, int], place: int, away: Float64, broken: Bools, sigmas: float
) -> None:
    """Mark the fixes of one stay, and beyond its ends those next to it that its place explains."""
    within = away <= sigmas
    first, last = core
    open_before = np.flatnonzero(~within[:first] | broken[:first])
    start = int(open_before[-1]) + 1 if len(open_before) else 0
    open_after = np.flatnonzero(~within[last + 1 :] | broken[last:])
    end = last + (int(open_after[0]) if len(open_after) else len(away) - 1 - last)
    label, stray = out.place[here], out.stray[here]
    label[start : end + 1] = np.where(within[start : end + 1], place, -1)
    stray[first : last + 1] = ~within[first : last + 1]


@compiled
def _runs(
    seconds: Float64, xy: Float64, sigma: Float64, broken: Bools, radius_m: float, sigmas: float, shortest_s: float
) -> tuple[Int64, Int64]:
    n = len(seconds)
    first, last = np.empty(n, np.int64), np.empty(n, np.int64)
    found, anchor = 0, 0
    for i in range(1, n + 1):
        if i < n and not broken[i - 1]:
            x, y = xy[i, 0] - xy[anchor, 0], xy[i, 1] - xy[anchor, 1]
            explained = sigmas * sigmas * (sigma[i] * sigma[i] + sigma[anchor] * sigma[anchor])
            if x * x + y * y <= max(radius_m * radius_m, explained):
                continue
        if n and seconds[i - 1] - seconds[anchor] >= shortest_s:
            first[found], last[found] = anchor, i - 1
            found += 1
        anchor = i
    return first[:found].copy(), last[:found].copy()


@compiled
def _centres(xy: Float64, first: Int64, last: Int64) -> Float64:
    """Return the median place (s, 2) of each stay: one stray fix must not move it."""
    out = np.empty((len(first), 2))
    for k in range(len(first)):
        for axis in range(2):
            out[k, axis] = np.median(xy[first[k] : last[k] + 1, axis])
    return out


@compiled
def _usual(sigma: Float64, first: Int64, last: Int64) -> Float64:
    out = np.empty(len(first))
    for k in range(len(first)):
        out[k] = np.median(sigma[first[k] : last[k] + 1])
    return out


def _joined(seconds: Float64, centre: Float64, first: Int64, last: Int64, policy: StayPolicy) -> tuple[Int64, Int64]:
    """Return stays with those joined that follow each other at once at one spot."""
    pause = seconds[first[1:]] - seconds[last[:-1]]
    apart = np.hypot(*(centre[1:] - centre[:-1]).T)
    at = np.flatnonzero(np.r_[True, (pause >= policy.join_s) | (apart >= policy.join_m)])
    return first[at], last[np.r_[at[1:], len(first)] - 1]


@compiled
def _net_speed(seconds: Float64, xy: Float64, first: Int64, last: Int64) -> Float64:
    """Return how fast (s,) the middle of the first third moved to that of the last one, m/s."""
    speeds = np.zeros(len(first))
    for k in range(len(first)):
        a, b = first[k], last[k] + 1
        part = (b - a) // 3
        if part:
            square = 0.0
            for axis in range(2):
                moved = np.median(xy[b - part : b, axis]) - np.median(xy[a : a + part, axis])
                square += moved * moved
            speeds[k] = np.sqrt(square) / (seconds[b - part : b].mean() - seconds[a : a + part].mean())
    return speeds


@compiled
def _places(centre: Float64, same_m: Float64) -> Int64:
    """Return the number of the place (s,) of each stay: that of the nearest earlier one within reach, else a new one."""
    count = len(centre)
    place, seen = np.empty(count, np.int64), 0
    for k in range(count):
        nearest, place[k] = same_m[k] * same_m[k], -1
        for j in range(k):
            x, y = centre[k, 0] - centre[j, 0], centre[k, 1] - centre[j, 1]
            if x * x + y * y <= nearest:
                nearest, place[k] = x * x + y * y, place[j]
        if place[k] < 0:
            place[k] = seen
            seen += 1
    return place
