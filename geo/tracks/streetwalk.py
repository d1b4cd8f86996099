"""Which streets were walked: each moving sample of a track votes for one street, the one it lies on and goes along.

A buffer around the track ticks every side street that is crossed and, where lanes are close, the ones beside. A sample that
must choose does not: a street across costs its angle.

Source: patrol.md B.13.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled
from geo.tracks.streets import Streets
from geo.tracks.track import Float64, Int64

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class WalkPolicy:
    """Numbers of the walk.

    Moving: between ``slow_mps`` and ``fast_mps``, fixes up to ``step_s`` apart and of an accuracy under ``acc_max_m``; a sample
    each ``every_m``. A street within ``reach_m`` costs its distance and ``turn_m`` for going across it; the cheapest gets the
    vote if it costs less than ``most_m``. A piece of street is walked from the ``share`` of its samples on; the lower bound asks
    for ``sure``, the upper one for ``likely``.
    """

    slow_mps: float = 0.5
    fast_mps: float = 8.0
    step_s: float = 15.0
    acc_max_m: float = 40.0
    every_m: float = 3.0
    reach_m: float = 25.0
    turn_m: float = 40.0
    most_m: float = 30.0
    share: float = 0.7
    sure: float = 0.8
    likely: float = 0.6


@dataclass(frozen=True, eq=False)
class Walked:
    """Metres of street walked: the best value and its bounds, of ``total_m``; ``border_m`` of them along the border.

    ``hit`` (s,) tells for each sample of the streets whether it or one beside it got a vote; ``walked`` (s,) whether its piece
    counts.
    """

    value_m: float
    low_m: float
    high_m: float
    total_m: float
    border_m: float
    hit: Bools
    walked: Bools


def walked(time_ms: Int64, xy: Float64, accuracy_m: Float64, streets: Streets, policy: WalkPolicy) -> Walked:
    """Return which of the streets a track walked.

    Parameters
    ----------
    time_ms : (n,) UTC ms, strictly increasing
    xy : (n, 2) metres in the plane of the streets
    accuracy_m : (n,) radius of 68 %
    streets : of `geo.tracks.streets.streets_of`
    policy : the numbers
    """
    count = len(streets.piece)
    hit = np.zeros(count, np.bool_)
    if count and len(time_ms) > 1:
        places, ways = moving_samples(time_ms / 1000.0, xy, accuracy_m, policy)
        votes = _votes(places, ways, streets, policy)
        hit = _beside(votes, streets.piece)
    pieces = int(streets.piece.max(initial=-1)) + 1
    share = np.bincount(streets.piece, hit, pieces) / np.maximum(np.bincount(streets.piece, minlength=pieces), 1)
    of_sample = share[streets.piece] if count else np.zeros(0)
    low, value, high = (
        float(streets.length_m[of_sample >= limit].sum()) for limit in (policy.sure, policy.share, policy.likely)
    )
    counted = of_sample >= policy.share
    border = float(streets.length_m[counted & streets.on_border].sum())
    return Walked(value, low, high, streets.total_m, border, hit, counted)


def moving_samples(seconds: Float64, xy: Float64, accuracy_m: Float64, policy: WalkPolicy) -> tuple[Float64, Float64]:
    """Return places (k, 2) each few metres along the moving parts of a track, and the way (k, 2) one goes there.

    Places are means of three fixes, since no street is decided by one; ways reach over three steps.
    """
    smooth = xy.copy()
    near = np.diff(seconds) <= policy.step_s
    inner = near[:-1] & near[1:]
    mean = (xy[:-2] + xy[1:-1] + xy[2:]) / 3.0
    smooth[1:-1][inner] = mean[inner]
    return _resampled(
        seconds, smooth, accuracy_m, policy.slow_mps, policy.fast_mps, policy.step_s, policy.acc_max_m, policy.every_m
    )


@compiled
def _resampled(
    seconds: Float64,
    xy: Float64,
    accuracy_m: Float64,
    slow: float,
    fast: float,
    step_s: float,
    acc_max_m: float,
    every_m: float,
) -> tuple[Float64, Float64]:
    n = len(seconds)
    room = n
    for i in range(n - 1):
        away = np.hypot(xy[i + 1, 0] - xy[i, 0], xy[i + 1, 1] - xy[i, 1])
        room += int(min(away, fast * step_s) / every_m) + 1
    places, ways = np.empty((room, 2)), np.empty((room, 2))
    found = 0
    for i in range(n - 1):
        dt = seconds[i + 1] - seconds[i]
        if dt > step_s or accuracy_m[i] >= acc_max_m or accuracy_m[i + 1] >= acc_max_m:
            continue
        dx, dy = xy[i + 1, 0] - xy[i, 0], xy[i + 1, 1] - xy[i, 1]
        away = np.hypot(dx, dy)
        if away < slow * dt or away > fast * dt:
            continue
        first = i - 1 if i > 0 and seconds[i] - seconds[i - 1] <= step_s else i
        last = i + 2 if i + 2 < n and seconds[i + 2] - seconds[i + 1] <= step_s else i + 1
        wx, wy = xy[last, 0] - xy[first, 0], xy[last, 1] - xy[first, 1]
        size = np.hypot(wx, wy)
        if size < every_m:
            continue
        steps = int(away / every_m) + 1
        for k in range(steps):
            share = (k + 0.5) / steps
            places[found, 0], places[found, 1] = xy[i, 0] + share * dx, xy[i, 1] + share * dy
            ways[found, 0], ways[found, 1] = wx / size, wy / size
            found += 1
    return places[:found].copy(), ways[:found].copy()


def _votes(places: Float64, ways: Float64, streets: Streets, policy: WalkPolicy) -> Int64:
    """Return how many votes (s,) each sample of the streets got."""
    origin = streets.xy.min(axis=0) - policy.reach_m
    cell = ((streets.xy - origin) / policy.reach_m).astype(np.int64)
    columns = int(cell[:, 0].max()) + 2
    key = cell[:, 1] * columns + cell[:, 0]
    order = np.argsort(key, kind="stable")
    starts = np.searchsorted(key[order], np.arange((int(cell[:, 1].max()) + 2) * columns + 1))
    grid = (order, starts, columns, origin[0], origin[1])
    return _cast(places, ways, streets.xy, streets.heading, *grid, policy.reach_m, policy.turn_m, policy.most_m)


@compiled
def _cast(
    places: Float64,
    ways: Float64,
    xy: Float64,
    heading: Float64,
    order: Int64,
    starts: Int64,
    columns: int,
    west: float,
    south: float,
    reach: float,
    turn: float,
    most: float,
) -> Int64:
    votes = np.zeros(len(xy), np.int64)
    rows = (len(starts) - 1) // columns
    for i in range(len(places)):
        column = int(np.floor((places[i, 0] - west) / reach))
        row = int(np.floor((places[i, 1] - south) / reach))
        best, chosen = most, -1
        for r in range(max(0, row - 1), min(rows, row + 2)):
            for c in range(max(0, column - 1), min(columns, column + 2)):
                for k in range(starts[r * columns + c], starts[r * columns + c + 1]):
                    s = order[k]
                    away = np.hypot(places[i, 0] - xy[s, 0], places[i, 1] - xy[s, 1])
                    if away > reach:
                        continue
                    along = abs(ways[i, 0] * heading[s, 0] + ways[i, 1] * heading[s, 1])
                    cost = away + turn * (1.0 - along)
                    if cost < best:
                        best, chosen = cost, s
        if chosen >= 0:
            votes[chosen] += 1
    return votes


def _beside(votes: Int64, piece: Int64) -> Bools:
    """Return which samples (s,) got a vote, or lie beside one of their piece that did."""
    voted = votes > 0
    same = piece[1:] == piece[:-1]
    hit = voted.copy()
    hit[1:] |= voted[:-1] & same
    hit[:-1] |= voted[1:] & same
    return hit
