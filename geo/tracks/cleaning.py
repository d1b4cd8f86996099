"""Which fixes may speak: flags with a reason, never a silent drop; and how far each may be off."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled
from geo.tracks.track import Float64, Int64

Bools = npt.NDArray[np.bool_]

USED, DUPLICATE, POOR, SAME_TIME, SPEED, NO_PLACE = range(6)
REASONS: Final = ("", "duplicate", "accuracy.poor", "time.same", "speed", "coord.outside_plane")
SHORTEST_STEP_S: Final = 1.0  # files cut times to the second, so a shorter step proves no speed


@dataclass(frozen=True, slots=True)
class CleaningPolicy:
    """Numbers of the cleaning.

    ``v_max`` m/s, broken both to and from a fix before it goes; ``resets_after`` rejected fixes in a row the new place is
    believed; ``acc_max_m`` beyond which a fix says nothing; ``acc_missing_m`` where none is reported; ``acc_floor_m`` below
    which no report is believed; ``sigmas_of_accuracy``: accuracy (68 % radius) divided by this is one sigma;
    ``sigma_border_m`` of the border itself.
    """

    v_max: float
    resets_after: int = 5
    acc_max_m: float = 100.0
    acc_missing_m: float = 25.0
    acc_floor_m: float = 3.0
    sigmas_of_accuracy: float = 1.51
    sigma_border_m: float = 1.0


@dataclass(frozen=True, eq=False)
class Fixes:
    """Fixes in time order, strictly increasing, that may speak; and for every delivered one what became of it.

    ``time_ms`` (n,) int64; ``xy`` (n, 2) metres; ``sigma`` (n,) metres, one standard deviation along an axis, the border's own
    uncertainty included; ``outcome`` (m,) per delivered fix, an index of `REASONS`, 0 for used. ``rivals_ms`` (r,) int64: times
    of removed fixes that together tell a second story, so that it is open which of both is true.
    """

    time_ms: Int64
    xy: Float64
    sigma: Float64
    outcome: npt.NDArray[np.int8]
    rivals_ms: Int64


def clean(time_ms: Int64, xy: Float64, accuracy_m: Float64, rank: Int64, policy: CleaningPolicy) -> Fixes:
    """Return the fixes that may speak, in time order.

    Parameters
    ----------
    time_ms : (m,) UTC ms, in any order
    xy : (m, 2) metres in the plane
    accuracy_m : (m,) as reported, NaN where not
    rank : (m,) breaks ties between identical fixes, so that the order of files changes nothing
    policy : the numbers

    Of fixes with the same time the most accurate speaks, and as vaguely as they disagree.
    """
    outcome = np.zeros(len(time_ms), np.int8)
    outcome[~np.isfinite(xy).all(axis=1)] = NO_PLACE
    outcome[(outcome == USED) & (accuracy_m > policy.acc_max_m)] = POOR
    order = _in_time(time_ms, xy, accuracy_m, rank)
    order = order[outcome[order] == USED]
    accuracy = np.maximum(np.where(np.isnan(accuracy_m), policy.acc_missing_m, accuracy_m), policy.acc_floor_m)
    first = np.r_[True, np.diff(time_ms[order]) != 0] if len(order) else np.zeros(0, np.bool_)
    speaker = order[first]
    accuracy = _as_vague_as_they_differ(order, first, xy, accuracy, outcome)
    seconds, places = time_ms[speaker] / 1000.0, np.ascontiguousarray(xy[speaker])
    kept = _believable(seconds, places, policy.v_max, policy.resets_after)
    outcome[speaker[~kept]] = SPEED
    used = speaker[kept]
    sigma = np.hypot(accuracy[used] / policy.sigmas_of_accuracy, policy.sigma_border_m)
    rivals = _second_story(seconds, places, kept, policy.v_max, policy.resets_after)
    return Fixes(time_ms[used], xy[used], sigma, outcome, time_ms[speaker[rivals]])


def _in_time(time_ms: Int64, xy: Float64, accuracy_m: Float64, rank: Int64) -> Int64:
    """Return the fixes (m,) in order of time, then accuracy, place and rank; most tracks come in order of time already."""
    if (np.diff(time_ms) > 0).all():
        return np.arange(len(time_ms))
    return np.lexsort((rank, xy[:, 1], xy[:, 0], np.nan_to_num(accuracy_m, nan=np.inf), time_ms))


def _as_vague_as_they_differ(
    order: Int64, first: Bools, xy: Float64, accuracy: Float64, outcome: npt.NDArray[np.int8]
) -> Float64:
    """Mark all but the first of each time in ``outcome``; return accuracies that cover what the others say."""
    accuracy = accuracy.copy()
    group = np.cumsum(first) - 1
    speaker = order[first]
    for place in np.flatnonzero(~first):
        one, other = speaker[group[place]], order[place]
        apart = float(np.hypot(*(xy[other] - xy[one])))
        outcome[other] = DUPLICATE if apart == 0.0 else SAME_TIME
        accuracy[one] = max(accuracy[one], apart + accuracy[other]) if apart else accuracy[one]
    return accuracy


@compiled
def _believable(seconds: Float64, xy: Float64, v_max: float, resets_after: int) -> Bools:
    """Return which fixes (n,) stay: those go that are too fast to reach from the last kept, if one soon after is not.

    If none of the next ``resets_after`` is, the new place is believed: one wrong fix must not cost a day. A first fix that
    the next ones contradict together goes.
    """
    n = len(seconds)
    kept = np.ones(n, np.bool_)
    last = _first_believed(seconds, xy, v_max, resets_after)
    kept[:last] = False
    i = last + 1
    while i < n:
        back = i
        while back < min(n, i + resets_after + 1) and _too_fast(seconds, xy, last, back, v_max):
            back += 1
        if back > i and back < n and back <= i + resets_after:
            kept[i:back] = False
            i = back
        last = i
        i += 1
    return kept


@compiled
def _too_fast(seconds: Float64, xy: Float64, a: int, b: int, v_max: float) -> bool:
    away = np.hypot(xy[b, 0] - xy[a, 0], xy[b, 1] - xy[a, 1])
    return away > v_max * max(seconds[b] - seconds[a], SHORTEST_STEP_S)


@compiled
def _first_believed(seconds: Float64, xy: Float64, v_max: float, resets_after: int) -> int:
    """Return the first fix to begin with: 1 if all of the next few agree with each other and none with the first, else 0."""
    n = len(seconds)
    if n < resets_after + 2:
        return 0
    for i in range(1, resets_after + 2):
        if not _too_fast(seconds, xy, 0, i, v_max) or (i > 1 and _too_fast(seconds, xy, i - 1, i, v_max)):
            return 0
    return 1


@compiled
def _second_story(seconds: Float64, xy: Float64, kept: Bools, v_max: float, at_least: int) -> Bools:
    """Return which removed fixes (n,) agree with each other: two phones that both report take turns at being too fast.

    Such a chain has ``at_least`` fixes, each within reach of the one before and less than half as far from it as from the
    last kept fix; stray fixes lie about in all directions and make none.
    """
    n = len(seconds)
    rival, chain = np.zeros(n, np.bool_), np.empty(n, np.int64)
    length, last = 0, 0
    for i in range(n):
        if kept[i]:
            last = i
            continue
        if length:
            before = chain[length - 1]
            step = np.hypot(xy[i, 0] - xy[before, 0], xy[i, 1] - xy[before, 1])
            away = np.hypot(xy[i, 0] - xy[last, 0], xy[i, 1] - xy[last, 1])
            if step > v_max * max(seconds[i] - seconds[before], SHORTEST_STEP_S) or 2.0 * step > away:
                length = 0
        chain[length] = i
        length += 1
        if length >= at_least:
            rival[chain[:length]] = True
    return rival
