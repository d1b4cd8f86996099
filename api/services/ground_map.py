"""The base map under the grids of a root: where its tiles lie in the root's plane, and what must be said beside it."""

from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from api import messages
from api.settings import Settings
from data import lines, partitions
from data.basemap import BaseMap, open_base_map
from data.store import Store
from geo import crs
from geo.errors import NotFoundError
from geo.partition import lattice, tiling

FORMAT: Final = "base-map/1"
BEYOND_M: Final = 2_000.0  # how far beyond the root the base map is placed
NODES: Final = 33  # of the net a side: between two of them a straight line is off by millimetres
Float64 = npt.NDArray[np.float64]
Document = dict[str, Any]


@cache
def _opened(path: str) -> BaseMap:
    return open_base_map(Path(path))


def base_map(settings: Settings) -> BaseMap:
    """Return the base map of the settings; errors: ``basemap.none``, and those of `data.basemap.open_base_map`."""
    if not settings.base_map:
        raise NotFoundError("basemap.none")
    return _opened(settings.base_map)


def tile(settings: Settings, z: int, x: int, y: int) -> tuple[bytes, str]:
    """Return a tile of the base map and its media type; errors: ``basemap.none``, ``tile.missing``."""
    found = base_map(settings).tile(z, x, y)
    if found is None:
        raise NotFoundError("tile.missing", f"{z}/{x}/{y}"[:60])
    return found


def document(store: Store, root_name: str, settings: Settings, lang: str) -> Document:
    """Return ``base-map/1``: the tiles, and a net of places of the web scheme with where they lie in the root's plane.

    Errors: ``store.no_root``, ``basemap.none``.
    """
    shown = base_map(settings)
    with store.read() as view:
        root = partitions.find_root(view, root_name)
        west, south, east, north = lines.around(view, root, BEYOND_M)
        plane = view.plane or crs.plane(root.plane)
    corners = np.array([(west, south), (east, south), (east, north), (west, north)], np.float64)
    web = tiling.mercator(plane.to_lonlat(corners))
    (left, top), (right, bottom) = web.min(axis=0).tolist(), web.max(axis=0).tolist()
    columns, rows = np.meshgrid(np.linspace(left, right, NODES), np.linspace(top, bottom, NODES))
    there = plane.to_plane(degrees_of(np.column_stack([columns.ravel(), rows.ravel()])))
    return {
        "format": FORMAT,
        "root": root_name,
        "tiles": "/api/base-map/{z}/{x}/{y}",
        "minzoom": shown.lowest,
        "maxzoom": shown.highest,
        "notices": notices(settings, lang),
        "net": {"box": [left, top, right, bottom], "nodes": NODES, "xy": lattice.snap(there).ravel().tolist()},
    }


def notices(settings: Settings, lang: str) -> list[str]:
    """Return what must stand beside a base map (domain notes, section 10): what the grids are not, and the review number."""
    reviewed = settings.base_map_notice or messages.sentence("basemap.not_reviewed", lang)
    return [messages.sentence("basemap.sketch", lang), reviewed]


def degrees_of(web: Float64) -> Float64:
    """Return longitude and latitude of places of the web scheme ((n, 2), the world from 0 to 1, y downwards)."""
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * web[:, 1]))))
    return np.column_stack([web[:, 0] * 360 - 180, lat])
