"""Grids as files for other programs: GeoPackage, zipped Shapefile, GeoJSON. Each comes back with every vertex on its centimetre.

A file is written beside its place and then takes it in one step, so nobody ever sees half of it.
"""

import io
import json
import os
import tempfile
import warnings
import zipfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from data.roundtrip import DECIMALS, Origin, member
from geo.crs import Plane
from geo.errors import ConflictError, InputError

SUFFIXES: Final = (".gpkg", ".geojson", ".shp.zip")
FIELDS: Final = ("code", "name", "parent", "kind")
LONGEST_SHAPEFILE_TEXT: Final = 254  # bytes
GEOPACKAGE_VERSION: Final = "1.3"  # what older GDAL and QGIS open without a warning
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class ExportLayer:
    """One level: ``rows`` of (code, name, parent code, kind) and a MultiPolygon in plane metres for each."""

    level: int
    rows: Sequence[tuple[str, str, str, str]]
    surfaces: Objects

    @property
    def name(self) -> str:
        """The name of the layer in every format."""
        return f"level_{self.level}"


def suffix(path: Path) -> str:
    """Return the format's suffix of ``path``, or raise `InputError` ``export.suffix``."""
    for known in SUFFIXES:
        if path.name.lower().endswith(known) and len(path.name) > len(known):
            return known
    raise InputError("export.suffix", str(path), got=path.suffix, values={"known": list(SUFFIXES)})


def write(path: Path, layers: Sequence[ExportLayer], plane: Plane, origin: Origin) -> None:
    """Write ``layers`` to ``path``; GeoJSON takes exactly one and says its ``origin``.

    Raises `ConflictError` ``export.exists`` (nothing is ever overwritten), `InputError` ``export.suffix``, ``export.folder``
    or ``export.text_too_long``.
    """
    kind = suffix(path)
    if path.exists():
        raise ConflictError("export.exists", str(path))
    if not path.parent.is_dir():
        raise InputError("export.folder", str(path), got=str(path.parent))
    with _in_one_step(path) as beside:
        if kind == ".geojson":
            beside.write_bytes(geojson(layers[0], plane, origin))
        elif kind == ".gpkg":
            for number, layer in enumerate(layers):
                _with_gdal(beside, layer, plane.wkt, "GPKG", append=number > 0)
        else:
            beside.write_bytes(_shapefiles(layers, plane))


def geojson(layer: ExportLayer, plane: Plane, origin: Origin) -> bytes:
    """Return a level as GeoJSON (RFC 7946) in WGS 84 lon/lat with 8 decimals, and on which lattice its vertices lie."""
    features = [
        f'{{"type": "Feature", "properties": {_properties(row)}, "geometry": {geometry_text(surface, plane)}}}'
        for row, surface in zip(layer.rows, layer.surfaces, strict=True)
    ]
    head = f'{{"type": "FeatureCollection", "name": "{layer.name}", {member(origin, plane)}, "features": [\n'
    return (head + ",\n".join(features) + "\n]}\n").encode()


def _properties(row: tuple[str, str, str, str]) -> str:
    return json.dumps(dict(zip(FIELDS, row, strict=True)), ensure_ascii=False)


def geometry_text(surface: Any, plane: Plane) -> str:
    """Return a Polygon or MultiPolygon in plane metres as a GeoJSON geometry in lon/lat with 8 decimals."""
    polygons = [_polygon_text(part, plane) for part in shapely.get_parts(surface)]
    if len(polygons) == 1:
        return f'{{"type": "Polygon", "coordinates": {polygons[0]}}}'
    return f'{{"type": "MultiPolygon", "coordinates": [{", ".join(polygons)}]}}'


def _polygon_text(polygon: Any, plane: Plane) -> str:
    rings: list[str] = []
    for ring in shapely.get_rings(polygon):
        lonlat = plane.to_lonlat(shapely.get_coordinates(ring))
        rings.append("[" + ", ".join(f"[{lon:.{DECIMALS}f}, {lat:.{DECIMALS}f}]" for lon, lat in lonlat.tolist()) + "]")
    return "[" + ", ".join(rings) + "]"


def _with_gdal(path: Path | io.BytesIO, layer: ExportLayer, wkt: str, driver: str, *, append: bool) -> None:
    from pyogrio import raw  # noqa: PLC0415 - GDAL is loaded only where something is written

    columns = [np.array(column, object) for column in zip(*layer.rows, strict=True)] or [np.empty(0, object)] * len(
        FIELDS
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a shapefile cannot name some planes by their number
        raw.write(
            path,
            shapely.to_wkb(shapely.force_2d(layer.surfaces)),
            columns,
            list(FIELDS),
            layer=layer.name,
            driver=driver,
            geometry_type="MultiPolygon" if driver == "GPKG" else "Polygon",
            crs=wkt,
            encoding="UTF-8",
            append=append,
            dataset_options=None if append or driver != "GPKG" else {"VERSION": GEOPACKAGE_VERSION},
        )


def _shapefiles(layers: Sequence[ExportLayer], plane: Plane) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, tempfile.TemporaryDirectory() as folder:
        for layer in layers:
            for row in layer.rows:
                long = next((text for text in row if len(text.encode()) > LONGEST_SHAPEFILE_TEXT), None)
                if long is not None:
                    raise InputError("export.text_too_long", row[0], limit=LONGEST_SHAPEFILE_TEXT, got=long[:40])
            _with_gdal(Path(folder) / f"{layer.name}.shp", layer, plane.wkt, "ESRI Shapefile", append=False)
            for part in sorted(Path(folder).glob(f"{layer.name}.*")):
                about = zipfile.ZipInfo(part.name, (1980, 1, 1, 0, 0, 0))
                about.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(about, part.read_bytes())
    return packed.getvalue()


@contextmanager
def _in_one_step(path: Path) -> Generator[Path]:
    """Give a name beside ``path`` to write to; it takes its place at the end, or vanishes."""
    try:
        folder = tempfile.TemporaryDirectory(dir=path.parent, prefix=".wangge-")
    except OSError as error:
        raise InputError("export.folder", str(path), got=str(error.strerror)) from None
    with folder as name:
        beside = Path(name) / ("export" + suffix(path))
        yield beside
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        _place(beside, path)


def _place(beside: Path, path: Path) -> None:
    try:
        os.link(beside, path)  # unlike a rename it fails if somebody was faster
    except FileExistsError:
        raise ConflictError("export.exists", str(path)) from None
    except OSError:  # a file system without links
        beside.rename(path)
