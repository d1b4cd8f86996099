"""The second wall: triggers that refuse to change what is published, on both engines, and the test that they are there.

The first wall is that nothing here tries. An edit forced past the triggers is found by `data.audit`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from data import geopackage

PREFIX: Final = "guard_"


@dataclass(frozen=True, slots=True)
class Guard:
    """How a table is guarded.

    ``settable`` may change, once, from nothing to a value; ``free`` may change at will; every other column never changes,
    and no row is deleted. ``identity`` finds the row that an INSERT would replace. ``has_geometry``: in the store's plane.
    ``removable``: rows are deleted with age, and each deletion is recorded.
    """

    table: str
    settable: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    identity: tuple[str, ...] = ("id",)
    has_geometry: bool = False
    removable: bool = False


GUARDS: Final = (
    Guard("unit_version", settable=("seq_to",), has_geometry=True),
    Guard("root_frame", settable=("seq_to",), has_geometry=True),
    Guard("unit", free=("abolished_seq",)),
    Guard("code_registry", free=("last_seq",)),
    Guard("ledger", identity=("root_id", "seq")),
    Guard("partition_root", free=("head_seq", "head_hash")),
    Guard("store", settable=("plane", "srid", "pipeline", "wkt", "salt")),
    Guard("board", free=("state",)),
    Guard("place", settable=("seq_to",), has_geometry=True),
    Guard("line", settable=("seq_to",), has_geometry=True),
    Guard("delivery", identity=("seq",)),
    Guard("person", settable=("seq_to",)),
    Guard("assignment", settable=("seq_to",)),
    Guard("shift", settable=("seq_to",)),
    Guard("absence", settable=("seq_to",)),
    Guard("receipt", identity=("seq",)),
    Guard("deletion", identity=("seq",)),
    Guard("track_part", settable=("deletion",)),
    Guard("check_in", removable=True),
    Guard("verdict"),
    Guard("verdict_step", identity=("seq",)),
    Guard("question", identity=("seq",)),
    Guard(
        "change",
        settable=("published_seq",),
        free=("rev", "state", "title", "effective_from", "filing_no", "updated_at"),
    ),
    Guard("change_event", identity=("change_id", "rev")),
    Guard("document"),
)


def resync(connection: Connection) -> None:
    """Make every trigger that belongs to the present tables, and the indexes of those whose triggers were gone.

    Called after each migration step: a batch change drops a table's triggers without a word.
    """
    if connection.dialect.name == "postgresql":
        _resync_server(connection)
        return
    there = triggers(connection)
    for table in geopackage.layers(connection):
        wanted = geopackage.index_triggers(table)
        if _make(connection, there, wanted):
            geopackage.rebuild_index(connection, table)
    for guard in _present(connection):
        _make(connection, there, _embedded(guard, _columns(connection, guard.table)))


def missing(connection: Connection) -> list[str]:
    """Return the triggers that are gone, disabled or not as we make them, as ``table.trigger``."""
    if connection.dialect.name == "postgresql":
        return _missing_on_server(connection)
    there = triggers(connection)
    wanted: dict[str, str] = {}
    for table in geopackage.layers(connection):
        wanted |= geopackage.index_triggers(table)
    for guard in _present(connection):
        wanted |= _embedded(guard, _columns(connection, guard.table))
    return sorted(name for name, text in wanted.items() if there.get(name) != text)


def _make(connection: Connection, there: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    lost = {name: text for name, text in wanted.items() if there.get(name) != text}
    for name, text in lost.items():
        connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS "{name}"')
        connection.exec_driver_sql(text)
    return bool(lost)


def triggers(connection: Connection) -> dict[str, str]:
    """Return the triggers of an embedded store: name -> statement."""
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    return {row.name: row.sql for row in rows}


def _present(connection: Connection) -> Iterable[Guard]:
    names = set(connection.dialect.get_table_names(connection))
    return [guard for guard in GUARDS if guard.table in names]


def _columns(connection: Connection, table: str) -> list[str]:
    return [column["name"] for column in connection.dialect.get_columns(connection, table)]


def _embedded(guard: Guard, columns: list[str]) -> dict[str, str]:
    """Return SQLite's triggers of a table: name -> statement."""
    table = guard.table
    fixed = [f'NEW."{c}" IS NOT OLD."{c}"' for c in columns if c not in guard.settable + guard.free]
    once = [f'(OLD."{c}" NOT NULL AND NEW."{c}" IS NOT OLD."{c}")' for c in guard.settable]
    same = " AND ".join(f'"{c}" = NEW."{c}"' for c in guard.identity)
    rules = {
        "update": f'BEFORE UPDATE ON "{table}" WHEN {" OR ".join(fixed + once)}',
        "delete": f'BEFORE DELETE ON "{table}"',
        # INSERT OR REPLACE deletes without asking the delete trigger
        "replace": f'BEFORE INSERT ON "{table}" WHEN EXISTS (SELECT 1 FROM "{table}" WHERE {same})',  # noqa: S608
    }
    if guard.removable:
        del rules["delete"]
    if guard.has_geometry:
        stated = "(SELECT printf('%02X%02X%02X%02X', srid & 255, srid >> 8 & 255, srid >> 16 & 255, srid >> 24 & 255) FROM store)"
        rules["plane"] = f'BEFORE INSERT ON "{table}" WHEN hex(substr(NEW.geom, 5, 4)) IS NOT {stated}'
    return {
        f"{PREFIX}{table}_{what}": f'CREATE TRIGGER "{PREFIX}{table}_{what}" {when}'
        f" BEGIN SELECT RAISE(ABORT, '{_sentence(table, what)}'); END"
        for what, when in rules.items()
    }


def _sentence(table: str, what: str) -> str:
    return (
        f"{table}: not in the plane of the store" if what == "plane" else f"{table}: what is recorded is never changed"
    )


def _resync_server(connection: Connection) -> None:
    for guard in _present(connection):
        columns = _columns(connection, guard.table)
        name = f"{PREFIX}{guard.table}"
        connection.exec_driver_sql(_function(guard, columns))
        for trigger, when in _server(guard).items():
            connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS "{trigger}" ON "{guard.table}"')
            connection.exec_driver_sql(f'CREATE TRIGGER "{trigger}" {when} EXECUTE FUNCTION "{name}"()')


def _server(guard: Guard) -> dict[str, str]:
    """Return PostgreSQL's triggers of a table: name -> when."""
    name, table = f"{PREFIX}{guard.table}", guard.table
    events = ["INSERT"] * guard.has_geometry + ["UPDATE"] + ["DELETE"] * (not guard.removable)
    return {
        f"{name}_row": f'BEFORE {" OR ".join(events)} ON "{table}" FOR EACH ROW',
        f"{name}_truncate": f'BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT',
    }


def _function(guard: Guard, columns: list[str]) -> str:
    """Return the function behind a table's triggers. Geometries are compared by their bytes: ``=`` asks less."""
    fixed = [f'NEW."{c}"' + ("::bytea" if c == "geom" else "") for c in columns if c not in guard.settable + guard.free]
    tests = [f"{new} IS DISTINCT FROM {new.replace('NEW.', 'OLD.')}" for new in fixed]
    tests += [f'(OLD."{c}" IS NOT NULL AND NEW."{c}" IS DISTINCT FROM OLD."{c}")' for c in guard.settable]
    plane = ""
    if guard.has_geometry:
        plane = f"""
  IF TG_OP = 'INSERT' THEN
    IF ST_SRID(NEW.geom) IS DISTINCT FROM (SELECT srid FROM store) THEN
      RAISE EXCEPTION '{_sentence(guard.table, "plane")}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;"""  # noqa: S608 — no value from outside
    return f"""CREATE OR REPLACE FUNCTION "{PREFIX}{guard.table}"() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN{plane}
  IF TG_OP = 'UPDATE' THEN
    IF NOT ({" OR ".join(tests)}) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '{_sentence(guard.table, "update")}' USING ERRCODE = 'restrict_violation';
END
$guard$"""


def _missing_on_server(connection: Connection) -> list[str]:
    enabled = connection.exec_driver_sql(
        "SELECT tgname, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
        " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgname LIKE %s",
        (PREFIX + "%",),
    )
    there = {row.tgname: row.prosrc for row in enabled}
    lost: list[str] = []
    for guard in _present(connection):
        body = _function(guard, _columns(connection, guard.table)).split("$guard$")[1]
        lost += [name for name in _server(guard) if there.get(name) != body]
    return sorted(lost)
