"""The shapes of a root's units as of any date: read straight from the rows once, and from memory from then on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import aliased

from data.geometry import Geometries, raw, read_all
from data.states import believed, on_day
from data.store import Reading
from data.tables import UnitRow, UnitVersion

Int64 = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

AT_ONCE: Final = 20_000  # numbers in one statement: fewer than SQLite and PostgreSQL take
NEVER: Final = 2**62  # an entry that does not come


@dataclass(frozen=True, eq=False)
class Outlines:
    """Units on a day: their ``keys`` (n,) and ``geometries`` (n,) in plane metres, parents among them, in no order."""

    keys: Objects
    geometries: Geometries


def read(s: Reading, root_id: int, on: date, known_seq: int | None = None) -> Outlines:
    """Return the units of a root on a day, as known at an entry of its ledger (None: at the head)."""
    version, newest = aliased(UnitVersion), aliased(UnitVersion)
    query = select(UnitRow.key, raw(version.geom, s.dialect)).where(UnitRow.root_id == root_id)
    if known_seq is None:  # one step down an index for each unit, however many versions it has had
        first = select(newest.id).where(newest.unit_id == UnitRow.id, believed(newest, None), newest.valid_from <= on)
        number = first.order_by(newest.valid_from.desc()).limit(1).scalar_subquery()
        query = query.join(version, version.id == number).where(version.valid_to > on)
    else:
        query = query.join(version, version.unit_id == UnitRow.id).where(
            believed(version, known_seq), on_day(version, on)
        )
    rows = s.connection.execute(query).all()
    return Outlines(_column([row[0] for row in rows]), read_all([row[1] for row in rows], s.dialect))


@dataclass(frozen=True, eq=False)
class Timeline:
    """All versions of a root's units with both clocks, in memory; a shape is read when it is first asked for, and kept.

    ``number`` (n,) of the rows, ``keys`` of their units, ``valid_from`` and ``valid_to`` in days, ``seq_from``, ``seq_to``. It
    holds for every entry up to that at which it was read: rows are never changed, only ended.
    """

    number: Int64
    keys: Objects
    valid_from: Int64
    valid_to: Int64
    seq_from: Int64
    seq_to: Int64
    shapes: Geometries
    there: npt.NDArray[np.bool_] = field(repr=False)

    def rows(self, on: date, seq: int) -> Int64:
        """Return the indexes of the versions that count on a day, as known at an entry."""
        day = np.datetime64(on, "D").astype(np.int64)
        counts = (self.valid_from <= day) & (day < self.valid_to) & (self.seq_from <= seq) & (seq < self.seq_to)
        return np.flatnonzero(counts)

    def lacking(self, on: date, seq: int) -> Int64:
        """Return the indexes of those versions whose shapes are not in memory yet."""
        rows = self.rows(on, seq)
        return rows[~self.there[rows]]

    def outlines(self, on: date, seq: int) -> Outlines:
        """Return the units on a day, as known at an entry; their shapes must be in memory (see `fill`)."""
        rows = self.rows(on, seq)
        return Outlines(self.keys[rows], self.shapes[rows])


def timeline(s: Reading, root_id: int) -> Timeline:
    """Return the versions of a root up to its head, without a shape yet."""
    columns = (UnitVersion.valid_from, UnitVersion.valid_to, UnitVersion.seq_from, UnitVersion.seq_to)
    query = select(UnitVersion.id, UnitRow.key, *columns).join(UnitRow, UnitRow.id == UnitVersion.unit_id)
    found = s.connection.execute(query.where(UnitVersion.root_id == root_id)).all()
    number, keys, since, until, seq_from, seq_to = zip(*found, strict=True) if found else ((),) * 6
    return Timeline(
        np.array(number, np.int64),
        _column(keys),
        np.array(since, "datetime64[D]").astype(np.int64),
        np.array(until, "datetime64[D]").astype(np.int64),
        np.array(seq_from, np.int64),
        np.array([NEVER if seq is None else seq for seq in seq_to], np.int64),
        np.full(len(found), None, object),
        np.zeros(len(found), np.bool_),
    )


def fill(s: Reading, line: Timeline, rows: Int64) -> None:
    """Read the shapes of some versions into memory."""
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        wanted = {number: row for number, row in zip(line.number[some].tolist(), some.tolist(), strict=True)}
        query = select(UnitVersion.id, raw(UnitVersion.geom, s.dialect)).where(UnitVersion.id.in_(wanted))
        found = s.connection.execute(query).all()
        place = [wanted[row[0]] for row in found]
        line.shapes[place] = read_all([row[1] for row in found], s.dialect)
        line.there[place] = True


def _column(values: Sequence[object]) -> Objects:
    column = np.empty(len(values), object)
    column[:] = values
    return column
