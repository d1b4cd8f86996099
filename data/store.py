"""The store: open it, read it, write it in one unit of work, bring it to the present schema.

A store of an older schema is refused by everything but `upgrade`. A unit of work is all or nothing; where the database is
locked, `Store.run` does the whole of it again, a bounded number of times.
"""

import os
import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, NullPool, create_engine, select, update

from data import engine as engines
from data import geopackage
from data.engine import Mark
from data.migrations import HEAD
from data.tables import StoreRow
from geo import crs
from geo.errors import ConflictError, InputError, NotFoundError

T = TypeVar("T")

ATTEMPTS: Final = 5
SALT_BYTES: Final = 32
LOCAL_SRID: Final = 990_000  # what geometries of a plane without an EPSG number carry; PostGIS ends at 998999
MIGRATIONS: Final = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which role; ``verified`` says whether an account stands behind the name."""

    name: str
    role: str
    verified: bool = False

    @property
    def standing(self) -> str:
        """The words that go into every record."""
        return "verified" if self.verified else "unverified local user"


@dataclass(frozen=True)
class Reading:
    """One consistent view of the store; ``at`` is the moment it was taken."""

    connection: Connection
    at: datetime

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.connection.dialect.name

    @property
    def plane(self) -> crs.Plane | None:
        """The store's plane by its pinned pipeline; None until it is fixed."""
        row = self.connection.execute(select(StoreRow.plane, StoreRow.wkt, StoreRow.pipeline)).one()
        return None if row.plane is None else crs.Plane(row.plane, row.wkt, row.pipeline)

    @property
    def srid(self) -> int:
        """The number that the store's geometries carry; 0 until the plane is fixed."""
        return self.connection.execute(select(StoreRow.srid)).scalar_one() or 0

    @property
    def salt(self) -> bytes:
        """What the names of radio networks are hashed with; it is given to readers and shown to nobody."""
        return bytes.fromhex(self.connection.execute(select(StoreRow.salt)).scalar_one() or "")


@dataclass(frozen=True)
class Writing(Reading):
    """One unit of work: all of it is written, or none."""

    actor: Actor


@dataclass(frozen=True)
class Store:
    """An opened store. It holds no connection between units of work on a file, and a pool on a server."""

    address: str
    engine: Engine

    @contextmanager
    def read(self, *, at: datetime | None = None) -> Generator[Reading]:
        """Give one consistent view; keep it short, since on a file a writer waits for it."""
        options = {"read_only": True}
        if self.engine.dialect.name == "postgresql":
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with engines.translated(self.address), self.engine.connect() as connection:
            connection.execution_options(**options)
            with connection.begin():
                yield Reading(connection, _moment(at))

    @contextmanager
    def write(self, *, actor: Actor, at: datetime | None = None) -> Generator[Writing]:
        """Give one unit of work, committed at the end. `ConflictError` ``store.busy`` if the lock does not come free."""
        with engines.translated(self.address), self.engine.begin() as connection:
            yield Writing(connection, _moment(at), actor)

    def run(self, work: Callable[[Writing], T], *, actor: Actor, at: datetime | None = None) -> T:
        """Return what ``work`` returns, doing the whole unit of work again where the database was locked."""
        for _ in range(ATTEMPTS - 1):
            try:
                with self.write(actor=actor, at=at) as unit:
                    return work(unit)
            except ConflictError as error:
                if error.code != "store.busy":
                    raise
        with self.write(actor=actor, at=at) as unit:
            return work(unit)

    def mark(self) -> Mark | None:
        """Return what is another after each write to the file; None on a server, and where another program writes ahead."""
        return engines.mark(self.address)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _moment(at: datetime | None) -> datetime:
    """Return ``at``, by default now; a moment without a zone is a programming error."""
    if at is not None and at.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return at or datetime.now(UTC)


def open_store(address: str, *, busy_ms: int = engines.BUSY_MS) -> Store:
    """Return the store at ``address`` (a .gpkg path or a postgresql URL).

    Errors: ``store.missing``, ``store.not_ours``, ``store.old_schema``, ``store.newer_schema``, ``store.in_use``,
    ``store.unreachable``, ``store.bad_address``.
    """
    found = _opened(address, busy_ms)
    try:
        schema = _schema(found)
        if schema == HEAD:
            return found
        code = "store.old_schema" if _is_past(schema) else "store.newer_schema"
        raise ConflictError(code, engines.shown(address), got=schema, limit=HEAD)
    except BaseException:
        found.close()
        raise


def create_store(address: str, plane: str | None = None) -> Store:
    """Return a new, empty store; with ``plane`` (a code of `geo.crs.plane`) its plane is fixed at once.

    Errors: ``store.exists`` where there already is one; those of `geo.crs.plane`; ``store.unreachable``.
    """
    chosen = crs.plane(plane) if plane else None
    if engines.is_file(address):
        return _create_file(engines.path_of(address), chosen)
    made = Store(address, engines.engine(address))
    try:
        with engines.translated(address), made.engine.connect() as connection:
            if connection.dialect.has_table(connection, "alembic_version"):
                raise ConflictError("store.exists", engines.shown(address))
        _fill(made, chosen)
    except BaseException:
        made.close()
        raise
    return made


def upgrade(address: str) -> tuple[str, str]:
    """Return the schema before and after bringing the store to the present one."""
    with _opened(address, engines.BUSY_MS) as found:
        before = _schema(found)
        if before != HEAD:
            if not _is_past(before):
                raise ConflictError("store.newer_schema", engines.shown(address), got=before, limit=HEAD)
            migrate(address)
        return before, HEAD


def schema_of(address: str) -> str:
    """Return the schema of a store, whatever it is; errors as `open_store`."""
    with _opened(address, engines.BUSY_MS) as found:
        return _schema(found)


def fix_plane(unit: Writing, plane: crs.Plane) -> None:
    """Fix the store's plane, once: by ``init --plane`` or by the first root.

    Errors: `ConflictError` ``store.other_plane`` where it is fixed already to another.
    """
    there = unit.plane
    if there is None:  # another may be fixing it: look again when nobody can
        unit.connection.execute(select(StoreRow.id).with_for_update())
        there = unit.plane
    if there is not None:
        if there.code != plane.code:
            raise ConflictError("store.other_plane", plane.code, got=plane.code, limit=there.code)
        return
    srid = plane.srid or LOCAL_SRID
    values = {"plane": plane.code, "srid": srid, "pipeline": plane.pipeline, "wkt": plane.wkt}
    unit.connection.execute(update(StoreRow).values(values))
    if unit.dialect == "sqlite":
        geopackage.set_plane(unit.connection, plane.code, srid, plane.wkt1())


def _opened(address: str, busy_ms: int) -> Store:
    """Return a store whose engine is made; a missing or foreign file is refused before SQLite touches it."""
    if engines.is_file(address):
        path = engines.path_of(address)
        if not path.exists():
            raise NotFoundError("store.missing", address)
        start = engines.header(path)
        if not start.startswith(b"SQLite format 3\x00"):
            raise InputError("store.not_ours", address)
    return Store(address, engines.engine(address, busy_ms=busy_ms))


def _schema(store: Store) -> str:
    """Return the schema a store says it has; `InputError` ``store.not_ours`` or ``store.missing`` if it says none."""
    with store.read() as view:
        names = set(view.connection.dialect.get_table_names(view.connection))
        if {"alembic_version", "store"} <= names:
            return view.connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
    if engines.is_file(store.address):
        raise InputError("store.not_ours", engines.shown(store.address))
    raise NotFoundError("store.missing", engines.shown(store.address))


def _is_past(schema: str) -> bool:
    """Tell whether a schema is one of our history, and not the last."""
    return schema != HEAD and any((MIGRATIONS / "versions").glob(f"{schema}_*.py"))


def _create_file(path: Path, plane: crs.Plane | None) -> Store:
    """Return a store in a new file, made beside its place and then moved there whole."""
    if path.exists():
        raise ConflictError("store.exists", str(path))
    if not path.parent.is_dir():
        raise NotFoundError("store.no_folder", str(path.parent))
    draft = path.with_name(f".{path.stem}-{secrets.token_hex(4)}.gpkg")
    try:
        with Store(str(draft), engines.engine(str(draft))) as made:
            _fill(made, plane)
        _place(draft, path)
    except OSError as error:
        raise InputError("store.unreachable", str(path), got=str(error)) from error
    finally:
        draft.unlink(missing_ok=True)
    return Store(str(path), engines.engine(str(path)))


def _place(draft: Path, path: Path) -> None:
    """Move a whole file to its place, without ever replacing one; `ConflictError` ``store.exists``."""
    try:
        os.link(draft, path)
    except FileExistsError as error:
        raise ConflictError("store.exists", str(path)) from error
    except OSError:  # a file system without hard links
        if path.exists():
            raise ConflictError("store.exists", str(path)) from None
        draft.rename(path)


def _fill(store: Store, plane: crs.Plane | None) -> None:
    migrate(store.address)
    with store.write(actor=Actor("wangge", "init")) as unit:
        unit.connection.execute(
            sa.insert(StoreRow).values(id=1, created_at=unit.at, salt=secrets.token_hex(SALT_BYTES))
        )
        if plane is not None:
            fix_plane(unit, plane)


def migrate(address: str) -> None:
    """Run the migrations up to the head, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    made = engines.engine(address)
    if made.dialect.name == "postgresql":  # a connection of its own, so that nothing of it is used again
        made = create_engine(made.url, poolclass=NullPool)
    with engines.translated(address), made.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)
    made.dispose()
