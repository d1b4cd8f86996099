"""Places and lines from a file: GeoJSON, GeoPackage, a zipped Shapefile; places also from a CSV with lon and lat.

Only the fields that are named are kept: a list of households may hold what nobody asked for. A place without a code of its
own is known by what it says and where it lies, so that the same file twice is the same places.
"""

import csv
import hashlib
import io
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import GeometryType

from data import ledger
from data.importers import fields, gdal, reading
from data.importers.child import Limits, run_limited
from data.importers.fields import GridFields
from data.importers.geometries import LINES, POINTS
from data.importers.message import pack, unpack
from data.importers.parents import decoded
from data.places import LINE, PLACE, Item, snapped
from geo import crs as reference
from geo.crs import Plane
from geo.errors import InputError

MOST: Final = 1_000_000  # of one kind at one place
CSV_NAMES: Final = {"lon": ("lon", "lng", "longitude", "经度"), "lat": ("lat", "latitude", "纬度")}
GEOMETRIES: Final = {PLACE: POINTS, LINE: LINES}
Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class PlaceFields:
    """Which fields to read: code, name, how many stand at the place, further ones to keep; which layer; columns of a CSV."""

    code: str | None = None
    name: str | None = None
    count: str | None = None
    kept: tuple[str, ...] = ()
    layer: str | None = None
    lon: str | None = None
    lat: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceReport:
    """How one file was read."""

    file: str
    sha256: str
    format: str
    crs: str
    features: int
    notes: tuple[tuple[str, Mapping[str, Any]], ...]


def read_places(
    data: bytes,
    name: str,
    subject: str,
    wanted: PlaceFields,
    plane: Plane,
    crs: str | None = None,
    limits: Limits | None = None,
) -> tuple[list[Item], PlaceReport]:
    """Return the places or lines of a file in plane metres on whole centimetres, and how it was read.

    Errors: those of `data.importers.grids.read_grids`; ``geometry.not_points``, ``geometry.not_lines``, ``geometry.absent``,
    ``count.range``, ``csv.column``, ``csv.row``.
    """
    limits = limits or Limits()
    if len(data) > limits.bytes:
        raise InputError("file.too_large", name, limit=limits.bytes, got=len(data))
    hashed = hashlib.sha256(data).hexdigest()
    if subject == PLACE and name.lower().endswith(".csv"):
        items = _from_table(data, name, wanted, plane, limits)
        return items, PlaceReport(name, hashed, "CSV", "WGS 84", len(items), ())
    head = {"name": name, "subject": subject, "fields": asdict(wanted), "plane": plane.code, "crs": crs}
    head["limits"] = asdict(limits)
    said, arrays = unpack(run_limited("places.read", pack(head, {"file": data}), limits, name))
    shapes = _shapes(arrays, subject)
    items = _items(said["codes"], said["names"], said["counts"], said["kept"], shapes)
    notes = tuple((code, values) for code, values in said["notes"])
    return items, PlaceReport(name, hashed, said["format"], said["crs"], len(items), notes)


def read_message(payload: bytes, report: reading.Report) -> bytes:
    """Return the places in ``payload``, as `read_places` unpacks them. Runs in the child."""
    head, arrays = unpack(payload)
    limits, name, asked = Limits(**head["limits"]), head["name"], PlaceFields(**head["fields"])
    geometries = GEOMETRIES[head["subject"]]
    source = reading.source_of(arrays["file"].tobytes(), name, asked.layer, limits, geometries)
    layer = gdal.read_layer(source.data, source.layer, name, limits, source.encoding, geometries)
    report("read", 1, 1)
    count = len(layer.surfaces)
    if not count:
        raise InputError("file.no_features", name)
    missing = np.flatnonzero(shapely.is_missing(layer.surfaces) | shapely.is_empty(layer.surfaces))
    if len(missing):
        raise InputError("geometry.absent", name, got=int(missing[0]) + 1)
    columns = fields.columns(layer.fields, GridFields(asked.code, asked.name), count, name)
    kept = [list(fields.columns(layer.fields, GridFields(None, each), count, name).names) for each in asked.kept]
    counts = [1] * count if asked.count is None else _counts(fields.texts(layer.fields, asked.count, name), name)
    crs = reading.crs_of(source, layer.crs, head["crs"], name)
    packed = _arrays(layer.surfaces)
    packed["xy"], _ = reading.into(packed["xy"], crs, reference.plane(head["plane"]), name)
    said = {
        "codes": columns.codes if asked.code is not None else [""] * count,
        "names": columns.names,
        "counts": counts,
        "kept": [dict(zip(asked.kept, values, strict=True)) for values in zip(*kept, strict=True)] or [{}] * count,
        "format": reading.WORDS[source.driver],
        "crs": "WGS 84" if not crs or reference.same_crs(crs, reference.LONLAT) else crs[:80],
        "notes": [(note.code, note.values) for note in source.notes],
    }
    return pack(said, packed)


def _counts(texts: Iterator[str], name: str) -> list[int]:
    found: list[int] = []
    for row, text in enumerate(texts, 1):
        if not (text.isascii() and text.isdigit() and int(text) <= MOST):
            raise InputError("count.range", name, got=text[:20], limit=MOST, values={"row": row})
        found.append(int(text))
    return found


def _arrays(shapes: npt.NDArray[np.object_]) -> dict[str, Array]:
    """Return points or lines as coordinates and offsets: vertices of each line, lines of each shape."""
    lines = shapely.get_parts(shapes)
    owner = shapely.get_parts(shapes, return_index=True)[1]
    sizes = shapely.get_num_coordinates(lines)
    return {
        "xy": shapely.get_coordinates(lines),
        "lines": np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        "shapes": np.searchsorted(owner, np.arange(len(shapes) + 1)).astype(np.int64),
    }


def _shapes(arrays: Mapping[str, Array], subject: str) -> npt.NDArray[np.object_]:
    """Return the points or lines of `_arrays`; ValueError if the offsets do not fit: they come from another process."""
    xy, lines, shapes = arrays["xy"], arrays["lines"], arrays["shapes"]
    for offsets, end in ((lines, len(xy)), (shapes, len(lines) - 1)):
        if offsets[0] != 0 or offsets[-1] != end or (np.diff(offsets) < 1).any():
            raise ValueError("offsets do not fit")
    if subject == PLACE:
        if len(xy) != len(shapes) - 1:
            raise ValueError("points do not fit")
        return np.asarray(shapely.points(xy), object)
    return shapely.from_ragged_array(GeometryType.MULTILINESTRING, xy, (lines, shapes))


def _items(
    codes: Sequence[str],
    names: Sequence[str],
    counts: Sequence[int],
    kept: Sequence[Mapping[str, str]],
    shapes: npt.NDArray[np.object_],
) -> list[Item]:
    seen: Counter[str] = Counter()
    found: list[Item] = []
    for code, name, count, more, shape in zip(codes, names, counts, kept, shapes, strict=True):
        geometry = snapped(shape)
        identity = code
        if not code:  # by what it says and where; the second of the same is another one
            said = ledger.digest([name, count, dict(more), shapely.to_wkt(geometry, rounding_precision=2)])[:24]
            seen[said] += 1
            identity = f"~{said}-{seen[said]}"
        found.append(Item(identity, name, geometry, count, more))
    return found


def _from_table(data: bytes, name: str, wanted: PlaceFields, plane: Plane, limits: Limits) -> list[Item]:
    text, _ = decoded(data, name)
    table = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [row for row in table if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputError("csv.row", name, got=str(error), values={"row": table.line_num}) from None
    if len(rows) < 2:
        raise InputError("file.no_features", name)
    if len(rows) - 1 > limits.features:
        raise InputError("file.features", name, limit=limits.features, got=len(rows) - 1)
    header = [cell.strip() for cell in rows[0]]
    place = {
        each: _column(header, each, name) for each in (wanted.code, wanted.name, wanted.count, *wanted.kept) if each
    }
    lon, lat = (_coordinate(header, each, getattr(wanted, each), name) for each in ("lon", "lat"))
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(header):
            raise InputError("csv.row", name, got=len(row), limit=len(header), values={"row": number})
    cells = [[cell.strip() for cell in row] for row in rows[1:]]
    degrees = np.array([[_number(row[c], n, name) for c in (lon, lat)] for n, row in enumerate(cells, 2)])
    plane.require_good_scale(degrees, name)

    def column(field: str | None, default: str = "") -> list[str]:
        return [row[place[field]] if field else default for row in cells]

    kept = [{field: row[place[field]] for field in wanted.kept} for row in cells]
    counts = _counts(iter(column(wanted.count, "1")), name)
    points = np.asarray(shapely.points(plane.to_plane(degrees)), object)
    return _items(column(wanted.code), column(wanted.name), counts, kept, points)


def _column(header: Sequence[str], field: str, name: str) -> int:
    if field not in header:
        raise InputError("csv.column", name, got=field, values={"fields": list(header)})
    return header.index(field)


def _coordinate(header: Sequence[str], what: str, field: str | None, name: str) -> int:
    if field is not None:
        return _column(header, field, name)
    found = [number for number, cell in enumerate(header) if cell.lower() in CSV_NAMES[what]]
    if len(found) != 1:
        raise InputError("csv.column", name, got=what, values={"fields": list(header)})
    return found[0]


def _number(text: str, row: int, name: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError("csv.row", name, got=text[:20], values={"row": row})
    return value
