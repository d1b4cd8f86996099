"""Visits to required points: who passed one, who stayed at one, and for how long. A stay belongs to one point only.

Two points thirty metres apart cannot both be told by fixes of five metres: what is near both belongs to the one whose place the
fixes of the stay lie closer to, and while somebody stays at one point nobody passes another. Fixes of a long stay at another
place wander near a point, too: where somebody stood (``moving.py``) is asked of all fixes of that time, whose mean is far surer
than they are. A stay is in doubt if errors may have made it long enough, or have moved it to the point; or the other way about.

Source: patrol.md B.10.
"""

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled
from geo.tracks.moving import MovingPolicy, moving_probability, steadied
from geo.tracks.track import Float64, Int64

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class VisitPolicy:
    """Numbers of visits.

    A pass: ``pass_fixes`` fixes of an accuracy under ``acc_max_m`` within ``pass_m``, or the straight way between two fixes up to
    ``step_s`` apart within ``line_m``. A stay: from the first to the last of fixes within ``dwell_m`` and ``acc_share`` of their
    accuracy (at most ``acc_cap_m`` of it), with at most ``misses`` others in a row that last at most ``miss_s``; at least
    ``dwell_s`` long, and where somebody stood meanwhile is within ``dwell_m`` and ``stood_sigmas`` of its error. It is in doubt
    by ``doubt_sigmas``. Points closer than ``apart_m`` cannot be told apart by fixes.

    ``lasting`` share of an error that no time averages out; ``still_s`` without a fix beyond which somebody may have left;
    ``sigmas_of_accuracy``: accuracy divided by this is one deviation.
    """

    pass_m: float = 20.0
    pass_fixes: int = 2
    line_m: float = 15.0
    step_s: float = 15.0
    acc_max_m: float = 50.0
    dwell_m: float = 25.0
    acc_share: float = 0.33
    acc_cap_m: float = 40.0
    misses: int = 6
    miss_s: float = 60.0
    dwell_s: float = 180.0
    apart_m: float = 40.0
    stood_sigmas: float = 1.0
    doubt_sigmas: float = 1.0
    lasting: float = 0.2
    still_s: float = 300.0
    sigmas_of_accuracy: float = 1.51
    move: MovingPolicy = field(default_factory=MovingPolicy)


@dataclass(frozen=True, eq=False)
class Visits:
    """What the fixes show of each point (p,): whether it was passed; the longest stay in seconds; the time first seen there.

    ``first_ms`` is UTC ms of the first fix of a pass or stay, -1 where there was none; ``close`` tells which points have another
    so near that fixes cannot tell them apart; ``doubtful`` at which it is open whether somebody stayed.
    """

    passed: Bools
    dwell_s: Float64
    first_ms: Int64
    close: Bools
    doubtful: Bools


@dataclass(frozen=True, order=True, slots=True)
class _Stay:
    """A stay that may be one: how far off its middle, the point, its first and last fix; likely so; surely so."""

    off_m: float
    point: int
    first: int
    last: int
    likely: bool
    sure: bool


@dataclass(frozen=True, eq=False)
class _Stood:
    """Where somebody stood: from and to in seconds (r,), mean place (r, 2), one deviation of it in metres (r,)."""

    start: Float64
    end: Float64
    centre: Float64
    error_m: Float64


def visits(time_ms: Int64, xy: Float64, accuracy_m: Float64, points: Float64, policy: VisitPolicy) -> Visits:
    """Return the visits of one track.

    Parameters
    ----------
    time_ms : (n,) UTC ms, strictly increasing
    xy : (n, 2) metres in the plane
    accuracy_m : (n,) radius of 68 %
    points : (p, 2) metres in the same plane
    policy : the numbers
    """
    count = len(points)
    seconds = time_ms / 1000.0
    good = accuracy_m < policy.acc_max_m
    stays = _candidates(seconds, xy, accuracy_m, points, policy) if count and len(time_ms) else []
    owner = np.full(len(time_ms), -1, np.int64)
    dwell, begun = np.zeros(count), np.full(count, -1, np.int64)
    maybe, surely = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    for stay in sorted(stays):
        here = slice(stay.first, stay.last + 1)
        if (owner[here] >= 0).any():
            continue  # the stay of a nearer point
        maybe[stay.point] = True
        surely[stay.point] |= stay.sure
        if stay.likely:
            owner[here] = stay.point
            dwell[stay.point] = max(dwell[stay.point], seconds[stay.last] - seconds[stay.first])
            begun[stay.point] = _earlier(int(begun[stay.point]), int(time_ms[stay.first]))
    passed = dwell > 0
    for number in range(count):
        free = (owner < 0) | (owner == number)
        at = _pass(
            seconds, xy, points[number], good & free, policy.pass_m, policy.pass_fixes, policy.line_m, policy.step_s
        )
        if at >= 0:
            passed[number] = True
            begun[number] = _earlier(int(begun[number]), int(time_ms[at]))
    return Visits(passed, dwell, begun, _close(points, policy.apart_m), maybe & ~surely)


def _candidates(
    seconds: Float64, xy: Float64, accuracy_m: Float64, points: Float64, policy: VisitPolicy
) -> list[_Stay]:
    """Return the stays at points that errors leave possible."""
    sigma = steadied(accuracy_m / policy.sigmas_of_accuracy)
    stood = _standing(seconds, xy, sigma, policy)
    good = accuracy_m < policy.acc_max_m
    reach = policy.dwell_m + policy.acc_share * np.minimum(accuracy_m, policy.acc_cap_m)
    found: list[_Stay] = []
    for number, point in enumerate(points):
        near = good & (np.hypot(*(xy - point).T) <= reach)
        firsts, lasts = _stays(seconds, near, policy.misses, policy.miss_s, policy.dwell_s / 2)
        for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
            here = slice(first, last + 1)
            off, error = _off(stood, float(seconds[first]), float(seconds[last]), xy[here][near[here]], point)
            long, within = float(seconds[last] - seconds[first]), policy.dwell_m + policy.stood_sigmas * error
            doubt_s = policy.doubt_sigmas * math.sqrt(2.0) * float(np.median(sigma[here])) / policy.move.pace_mps
            doubt_m = policy.doubt_sigmas * error
            if long >= policy.dwell_s - doubt_s and off <= within + doubt_m:
                likely = long >= policy.dwell_s and off <= within
                sure = long >= policy.dwell_s + doubt_s and off <= within - doubt_m
                found.append(_Stay(off, number, first, last, likely, sure))
    return found


def _standing(seconds: Float64, xy: Float64, sigma: Float64, policy: VisitPolicy) -> _Stood:
    """Return where somebody stood; the error of a mean falls with the time it is of."""
    still = moving_probability(seconds, xy, sigma, policy.move) <= 0.5
    step = np.diff(seconds)
    new = np.r_[True, (still[1:] != still[:-1]) | (step > policy.still_s)]
    run = np.cumsum(new) - 1
    within = np.where(new[1:], 0.0, step) / 2
    weight = np.r_[0.0, within] + np.r_[within, 0.0] + 1e-3
    first = np.flatnonzero(new)
    last = np.r_[first[1:], len(seconds)] - 1
    total = np.bincount(run, weight)
    centre = np.column_stack([np.bincount(run, weight * xy[:, axis]) / total for axis in (0, 1)])
    usual = np.sqrt(np.bincount(run, weight * sigma**2) / total)
    long = np.maximum(seconds[last] - seconds[first], 1.0)
    error = usual * np.sqrt(np.minimum(1.0, 2.0 * policy.move.tau_s / long) + policy.lasting**2)
    stood = still[first]
    return _Stood(seconds[first][stood], seconds[last][stood], centre[stood], error[stood])


def _off(stood: _Stood, start: float, end: float, near: Float64, point: Float64) -> tuple[float, float]:
    """Return how far from a point somebody stood for most of a time, and its error; the middle of the fixes if nowhere."""
    overlap = np.minimum(stood.end, end) - np.maximum(stood.start, start)
    if not (overlap > 0.0).any():
        return float(np.hypot(*(np.median(near, axis=0) - point))), 0.0
    most = int(np.argmax(overlap))
    return float(np.hypot(*(stood.centre[most] - point))), float(stood.error_m[most])


def _earlier(known: int, found: int) -> int:
    return found if known < 0 else min(known, found)


def _close(points: Float64, apart_m: float) -> Bools:
    away = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    np.fill_diagonal(away, np.inf)
    return (away < apart_m).any(axis=1) if len(points) else np.zeros(0, np.bool_)


@compiled
def _stays(seconds: Float64, near: Bools, misses: int, miss_s: float, dwell_s: float) -> tuple[Int64, Int64]:
    """Return the first and the last fix (s,) of each stay at one point."""
    n = len(seconds)
    first, last = np.empty(n, np.int64), np.empty(n, np.int64)
    found, start, end = 0, -1, -1
    for i in range(n + 1):
        if i < n and near[i] and start >= 0 and i - end - 1 <= misses and seconds[i] - seconds[end] <= miss_s:
            end = i
            continue
        if i < n and not near[i]:
            continue
        if start >= 0 and seconds[end] - seconds[start] >= dwell_s:
            first[found], last[found] = start, end
            found += 1
        start = end = i
    return first[:found].copy(), last[:found].copy()


@compiled
def _pass(
    seconds: Float64,
    xy: Float64,
    point: Float64,
    usable: Bools,
    pass_m: float,
    pass_fixes: int,
    line_m: float,
    step_s: float,
) -> int:
    """Return the first fix of the first pass of a point, -1 where there is none."""
    first, seen = -1, 0
    for i in range(len(seconds)):
        if not usable[i]:
            continue
        x, y = xy[i, 0] - point[0], xy[i, 1] - point[1]
        if x * x + y * y < pass_m * pass_m:
            first = i if seen == 0 else first
            seen += 1
            if seen >= pass_fixes:
                return first
        if i > 0 and usable[i - 1] and seconds[i] - seconds[i - 1] <= step_s:
            dx, dy = xy[i, 0] - xy[i - 1, 0], xy[i, 1] - xy[i - 1, 1]
            square = dx * dx + dy * dy
            along = 0.0 if square == 0.0 else min(1.0, max(0.0, ((dx - x) * dx + (dy - y) * dy) / square))
            off_x, off_y = x - dx + along * dx, y - dy + along * dy
            if off_x * off_x + off_y * off_y <= line_m * line_m:
                return i - 1
    return -1
