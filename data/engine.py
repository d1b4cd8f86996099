"""The two engines: one GeoPackage file through the standard ``sqlite3``, or PostgreSQL with PostGIS."""

import sqlite3
import struct
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import psycopg
import sqlalchemy
from sqlalchemy import Connection, Engine, NullPool, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from data.geometry import EMPTY, ENVELOPE_BYTES, HEADER_BYTES, LITTLE_ENDIAN, decode, envelope_code
from geo.errors import ConflictError, InputError, WanggeError

Mark = tuple[int, int, int, int, bytes]

SUFFIX: Final = ".gpkg"
POSTGRES: Final = ("postgresql", "postgresql+psycopg")
BUSY_MS: Final = 10_000
PAGE: Final = 8192  # bytes, of a new file; a row with its shape fits into one, so that a map reads half as many
PRAGMAS: Final = (f"page_size={PAGE}", "journal_mode=DELETE", "synchronous=EXTRA", "cache_spill=OFF", "foreign_keys=ON")

for whole in (np.int64, np.int32, np.uint8, np.bool_):  # sqlite3 would store them as blobs, silently
    sqlite3.register_adapter(whole, int)
sqlite3.register_adapter(date, date.isoformat)


def is_file(address: str) -> bool:
    """Tell whether a store's address is a GeoPackage path (and not a PostgreSQL URL)."""
    return "://" not in address


def path_of(address: str) -> Path:
    """Return the path of an embedded store; `InputError` ``store.bad_address`` where it is not a .gpkg."""
    path = Path(address)
    if path.suffix.lower() != SUFFIX:
        raise InputError("store.bad_address", address)
    return path


def shown(address: str) -> str:
    """Return the address without its password."""
    return address if is_file(address) else _url(address).render_as_string(hide_password=True)


def engine(address: str, *, busy_ms: int = BUSY_MS) -> Engine:
    """Return the engine of a store. Nothing is opened yet.

    An embedded connection is opened for each unit of work and closed after it, so the file is never held.
    """
    if is_file(address):
        return _embedded(path_of(address), busy_ms)
    return _server(_url(address), busy_ms)


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise InputError("store.bad_address", "postgresql://…") from error
    if url.drivername not in POSTGRES:
        raise InputError("store.bad_address", url.render_as_string(hide_password=True))
    return url.set(drivername="postgresql+psycopg")


def _server(url: URL, busy_ms: int) -> Engine:
    options = f"-c lock_timeout={busy_ms} -c timezone=UTC -c client_encoding=UTF8"
    return sqlalchemy.create_engine(url, pool_pre_ping=True, connect_args={"options": options, "connect_timeout": 10})


def _embedded(path: Path, busy_ms: int) -> Engine:
    """Return an engine on which ``isolation_level=None`` lets sqlite3 begin nothing and our own event begins."""
    made = sqlalchemy.create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        connect_args={"timeout": busy_ms / 1000, "isolation_level": None},
    )
    event.listen(made, "connect", _prepare)
    event.listen(made, "begin", _begin)
    return made


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    register_functions(connection)
    for pragma in PRAGMAS:
        connection.execute("PRAGMA " + pragma)


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql(
        f"PRAGMA query_only={'ON' if reads else 'OFF'}"
    )  # BEGIN IMMEDIATE fails under query_only
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def register_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the five functions that GeoPackage's index triggers call."""
    for place, name in enumerate(("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")):
        connection.create_function(name, 1, Edge(place), deterministic=True)
    connection.create_function("ST_IsEmpty", 1, is_empty, deterministic=True)


class Edge:
    """One edge of the box of a GeoPackage blob; ``place`` 0 min x, 1 max x, 2 min y, 3 max y."""

    def __init__(self, place: int) -> None:
        self.place = place

    def __call__(self, blob: bytes | None) -> float | None:
        """Return the edge, from the header where it is there."""
        if blob is None:
            return None
        if ENVELOPE_BYTES[envelope_code(blob)]:
            order = "<" if blob[3] & LITTLE_ENDIAN else ">"
            return struct.unpack_from(order + "4d", blob, HEADER_BYTES)[self.place]
        geometry = decode(blob)
        minx, miny, maxx, maxy = geometry.bounds
        return None if geometry.is_empty else (minx, maxx, miny, maxy)[self.place]


def is_empty(blob: bytes | None) -> int | None:
    """Return 1 for the blob of an empty geometry, else 0."""
    return None if blob is None else int(bool(blob[3] & EMPTY))


SQLITE_ERRORS: Final[Mapping[int, tuple[type[WanggeError], str]]] = {
    sqlite3.SQLITE_BUSY: (ConflictError, "store.busy"),
    sqlite3.SQLITE_LOCKED: (ConflictError, "store.busy"),
    sqlite3.SQLITE_READONLY: (InputError, "store.read_only"),
    sqlite3.SQLITE_FULL: (InputError, "store.full"),
    sqlite3.SQLITE_CANTOPEN: (InputError, "store.unreachable"),
    sqlite3.SQLITE_CORRUPT: (InputError, "store.damaged"),
    sqlite3.SQLITE_NOTADB: (InputError, "store.not_ours"),
}
POSTGRES_ERRORS: Final[Mapping[str, tuple[type[WanggeError], str]]] = {
    "55P03": (ConflictError, "store.busy"),  # lock not available
    "40001": (ConflictError, "store.busy"),  # serialisation
    "40P01": (ConflictError, "store.busy"),  # deadlock
    "25006": (InputError, "store.read_only"),
    "53100": (InputError, "store.full"),
}
PRIMARY: Final = 0xFF  # an extended result code of SQLite carries the plain one in its low byte


@contextmanager
def translated(address: str) -> Generator[None]:
    """Turn what the database says about itself (locked, full, damaged, gone) into the product's errors."""
    try:
        yield
    except DBAPIError as error:
        known = _meaning(error.orig)
        if known is None:
            raise
        kind, code = known
        if code == "store.busy" and is_write_ahead(address):
            code = "store.in_use"
        raise kind(code, shown(address), got=str(error.orig).strip()) from error


def _meaning(error: BaseException | None) -> tuple[type[WanggeError], str] | None:
    if isinstance(error, sqlite3.Error):
        return SQLITE_ERRORS.get(getattr(error, "sqlite_errorcode", 0) & PRIMARY)
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return InputError, "store.unreachable"
    return POSTGRES_ERRORS.get(error.sqlstate or "") if isinstance(error, psycopg.Error) else None


WRITE_AHEAD: Final = b"\x02\x02"
HEADER: Final = 100  # bytes
CHANGES_AT: Final = slice(24, 28)  # the change counter: one more with each transaction that wrote
VERSIONS_AT: Final = slice(18, 20)  # file format write and read version in the header of an SQLite file


def is_write_ahead(address: str) -> bool:
    """Tell whether an embedded store is in write-ahead mode: another program (QGIS, while editing) holds it open."""
    return is_file(address) and header(path_of(address))[VERSIONS_AT] == WRITE_AHEAD


def mark(address: str) -> Mark | None:
    """Return which file an embedded store is, when it was last written and how often; None where that cannot be told."""
    if not is_file(address):
        return None
    path = path_of(address)
    start = header(path)
    if len(start) < HEADER or start[VERSIONS_AT] == WRITE_AHEAD:
        return None
    there = path.stat()
    return there.st_dev, there.st_ino, there.st_mtime_ns, there.st_size, start[CHANGES_AT]


def header(path: Path) -> bytes:
    """Return the first 100 bytes of a file, nothing where there is none."""
    try:
        with path.open("rb") as file:
            return file.read(HEADER)
    except OSError:
        return b""


def versions(connection: Connection) -> dict[str, Any]:
    """Return the versions of the engine behind a connection."""
    if connection.dialect.name == "sqlite":
        return {"sqlite": sqlite3.sqlite_version}
    row = connection.exec_driver_sql("SELECT current_setting('server_version'), postgis_lib_version()").one()
    return {"postgresql": row[0].split()[0], "postgis": row[1]}
