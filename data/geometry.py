"""Geometry on both engines: the GeoPackage blob codec, the one column type ``Geom``, and the box filter.

The databases store geometry and find it by bounding box. They decide nothing: what lies in a box is a superset of the
answer (both indexes round boxes outwards), and `geo` does the rest.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from geoalchemy2 import Geometry, WKBElement
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Dialect, LargeBinary, column, func, select, table, type_coerce
from sqlalchemy.dialects.sqlite.base import ischema_names
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator

from geo.errors import InputError

Geometries = npt.NDArray[np.object_]
Box = tuple[float, float, float, float]  # min x, min y, max x, max y in plane metres

MAGIC: Final = b"GP\x00"
LITTLE_ENDIAN: Final = 0b00001
WITH_BOX: Final = 0b00010
EMPTY: Final = 0b10000
ENVELOPE_BYTES: Final = (0, 32, 48, 48, 64)  # by the envelope code in the flags
HEADER_BYTES: Final = 8
OURS: Final = MAGIC + bytes([LITTLE_ENDIAN | WITH_BOX])  # how the blobs begin that `encode` makes of what is not empty
OUR_BODY: Final = slice(HEADER_BYTES + ENVELOPE_BYTES[WITH_BOX >> 1], None)


def encode(geometry: BaseGeometry, srid: int) -> bytes:
    """Return the GeoPackage blob of one geometry (any kind and dimension), with its box in the header.

    Source: OGC 12-128r19, section 2.1.3.
    """
    return encode_all(np.array([geometry], dtype=object), srid)[0]


def encode_all(geometries: Geometries, srid: int) -> list[bytes]:
    """Return the GeoPackage blobs of many geometries, in order."""
    plain = struct.pack("<3sBi", MAGIC, LITTLE_ENDIAN | EMPTY, srid)
    boxed = struct.pack("<3sBi", MAGIC, LITTLE_ENDIAN | WITH_BOX, srid)
    bodies = shapely.to_wkb(geometries, flavor="iso", byte_order=1)
    boxes = shapely.bounds(geometries)[:, [0, 2, 1, 3]].astype("<f8")
    empty = shapely.is_empty(geometries)
    return [
        plain + body if hollow else boxed + box.tobytes() + body
        for body, box, hollow in zip(bodies, boxes, empty, strict=True)
    ]


def decode(blob: bytes) -> BaseGeometry:
    """Return the geometry of one GeoPackage blob; `InputError` ``store.bad_blob`` if it is none."""
    return decode_all([blob])[0]


def decode_all(blobs: Iterable[bytes]) -> Geometries:
    """Return the geometries of many GeoPackage blobs, in order."""
    try:
        bodies = [blob[OUR_BODY] if blob[: len(OURS)] == OURS else body(blob) for blob in blobs]
        return shapely.from_wkb(np.array(bodies, dtype=object))
    except ShapelyError as error:
        raise InputError("store.bad_blob", got=str(error)) from error


def body(blob: bytes) -> bytes:
    """Return the WKB inside a GeoPackage blob."""
    code = envelope_code(blob)
    return bytes(blob[HEADER_BYTES + ENVELOPE_BYTES[code] :])


def envelope_code(blob: bytes) -> int:
    """Return which envelope a GeoPackage blob carries; `InputError` ``store.bad_blob`` if it is none."""
    code = (blob[3] >> 1) & 7 if len(blob) > HEADER_BYTES and blob[:3] == MAGIC else len(ENVELOPE_BYTES)
    if code >= len(ENVELOPE_BYTES):
        raise InputError("store.bad_blob", got=bytes(blob[:4]).hex())
    return code


def srid_of(blob: bytes) -> int:
    """Return the reference system a GeoPackage blob names."""
    envelope_code(blob)
    return int(struct.unpack_from("<i" if blob[3] & LITTLE_ENDIAN else ">i", blob, 4)[0])


class GpkgColumn(LargeBinary):
    """A column declared by its geometry kind, as GeoPackage asks (Req 25), that holds blobs."""

    kind = "GEOMETRY"


@compiles(GpkgColumn, "sqlite")
def _declared_type(type_: GpkgColumn, _compiler: object, **_kw: object) -> str:
    return type_.kind


KINDS: Final = {
    kind: type(kind, (GpkgColumn,), {"kind": kind})
    for kind in ("POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRY")
}
ischema_names.update(KINDS)  # after geoalchemy2's import: it reflects these names as SpatiaLite's types


class Geom(TypeDecorator[BaseGeometry]):
    """A column of shapely geometries in the plane of the store.

    ``kind`` is the type in capitals, with M or ZM. The reference system is that of the store's plane, which is known only
    when the plane is fixed: so it is not in the column's type; each geometry carries it (``shapely.set_srid``), and the
    guards of the database compare it.
    """

    impl = LargeBinary
    cache_ok = True
    spatial_index = False  # read by GeoAlchemy2's DDL listener; our migrations make the indexes

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect | None) -> Any:
        """Return PostGIS's type, or on SQLite a blob declared by its kind."""
        measured = self.kind.removesuffix("ZM").removesuffix("M")
        if dialect is not None and dialect.name == "sqlite":
            return dialect.type_descriptor(KINDS[measured]())
        geometry = Geometry(self.kind, srid=0, dimension=2 + len(self.kind) - len(measured), spatial_index=False)
        return geometry if dialect is None else dialect.type_descriptor(geometry)

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> Any:
        """Return what the driver stores."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return encode(value, int(shapely.get_srid(value)))
        return WKBElement(shapely.to_wkb(value, include_srid=True), srid=int(shapely.get_srid(value)), extended=True)

    def process_result_value(self, value: Any, dialect: Dialect) -> BaseGeometry | None:
        """Return the shapely geometry, with its reference system."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return shapely.set_srid(decode(value), srid_of(value))
        return shapely.from_wkb(bytes(value.data))

    def coerce_compared_value(self, op: object, value: object) -> "Geom":  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return itself, so that a compared value is bound as a geometry."""
        return self


def stored_all(geometries: Geometries, srid: int, dialect: str) -> list[Any]:
    """Return many geometries as `bulk` inserts want them: blobs, or EWKB in hexadecimal for PostGIS."""
    if dialect == "sqlite":
        return encode_all(geometries, srid)
    return shapely.to_wkb(shapely.set_srid(geometries, srid), hex=True, include_srid=True).tolist()


@dataclass(frozen=True, eq=False)
class Stored:
    """Geometries as `stored_all` gives them, and the box around all of them; None where there is none."""

    values: list[Any]
    box: Box | None


def stored(geometries: Geometries, srid: int, dialect: str) -> Stored:
    """Return geometries ready to be stored."""
    if not len(geometries):
        return Stored([], None)
    minx, miny, maxx, maxy = shapely.total_bounds(geometries).tolist()
    return Stored(stored_all(geometries, srid, dialect), (minx, miny, maxx, maxy))


def raw(geometry: Any, dialect: str) -> ColumnElement[bytes]:
    """Return the column's bytes as they lie there, for `read_all`; one geometry at a time would be slow."""
    if dialect == "sqlite":
        return type_coerce(geometry, LargeBinary)
    return func.ST_AsEWKB(type_coerce(geometry, LargeBinary), type_=LargeBinary)


def read_all(values: Sequence[bytes], dialect: str) -> Geometries:
    """Return the geometries of many `raw` values in one call."""
    if dialect == "sqlite":
        return decode_all(values)
    return shapely.from_wkb(np.array([bytes(value) for value in values], dtype=object))


def in_box(geometry: Any, box: Box, dialect: str, srid: int) -> ColumnElement[bool]:
    """Return the condition that a geometry's box may meet ``box``: a superset of the truth, found by the index."""
    if dialect == "postgresql":
        return geometry.op("&&", is_comparison=True)(func.ST_MakeEnvelope(*box, srid))
    owner = geometry.table
    index = table(f"rtree_{owner.name}_{geometry.name}", *map(column, ("id", "minx", "maxx", "miny", "maxy")))
    minx, miny, maxx, maxy = box
    meets = (index.c.minx <= maxx, index.c.maxx >= minx, index.c.miny <= maxy, index.c.maxy >= miny)
    return owner.c.id.in_(select(index.c.id).where(*meets))
