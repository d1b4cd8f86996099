"""Vector tiles: the units of every level as layers ``level_1`` to ``level_3``, encoded by mapbox-vector-tile."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from mapbox_vector_tile import encode

from geo.partition.model import Rings, Unit
from geo.partition.tiling import EXTENT

Objects = npt.NDArray[np.object_]

OPTIONS: Final = {"extents": EXTENT, "y_coord_down": True, "check_winding_order": False}
MEDIA_TYPE: Final = "application/vnd.mapbox-vector-tile"


def vector_tile(
    rings: Rings,
    shell: npt.NDArray[np.bool_],
    units: Sequence[Unit],
    properties: Sequence[Mapping[str, str | int]],
) -> bytes:
    """Return a vector tile, empty where there are no rings.

    Parameters
    ----------
    rings, shell : of one tile, as `geo.partition.tiling.tile_rings` gives them
    units, properties : all units, and what a feature of each says; ``rings.owner`` indexes both
    """
    numbers, shapes = _polygons(rings, shell)
    layers: dict[int, list[dict[str, Any]]] = {}
    for number, shape in zip(numbers.tolist(), shapes, strict=True):
        layers.setdefault(units[number].level, []).append({"geometry": shape, "properties": properties[number]})
    named = [{"name": f"level_{level}", "features": layers[level]} for level in sorted(layers)]
    return encode(named, default_options=OPTIONS)


def _polygons(rings: Rings, shell: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], Objects]:
    """Return the units that have rings, and the MultiPolygon of each, in tile units."""
    if not len(rings.owner):
        return np.empty(0, np.int64), np.empty(0, object)
    sizes = np.diff(rings.start)
    closed = rings.start + np.arange(len(rings.start))
    index = np.arange(closed[-1]) - np.repeat(np.arange(len(sizes)), sizes + 1)
    index[closed[1:] - 1] = rings.start[:-1]
    shells = np.flatnonzero(shell)
    owner = rings.owner[shells]
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    shapes = shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON,
        rings.xy[index].astype(np.float64),
        (closed, np.append(shells, len(sizes)), np.append(first, len(shells))),
    )
    return owner[first], shapes
