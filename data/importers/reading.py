"""The child's part of reading grids: a gate for the format, then GDAL, then the way into the plane."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data import roundtrip
from data.importers import archive, fields, gdal, geojson, geopackage, shapefile, surfaces
from data.importers.child import Limits
from data.importers.fields import GridFields, Note
from data.importers.geometries import SURFACES, Wanted
from data.importers.message import pack, unpack
from geo import crs as reference
from geo.crs import Plane
from geo.errors import InputError

BOM: Final = b"\xef\xbb\xbf"
SQLITE, ZIP = geopackage.MAGIC, (b"PK\x03\x04", b"PK\x05\x06")
NAMES: Final = {
    "GeoJSON": (".geojson", ".json"),
    "TopoJSON": (".topojson", ".json"),
    "GPKG": (".gpkg",),
    "ESRI Shapefile": (".zip",),
}
WORDS: Final = {"GeoJSON": "GeoJSON", "TopoJSON": "TopoJSON", "GPKG": "GeoPackage", "ESRI Shapefile": "Shapefile (zip)"}
COARSE: Final = 2  # decimals of a degree: places about a kilometre apart are enough to judge the point scale

Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Source:
    """What a gate let pass: bytes for GDAL and what it found out."""

    driver: str
    data: bytes
    layer: str | None
    crs: str | None
    encoding: str | None = None
    bad_rings: tuple[geojson.BadRing, ...] = ()
    with_height: bool = False
    notes: tuple[Note, ...] = ()
    lattice: str = ""


def read_message(payload: bytes, report: Report) -> bytes:
    """Return the grids in the files of ``payload``, as `data.importers.grids.read_many` unpacks them. Runs in the child."""
    head, arrays = unpack(payload)
    limits, wanted = Limits(**head["limits"]), GridFields(**head["fields"])
    plane, names = reference.plane(head["plane"]), head["names"]
    said: list[dict[str, Any]] = []
    packed: dict[str, npt.NDArray[Any]] = {}
    for number, name in enumerate(names):
        report("read", number, len(names))
        one, columns = _read(arrays[f"file.{number}"].tobytes(), name, wanted, plane, head["crs"], limits)
        said.append(one)
        packed |= {f"{number}.{each}": column for each, column in columns.items()}
        _within([len(one["codes"]) for one in said], limits.features, "file.features", name)
        _within([len(packed[f"{n}.xy"]) for n in range(len(said))], limits.vertices, "file.vertices", name)
    report("read", len(names), len(names))
    return pack({"files": said}, packed)


def _within(counts: list[int], limit: int, code: str, name: str) -> None:
    """Refuse when all files together hold more than one may."""
    if sum(counts) > limit:
        raise InputError(code, name, limit=limit, got=sum(counts))


def _read(
    data: bytes, name: str, wanted: GridFields, plane: Plane, given: str | None, limits: Limits
) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Return what is said of one file, and its surfaces in the plane."""
    source = source_of(data, name, wanted.layer, limits)
    layer = gdal.read_layer(source.data, source.layer, name, limits, source.encoding)
    if not len(layer.surfaces):
        raise InputError("file.no_features", name)
    columns = fields.columns(layer.fields, wanted, len(layer.surfaces), name)
    crs = crs_of(source, layer.crs, given, name)
    packed = surfaces.to_arrays(layer.surfaces)
    degrees = packed["xy"]
    packed["xy"], scale = into(degrees, crs, plane, name)
    if source.lattice == plane.code and reference.is_lonlat(crs):
        roundtrip.require_decimals(degrees, packed["xy"], plane, name)
    notes = [*source.notes, *columns.notes]
    if source.with_height or layer.with_height:
        notes.append(Note("note.height_dropped", {}))
    if source.crs == "" and not given:
        notes.append(Note("note.wgs84_assumed", {}))
    notes.append(Note("note.scale", {"percent": round(abs(scale - 1) * 100, 3), "plane": plane.code}))
    said: dict[str, Any] = {
        "codes": columns.codes,
        "names": columns.names,
        "parents": columns.parents,
        "format": WORDS[source.driver],
        "layer": source.layer or "",
        "crs": "WGS 84" if not crs or reference.same_crs(crs, reference.LONLAT) else crs[:80],
        "bad_rings": _bad_rings(source, layer.bad_rings, columns.codes, crs, plane),
        "notes": [(note.code, note.values) for note in notes],
    }
    return said, packed


def source_of(data: bytes, name: str, layer: str | None, limits: Limits, wanted: Wanted = SURFACES) -> Source:
    """Return what the gate of the format lets pass. Raises ``file.mismatch`` when bytes and name disagree."""
    if data.startswith(BOM):
        data = data[len(BOM) :]
    if data.startswith(SQLITE):
        source = Source("GPKG", geopackage.readable(data, name), layer, None)
    elif data.startswith(ZIP):
        shape = shapefile.choose(archive.unpack(data, name, limits), layer, name, wanted)
        source = Source("ESRI Shapefile", shape.packed, None, None, shape.encoding, notes=_told(shape))
    elif data.lstrip()[:1] == b"{":
        text = geojson.inspect(data, layer, name, limits, wanted)
        named = text.layers and layer is None and len(text.layers) == 1
        source = Source(
            text.driver,
            data if text.instead is None else text.instead,
            text.layers[0] if named else (layer if text.driver == "TopoJSON" else None),
            text.crs,
            bad_rings=text.bad_rings,
            with_height=text.with_height,
            lattice=text.lattice,
        )
    else:
        raise InputError("file.mismatch", name, got=_looks_like(data), values={"expected": "grids"})
    if not name.lower().endswith(NAMES[source.driver]):
        raise InputError("file.mismatch", name, got=WORDS[source.driver], values={"expected": "grids"})
    return source


def _told(shape: shapefile.Shapefile) -> tuple[Note, ...]:
    return (Note("note.ignored", {"names": list(shape.ignored)}),) if shape.ignored else ()


def _looks_like(data: bytes) -> str:
    start = data.lstrip()[:5]
    if not start:
        return "—"
    known = {
        b"<": "XML",
        b"\x1f\x8b": "gzip",
        b"Rar!": "RAR",
        b"7z\xbc": "7z",
        b"%PDF": "PDF",
        b"\x00\x00\x27\x0a": "Shapefile (.shp)",
    }
    return next((word for magic, word in known.items() if start.startswith(magic)), "unknown")


def crs_of(source: Source, found: str, given: str | None, name: str) -> str:
    """Return the CRS to read the coordinates in: the file's own, or the given one where the file is silent."""
    own = found if source.crs is None else source.crs
    silent = not own or "undefined" in own.lower()
    if given:
        if not silent and not reference.same_crs(own, given):
            raise InputError("crs.conflict", name, got=own[:60], values={"given": given})
        return given
    if silent and source.crs is None:
        raise InputError("crs.missing", name)
    return "" if silent else own


def into(xy: npt.NDArray[Any], crs: str, plane: Plane, name: str) -> tuple[npt.NDArray[np.float64], float]:
    """Return coordinates in the plane, and the worst point scale; refuses what does not lie where the plane is true."""
    if not len(xy):
        return xy, 1.0
    if not np.isfinite(xy).all():
        raise InputError("json.not_finite", name)
    metres = reference.into_plane(crs, plane)(xy)
    degrees = xy if reference.is_lonlat(crs) else plane.to_lonlat(metres)
    places = np.unique(np.round(degrees, COARSE), axis=0)
    plane.require_good_scale(places, name)
    if not np.isfinite(metres).all():
        raise InputError("crs.scale", name, got="∞", values={"plane": plane.code})
    scales = plane.scale(places)
    return metres, float(scales[np.abs(scales - 1).argmax()])


def _bad_rings(
    source: Source, unbuilt: tuple[int, ...], codes: list[str], crs: str, plane: Plane
) -> list[tuple[str, str, tuple[float, float] | None]]:
    """Return (code, reason, place in the plane) of every feature with a ring that is none."""
    named = {ring.feature: ring for ring in reversed(source.bad_rings)}
    into = reference.into_plane(crs, plane)
    found: list[tuple[str, str, tuple[float, float] | None]] = []
    for row in sorted({*unbuilt, *named}):
        ring = named.get(row)
        at = None
        if ring is not None and ring.at is not None:
            x, y = into(np.array([ring.at], np.float64))[0]
            at = (float(x), float(y)) if np.isfinite([x, y]).all() else None
        found.append((codes[row], ring.reason if ring else "open", at))
    return found
