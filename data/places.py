"""Places and lines of the store: written as deliveries, read back as of a day and as known on another.

A place is one point of a kind (household, post, busy, required); a line is a street or a reference line. What is delivered
again and says the same stays; what says otherwise is replaced from a day on; nothing is overwritten. Deliveries form one
chain of hashes for the whole store, since a place belongs to no town: the borders decide in which grid it lies.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, insert, select, update

from data import bulk, geopackage, ledger
from data.geometry import Box, in_box, raw, read_all, stored_all
from data.states import believed, on_day
from data.store import Reading, Writing
from data.tables import DeliveryRow, LineRow, PlaceRow, StoreRow
from data.tables.columns import OPEN_END, OPEN_START, instant_text
from geo.errors import ConflictError, InputError, NotFoundError
from geo.partition import lattice
from geo.partition.model import Int64

PLACE, LINE = "place", "line"
HOUSEHOLD: Final = "household"
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    PLACE: (HOUSEHOLD, "post", "busy", "required"),
    LINE: ("street", "reference"),
}
TABLES: Final[Mapping[str, Any]] = {PLACE: PlaceRow, LINE: LineRow}
AT_ONCE: Final = 500
OWN_FIELDS: Final = {PLACE: ("quantity",), LINE: ()}


@dataclass(frozen=True, slots=True)
class Item:
    """One place or line: its identity within its kind, name, how many stand there, further values, shape in plane metres."""

    code: str
    name: str
    geometry: BaseGeometry
    quantity: int = 1
    attributes: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Row:
    """One stored row without its shape; ``id`` is 0 until it is stored."""

    id: int
    code: str
    valid_from: date
    valid_to: date
    seq_from: int
    seq_to: int | None
    row_hash: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What a delivery did: its number, and how many were new, changed, ended, and as they were already."""

    seq: int
    added: int
    changed: int
    ended: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What one delivery is about."""

    subject: str
    kind: str
    day: date
    seq: int


def snapped(geometry: BaseGeometry) -> BaseGeometry:
    """Return a geometry with every coordinate on a whole centimetre."""
    return shapely.transform(geometry, lambda xy: lattice.to_metres(lattice.snap(xy)))


def row_digest(subject: str, kind: str, item: Item, days: tuple[date, date]) -> str:
    """Return the digest of a row: all it says, its days, and its shape in centimetres."""
    parts = shapely.get_parts(item.geometry)
    shape = [lattice.snap(shapely.get_coordinates(part)).tolist() for part in parts]
    said: dict[str, Any] = {
        "subject": subject,
        "kind": kind,
        "code": item.code,
        "name": item.name,
        "attributes": dict(item.attributes),
        "valid": [day.isoformat() for day in days],
        "shape": shape,
    }
    return ledger.digest(said if subject == LINE else {**said, "quantity": item.quantity})


def save(
    unit: Writing,
    subject: str,
    kind: str,
    items: Sequence[Item],
    *,
    valid_from: date = OPEN_START,
    complete: bool = False,
    source: Mapping[str, Any] | None = None,
) -> Saved:
    """Return what writing a delivery did; from ``valid_from`` on the items are as delivered.

    Parameters
    ----------
    complete : the delivery holds all there are of the kind; what is missing ends on ``valid_from``
    source : the file and its hash, for the record

    Errors: ``places.twice`` (a code twice), ``places.later`` (a row of a later day stands already), ``places.nothing_changed``,
    ``plane.unset``.
    """
    if unit.plane is None:
        raise InputError("plane.unset", kind)
    lock_deliveries(unit)
    wanted = _Wanted(subject, kind, valid_from, last_delivery(unit) + 1)
    items = [Item(i.code, i.name, snapped(i.geometry), i.quantity, i.attributes) for i in items]
    by_code = {item.code: item for item in items}
    if len(by_code) != len(items):
        seen: set[str] = set()
        twice = next(item.code for item in items if item.code in seen or seen.add(item.code))
        raise InputError("places.twice", twice, got=twice)
    there = {row.code: row for row in _believed_rows(unit, wanted)}
    _require_last(there.values(), by_code.keys() if not complete else there.keys() | by_code.keys(), valid_from)
    changed = [item for item in items if not _same(wanted, item, there.get(item.code))]
    ended = [row for code, row in there.items() if complete and code not in by_code and row.valid_to > valid_from]
    if not changed and not ended:
        raise ConflictError("places.nothing_changed", kind)
    return _written(unit, wanted, changed, ended, there, (len(items), dict(source or {})))


def _believed_rows(s: Reading, wanted: _Wanted) -> list[Row]:
    """Return the last believed row of every code of a kind."""
    table = TABLES[wanted.subject]
    columns = [getattr(table, name) for name in Row.__dataclass_fields__]
    query = select(*columns).where(table.kind == wanted.kind, table.seq_to.is_(None)).order_by(table.valid_from)
    return [Row(*row) for row in s.connection.execute(query)]


def _require_last(rows: Iterable[Row], codes: Iterable[str], day: date) -> None:
    asked = set(codes)
    late = [row for row in rows if row.code in asked and row.valid_from > day]
    if late:
        raise ConflictError("places.later", late[0].code, got=late[0].valid_from.isoformat(), limit=day.isoformat())


def _same(wanted: _Wanted, item: Item, row: Row | None) -> bool:
    """Tell whether a row says what the item says, from the day on."""
    if row is None or row.valid_to != OPEN_END:
        return False
    return row_digest(wanted.subject, wanted.kind, item, (row.valid_from, OPEN_END)) == row.row_hash


def _written(
    unit: Writing,
    wanted: _Wanted,
    changed: Sequence[Item],
    ended: Sequence[Row],
    there: Mapping[str, Row],
    about: tuple[int, dict[str, Any]],
) -> Saved:
    delivered, source = about
    replaced = [there[item.code] for item in changed if item.code in there and there[item.code].valid_to > wanted.day]
    closing = [*replaced, *ended]
    past = _past(unit, wanted, [row for row in closing if row.valid_from < wanted.day])
    rows = [(item, wanted.day, OPEN_END) for item in changed] + past
    hashes = [row_digest(wanted.subject, wanted.kind, item, (start, end)) for item, start, end in rows]
    _close(unit, wanted, [row.id for row in closing])
    _insert(unit, wanted, rows, hashes)
    content = {
        "source": source,
        "delivered": delivered,
        "rows": len(rows),
        "added_hash": ledger.state_hash(hashes),
        "closed": len(closing),
        "closed_hash": ledger.state_hash([row.row_hash for row in closing]),
    }
    append_delivery(unit, (wanted.subject, wanted.kind, wanted.day, wanted.seq), content)
    new = len(changed) - len(replaced)
    return Saved(wanted.seq, new, len(replaced), len(ended), delivered - len(changed))


def _past(unit: Writing, wanted: _Wanted, rows: Sequence[Row]) -> list[tuple[Item, date, date]]:
    """Return what replaced rows said, up to the day from which they are replaced."""
    found: list[tuple[Item, date, date]] = []
    table = TABLES[wanted.subject]
    first = {row.id: row.valid_from for row in rows}
    numbers = list(first)
    for start in range(0, len(numbers), AT_ONCE):
        some = table.id.in_(numbers[start : start + AT_ONCE])
        found += [(item, first[number], wanted.day) for number, item in _items(unit, wanted.subject, some)]
    return found


def _items(s: Reading, subject: str, *conditions: Any) -> list[tuple[int, Item]]:
    """Return rows as items with their numbers, in the order they were written."""
    table = TABLES[subject]
    more = [getattr(table, name) for name in OWN_FIELDS[subject]]
    columns = (table.id, table.code, table.name, table.attributes, raw(table.geom, s.dialect), *more)
    rows = s.connection.execute(select(*columns).where(*conditions).order_by(table.id)).all()
    shapes = read_all([row[4] for row in rows], s.dialect)
    return [
        (row[0], Item(row[1], row[2], shape, row[5] if more else 1, row[3]))
        for row, shape in zip(rows, shapes, strict=True)
    ]


def _close(unit: Writing, wanted: _Wanted, numbers: Sequence[int]) -> None:
    table = TABLES[wanted.subject]
    for first in range(0, len(numbers), AT_ONCE):
        some = table.id.in_(numbers[first : first + AT_ONCE])
        unit.connection.execute(update(table).where(some).values(seq_to=wanted.seq))


def _insert(unit: Writing, wanted: _Wanted, rows: Sequence[tuple[Item, date, date]], hashes: Sequence[str]) -> None:
    if not rows:
        return
    shapes = np.empty(len(rows), object)
    shapes[:] = [item.geometry for item, _, _ in rows]
    values = stored_all(shapes, unit.srid, unit.dialect)
    counted = wanted.subject == PLACE
    columns = ("kind", "code", "name", "attributes", "valid_from", "valid_to", "seq_from", "row_hash", "geom")
    lines = (
        (
            *(wanted.kind, item.code, item.name, ledger.canonical(dict(item.attributes)), start, end, wanted.seq),
            *(hashed, value),
            *((item.quantity,) if counted else ()),
        )
        for (item, start, end), hashed, value in zip(rows, hashes, values, strict=True)
    )
    bulk.insert_all(unit.connection, wanted.subject, columns + (OWN_FIELDS[wanted.subject]), lines)
    if unit.dialect == "sqlite":
        minx, miny, maxx, maxy = shapely.total_bounds(shapes).tolist()
        geopackage.widen_extent(unit.connection, wanted.subject, (minx, miny, maxx, maxy), unit.at)


def lock_deliveries(unit: Writing) -> None:
    """Let one delivery be written at a time."""
    unit.connection.execute(select(StoreRow.id).with_for_update())


def last_delivery(s: Reading) -> int:
    """Return the number of the last delivery, 0 where there was none."""
    return s.connection.execute(select(func.max(DeliveryRow.seq))).scalar_one() or 0


def append_delivery(unit: Writing, what: tuple[str, str, date, int], content: dict[str, Any]) -> None:
    """Write a delivery (subject, kind, first day, number) after the one before; recorded times never decrease."""
    subject, kind, day, seq = what
    query = select(DeliveryRow.hash, DeliveryRow.recorded_at).where(DeliveryRow.seq == seq - 1)
    before = unit.connection.execute(query).one_or_none()
    now = unit.at.astimezone(UTC)
    entry: dict[str, Any] = {
        "seq": seq,
        "subject": subject,
        "kind": kind,
        "valid_from": day,
        "recorded_at": now if before is None else max(now, before.recorded_at),
        "recorded_by": unit.actor.name,
        "role": unit.actor.role,
        "standing": unit.actor.standing,
        "content": content,
        "prev_hash": ledger.NO_HASH if before is None else before.hash,
    }
    unit.connection.execute(insert(DeliveryRow).values(**entry, hash=delivery_hash(entry)))


def delivery_hash(entry: Mapping[str, Any]) -> str:
    """Return the hash of a delivery's entry: over everything in it but the hash itself."""
    covered = {name: value for name, value in entry.items() if name != "hash"}
    covered["valid_from"] = covered["valid_from"].isoformat()
    covered["recorded_at"] = instant_text(covered["recorded_at"])
    return ledger.digest(covered)


def known_delivery(s: Reading, known_on: date) -> int:
    """Return the last delivery recorded before the end of a day (zone Asia/Shanghai); 0 where there was none."""
    end = datetime.combine(known_on, datetime.min.time(), ledger.ZONE) + timedelta(days=1)
    query = select(func.max(DeliveryRow.seq)).where(DeliveryRow.recorded_at < end)
    return s.connection.execute(query).scalar_one_or_none() or 0


@dataclass(frozen=True, eq=False)
class Points:
    """Places as arrays: ``xy`` (n, 2) centimetres, ``quantity`` (n,) how many stand at each."""

    xy: Int64
    quantity: Int64


def points(s: Reading, kind: str, on: date, known_seq: int | None = None) -> Points:
    """Return the places of a kind on a day as arrays, as known at a delivery (None: now)."""
    conditions = (PlaceRow.kind == kind, believed(PlaceRow, known_seq), on_day(PlaceRow, on))
    query = select(PlaceRow.quantity, raw(PlaceRow.geom, s.dialect)).where(*conditions).order_by(PlaceRow.id)
    rows = s.connection.execute(query).all()
    if not rows:
        return Points(np.empty((0, 2), np.int64), np.empty(0, np.int64))
    metres = shapely.get_coordinates(read_all([row[1] for row in rows], s.dialect))
    return Points(lattice.snap(metres), np.array([row[0] for row in rows], np.int64))


def load(
    s: Reading, subject: str, kind: str, on: date, known_on: date | None = None, box: Box | None = None
) -> list[Item]:
    """Return the places or lines of a kind on a day, as known at the end of another (default: now).

    With ``box`` (plane metres) only those whose own box may meet it. Errors: ``places.no_kind``.
    """
    if kind not in KINDS.get(subject, ()):
        raise NotFoundError("places.no_kind", kind, got=kind)
    table = TABLES[subject]
    seq = None if known_on is None else known_delivery(s, known_on)
    conditions = [table.kind == kind, believed(table, seq), on_day(table, on)]
    if box is not None:
        conditions.append(in_box(table.__table__.c.geom, box, s.dialect, s.srid))
    return [item for _, item in _items(s, subject, *conditions)]
