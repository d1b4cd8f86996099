"""Looks at JSON text before any recursive parser does: its depth, then what the GeoJSON or TopoJSON in it says."""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from data import roundtrip
from data.importers import topojson
from data.importers.child import Limits
from data.importers.geometries import POINTS, SURFACES, Wanted
from geo.errors import InputError

STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
NOT_BRACKETS: Final = bytes(c for c in range(256) if c not in b"[]{}")
SMALLEST_RING: Final = 4
NUL: Final = "\\u0000"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BadRing:
    """A ring that cannot be one: too short or not closed. ``feature`` counts from 0, ``at`` is in the file's CRS."""

    feature: int
    reason: str
    at: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Text:
    """What the text declares: the driver that reads it, its layers, the name of its CRS, heights to drop, rings that are none.

    ``crs`` is ``""`` where nothing is said (then it is WGS 84, RFC 7946). GDAL is not asked: it takes WGS 84 for what it
    does not know. ``instead`` is the text for GDAL where it must be another one. ``lattice`` is the plane on whose centimetres
    the vertices of a file lay when it was exported, ``""`` where it was not.
    """

    driver: str
    layers: tuple[str, ...]
    crs: str
    with_height: bool
    bad_rings: tuple[BadRing, ...] = field(default=())
    instead: bytes | None = None
    lattice: str = ""


def inspect(data: bytes, layer: str | None, where: str, limits: Limits, wanted: Wanted = SURFACES) -> Text:
    """Return what the GeoJSON or TopoJSON (its ``layer``) in ``data`` (UTF-8, no byte order mark) declares.

    Raises `InputError` ``file.encoding``, ``json.malformed``, ``geometry.too_deep``, ``json.duplicate_key``, ``json.not_finite``,
    ``file.mismatch`` (JSON of another kind), ``geometry.type`` or ``geometry.position``, before GDAL or GEOS see a byte.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("file.encoding", where, got=error.start) from None
    _shallow(data, where, limits.depth)
    document = _parsed(text, where)
    if document.get("type") == "Topology":
        held = topojson.inspect(document, layer, where, wanted)
        bad = tuple(BadRing(ring.feature, "open", ring.at) for ring in held.open_rings)
        return Text("TopoJSON", held.layers, _crs(document, where), False, bad, held.text)
    return _geojson(document, where, wanted)


def _shallow(data: bytes, where: str, limit: int) -> None:
    """Refuse brackets nested deeper than ``limit``, counted without recursion."""
    brackets = np.frombuffer(STRING.sub(b"", data).translate(None, NOT_BRACKETS), np.uint8)
    opens = (brackets == ord("[")) | (brackets == ord("{"))
    steps = np.where(opens, np.int8(1), np.int8(-1))
    deepest = int(np.cumsum(steps, dtype=np.int32).max(initial=0))
    if deepest > limit:
        raise InputError("geometry.too_deep", where, limit=limit, got=deepest)


def _parsed(text: str, where: str) -> Json:
    def once(pairs: list[tuple[str, Any]]) -> Json:
        keys = dict(pairs)
        if len(keys) != len(pairs):
            seen: set[str] = set()
            twice = next(key for key, _ in pairs if key in seen or seen.add(key))
            raise InputError("json.duplicate_key", where, got=twice[:60])
        return keys

    def not_finite(name: str) -> float:
        raise InputError("json.not_finite", where, got=name)

    if NUL in text:  # GDAL would cut the text there, and a code would become another one
        raise InputError("json.malformed", where, got=NUL)
    try:
        loaded = cast("object", json.loads(text, object_pairs_hook=once, parse_constant=not_finite))
    except json.JSONDecodeError as error:
        raise InputError("json.malformed", where, got=f"{error.lineno}:{error.colno}") from None
    except ValueError:  # a whole number of thousands of digits
        raise InputError("json.malformed", where, got="number") from None
    if not isinstance(loaded, dict):
        raise InputError("file.mismatch", where, got="JSON", values={"expected": "grids"})
    return cast("Json", loaded)


def _geojson(document: Json, where: str, wanted: Wanted) -> Text:
    features: Any = document.get("features") if document.get("type") == "FeatureCollection" else [document]
    if document.get("type") not in ("FeatureCollection", "Feature") or not isinstance(features, list):
        raise InputError(
            "file.mismatch", where, got=f"JSON {str(document.get('type'))[:40]}", values={"expected": "grids"}
        )
    bad: list[BadRing] = []
    with_height = False
    for number, feature in enumerate(features):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise InputError("json.malformed", where, got=f"features[{number}]")
        geometry = feature.get("geometry")
        if geometry is None:
            continue
        for ring in _rings(geometry, where, number, wanted):
            positions = _positions(ring, where, number)
            with_height |= positions.shape[1] > 2
            reason = _fault(positions)
            if reason and wanted is SURFACES:
                bad.append(BadRing(number, reason, (float(positions[0, 0]), float(positions[0, 1]))))
    return Text("GeoJSON", (), _crs(document, where), with_height, tuple(bad), lattice=roundtrip.plane_of(document))


def _crs(document: Json, where: str) -> str:
    member = document.get("crs")
    if member is None:
        return ""
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or not name.strip():
        raise InputError("crs.unknown", where, got=json.dumps(member, ensure_ascii=False)[:80])
    return name.strip()


def _rings(geometry: object, where: str, number: int, wanted: Wanted) -> list[Any]:
    """Return every run of positions of a geometry: rings, lines, or the one of a point."""
    if not isinstance(geometry, dict) or geometry.get("type") not in wanted.geojson:
        kind = geometry.get("type") if isinstance(geometry, dict) else geometry
        raise InputError(wanted.refusal, where, got=f"{kind} ({number + 1})"[:80])
    coordinates = geometry.get("coordinates")
    if wanted is POINTS:
        return [[coordinates]] if coordinates else []
    if geometry["type"] == "LineString":
        return [coordinates]
    polygons: Any = coordinates if geometry["type"] == "MultiPolygon" else [coordinates]
    if not isinstance(polygons, list) or not all(isinstance(polygon, list) for polygon in polygons):
        raise InputError("geometry.position", where, got=number + 1)
    return [ring for polygon in polygons for ring in polygon]


def _positions(ring: object, where: str, number: int) -> npt.NDArray[np.float64]:
    try:
        positions: npt.NDArray[Any] = np.asarray(ring if ring else np.empty((0, 2)))
    except ValueError:  # positions of different length
        positions = np.empty(0, object)
    if positions.ndim != 2 or positions.shape[1] not in (2, 3) or positions.dtype.kind not in "iuf":
        raise InputError("geometry.position", where, got=number + 1)
    if not np.isfinite(positions).all():
        raise InputError("json.not_finite", where, got=number + 1)
    return positions


def _fault(positions: npt.NDArray[np.float64]) -> str:
    if not len(positions):
        return ""  # nothing at all is an empty geometry, not a bad ring
    if len(positions) < SMALLEST_RING:
        return "short"
    return "" if (positions[0] == positions[-1]).all() else "open"
