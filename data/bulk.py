"""Many rows at once: ``executemany`` on SQLite, COPY on PostgreSQL."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection


def insert_all(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of plain values (geometries as `data.geometry.stored_all` gives them) into a table of our own."""
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" for _ in columns)
        plain = [tuple(row) for row in rows]
        if plain:
            connection.exec_driver_sql(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', plain)  # noqa: S608
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def reserve_ids(connection: Connection, table: str, count: int) -> range | list[int]:
    """Return ``count`` keys of a table that nobody else gets."""
    if connection.dialect.name == "sqlite":  # nobody else writes meanwhile
        first = connection.exec_driver_sql(f'SELECT coalesce(max(id), 0) + 1 FROM "{table}"').scalar_one()  # noqa: S608
        return range(first, first + count)
    query = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    return [row[0] for row in connection.exec_driver_sql(query, (table, count))]
