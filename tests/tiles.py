"""Raster tiles for tests: pictures of one colour, in a folder and in a PMTiles file."""

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

Place = tuple[int, int, int]


def png(colour: tuple[int, int, int], side: int = 256) -> bytes:
    """Return a square picture of one colour."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = (b"\0" + bytes(colour) * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def folder(path: Path, places: Iterable[Place], picture: bytes) -> Path:
    """Write a picture as the tile of each place."""
    for z, x, y in places:
        file = path / str(z) / str(x) / f"{y}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(picture)
    return path


def pmtiles(path: Path, places: Iterable[Place], picture: bytes, kind: TileType = TileType.PNG) -> Path:
    """Write a PMTiles file with the picture as the tile of each place."""
    listed = sorted(places, key=lambda place: zxy_to_tileid(*place))
    zooms = [z for z, _, _ in listed]
    with path.open("wb") as file:
        writer = Writer(file)
        for place in listed:
            writer.write_tile(zxy_to_tileid(*place), picture)
        head = {
            "tile_type": kind,
            "tile_compression": Compression.NONE,
            "min_zoom": min(zooms),
            "max_zoom": max(zooms),
            **dict.fromkeys(("min_lon_e7", "min_lat_e7", "center_lon_e7", "center_lat_e7", "center_zoom"), 0),
            **dict.fromkeys(("max_lon_e7", "max_lat_e7"), 10_000_000),
        }
        writer.finalize(head, {})
    return path
