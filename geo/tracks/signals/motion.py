"""F8: ways that nobody's feet went, and headings that have nothing to do with where the phone goes.

A way is measured in hops of a hundred metres and as much more as both ends admit to be wrong, so that the jitter of a phone on a
table adds nothing; what is ridden or driven, or lies in a silence, does not count. Headings are held against the way for how well
they go together, not for how they differ: a phone that lies crosswise in a bag differs by the same quarter turn all day.

Source: patrol.md B.14. There a heading is held against the gyroscope, which no format here carries; the way takes its place.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled
from geo.tracks.sensed import CYCLING, NOT_SAID, Sensed
from geo.tracks.track import Float64, Int64

Bools = npt.NDArray[np.bool_]

STEP_MS: Final = 15_000  # a direction is that from one step before to one step after
LEG_M: Final = 30.0  # and told from jitter from so far on
LEG_S: Final = 60.0
LEAP_M: Final = 50.0  # what errors of two fixes may add to a leg; a longer one is a jump, not a way


@dataclass(frozen=True, slots=True)
class MotionPolicy:
    """``steps``: rise of the counter that a way without steps stays below; ``on_foot_mps`` what is faster is not walked.

    ``hop_m``: length of a hop; ``silence_s``: a hop with a longer silence in it is not counted.
    """

    steps: int = 200
    on_foot_mps: float = 2.5
    hop_m: float = 100.0
    silence_s: float = 120.0


@dataclass(frozen=True, slots=True)
class Motion:
    """The longest way on foot with hardly a step, in metres; how long headings can be compared, in seconds, and with what result.

    ``agreement``: 1 where the phone is always turned alike on its way, 0 where its heading has nothing to do with it.
    """

    unstepped_m: float
    headed_s: float
    agreement: float


def motion_of(
    time_ms: Int64,
    xy: Float64,
    accuracy_m: Float64,
    sensed: Sensed,
    policy: MotionPolicy,
) -> Motion:
    """Return what the sensors of a day say of its way.

    Parameters
    ----------
    time_ms : (n,) UTC ms, strictly increasing
    xy, accuracy_m : (n, 2) and (n,) metres as sent, NaN where no accuracy is told
    sensed : what the phone says beside; its steps, activity and heading are looked at
    policy : the numbers
    """
    steps, activity, heading = (sensed.of(name, len(time_ms)) for name in ("steps", "activity", "heading"))
    counted = steps != NOT_SAID
    wrong_m = np.nan_to_num(accuracy_m[counted], nan=0.0)
    unstepped = _unstepped_m(time_ms[counted], xy[counted], wrong_m, steps[counted], activity[counted], policy)
    headed = heading != NOT_SAID
    seconds, agreement = _agreement(time_ms[headed], xy[headed], heading[headed])
    return Motion(unstepped, seconds, agreement)


def _unstepped_m(
    time_ms: Int64, xy: Float64, wrong_m: Float64, steps: Int64, activity: Int64, policy: MotionPolicy
) -> float:
    if len(time_ms) < 2:
        return 0.0
    rise = np.diff(steps)
    rise = np.where(rise < 0, steps[1:], rise)  # started again
    ridden = np.maximum(activity[1:], activity[:-1]) >= CYCLING
    limits = (policy.hop_m, policy.on_foot_mps, policy.silence_s)
    metres, stepped = _hops(time_ms / 1000.0, xy, wrong_m, rise, ridden, limits)
    way, taken = np.r_[0.0, np.cumsum(metres)], np.r_[0, np.cumsum(stepped)]
    last = np.searchsorted(taken, taken + policy.steps, "left") - 1
    return float((way[last] - way).max())


@compiled
def _hops(
    seconds: Float64,
    xy: Float64,
    wrong_m: Float64,
    rise: Int64,
    ridden: Bools,
    limits: tuple[float, float, float],
) -> tuple[Float64, Int64]:
    """Return the metres of each hop on foot and the steps taken in it."""
    hop_m, most_mps, silence_s = limits
    metres, stepped = np.zeros(len(rise)), np.zeros(len(rise), np.int64)
    count, anchor, steps, counts = 0, 0, 0, True
    for i in range(1, len(seconds)):
        steps += rise[i - 1]
        dt = seconds[i] - seconds[i - 1]
        leg = np.hypot(xy[i, 0] - xy[i - 1, 0], xy[i, 1] - xy[i - 1, 1])
        counts = counts and not ridden[i - 1] and dt <= silence_s and leg <= most_mps * dt + LEAP_M
        away = np.hypot(xy[i, 0] - xy[anchor, 0], xy[i, 1] - xy[anchor, 1])
        if away < hop_m + wrong_m[i] + wrong_m[anchor]:
            continue
        if counts and away <= most_mps * (seconds[i] - seconds[anchor]):
            metres[count], stepped[count] = away, steps
            count += 1
        anchor, steps, counts = i, 0, True
    return metres[:count], stepped[:count]


def _agreement(time_ms: Int64, xy: Float64, heading: Int64) -> tuple[float, float]:
    """Return the seconds on the way that have a heading, and the length of the mean of unit vectors of heading less way."""
    _, chosen = np.unique(time_ms // STEP_MS, return_index=True)
    seconds, places = time_ms[chosen] / 1000.0, xy[chosen]
    dt, moved = seconds[2:] - seconds[:-2], places[2:] - places[:-2]
    going = (np.hypot(*moved.T) >= LEG_M) & (dt <= LEG_S)
    if not going.any():
        return 0.0, 1.0
    way = np.arctan2(moved[going, 0], moved[going, 1])  # clockwise from north
    turned = np.radians(heading[chosen][1:-1][going]) - way
    return float(dt[going].sum()) / 2, float(np.abs(np.exp(1j * turned).mean()))
