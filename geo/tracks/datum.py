"""From the shifted coordinates of Chinese map services to WGS 84: what a file declares, never a guess.

CGCS2000 differs from WGS 84 by centimetres, so both are the same numbers here. GCJ-02 is here the known approximation of
an unpublished shift; BD-09 is a further one on top of it. Both are inverted by
repeating the forward way, to a tenth of a millimetre.

Source: the formulas in common use (gcoord, eviltransform), checked against their own test values.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.tracks.track import Float64

AXIS: Final = 6378245.0  # metres; Krassovsky's ellipsoid, on which the shift is defined
ECCENTRICITY: Final = 0.00669342162296594323  # squared
TURNS: Final = 5
BD_SHIFT: Final = np.array([0.0065, 0.006])  # degrees
BD_ANGLE: Final = np.pi * 3000.0 / 180.0
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271  # beyond this box nothing is shifted


def gcj02(lonlat: Float64) -> Float64:
    """Return GCJ-02 degrees (n, 2) of WGS 84 degrees, east then north."""
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    both = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    waves_y = (
        both
        + 20.0 * np.sin(y * np.pi)
        + 40.0 * np.sin(y / 3.0 * np.pi)
        + 160.0 * np.sin(y / 12.0 * np.pi)
        + 320.0 * np.sin(y * np.pi / 30.0)
    )
    waves_x = (
        both
        + 20.0 * np.sin(x * np.pi)
        + 40.0 * np.sin(x / 3.0 * np.pi)
        + 150.0 * np.sin(x / 12.0 * np.pi)
        + 300.0 * np.sin(x / 30.0 * np.pi)
    )
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves_y * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves_x * 2.0 / 3.0
    angle = np.radians(lat)
    flat = 1.0 - ECCENTRICITY * np.sin(angle) ** 2
    metres_north = AXIS * (1.0 - ECCENTRICITY) / (flat * np.sqrt(flat))
    metres_east = AXIS / np.sqrt(flat) * np.cos(angle)
    shift = np.column_stack([np.degrees(east / metres_east), np.degrees(north / metres_north)])
    return lonlat + np.where(_within(lonlat)[:, None], shift, 0.0)


def bd09(lonlat: Float64) -> Float64:
    """Return BD-09 degrees (n, 2) of WGS 84 degrees, east then north."""
    x, y = gcj02(lonlat).T
    within = _within(lonlat)
    z = np.hypot(x, y) + 0.00002 * np.sin(y * BD_ANGLE)
    theta = np.arctan2(y, x) + 0.000003 * np.cos(x * BD_ANGLE)
    shifted = np.column_stack([z * np.cos(theta), z * np.sin(theta)]) + BD_SHIFT
    return np.where(within[:, None], shifted, lonlat)


def _within(lonlat: Float64) -> npt.NDArray[np.bool_]:
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    return (lon >= WEST) & (lon <= EAST) & (lat >= SOUTH) & (lat <= NORTH)


def _back(shift: Callable[[Float64], Float64]) -> Callable[[Float64], Float64]:
    """Return the way back from a shift."""

    def back(lonlat: Float64) -> Float64:
        found = lonlat.copy()
        for _ in range(TURNS):
            found += lonlat - shift(found)
        return found

    return back


def _same(lonlat: Float64) -> Float64:
    return lonlat


READINGS: Final[Mapping[str, Callable[[Float64], Float64]]] = MappingProxyType(
    {
        "wgs84": _same,
        "cgcs2000": _same,
        "gcj02": _back(gcj02),
        "bd09": _back(bd09),
        "gcj02_twice": lambda lonlat: _back(gcj02)(_back(gcj02)(lonlat)),
        "bd09_twice": lambda lonlat: _back(bd09)(_back(bd09)(lonlat)),
        "gcj02_undone": gcj02,
        "bd09_undone": bd09,
    }
)
"""How numbers can be read. ``…_twice``: shifted once more than once; ``…_undone``: plain numbers that were taken for shifted
ones and turned back, so that they are wrong the other way."""


def to_wgs84(lonlat: Float64, reading: str) -> Float64:
    """Return WGS 84 degrees (n, 2) of degrees that are read as one of `READINGS`."""
    return READINGS[reading](lonlat)
