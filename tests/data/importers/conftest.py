"""Files as users send them, made in memory: honest ones and hostile ones."""

import io
import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyogrio import raw

from data.importers.child import Limits
from data.importers.fields import GridFields
from data.importers.grids import GridReport, read_grids
from geo.crs import Plane, plane
from geo.partition.assembly import Feature

Read = Callable[..., tuple[list[Feature], GridReport]]
EAST, NORTH = 118.5, 24.8  # a place near the middle of zone 39


@pytest.fixture(scope="session")
def zone_39() -> Plane:
    """Return the plane of Jinjiang."""
    return plane("EPSG:4549")


@pytest.fixture
def read(zone_39: Plane) -> Read:
    """Return ``read(data, file, code="code", **more)``: `read_grids` in the plane of Jinjiang with small limits."""

    def run(data: bytes, file: str, code: str | None = "code", **more: Any) -> tuple[list[Feature], GridReport]:
        limits = more.pop("limits", Limits(seconds=20, memory_mib=2048))
        crs = more.pop("crs", None)
        return read_grids(data, file, GridFields(code, **more), zone_39, crs, limits)

    return run


def square(x: float = 0.0, y: float = 0.0, size: float = 0.01) -> list[list[float]]:
    """Return a closed counter-clockwise ring in lon/lat."""
    west, south = EAST + x, NORTH + y
    return [
        [west, south],
        [west + size, south],
        [west + size, south + size],
        [west, south + size],
        [west, south],
    ]


def collection(*features: tuple[Any, Any], **more: Any) -> bytes:
    """Return GeoJSON of (properties, geometry or ring) pairs."""
    made = [
        {
            "type": "Feature",
            "properties": p,
            "geometry": {"type": "Polygon", "coordinates": [g]} if isinstance(g, list) else g,
        }
        for p, g in features
    ]
    return json.dumps({"type": "FeatureCollection", "features": made, **more}, ensure_ascii=False).encode()


@pytest.fixture(scope="session")
def geojson_of() -> Callable[..., bytes]:
    """Return `collection`."""
    return collection


@pytest.fixture(scope="session")
def ring() -> Callable[..., list[list[float]]]:
    """Return `square`."""
    return square


def pack(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def zip_of() -> Callable[..., bytes]:
    """Return `pack`."""
    return pack


def _written(path: Path, driver: str, codes: list[str], crs: str, encoding: str) -> None:
    shapes = np.array(
        [shapely.box(EAST + 0.01 * n, NORTH, EAST + 0.01 * n + 0.01, NORTH + 0.01) for n in range(len(codes))]
    )
    raw.write(
        path,
        shapely.to_wkb(shapes),
        [np.array(codes, object), np.array([f"网格{code}" for code in codes], object)],
        ["code", "name"],
        layer=path.stem,
        driver=driver,
        geometry_type="Polygon",
        crs=crs,
        encoding=encoding,
    )


@pytest.fixture
def shapefile_parts(tmp_path: Path) -> Callable[..., dict[str, bytes]]:
    """Return ``parts(codes, encoding="UTF-8")``: the files of a shapefile by name."""

    def parts(codes: list[str] | None = None, encoding: str = "UTF-8") -> dict[str, bytes]:
        folder = tmp_path / encoding
        folder.mkdir()
        _written(folder / "grids.shp", "ESRI Shapefile", codes or ["01", "02"], "EPSG:4326", encoding)
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    return parts


@pytest.fixture
def geopackage(tmp_path: Path) -> Callable[..., bytes]:
    """Return ``made(*sql)``: a GeoPackage of two squares after the given statements were run in it."""

    def made(*sql: str) -> bytes:
        path = tmp_path / "grids.gpkg"
        _written(path, "GPKG", ["01", "02"], "EPSG:4326", "UTF-8")
        database = sqlite3.connect(path)
        for statement in sql:
            database.execute(statement)
        database.commit()
        database.close()
        return path.read_bytes()

    return made


@pytest.fixture(scope="session")
def patched() -> Callable[[bytes, int, str, int], bytes]:
    """Return ``patched(data, at, format, value)``: the bytes with one number written over."""

    def run(data: bytes, at: int, form: str, value: int) -> bytes:
        copy = bytearray(data)
        struct.pack_into(form, copy, at, value)
        return bytes(copy)

    return run
