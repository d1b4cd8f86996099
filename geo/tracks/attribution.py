"""Who was where: how long the fixes of many tracks lasted in each leaf of a partition. A count of fixes, not a verdict.

Each fix is in the leaf that holds it and lasts until the next one, but no longer than a cap; what lies beyond the cap is
nobody's. Errors of receivers and gaps are not weighed here: `geo.tracks.presence` does that, for one grid at a time.
"""

from dataclasses import dataclass

import numpy as np

from geo.partition import locating
from geo.partition.locator import Locator
from geo.tracks.track import Float64, Int64


@dataclass(frozen=True, eq=False)
class Attribution:
    """Rows in order of run, then leaf: ``run`` (k,), ``leaf`` (k,) -1 outside, ``ms`` (k,) how long."""

    run: Int64
    leaf: Int64
    ms: Int64


def attribution(locator: Locator, xy_cm: Float64, time_ms: Int64, runs: Int64, cap_s: float) -> Attribution:
    """Return how long each run's fixes lasted in each leaf and outside.

    Parameters
    ----------
    locator : of the partition
    xy_cm : (n, 2) plane centimetres
    time_ms : (n,) UTC ms, not falling within a run
    runs : (r + 1,) first fix of each run (one person's day) and the end
    cap_s : how long a fix lasts at most
    """
    sums = np.zeros(locator.owners + 1, np.int64)
    places = np.ascontiguousarray(xy_cm, np.float64)
    return Attribution(*locating.counted(places, time_ms, runs, round(cap_s * 1000), *locator.index(), sums))
