"""The deliveries of places, lines and the roster: every link of their chain again, and what each wrote and closed."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Text, select, type_coerce

from data import ledger, places, roster
from data.audit.chain import document
from data.audit.doubt import Doubt
from data.audit.shapes import BROKEN
from data.geometry import raw, read_all
from data.places import OWN_FIELDS, TABLES, Item
from data.store import Reading
from data.tables import DeliveryRow
from data.tables.columns import canonical
from geo.partition import lattice

COLUMNS = tuple(column.name for column in DeliveryRow.__table__.columns)


def doubts(s: Reading) -> tuple[int, int, list[Doubt]]:
    """Return how many deliveries and rows were looked at, and what is wrong with them."""
    columns = [
        type_coerce(column, Text).label("content") if column.name == "content" else column
        for column in DeliveryRow.__table__.columns
    ]
    entries = s.connection.execute(select(*columns).order_by(DeliveryRow.seq)).all()
    found = list(_chain(entries))
    added: dict[int, list[str]] = defaultdict(list)
    closed: dict[int, list[str]] = defaultdict(list)
    count = 0
    for table in (*TABLES.values(), *roster.TABLES.values()):
        for row in _rows(s, table):
            count += 1
            added[row.seq_from].append(row.row_hash)
            if row.seq_to is not None:
                closed[row.seq_to].append(row.row_hash)
    for subject in TABLES:
        found += _changed_rows(s, subject)
    found += _changed_entries(s)
    found += _sums(entries, added, closed)
    return len(entries), count, found


def _chain(entries: Any) -> Iterator[Doubt]:
    before, moment = ledger.NO_HASH, None
    for number, row in enumerate(entries, 1):
        if row.seq != number:
            yield Doubt("audit.delivery_missing", seq=number)
            return
        entry = {name: getattr(row, name) for name in COLUMNS}
        said = document(row.content)
        whole = said is not None and canonical(said) == row.content
        if not whole or row.prev_hash != before or places.delivery_hash({**entry, "content": said}) != row.hash:
            yield Doubt("audit.delivery_changed", seq=row.seq)
        if moment is not None and row.recorded_at < moment:
            yield Doubt("audit.delivery_changed", seq=row.seq)
        before, moment = row.hash, row.recorded_at


def _rows(s: Reading, table: Any) -> Any:
    return s.connection.execute(select(table.seq_from, table.seq_to, table.row_hash)).all()


def _changed_rows(s: Reading, subject: str) -> Iterator[Doubt]:
    """Give the rows that no longer say what their hash covers."""
    table = TABLES[subject]
    more = [getattr(table, name) for name in OWN_FIELDS[subject]]
    attributes = type_coerce(table.attributes, Text)
    columns = (table.code, table.kind, table.name, attributes, table.valid_from, table.valid_to, table.seq_from)
    query = select(*columns, table.row_hash, raw(table.geom, s.dialect), *more).order_by(table.id)
    for row in s.connection.execute(query):
        if not _is_as_written(tuple(row), subject, s.dialect):
            yield Doubt("audit.place_changed", seq=row[6], unit=str(row[0]), values={"what": subject})


def _changed_entries(s: Reading) -> Iterator[Doubt]:
    """Give the rows of the roster that no longer say what their hash covers."""
    for seq, entry, stated in roster.stored(s):
        if (roster.row_digest(entry), roster.key_of(entry)) != stated:
            what = roster.TABLES[type(entry)].__tablename__
            yield Doubt("audit.place_changed", seq=seq, unit=str(getattr(entry, "person", "")), values={"what": what})


def _is_as_written(row: tuple[Any, ...], subject: str, dialect: str) -> bool:
    code, kind, name, attributes, start, end, _, hashed, stored, *more = row
    try:
        shape = read_all([stored], dialect)[0]
        metres = shapely.get_coordinates(shape)
        if not np.array_equal(lattice.to_metres(lattice.snap(metres)), metres):
            return False
        item = Item(code, name, shape, more[0] if more else 1, document(attributes))
        return places.row_digest(subject, kind, item, (start, end)) == hashed
    except BROKEN:
        return False


def _sums(entries: Any, added: dict[int, list[str]], closed: dict[int, list[str]]) -> Iterator[Doubt]:
    known: set[int] = set()
    for row in entries:
        known.add(row.seq)
        said = document(row.content)
        wanted = (said.get("added_hash"), said.get("closed_hash")) if isinstance(said, dict) else ("", "")
        if wanted != (ledger.state_hash(added[row.seq]), ledger.state_hash(closed[row.seq])):
            yield Doubt("audit.delivery_rows", seq=row.seq)
    for seq in sorted((added.keys() | closed.keys()) - known):
        if added[seq] or closed[seq]:
            yield Doubt("audit.delivery_rows", seq=seq)
