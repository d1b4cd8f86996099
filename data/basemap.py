"""A base map on this computer: raster tiles of the web scheme (Web Mercator, WGS 84) in a PMTiles file or a folder z/x/y.png.

The office's own server hands them out; nothing is ever fetched from elsewhere. What is named in the settings is looked at
before it is served: tiles must be pictures.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from geo.errors import InputError

MAGIC: Final = b"PMTiles"
TYPES: Final = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}
BEGINNINGS: Final = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
PICTURES: Final = ("PNG", "JPEG", "WEBP")
LARGEST: Final = 4 << 20  # bytes of one tile
HIGHEST: Final = 22
_NUMBER: Final = re.compile(r"\d{1,2}", re.ASCII)


@dataclass(frozen=True, eq=False)
class BaseMap:
    """A set of raster tiles: its zooms, and what gives the bytes of one, or None where there is none."""

    lowest: int
    highest: int
    find: Callable[[int, int, int], bytes | None]

    def tile(self, z: int, x: int, y: int) -> tuple[bytes, str] | None:
        """Return a tile and its media type; None where there is none, or where it is no picture."""
        side = 1 << z if self.lowest <= z <= self.highest else 0
        if not (0 <= x < side and 0 <= y < side):
            return None
        found = self.find(z, x, y)
        kind = None if found is None or len(found) > LARGEST else kind_of(found)
        return (found, kind) if found is not None and kind is not None else None


def kind_of(picture: bytes) -> str | None:
    """Return the media type that the first bytes of a picture show."""
    return next((kind for begin, kind in BEGINNINGS.items() if picture.startswith(begin)), None)


def open_base_map(path: Path) -> BaseMap:
    """Return the base map at ``path``.

    Errors: ``basemap.missing``; ``basemap.unreadable`` (neither a PMTiles file nor a folder of tiles); ``basemap.not_pictures``.
    """
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise InputError("basemap.missing", str(path))
    from pmtiles.reader import MmapSource, Reader  # noqa: PLC0415 - most offices have no base map, or a folder

    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise InputError("basemap.unreadable", str(path))
        try:
            reader = Reader(MmapSource(file))
            head: dict[str, Any] = dict(reader.header())
        except Exception as error:  # noqa: BLE001 - whatever a broken file does to the reader, it is named
            raise InputError("basemap.unreadable", str(path), got=str(error)[:100]) from None
    if head["tile_type"].name not in PICTURES:
        raise InputError("basemap.not_pictures", str(path), got=head["tile_type"].name)
    return BaseMap(int(head["min_zoom"]), min(HIGHEST, int(head["max_zoom"])), _of(reader))


def _of(reader: Any) -> Callable[[int, int, int], bytes | None]:
    def find(z: int, x: int, y: int) -> bytes | None:
        try:
            found = reader.get(z, x, y)
        except (OSError, EOFError, ValueError, IndexError):  # a broken leaf: no tile there
            return None
        return None if found is None else bytes(found)

    return find


def _folder(path: Path) -> BaseMap:
    """Return the tiles of a folder; only names that are whole numbers are ever opened, so no path can lead out of it."""
    zooms = sorted(int(entry.name) for entry in path.iterdir() if entry.is_dir() and _NUMBER.fullmatch(entry.name))
    if not zooms:
        raise InputError("basemap.unreadable", str(path))

    def find(z: int, x: int, y: int) -> bytes | None:
        for ending in TYPES:
            file = path / str(z) / str(x) / f"{y}.{ending}"
            if file.is_file() and file.stat().st_size <= LARGEST:
                return file.read_bytes()
        return None

    return BaseMap(zooms[0], min(HIGHEST, zooms[-1]), find)
