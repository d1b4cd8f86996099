"""How Alembic runs a migration: on the connection it is given, in one transaction, with the triggers renewed."""

from typing import Any, Final, Literal

from alembic import context
from sqlalchemy import Connection

from data import guards
from data.geometry import Geom
from data.tables import Base

ONE_AT_A_TIME: Final = 7_201_451  # key of the advisory lock: any number of our own
HIDDEN: Final = ("gpkg_", "rtree_", "sqlite_", "spatial_ref_sys", "idx_")


def include_object(_object: object, name: str | None, kind: str, reflected: bool, _other: object) -> bool:
    """Leave out what the engines add by themselves."""
    return not (reflected and kind in ("table", "index") and (name or "").startswith(HIDDEN))


def render_item(kind: str, item: Any, _autogen: object) -> str | Literal[False]:
    """Write our geometry type in a revision as our geometry type."""
    return f"Geom({item.kind!r})" if kind == "type" and isinstance(item, Geom) else False


def compare_type(
    _context: object, _found: object, wanted: object, _reflected: object, _declared: object
) -> bool | None:
    """Do not compare what the engine says of a geometry column."""
    return False if type(_declared).__name__ == "Geom" else None


def on_version_apply(ctx: Any, step: object, heads: object, run_args: object) -> None:
    """Renew the triggers after each step, inside its transaction."""
    del step, heads, run_args
    guards.resync(ctx.connection)


def run(connection: Connection) -> None:
    """Run the migrations; foreign keys are off meanwhile (SQLite would delete children with a batch change)."""
    embedded = connection.dialect.name == "sqlite"
    if embedded:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")  # before BEGIN: ignored inside
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=include_object,
        render_item=render_item,
        compare_type=compare_type,
        render_as_batch=True,
        transactional_ddl=True,
        on_version_apply=on_version_apply,
    )
    with context.begin_transaction():
        if not embedded:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (ONE_AT_A_TIME,))
        context.run_migrations()
        if embedded and connection.exec_driver_sql("PRAGMA foreign_key_check").all():
            raise RuntimeError("a migration broke foreign keys")


run(context.config.attributes["connection"])
