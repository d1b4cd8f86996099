"""What a GeoPackage must be before GDAL opens it: a database of tables only, looked at from a copy in memory.

Views run their text when they are read and triggers when a row changes, so a file that brings its own is refused. The
triggers every GeoPackage needs for its spatial index and row count are known by their text and let pass.
"""

import re
import sqlite3
from contextlib import closing
from typing import Final

from geo.errors import InputError

MAGIC: Final = b"SQLite format 3\0"
APPLICATIONS: Final = frozenset({b"GPKG", b"GP10", b"GP11"})
WRITE_VERSION, READ_VERSION, WAL, ROLLBACK = 18, 19, 2, 1
QUOTED: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
INDEX_STEP: Final = re.compile(
    r"(?:insert or replace into|insert into|delete from|update or replace|update) "
    r'(?:"rtree_[^"]*"|rtree_\w+|"?gpkg_ogr_contents"?)[ (]'
)
CALL: Final = re.compile(r"\b([a-z_][a-z0-9_]*)\s*\(")
CALLS: Final = frozenset(
    {
        "st_minx",
        "st_maxx",
        "st_miny",
        "st_maxy",
        "st_isempty",
        "values",
        "lower",
        "and",
        "or",
        "when",
        "not",
        "in",
        "on",
    }
)
METADATA: Final = re.compile(r"^gpkg_(?:tile_matrix|metadata)_\w+$")


def readable(data: bytes, where: str) -> bytes:
    """Return ``data`` as GDAL may open it: in rollback mode, without anything that runs.

    Raises `InputError` ``file.mismatch`` (no GeoPackage), ``gpkg.active_content`` with the object's name, or
    ``file.unreadable`` for a damaged database.
    """
    if data[68:72] not in APPLICATIONS:
        raise InputError("file.mismatch", where, got="SQLite", values={"expected": "grids"})
    copy = bytearray(data)
    if WAL in (copy[WRITE_VERSION], copy[READ_VERSION]):
        copy[WRITE_VERSION] = copy[READ_VERSION] = ROLLBACK
    still = bytes(copy)
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(still)
            database.execute("PRAGMA trusted_schema=OFF")
            database.execute("PRAGMA query_only=ON")
            objects = database.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
    except sqlite3.Error as error:
        raise InputError("file.unreadable", where, got=str(error)) from None
    for kind, name, sql in objects:
        if not _still(str(kind), str(name), str(sql)):
            raise InputError("gpkg.active_content", where, got=str(name)[:80], values={"kind": str(kind)})
    return still


def _still(kind: str, name: str, sql: str) -> bool:
    """Return whether an object of the schema does nothing of its own."""
    text = " ".join(sql.lower().split())
    if kind == "trigger":
        return _known_trigger(name, text)
    if text.startswith("create virtual table"):
        return re.search(r" using rtree ?\(", text) is not None
    return kind in ("table", "index")


def _known_trigger(name: str, text: str) -> bool:
    """Return whether a trigger is one the standard asks for.

    Either it only keeps the R*Tree or the row count and calls nothing but bounds, or it only refuses wrong metadata.
    """
    before, begin, body = text.partition(" begin ")
    steps = [step.strip() for step in body.removesuffix(";").removesuffix("end").strip().split(";") if step.strip()]
    if not begin or not steps:
        return False
    if METADATA.match(name):
        return all(step.startswith("select raise(abort,") for step in steps)
    plain = QUOTED.sub('"q"', f"{before} {body}")
    calls = set(CALL.findall(plain)) - CALLS
    return not calls and "select" not in plain and all(INDEX_STEP.match(step) for step in steps)
