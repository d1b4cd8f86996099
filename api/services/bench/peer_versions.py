"""The versions of a root in PostGIS, with an index on both clocks, and maps from there: shapes in bulk, as WKB."""

from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, LiteralString

import numpy as np
import psycopg
import shapely

from api.services.bench import postgis, servers
from data import ledger, partitions, planning, states
from data.states import Version
from data.store import Store

AT_ONCE: Final = 2_000
TABLE: Final[LiteralString] = """
CREATE TABLE version (id bigint PRIMARY KEY, code text, name text, level integer, parent text, valid_from date, valid_to date,
    known_from timestamptz, known_to timestamptz, geom geometry(MultiPolygon, 4549))
"""
COPY: Final[LiteralString] = "COPY version FROM STDIN"
INDEX: Final[LiteralString] = "CREATE INDEX ON version (valid_to, valid_from, known_from, known_to)"
MAP: Final[LiteralString] = """
SELECT code, name, level, parent, ST_AsBinary(geom) FROM version WHERE valid_from <= %(on)s AND valid_to > %(on)s
    AND known_from < %(known)s AND (known_to IS NULL OR known_to >= %(known)s)
"""


def absence() -> str:
    """Return why PostGIS cannot run here, or an empty text if it can."""
    return "" if postgis.programs() else "PostgreSQL with PostGIS is missing (Debian: postgresql-15-postgis-3)"


def rows_of(store: Store) -> list[Version]:
    """Return every version of the only root of a store."""
    with store.read() as view:
        return states.versions(view, partitions.find_root(view).id)


@dataclass(frozen=True)
class Peer:
    """An open connection to a PostGIS that holds the versions."""

    name: str
    connection: psycopg.Connection[Any]

    def map(self, on: date, known_on: date) -> Sequence[tuple[str, str, Any]]:
        """Return code, name and shape of every unit on a day, as known at the end of another."""
        known = datetime.combine(known_on, time(), ledger.ZONE) + timedelta(days=1)
        cursor = self.connection.cursor(binary=True)
        rows = cursor.execute(MAP, {"on": on, "known": known}).fetchall()
        shapes = shapely.from_wkb(np.array([row[4] for row in rows], dtype=object))
        return [(row[0], row[1], shape) for row, shape in zip(rows, shapes, strict=True)]


@contextmanager
def served(store: Store) -> Generator[Peer]:
    """Give a PostGIS with the versions of the only root of a store."""
    where = postgis.programs()
    if where is None:
        raise servers.NotStartedError(absence())
    with ExitStack() as stack:
        database = stack.enter_context(postgis.database(where, servers.free_port()))
        connection = stack.enter_context(psycopg.connect(database.address, autocommit=True))
        connection.execute(TABLE)
        _fill(store, connection)
        connection.execute(INDEX)
        connection.execute("VACUUM ANALYZE version")
        numbers = database.run("SELECT postgis_lib_version(); SHOW server_version;").split()
        yield Peer(f"PostGIS {numbers[0]}, PostgreSQL {numbers[1]}, WKB in bulk", connection)


def _fill(store: Store, connection: psycopg.Connection[Any]) -> None:
    rows = rows_of(store)
    with store.read() as view, connection.cursor() as cursor, cursor.copy(COPY) as copy:
        root = partitions.find_root(view)
        written = {entry.seq: entry.recorded_at.astimezone(UTC) for entry in ledger.entries(view, root.id)}
        for some in _batches(rows):
            shapes = planning.geometries_of(view, [row.id for row in some])
            for row in some:
                shape = shapely.to_wkb(shapely.set_srid(shapes[row.id], 4549), hex=True, include_srid=True)
                known = written[row.seq_from], None if row.seq_to is None else written[row.seq_to]
                who = (row.id, row.code, row.name, row.level, row.parent)
                copy.write_row((*who, row.valid_from, row.valid_to, *known, shape))


def _batches(rows: Sequence[Version]) -> list[Sequence[Version]]:
    return [rows[first : first + AT_ONCE] for first in range(0, len(rows), AT_ONCE)]
