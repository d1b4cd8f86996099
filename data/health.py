"""Whether a store is sound as a database: versions, mode, keys, pages, index, triggers. What `wangge doctor` says of it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from data import engine, geopackage, guards
from data.migrations import HEAD
from data.store import Reading, open_store, schema_of
from geo import crs
from geo.errors import WanggeError

SAFE_WRITE_AHEAD: Final = (3, 51, 3)  # before it SQLite can corrupt a file in that mode


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: ``ok`` is None for what is only told; ``got`` is what was found."""

    name: str
    ok: bool | None
    got: str


def sqlite_version() -> str:
    """Return the version of the SQLite library in this process."""
    return sqlite3.sqlite_version


def checks(address: str) -> list[Check]:
    """Return what is to be said of the store at ``address``; it is opened only where that is safe."""
    if engine.is_write_ahead(address) and sqlite3.sqlite_version_info < SAFE_WRITE_AHEAD:
        return [Check("store.unsafe", False, sqlite3.sqlite_version)]
    try:
        schema = schema_of(address)
        found = [Check("store.schema", schema == HEAD, f"{schema} / {HEAD}")]
        if schema == HEAD:
            with open_store(address) as store, store.read() as view:
                found += _server(view) if view.dialect == "postgresql" else _embedded(view)
                found += _both(view)
    except WanggeError as error:
        return [Check("store.opens", False, f"{error.code} {error.where}".strip())]
    return [Check("store.opens", True, engine.shown(address)), *found]


def _both(view: Reading) -> Iterator[Check]:
    lost = guards.missing(view.connection)
    yield Check("store.triggers", not lost, "、".join(lost))
    plane = view.plane
    yield Check("store.plane", None, plane.code if plane else "")
    if plane is not None:
        yield Check(
            "store.pipeline", True if crs.plane(plane.code).pipeline == plane.pipeline else None, plane.pipeline
        )


def _server(view: Reading) -> Iterator[Check]:
    versions = engine.versions(view.connection)
    yield Check("postgresql", None, versions["postgresql"])
    yield Check("postgis", None, versions["postgis"])
    encoding = str(view.connection.exec_driver_sql("SHOW server_encoding").scalar_one())
    yield Check("store.encoding", encoding == "UTF8", encoding)


def _embedded(view: Reading) -> Iterator[Check]:
    def pragma(name: str) -> list[str]:
        return ["|".join(map(str, row)) for row in view.connection.exec_driver_sql(f"PRAGMA {name}").all()]

    mode = pragma("journal_mode")[0]
    yield Check("store.journal", mode == "delete", mode)
    marks = pragma("application_id") + pragma("user_version")
    wanted = [str(geopackage.APPLICATION_ID), str(geopackage.USER_VERSION)]
    yield Check("store.geopackage", marks == wanted, " ".join(marks))
    pages = pragma("integrity_check")
    yield Check("store.integrity", pages == ["ok"], "；".join(pages[:5]))
    broken = pragma("foreign_key_check")
    yield Check("store.foreign_keys", not broken, "；".join(broken[:5]))
    for table in geopackage.layers(view.connection):
        wrong = geopackage.index_differences(view.connection, table)
        yield Check("store.index", wrong == 0, f"{table} {wrong}")
