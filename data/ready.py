"""Statements ready to run: said once as SQLAlchemy says them, put into an engine's own words once, then run by the driver.

To build a statement and to look up how it is compiled takes ten times as long as SQLite takes to do it. So what a publish
does while it holds the ledger is ready-made.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Dialect, Table, UpdateBase, bindparam, insert
from sqlalchemy.sql.compiler import SQLCompiler

Values = Mapping[str, Any]
Bound = tuple[Any, ...] | dict[str, Any]


@dataclass(frozen=True, eq=False)
class _Words:
    """A statement as one engine's driver takes it: its text, and what makes its parameters of values by name."""

    text: str
    bound: Callable[[Values], Bound]


class Ready:
    """One statement with named parameters (``bindparam``)."""

    def __init__(self, statement: UpdateBase) -> None:
        self._statement = statement
        self._words: dict[str, _Words] = {}

    def run(self, connection: Connection, values: Values) -> CursorResult[Any]:
        """Run the statement with one set of values."""
        words = self._in(connection.dialect)
        return connection.exec_driver_sql(words.text, words.bound(values))

    def run_all(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Run the statement with each of several sets of values."""
        if rows:
            words = self._in(connection.dialect)
            connection.exec_driver_sql(words.text, cast("Any", [words.bound(row) for row in rows]))

    def _in(self, dialect: Dialect) -> _Words:
        found = self._words.get(dialect.name)
        if found is None:
            found = self._words[dialect.name] = _words(self._statement, dialect)
        return found


def inserted(table: Any, names: Sequence[str]) -> Ready:
    """Return what inserts one row into a mapped table, its values given by the names of the columns."""
    rows = cast("Table", table.__table__)
    return Ready(insert(rows).inline().values({name: bindparam(name, type_=rows.c[name].type) for name in names}))


def _words(statement: UpdateBase, dialect: Dialect) -> _Words:
    compiled: SQLCompiler = statement.compile(dialect=dialect)
    given = {name: one.type.dialect_impl(dialect).bind_processor(dialect) for name, one in compiled.binds.items()}
    places = compiled.positiontup
    if places is None:
        return _Words(str(compiled), lambda values: {n: f(values[n]) if f else values[n] for n, f in given.items()})
    order = [(name, given[name]) for name in places]
    return _Words(str(compiled), lambda values: tuple(f(values[n]) if f else values[n] for n, f in order))
