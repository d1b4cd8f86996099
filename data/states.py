"""The rule of the two clocks, and the rows of a state.

A row counts on day t as known at entry k if ``valid_from`` <= t < ``valid_to`` and ``seq_from`` <= k and (``seq_to`` is null or
> k). Source: boundaries.md 6.5.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, or_, select

from data.ledger import digest
from data.store import Reading
from data.tables import RootFrame, UnitRow, UnitVersion

R = TypeVar("R", "Version", "Frame")


@dataclass(frozen=True, slots=True)
class Version:
    """One row of a unit's history without its shape; units are named by their keys. ``id`` is 0 until it is stored."""

    id: int
    key: str
    parent: str | None
    level: int
    kind: str
    code: str | None
    name: str
    is_leaf: bool
    major: int
    minor: int
    valid_from: date
    valid_to: date
    seq_from: int
    seq_to: int | None
    area2: int
    geom_hash: str
    vertex_kinds: bytes

    @property
    def content(self) -> tuple[object, ...]:
        """What the version says, without number, days and entries."""
        shape = (self.area2, self.geom_hash, self.vertex_kinds)
        return (self.key, self.parent, self.level, self.kind, self.code, self.name, self.is_leaf, *shape)

    def digest(self, parent: str | None) -> str:
        """Return the digest of the row, its parent named by ``parent``.

        That is its key in an entry's content, and its code in a state hash, which has no keys and so is equal in every store.
        """
        return digest(
            {
                "code": self.code,
                "name": self.name,
                "level": self.level,
                "kind": self.kind,
                "parent": parent,
                "leaf": self.is_leaf,
                "version": [self.major, self.minor],
                "valid": [self.valid_from.isoformat(), self.valid_to.isoformat()],
                "area2": self.area2,
                "geometry": self.geom_hash,
                "kinds": hashlib.sha256(self.vertex_kinds).hexdigest(),
            }
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """One row of a root's frame without its shape; ``which`` is legal or noded."""

    id: int
    which: str
    valid_from: date
    valid_to: date
    seq_from: int
    seq_to: int | None
    area2: int
    geom_hash: str
    vertex_kinds: bytes

    @property
    def key(self) -> str:
        """Which of the two it is."""
        return self.which

    @property
    def content(self) -> tuple[object, ...]:
        """What the frame is, without number, days and entries."""
        return self.which, self.geom_hash, self.vertex_kinds

    def digest(self) -> str:
        """Return the digest of the row."""
        return digest(
            {
                "frame": self.which,
                "valid": [self.valid_from.isoformat(), self.valid_to.isoformat()],
                "area2": self.area2,
                "geometry": self.geom_hash,
                "kinds": hashlib.sha256(self.vertex_kinds).hexdigest(),
            }
        )


def believed(table: Any, known_seq: int | None) -> ColumnElement[bool]:
    """Return the condition that a row is believed at an entry; None: at the head."""
    if known_seq is None:
        return table.seq_to.is_(None)
    return and_(table.seq_from <= known_seq, or_(table.seq_to.is_(None), table.seq_to > known_seq))


def on_day(table: Any, day: date) -> ColumnElement[bool]:
    """Return the condition that a row is valid on a day."""
    return and_(table.valid_from <= day, day < table.valid_to)


def unit_keys(s: Reading, root_id: int) -> dict[int, str]:
    """Return the key of each unit of a root by its number."""
    rows = s.connection.execute(select(UnitRow.id, UnitRow.key).where(UnitRow.root_id == root_id))
    return {row.id: row.key for row in rows}


def versions(s: Reading, root_id: int, *conditions: ColumnElement[bool]) -> list[Version]:
    """Return the rows of a root that meet all conditions, in the order they were written."""
    keys = unit_keys(s, root_id)
    names = [name for name in Version.__dataclass_fields__ if name not in ("key", "parent")]
    columns = [getattr(UnitVersion, name) for name in names]
    query = select(UnitVersion.id, UnitVersion.unit_id, UnitVersion.parent_id, *columns[1:])
    rows = s.connection.execute(query.where(UnitVersion.root_id == root_id, *conditions).order_by(UnitVersion.id))
    return [Version(row[0], keys.get(row[1], ""), keys.get(row[2] or 0), *row[3:]) for row in rows]


def frames(s: Reading, root_id: int, *conditions: ColumnElement[bool]) -> list[Frame]:
    """Return the frame rows of a root that meet all conditions, in the order they were written."""
    columns = [getattr(RootFrame, name) for name in Frame.__dataclass_fields__]
    query = select(*columns).where(RootFrame.root_id == root_id, *conditions).order_by(RootFrame.id)
    return [Frame(*row) for row in s.connection.execute(query)]


def state_digests(rows: Sequence[Version], frame_rows: Sequence[Frame]) -> list[str]:
    """Return the digest of every row of one believed state."""
    parents = ParentCodes(rows)
    return [row.digest(parents.of(row)) for row in rows] + [frame.digest() for frame in frame_rows]


class ParentCodes:
    """The code of each row's parent on the first day of the row, among the rows of one believed state."""

    def __init__(self, rows: Sequence[Version]) -> None:
        self._of: dict[str, list[Version]] = {}
        for row in rows:
            self._of.setdefault(row.key, []).append(row)

    def of(self, row: Version) -> str | None:
        """Return the parent's code."""
        for candidate in self._of.get(row.parent or "", ()):
            if candidate.valid_from <= row.valid_from < candidate.valid_to:
                return candidate.code
        return None


def at_entry(rows: Sequence[R], seq: int) -> list[R]:
    """Return, of all rows of a root, those believed at an entry."""
    return [row for row in rows if row.seq_from <= seq and (row.seq_to is None or row.seq_to > seq)]
