"""Polygons as plain arrays, so that they cross from the child without a pickle or a recursive format."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import GeometryType

Array = npt.NDArray[Any]
NAMES: Final = ("xy", "rings", "polygons", "features", "present")


def to_arrays(surfaces: npt.NDArray[np.object_]) -> dict[str, Array]:
    """Return Polygons and MultiPolygons (None or empty ones are kept as absent) as coordinates and offsets.

    ``xy`` (n, 2) float64; ``rings``, ``polygons``, ``features`` int64 offsets; ``present`` (k,) uint8.
    """
    present = ~(shapely.is_missing(surfaces) | shapely.is_empty(surfaces))
    kept = surfaces[present]
    if not len(kept):
        none = np.zeros(1, np.int64)
        return {
            "xy": np.empty((0, 2)),
            "rings": none,
            "polygons": none,
            "features": none,
            "present": present.astype(np.uint8),
        }
    kind, xy, offsets = shapely.to_ragged_array(kept, include_z=False)
    if kind == GeometryType.POLYGON:
        offsets = (*offsets, np.arange(len(kept) + 1))
    rings, polygons, features = (np.asarray(each, np.int64) for each in offsets)
    return {
        "xy": np.asarray(xy, np.float64),
        "rings": rings,
        "polygons": polygons,
        "features": features,
        "present": present.astype(np.uint8),
    }


def from_arrays(arrays: dict[str, Array]) -> npt.NDArray[np.object_]:
    """Return the MultiPolygons of `to_arrays`, None where one was absent.

    Raises ValueError if the offsets do not fit each other: they come from a process that read a stranger's file.
    """
    xy, rings, polygons, features, present = (arrays[name] for name in NAMES)
    for offsets, end in ((rings, len(xy)), (polygons, len(rings) - 1), (features, len(polygons) - 1)):
        if offsets.dtype != np.int64 or offsets[0] != 0 or offsets[-1] != end or (np.diff(offsets) < 0).any():
            raise ValueError("offsets do not fit")
    count = int(np.count_nonzero(present))
    if xy.ndim != 2 or xy.dtype != np.float64 or len(features) - 1 != count:
        raise ValueError("coordinates do not fit")
    result = np.full(len(present), None, object)
    if count:
        result[present.astype(bool)] = shapely.from_ragged_array(
            GeometryType.MULTIPOLYGON, xy, (rings, polygons, features)
        )
    return result
