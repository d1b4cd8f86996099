"""Which streets were walked: each moving sample of a track votes for one street, the one it lies on and goes along.

A buffer around the track ticks every side street that is crossed and, where lanes are close, the ones beside. A sample that
must choose does not: a street across costs its angle. Who stands does not vote (``moving.py``), nor who goes where errors do not
explain how far off the street is.

The lower bound counts the votes of those who surely move, with no other street beside that errors leave likely; for the upper one
a sample votes for all streets it may be on.

Source: patrol.md B.13.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled
from geo.tracks.moving import MovingPolicy, moving_probability, steadied
from geo.tracks.streets import Streets
from geo.tracks.track import Float64, Int64

Bools = npt.NDArray[np.bool_]

SURE, LIKELY, POSSIBLE = range(3)
PARALLEL: Final = 0.7  # cosine of the angle up to which a street beside goes the same way


@dataclass(frozen=True, slots=True)
class WalkPolicy:
    """Numbers of the walk.

    Moving: between ``slow_mps`` and ``fast_mps``, fixes up to ``step_s`` apart and of an accuracy under ``acc_max_m``; a sample
    each ``every_m``. A street within ``reach_m`` costs its distance and ``turn_m`` for going across it; the cheapest gets the
    vote if it costs less than ``most_m`` and lies within ``wide_m`` and ``sigmas`` deviations. A piece of street is walked if the
    ``share`` of its samples got a vote or lie beside one, and ``itself`` of them a vote of their own.

    A sample votes from a probability of ``moving`` on, surely from ``surely_moving``, possibly from ``maybe_moving``; streets are
    told apart if one is less likely than the other by ``rival`` (of the logarithm). The lower bound asks for the share ``sure``,
    the upper one for ``likely``. ``sigmas_of_accuracy``: accuracy divided by this is one deviation.
    """

    slow_mps: float = 0.5
    fast_mps: float = 8.0
    step_s: float = 15.0
    acc_max_m: float = 40.0
    every_m: float = 3.0
    reach_m: float = 25.0
    turn_m: float = 40.0
    most_m: float = 30.0
    wide_m: float = 6.0
    sigmas: float = 1.5
    share: float = 0.7
    itself: float = 0.6
    sure: float = 0.8
    likely: float = 0.6
    moving: float = 0.5
    surely_moving: float = 0.99
    maybe_moving: float = 0.05
    rival: float = 2.0
    sigmas_of_accuracy: float = 1.51
    move: MovingPolicy = field(default_factory=MovingPolicy)


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
    pieces = int(streets.piece.max(initial=-1)) + 1
    votes = np.zeros((3, len(streets.piece)), np.int64)
    if pieces and len(time_ms) > 1:
        votes = _votes(moving_samples(time_ms / 1000.0, xy, accuracy_m, policy), streets, policy)
    hit = [_beside(row, streets.piece) for row in votes]
    share = [_share(one, streets.piece, pieces) for one in hit]
    itself = [_share(row > 0, streets.piece, pieces) >= policy.itself for row in votes]
    counted = (share[LIKELY] >= policy.share) & itself[LIKELY]
    least = counted & (share[SURE] >= policy.sure) & itself[SURE]
    most = counted | (share[POSSIBLE] >= policy.likely)
    low, value, high = (float(streets.length_m[mask].sum()) for mask in (least, counted, most))
    border = float(streets.length_m[counted & streets.on_border].sum())
    return Walked(value, low, high, streets.total_m, border, hit[LIKELY], counted)


def _share(mask: Bools, piece: Int64, pieces: int) -> Float64:
    """Return for each sample (s,) the share of its piece's samples in a mask."""
    return (np.bincount(piece, mask, pieces) / np.maximum(np.bincount(piece, minlength=pieces), 1))[piece]


@dataclass(frozen=True, eq=False)
class Samples:
    """Places (k, 2) each few metres of a track, the way (k, 2) one goes there, a deviation (k,), how likely (k,) one moves."""

    place: Float64
    way: Float64
    sigma: Float64
    moving: Float64


def moving_samples(seconds: Float64, xy: Float64, accuracy_m: Float64, policy: WalkPolicy) -> Samples:
    """Return samples of the parts of a track that are neither too slow nor too fast.

    Places are means of three fixes, since no street is decided by one; ways reach over three steps.
    """
    sigma = steadied(accuracy_m / policy.sigmas_of_accuracy)
    likely = moving_probability(seconds, xy, sigma, policy.move)
    smooth = xy.copy()
    near = np.diff(seconds) <= policy.step_s
    inner = near[:-1] & near[1:]
    mean = (xy[:-2] + xy[1:-1] + xy[2:]) / 3.0
    smooth[1:-1][inner] = mean[inner]
    speeds = (policy.slow_mps, policy.fast_mps)
    rows = _resampled(
        seconds, smooth, accuracy_m, sigma, likely, speeds, policy.step_s, policy.acc_max_m, policy.every_m
    )
    return Samples(
        np.ascontiguousarray(rows[:, 0:2]),
        np.ascontiguousarray(rows[:, 2:4]),
        np.ascontiguousarray(rows[:, 4]),
        np.ascontiguousarray(rows[:, 5]),
    )


@compiled
def _resampled(
    seconds: Float64,
    xy: Float64,
    accuracy_m: Float64,
    sigma: Float64,
    likely: Float64,
    speeds: tuple[float, float],
    step_s: float,
    acc_max_m: float,
    every_m: float,
) -> Float64:
    n = len(seconds)
    slow, fast = speeds
    room = n
    for i in range(n - 1):
        away = np.hypot(xy[i + 1, 0] - xy[i, 0], xy[i + 1, 1] - xy[i, 1])
        room += int(min(away, fast * step_s) / every_m) + 1
    rows = np.empty((room, 6))
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
            rows[found, 0], rows[found, 1] = xy[i, 0] + share * dx, xy[i, 1] + share * dy
            rows[found, 2], rows[found, 3] = wx / size, wy / size
            rows[found, 4] = (sigma[i] + sigma[i + 1]) / 2.0
            rows[found, 5] = min(likely[i], likely[i + 1])
            found += 1
    return rows[:found].copy()


def _votes(samples: Samples, streets: Streets, policy: WalkPolicy) -> Int64:
    """Return how many votes (3, s) each sample of the streets got: surely, likely, possibly."""
    origin = streets.xy.min(axis=0) - policy.reach_m
    cell = ((streets.xy - origin) / policy.reach_m).astype(np.int64)
    columns = int(cell[:, 0].max()) + 2
    key = cell[:, 1] * columns + cell[:, 0]
    order = np.argsort(key, kind="stable")
    starts = np.searchsorted(key[order], np.arange((int(cell[:, 1].max()) + 2) * columns + 1))
    fullest = int(np.diff(starts).max(initial=0))
    return _cast(
        (samples.place, samples.way, samples.sigma, samples.moving),
        (streets.xy, streets.heading),
        (order, starts, columns, float(origin[0]), float(origin[1]), 9 * fullest),
        (policy.reach_m, policy.turn_m, policy.most_m),
        (policy.wide_m, policy.sigmas, policy.rival),
        (policy.moving, policy.surely_moving, policy.maybe_moving),
    )


@compiled
def _cast(
    samples: tuple[Float64, Float64, Float64, Float64],
    streets: tuple[Float64, Float64],
    grid: tuple[Int64, Int64, int, float, float, int],
    costs: tuple[float, float, float],
    error: tuple[float, float, float],
    moves: tuple[float, float, float],
) -> Int64:
    places, ways, sigma, moving = samples
    xy, heading = streets
    room = grid[5]
    near, cost, aside, along = np.empty(room, np.int64), np.empty(room), np.empty(room), np.empty(room)
    votes = np.zeros((3, len(xy)), np.int64)
    most, (wide, sigmas, rival), (likely, surely, maybe) = costs[2], error, moves
    for i in range(len(places)):
        if moving[i] <= maybe:
            continue
        found, best = _near(places[i], ways[i], xy, heading, grid, costs, near, cost, aside, along)
        if best < 0 or cost[best] >= most:
            continue
        chosen, off = near[best], aside[best]
        told_apart = 2.0 * sigma[i] * sigma[i] * rival
        alone = True
        for k in range(found):
            beside = along[k] > PARALLEL and aside[k] ** 2 - off**2 < told_apart
            votes[POSSIBLE, near[k]] += beside
            if beside and alone:
                dx, dy = xy[near[k], 0] - xy[chosen, 0], xy[near[k], 1] - xy[chosen, 1]
                alone = abs(dy * heading[chosen, 0] - dx * heading[chosen, 1]) <= wide
        if moving[i] > likely and off < wide + sigmas * sigma[i]:
            votes[LIKELY, chosen] += 1
            votes[SURE, chosen] += alone and moving[i] > surely
    return votes


@compiled
def _near(
    place: Float64,
    way: Float64,
    xy: Float64,
    heading: Float64,
    grid: tuple[Int64, Int64, int, float, float, int],
    costs: tuple[float, float, float],
    near: Int64,
    cost: Float64,
    aside: Float64,
    along: Float64,
) -> tuple[int, int]:
    """Fill in the samples of streets within reach; return how many, and which of them is the cheapest, -1 if there is none."""
    order, starts, columns, west, south, _ = grid
    reach, turn, _ = costs
    column, row = int(np.floor((place[0] - west) / reach)), int(np.floor((place[1] - south) / reach))
    rows = (len(starts) - 1) // columns
    found, best = 0, -1
    for r in range(max(0, row - 1), min(rows, row + 2)):
        for c in range(max(0, column - 1), min(columns, column + 2)):
            for k in range(starts[r * columns + c], starts[r * columns + c + 1]):
                s = order[k]
                dx, dy = place[0] - xy[s, 0], place[1] - xy[s, 1]
                away = np.hypot(dx, dy)
                if away > reach:
                    continue
                near[found] = s
                along[found] = abs(way[0] * heading[s, 0] + way[1] * heading[s, 1])
                aside[found] = abs(dy * heading[s, 0] - dx * heading[s, 1])
                cost[found] = away + turn * (1.0 - along[found])
                if best < 0 or cost[found] < cost[best]:
                    best = found
                found += 1
    return found, best


def _beside(votes: Int64, piece: Int64) -> Bools:
    """Return which samples (s,) got a vote, or lie beside one of their piece that did."""
    voted = votes > 0
    same = piece[1:] == piece[:-1]
    hit = voted.copy()
    hit[1:] |= voted[:-1] & same
    hit[:-1] |= voted[1:] & same
    return hit
