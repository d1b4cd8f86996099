"""What others do for a map as of a date: PostGIS asked by psycopg with all geometries decoded at once, and by geopandas."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
import shapely

from api.services.bench import cluster
from api.services.bench.harness import Contender, absent

TABLE: Final = "CREATE TABLE ver (gid int, vf int, vt int, geom geometry(MULTIPOLYGON, 4549))"
BULK: Final = "SELECT gid, ST_AsBinary(geom) FROM ver WHERE vt > %s AND vf <= %s"
PLAIN: Final = "SELECT gid, geom FROM ver WHERE vt > {day} AND vf <= {day}"
GEOPANDAS: Final = "PostGIS, geopandas.read_postgis"
PSYCOPG: Final = "PostGIS, ST_AsBinary and shapely.from_wkb in bulk"

Row = tuple[int, int, int, str]  # number of the unit, first and last day as numbers, EWKB in hexadecimal


@contextmanager
def served(rows: Sequence[Row], day: int, answer: int) -> Generator[list[Contender]]:
    """Give the contenders over a PostGIS of its own that holds ``rows``, indexed by their days and analysed."""
    reason = cluster.missing()
    if reason:
        yield [Contender(PSYCOPG, reason=reason), Contender(GEOPANDAS, reason=reason)]
        return
    with cluster.database() as address, psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgis")
        connection.execute(TABLE)
        with connection.cursor() as cursor, cursor.copy("COPY ver FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        connection.execute("CREATE INDEX ver_days ON ver (vt, vf)")
        connection.execute("VACUUM ANALYZE ver")
        yield [bulk(connection, day, answer), geopandas(address, day, answer)]


def bulk(connection: psycopg.Connection[Any], day: int, answer: int) -> Contender:
    """Return the best a person would write by hand: one statement, all geometries decoded in one call."""

    def work() -> int:
        rows = connection.execute(BULK, (day, day), binary=True).fetchall()
        return len(shapely.from_wkb([row[1] for row in rows]))

    return Contender(PSYCOPG, work, answer=answer)


def geopandas(address: str, day: int, answer: int) -> Contender:
    """Return the tutorial way."""
    reason = absent("geopandas")
    if reason:
        return Contender(GEOPANDAS, reason=reason)
    import geopandas as gp  # noqa: PLC0415 - a peer, not a dependency
    from sqlalchemy import create_engine  # noqa: PLC0415

    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:", 1))

    def work() -> int:
        with engine.connect() as connection:
            return len(gp.read_postgis(PLAIN.format(day=day), connection))

    return Contender(GEOPANDAS, work, answer=answer)
