"""Visits to required points: who passed one, who stayed at one, and for how long. A stay belongs to one point only.

Two points thirty metres apart cannot both be told by fixes of five metres: what is near both belongs to the one whose place the
fixes of the stay lie closer to, and while somebody stays at one point nobody passes another.

Source: patrol.md B.10.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled
from geo.tracks.track import Float64, Int64

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class VisitPolicy:
    """Numbers of visits.

    A pass: ``pass_fixes`` fixes of an accuracy under ``acc_max_m`` within ``pass_m``, or the straight way between two fixes up to
    ``step_s`` apart within ``line_m``. A stay: from the first to the last of fixes within ``dwell_m`` and ``acc_share`` of their
    accuracy (at most ``acc_cap_m`` of it), with at most ``misses`` others in a row that last at most ``miss_s``; at least
    ``dwell_s`` long. Points closer than ``apart_m`` cannot be told apart by fixes.
    """

    pass_m: float = 20.0
    pass_fixes: int = 2
    line_m: float = 15.0
    step_s: float = 15.0
    acc_max_m: float = 50.0
    dwell_m: float = 25.0
    acc_share: float = 0.5
    acc_cap_m: float = 40.0
    misses: int = 6
    miss_s: float = 60.0
    dwell_s: float = 180.0
    apart_m: float = 40.0


@dataclass(frozen=True, eq=False)
class Visits:
    """What the fixes show of each point (p,): whether it was passed; the longest stay in seconds; the time first seen there.

    ``first_ms`` is UTC ms of the first fix of a pass or stay, -1 where there was none; ``close`` tells which points have another
    so near that fixes cannot tell them apart.
    """

    passed: Bools
    dwell_s: Float64
    first_ms: Int64
    close: Bools


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
    reach = policy.dwell_m + policy.acc_share * np.minimum(accuracy_m, policy.acc_cap_m)
    stays: list[tuple[float, int, int, int]] = []  # how far off its middle, point, first fix, last fix
    for number in range(count):
        away = np.hypot(*(xy - points[number]).T)
        near = good & (away <= reach)
        firsts, lasts = _stays(seconds, near, policy.misses, policy.miss_s, policy.dwell_s)
        for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
            middle = np.median(xy[first : last + 1][near[first : last + 1]], axis=0)
            stays.append((float(np.hypot(*(middle - points[number]))), number, first, last))
    owner = np.full(len(time_ms), -1, np.int64)
    dwell, begun = np.zeros(count), np.full(count, -1, np.int64)
    for _, number, first, last in sorted(stays):
        if (owner[first : last + 1] >= 0).any():
            continue  # the stay of a nearer point
        owner[first : last + 1] = number
        dwell[number] = max(dwell[number], seconds[last] - seconds[first])
        begun[number] = _earlier(int(begun[number]), int(time_ms[first]))
    passed = dwell > 0
    for number in range(count):
        free = (owner < 0) | (owner == number)
        at = _pass(
            seconds, xy, points[number], good & free, policy.pass_m, policy.pass_fixes, policy.line_m, policy.step_s
        )
        if at >= 0:
            passed[number] = True
            begun[number] = _earlier(int(begun[number]), int(time_ms[at]))
    return Visits(passed, dwell, begun, _close(points, policy.apart_m))


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
