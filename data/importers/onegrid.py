"""One grid out of a file, for a verdict without a store: its polygon in a plane that is true around it."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from data.importers import fields, gdal, reading, surfaces
from data.importers.child import Limits, run_limited
from data.importers.fields import GridFields
from data.importers.message import pack, unpack
from geo import crs as reference
from geo.crs import Plane
from geo.errors import InputError, NotFoundError

SHOWN_CODES: Final = 20
MERIDIANS: Final = (0, 120, -120)  # three local planes that see the whole earth, well enough to find a place
REACH: Final = 61

Report = reading.Report


@dataclass(frozen=True, eq=False)
class OneGrid:
    """The grid ``code``: its polygon in metres of ``plane``, and the file it came from."""

    code: str
    name: str
    geometry: BaseGeometry
    plane: str
    file: str
    sha256: str


def read_one(
    data: bytes, name: str, wanted: GridFields, code: str, plane: str | None, limits: Limits | None = None
) -> OneGrid:
    """Return one grid of a GeoJSON, TopoJSON, GeoPackage or zipped Shapefile.

    Parameters
    ----------
    data, name : the file
    wanted : the field of the code, of the name, the layer
    code : the grid
    plane : ``"EPSG:n"``, or None for a transverse Mercator at the grid's centre
    limits : of bytes, features, vertices, seconds, memory

    Errors: those of `data.importers.grids.read_grids`; `NotFoundError` ``grid.missing``; ``grid.twice``, ``grid.empty``,
    ``grid.invalid``; ``crs.scale`` and ``crs.swapped`` where the plane is not true at the grid.
    """
    limits = limits or Limits()
    if len(data) > limits.bytes:
        raise InputError("file.too_large", name, limit=limits.bytes, got=len(data))
    if plane is not None:
        reference.plane(plane)
    head = {"name": name, "fields": asdict(wanted), "code": code, "plane": plane, "limits": asdict(limits)}
    answer = unpack(run_limited("grids.read_one", pack(head, {"file": data}), limits, name))
    geometry = surfaces.from_arrays(answer.arrays)[0]
    said = answer.head
    return OneGrid(said["code"], said["name"], geometry, said["plane"], name, hashlib.sha256(data).hexdigest())


def read_message(payload: bytes, report: Report) -> bytes:
    """Return the one grid that ``payload`` asks for, as `read_one` unpacks it. Runs in the child."""
    head, arrays = unpack(payload)
    limits, name, wanted = Limits(**head["limits"]), head["name"], GridFields(**head["fields"])
    source = reading.source_of(arrays["file"].tobytes(), name, wanted.layer, limits)
    layer = gdal.read_layer(source.data, source.layer, name, limits, source.encoding)
    report("read", 1, 1)
    columns = fields.columns(layer.fields, wanted, len(layer.surfaces), name)
    row = _row(columns.codes, head["code"], name)
    crs = reading.crs_of(source, layer.crs, None, name)
    broken = {*layer.bad_rings, *(ring.feature for ring in source.bad_rings)}
    geometry: BaseGeometry | None = layer.surfaces[row]
    if row in broken or geometry is None or geometry.is_empty:
        raise InputError("grid.empty", name, got=head["code"])
    plane = reference.plane(head["plane"]) if head["plane"] else _around(geometry, crs, name)
    packed = surfaces.to_arrays(np.array([geometry], object))
    packed["xy"] = _into(packed["xy"], crs, plane, name)
    moved = surfaces.from_arrays(packed)[0]
    if not shapely.is_valid(moved):
        raise InputError("grid.invalid", name, got=shapely.is_valid_reason(moved), values={"code": head["code"]})
    return pack({"code": columns.codes[row], "name": columns.names[row], "plane": plane.code}, packed)


def _row(codes: list[str], code: str, name: str) -> int:
    rows = [row for row, one in enumerate(codes) if one == code]
    if not rows:
        shown = [*codes[:SHOWN_CODES], *(["…"] if len(codes) > SHOWN_CODES else [])]
        raise NotFoundError("grid.missing", name, got=code, values={"known": shown})
    if len(rows) > 1:
        raise InputError("grid.twice", name, got=code, values={"number": len(rows)})
    return rows[0]


def _into(xy: npt.NDArray[Any], crs: str, plane: Plane, name: str) -> npt.NDArray[np.float64]:
    metres = reference.into_plane(crs, plane)(xy)
    lonlat = xy if reference.is_lonlat(crs) else plane.to_lonlat(metres)
    plane.require_good_scale(lonlat, name)
    if not np.isfinite(metres).all():
        raise InputError("crs.scale", name, got="∞", values={"plane": plane.code})
    return metres


def _around(geometry: BaseGeometry, crs: str, name: str) -> Plane:
    """Return the transverse Mercator at the centre of the grid's box."""
    west, south, east, north = shapely.bounds(geometry)
    centre = np.array([[(west + east) / 2, (south + north) / 2]])
    if reference.is_lonlat(crs):
        lon, lat = centre[0]
        if abs(lat) > 90 or abs(lon) > 180:
            raise InputError("crs.swapped", name, got=f"{lon:.6g}, {lat:.6g}", values={"plane": "TM"})
        return reference.plane_around(float(lon), float(lat))
    for meridian in MERIDIANS:
        local = reference.plane(f"TM:{meridian},0")
        metres = reference.into_plane(crs, local)(centre)
        lon, lat = local.to_lonlat(metres)[0] if np.isfinite(metres).all() else (np.inf, np.inf)
        if abs(lon - meridian) <= REACH and np.isfinite(lat):
            return reference.plane_around(float(lon), float(lat))
    raise InputError("crs.scale", name, got="∞", values={"plane": "TM"})
