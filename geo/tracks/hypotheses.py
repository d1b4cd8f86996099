"""Which datum are the numbers of many tracks in? Each way of reading them is tried against the streets and the grids.

Somebody who patrols walks on streets and in their own grid, but only if the numbers are read rightly. One day proves little; days
of many people recorded by one program do. Evidence is counts, so the days of a group add up in any order to the same answer.

Source: patrol.md B.3, point 6.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.tracks import datum, distance
from geo.tracks.track import Float64, Int64

READINGS: Final = ("wgs84", "gcj02", "bd09", "gcj02_twice", "bd09_twice", "gcj02_undone", "bd09_undone")
SAME: Final = {"cgcs2000": "wgs84"}
BIN_M: Final = 0.5


@dataclass(frozen=True, slots=True)
class DatumPolicy:
    """Numbers of the test.

    Moving: between ``slow_mps`` and ``fast_mps``, fixes up to ``step_s`` apart and of an accuracy under ``acc_max_m``; of one day
    at most ``most`` of them, evenly taken. The distance to a street is cut at ``cap_m``; a grid is taken ``margin_m`` wider. The
    score is ``inside_weight`` times the share inside less the median distance over ``street_m``; the best must lead by ``lead``,
    from ``fixes`` moving fixes of ``days`` worker-days. A day is suspect from ``own_fixes`` on of which less than ``own_inside``
    lie inside.
    """

    slow_mps: float = 0.6
    fast_mps: float = 8.0
    step_s: float = 15.0
    acc_max_m: float = 20.0
    most: int = 600
    cap_m: float = 60.0
    margin_m: float = 15.0
    street_m: float = 6.0
    inside_weight: float = 3.0
    lead: float = 1.0
    fixes: int = 1000
    days: int = 5
    own_fixes: int = 200
    own_inside: float = 0.5


@dataclass(frozen=True, eq=False)
class Evidence:
    """Counts of one day or of many: moving fixes, worker-days; by reading, how many lie inside (h,) and how far from a street.

    ``away`` (h, bins) counts by `BIN_M`; all zero where no streets are known.
    """

    moving: int
    days: int
    inside: Int64
    away: Int64

    def __add__(self, other: "Evidence") -> "Evidence":
        return Evidence(
            self.moving + other.moving, self.days + other.days, self.inside + other.inside, self.away + other.away
        )


@dataclass(frozen=True, slots=True)
class DatumDoubt:
    """What a group's evidence says against its label: the best reading, its lead, and whether there is enough to propose it."""

    reading: str
    lead: float
    enough: bool
    fixes: int
    days: int
    inside_now: float
    inside_then: float


def moving(time_ms: Int64, xy: Float64, accuracy_m: Float64, policy: DatumPolicy) -> npt.NDArray[np.bool_]:
    """Return which fixes (n,), in time order and roughly in the plane, were taken on the move and are good enough to ask."""
    dt = np.diff(time_ms) / 1000.0
    speed = np.hypot(*np.diff(xy, axis=0).T) / np.maximum(dt, 1e-3)
    going = (dt <= policy.step_s) & (speed >= policy.slow_mps) & (speed <= policy.fast_mps)
    good = np.nan_to_num(accuracy_m, nan=0.0) < policy.acc_max_m
    both = np.zeros(len(time_ms), np.bool_)
    both[:-1] |= going
    both[1:] |= going
    return both & good


def evidence(
    lonlat: Float64,
    to_plane: Callable[[Float64], Float64],
    edges: Float64,
    streets: Sequence[BaseGeometry],
    policy: DatumPolicy,
) -> Evidence:
    """Return the evidence of one worker-day.

    Parameters
    ----------
    lonlat : (n, 2) degrees of moving fixes as they were sent
    to_plane : WGS 84 degrees -> metres
    edges : of the person's grid, `geo.tracks.distance.edges_of`
    streets : lines in the plane around all places that any reading may mean
    policy : the numbers
    """
    some = lonlat[np.unique(np.linspace(0, len(lonlat) - 1, min(len(lonlat), policy.most)).astype(np.int64))]
    bins = round(policy.cap_m / BIN_M) + 1
    inside, away = np.zeros(len(READINGS), np.int64), np.zeros((len(READINGS), bins), np.int64)
    tree = shapely.STRtree(np.array(list(streets), object)) if len(streets) else None
    for number, reading in enumerate(READINGS):
        xy = to_plane(datum.to_wgs84(some, reading))
        inside[number] = int((distance.signed_distance(edges, xy) > -policy.margin_m).sum())
        if tree is not None:
            away[number] = np.bincount(_bins(tree, xy, policy), minlength=bins)
    return Evidence(len(some), 1, inside, away)


def _bins(tree: shapely.STRtree, xy: Float64, policy: DatumPolicy) -> Int64:
    """Return the bin (n,) of each place's distance to the nearest street, the last one from ``cap_m`` on."""
    (index, _), metres = tree.query_nearest(
        shapely.points(xy), max_distance=policy.cap_m, return_distance=True, all_matches=False
    )
    found = np.full(len(xy), policy.cap_m)
    found[index] = metres
    return np.round(found / BIN_M).astype(np.int64)


def judged(found: Evidence, declared: str, policy: DatumPolicy) -> DatumDoubt | None:
    """Return what the evidence says against the label; None where the label is the best reading, or leads nearly as well."""
    share = found.inside / max(found.moving, 1)
    score = policy.inside_weight * share
    if found.away.any():
        score = score - _medians(found.away) / policy.street_m
    now = READINGS.index(SAME.get(declared, declared))
    best = int(np.argmax(score))
    if best == now or score[best] - score[now] < policy.lead:
        return None
    second = float(np.max(np.delete(score, best)))
    lead = float(score[best]) - second
    enough = lead >= policy.lead and found.moving >= policy.fixes and found.days >= policy.days
    return DatumDoubt(READINGS[best], lead, enough, found.moving, found.days, float(share[now]), float(share[best]))


def _medians(away: Int64) -> Float64:
    """Return the median distance (h,) of counts (h, bins), metres."""
    total = np.cumsum(away, axis=1)
    return (total * 2 < total[:, -1:]).sum(axis=1) * BIN_M
