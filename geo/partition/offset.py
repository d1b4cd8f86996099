"""Do delivered grids lie where the outline of their town is, and if not, would another reading of their numbers bring them there.

Maps made in China are often shifted by some hundred metres (GCJ-02, BD-09) and still declared as CGCS2000.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from geo.crs import Plane
from geo.tracks.datum import to_wgs84

Float64 = npt.NDArray[np.float64]

OTHERS: Final = ("gcj02", "bd09", "gcj02_undone", "bd09_undone")
FAR_M: Final = 20.0  # off by less, nobody has shifted anything
NEAR_M: Final = 2.0  # the approximation of GCJ-02 is good to a metre


class Offset(NamedTuple):
    """Numbers that were shifted: how they should be read, and how far the sides lie apart as declared, and when read so."""

    reading: str
    declared_m: float
    read_m: float


def offset(corners: Float64, outline: Float64, plane: Plane) -> Offset | None:
    """Return how grids are shifted against the outline of their town; None where they are not, or not in a known way.

    Parameters
    ----------
    corners : (n, 2) all vertices of the grids, in metres of the plane
    outline : (m, 2) vertices of the town's outline, in metres of the plane

    What is compared are the four sides of the boxes round both: grids that cover the town reach as far as its outline.
    """
    if not len(corners) or not len(outline):
        return None
    declared = apart(corners, outline)
    if declared <= FAR_M:
        return None
    lonlat = plane.to_lonlat(corners[outermost(corners)])
    found = [Offset(way, declared, apart(plane.to_plane(to_wgs84(lonlat, way)), outline)) for way in OTHERS]
    best = min(found, key=lambda one: one.read_m)
    return best if best.read_m <= NEAR_M else None


def apart(one: Float64, other: Float64) -> float:
    """Return the most that two sides of the boxes round places (n, 2) lie apart."""
    return float(
        max(np.abs(one.min(axis=0) - other.min(axis=0)).max(), np.abs(one.max(axis=0) - other.max(axis=0)).max())
    )


def outermost(corners: Float64) -> list[int]:
    """Return the numbers of the places (n, 2) farthest west, south, east and north."""
    ends: Iterable[np.intp] = (*corners.argmin(axis=0), *corners.argmax(axis=0))
    return sorted({int(number) for number in ends})
