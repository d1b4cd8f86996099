"""A version of a root made ready for maps: its shared borders and its tiles, each made once and kept compressed."""

import gzip
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from functools import cached_property
from threading import Lock, RLock
from typing import Any, Final

from api.services import unit_card
from api.services.pictures import Picture
from data import versions
from data.store import Store
from data.versions import Version
from geo import crs
from geo.errors import NotFoundError
from geo.partition import tiling
from geo.partition.sharing import SharedBorders, shared_borders
from geo.partition.tiling import World, Zoom
from maps import borders, tiles
from maps.borders import Words

FORMAT: Final = "version/1"
LOWEST, HIGHEST = 0, 18  # zooms that tiles are made for; at 18 a tile unit is under 4 cm
KEPT_VERSIONS: Final = 3
KEPT_ZOOMS: Final = 8
BORDERS_EFFORT: Final = 9  # of gzip: made once, sent often
TILE_EFFORT: Final = 6
EMPTY: Final = b""

Document = dict[str, Any]


class MapVersion:
    """One version of a root, and what was made of it so far."""

    def __init__(self, version: Version, picture: Picture) -> None:
        self.version = version
        self.picture = picture
        self._lock = RLock()  # what is being made is waited for, not made twice
        self._zooms: OrderedDict[int, Zoom] = OrderedDict()

    def borders(self) -> bytes:
        """Return ``borders/1``, gzipped."""
        with self._lock:
            return self._borders

    def tile(self, z: int, x: int, y: int) -> bytes:
        """Return a vector tile, gzipped; `EMPTY` where the root is not.

        Errors: `NotFoundError` ``tile.missing`` where the world has no such tile.
        """
        side = 1 << z if LOWEST <= z <= HIGHEST else 0
        if not (0 <= x < side and 0 <= y < side):
            raise NotFoundError("tile.missing", f"{z}/{x}/{y}"[:60], limit=HIGHEST)
        with self._lock:
            rings, shell = tiling.tile_rings(self._world, self._zoom(z), x, y)
        if not len(rings.owner):
            return EMPTY
        made = tiles.vector_tile(rings, shell, self.picture.units, self._properties)
        return gzip.compress(made, TILE_EFFORT, mtime=0)

    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north in WGS 84 degrees."""
        with self._lock:
            corners = self.picture.plane.to_lonlat(self._shared.xy / tiling.CM)
        (west, south), (east, north) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
        return west, south, east, north

    @cached_property
    def _shared(self) -> SharedBorders:
        return shared_borders(self.picture.partition)

    @cached_property
    def _world(self) -> World:
        return tiling.world_of(self._shared, self.picture.plane)

    @cached_property
    def _borders(self) -> bytes:
        partition = self.picture.partition
        head = {"root": self.picture.root.name, "version": self.version.name, "plane": partition.plane}
        made = borders.borders_document(self._shared, partition.units, self._words, head)
        return gzip.compress(made, BORDERS_EFFORT, mtime=0)

    @cached_property
    def _words(self) -> list[Words]:
        above, shown = self.picture.by_key, self.picture
        return [
            Words(unit_card.full_name(shown, unit), unit_card.label_of(unit, above.get(unit.parent or "")))
            for unit in shown.units
        ]

    @cached_property
    def _properties(self) -> list[dict[str, str | int]]:
        return [
            {"code": unit.code or "", "name": words.full, "label": words.label, "kind": unit.kind.value}
            for unit, words in zip(self.picture.units, self._words, strict=True)
        ]

    def _zoom(self, level: int) -> Zoom:
        if level not in self._zooms:
            self._zooms[level] = tiling.zoomed(self._world, level)
            while len(self._zooms) > KEPT_ZOOMS:
                self._zooms.popitem(last=False)
        self._zooms.move_to_end(level)
        return self._zooms[level]


class _Kept:
    """The versions used last, each made once."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._made: OrderedDict[tuple[str, str, str], MapVersion] = OrderedDict()

    def get(self, key: tuple[str, str, str], make: Callable[[], MapVersion]) -> MapVersion:
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
                while len(self._made) > self._size:
                    self._made.popitem(last=False)
            self._made.move_to_end(key)
            return self._made[key]


_kept: Final = _Kept(KEPT_VERSIONS)


def named(store: Store, root: str, name: str) -> MapVersion:
    """Return the version ``name`` of a root; errors: ``store.no_root``, ``version.missing``."""

    def make() -> MapVersion:
        with store.read() as view:
            version = versions.version_named(view, root, name)
            state, plane = versions.load(view, version), view.plane
        return MapVersion(version, Picture(version.root, state, plane or crs.plane(version.root.plane)))

    return _kept.get((store.address, root, name), make)


def name_on(store: Store, root: str, on: date, known_on: date | None = None) -> str:
    """Return the name of the version of a root on a day, as known on another; errors of `data.versions.version_on`."""
    with store.read() as view:
        return versions.version_on(view, root, on, known_on).name


def document(store: Store, root: str, on: date, known_on: date | None, base: str) -> Document:
    """Return ``version/1``: the version of a root on a day, and where below ``base`` its borders and tiles are (TileJSON)."""
    shown = named(store, root, name_on(store, root, on, known_on))
    levels = sorted({unit.level for unit in shown.picture.units})
    fields = {"code": "String", "name": "String", "label": "String", "kind": "String"}
    return {
        "format": FORMAT,
        "tilejson": "3.0.0",
        "root": root,
        "on": on.isoformat(),
        "known_on": known_on.isoformat() if known_on else None,
        "version": shown.version.name,
        "borders": f"{base}/borders/{shown.version.name}",
        "tiles": [f"{base}/tiles/{shown.version.name}/{{z}}/{{x}}/{{y}}"],
        "minzoom": LOWEST,
        "maxzoom": HIGHEST,
        "bounds": [round(degrees, 7) for degrees in shown.bounds()],
        "vector_layers": [{"id": f"level_{level}", "fields": fields} for level in levels],
    }
