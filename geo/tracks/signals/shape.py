"""F2, F5 and F6: jumps that no vehicle makes, tracks smoother than any receiver draws, places that stand still while time runs.

Source: patrol.md B.14.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled
from geo.tracks.track import Float64, Int64

Bools = npt.NDArray[np.bool_]

SETTLED: Final = 4  # fixes beside the ends of a jump: with five that agree cleaning believes the new place too


@dataclass(frozen=True, slots=True)
class ShapePolicy:
    """Numbers of the shape.

    A jump: faster than ``jump_mps`` over more than ``jump_m``, both fixes better than ``jump_acc_m``, and the track stays there.
    Too smooth: for ``smooth_s`` while moving, fixes lie within ``smooth_m`` of the straight line between their neighbours though
    they report ``smooth_acc_m`` or worse. Frozen: the same numbers for ``frozen_s`` in at least ``frozen_fixes`` fixes.
    """

    jump_mps: float = 33.0
    jump_m: float = 500.0
    jump_acc_m: float = 50.0
    smooth_s: float = 1200.0
    smooth_m: float = 0.5
    smooth_acc_m: float = 5.0
    moving_mps: float = 0.5
    step_s: float = 30.0
    frozen_s: float = 1800.0
    frozen_fixes: int = 60


@dataclass(frozen=True, slots=True)
class Shape:
    """Jumps; the longest stretch that is too smooth, and the longest with the very same numbers, both in seconds."""

    jumps: int
    smooth_s: float
    frozen_s: float


def shape_of(time_ms: Int64, xy: Float64, accuracy_m: Float64, policy: ShapePolicy) -> Shape:
    """Return what is odd about the shape of a track: (n,) UTC ms strictly increasing, (n, 2) metres as sent, (n,) metres."""
    if len(time_ms) < 3:
        return Shape(0, 0.0, 0.0)
    seconds = time_ms / 1000.0
    dt = np.diff(seconds)
    away = np.hypot(*np.diff(xy, axis=0).T)
    stays = _stays(xy, policy.jump_m / 2)
    good = np.nan_to_num(accuracy_m, nan=np.inf) < policy.jump_acc_m
    jumps = (away > policy.jump_m) & (away > policy.jump_mps * dt) & good[:-1] & good[1:] & stays
    share = dt[:-1] / np.maximum(dt[:-1] + dt[1:], 1e-9)
    off = np.hypot(*(xy[1:-1] - xy[:-2] - share[:, None] * (xy[2:] - xy[:-2])).T)
    moving = (away[:-1] > policy.moving_mps * dt[:-1]) & (away[1:] > policy.moving_mps * dt[1:])
    near = (dt[:-1] <= policy.step_s) & (dt[1:] <= policy.step_s)
    rough = np.nan_to_num(accuracy_m[1:-1], nan=0.0) >= policy.smooth_acc_m
    smooth = np.r_[False, (off < policy.smooth_m) & moving & near & rough, False]
    longest, _ = _longest_run(seconds, smooth)
    same = np.r_[False, away == 0.0]
    frozen, fixes = _longest_run(seconds, same)
    return Shape(int(jumps.sum()), longest, frozen if fixes >= policy.frozen_fixes else 0.0)


def _stays(xy: Float64, near_m: float) -> Bools:
    """Tell of which legs (n - 1,) both ends are where the fixes beside them are too: a stray fix comes back and is no jump."""
    last = len(xy) - 1
    at = np.arange(last)
    before, after = np.maximum(at - SETTLED, 0), np.minimum(at + 1 + SETTLED, last)
    settled = (at >= SETTLED) & (at + 1 + SETTLED <= last)
    settled &= np.hypot(*(xy[before] - xy[at]).T) <= near_m
    return settled & (np.hypot(*(xy[after] - xy[at + 1]).T) <= near_m)


@compiled
def _longest_run(seconds: Float64, which: Bools) -> tuple[float, int]:
    """Return the seconds and the fixes of the longest run."""
    best, fixes, start = 0.0, 0, -1
    for i in range(len(which)):
        if not which[i]:
            start = -1
            continue
        if start < 0:
            start = max(i - 1, 0)
        if seconds[i] - seconds[start] > best:
            best, fixes = seconds[i] - seconds[start], i - start + 1
    return best, fixes
