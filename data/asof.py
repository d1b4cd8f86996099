"""A root as it was on a day, as it was known at an entry: its units and their stored shapes, read in one go.

What is read stays flat arrays until somebody asks: for the shapes (the map), or for the partition (the proof, a redraw). Rows
come straight from the driver, since with thousands of them SQLAlchemy's own rows take longer than the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

import numpy as np
from shapely.geometry.base import BaseGeometry
from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from data import ragged
from data.geometry import raw
from data.ragged import Ragged
from data.states import believed, on_day
from data.store import Reading
from data.tables import RootFrame, UnitRow, UnitVersion
from geo.errors import NotFoundError
from geo.partition import lattice
from geo.partition.model import Partition, Rings, Unit, UnitKind

KINDS: Final = {str(kind): kind for kind in UnitKind}


@dataclass(frozen=True, slots=True)
class Ruled:
    """What a root says of its partitions: its name, the plane, and whether the frame was given."""

    name: str
    plane: str
    frame_given: bool


Row = tuple[Any, ...]  # key, code, name, level, kind, key of the parent, whether it is a leaf, vertex kinds
KEY, CODE, NAME, LEVEL, KIND, PARENT, IS_LEAF, VERTEX_KINDS = range(8)
BATCH: Final = 128  # rows read at once


@dataclass(frozen=True, eq=False)
class AsOf:
    """One state of a root: the rows of its units and their shapes as they lie in the store, in no order, and its legal frame."""

    ruled: Ruled
    rows: Sequence[Row]
    found: Ragged
    frame: Rings

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The units in the order of a partition."""
        rows = (self.rows[n] for n in self._order)
        return tuple(Unit(key, code, name, level, KINDS[kind], up) for key, code, name, level, kind, up, *_ in rows)

    @cached_property
    def shapes(self) -> Mapping[str, BaseGeometry]:
        """The stored shape of every unit in plane metres, by key."""
        return dict(zip([row[KEY] for row in self.rows], self.found.geometries(), strict=True))

    @cached_property
    def partition(self) -> Partition:
        """The partition: the leaves on the lattice."""
        leaves = [(place, n) for place, n in enumerate(self._order) if self.rows[n][IS_LEAF]]
        place, which = np.array(leaves, np.int64).reshape(-1, 2).T
        rings = self.found.lattice_rings([self.rows[n][VERTEX_KINDS] for _, n in leaves], which)
        owned = lattice.with_owner(rings, place[rings.owner])
        return Partition(self.ruled.plane, self.units, owned, self.frame, self.ruled.frame_given)

    @cached_property
    def _order(self) -> list[int]:
        code = {row[KEY]: row[CODE] for row in self.rows}
        named = [
            (row[LEVEL], row[CODE] is None, row[CODE] or code.get(row[PARENT] or "") or "", row[KEY])
            for row in self.rows
        ]
        return sorted(range(len(named)), key=named.__getitem__)


def read(s: Reading, root_id: int, ruled: Ruled, on: date, seq: int | None) -> AsOf:
    """Return a root on a day, as believed at an entry of its ledger (None: the last one).

    Errors: ``store.not_valid_then`` if it had no units then.
    """
    parent = aliased(UnitRow)
    own = (UnitVersion.code, UnitVersion.name, UnitVersion.level, UnitVersion.kind)
    stored = (UnitVersion.is_leaf, UnitVersion.vertex_kinds, raw(UnitVersion.geom, s.dialect))
    query = select(UnitRow.key, *own, parent.key, *stored).join(UnitRow, UnitRow.id == UnitVersion.unit_id)
    query = query.join(parent, parent.id == UnitVersion.parent_id, isouter=True)
    query = query.where(UnitVersion.root_id == root_id, believed(UnitVersion, seq), on_day(UnitVersion, on))
    cursor: Any = s.connection.execute(query).cursor
    rows, gathering = list[Row](), ragged.Gathering(s.dialect)
    while batch := cursor.fetchmany(BATCH):
        gathering.take([row[-1] for row in batch])
        rows += [row[:-1] for row in batch]
    if not rows:
        raise NotFoundError("store.not_valid_then", ruled.name, got=on.isoformat())
    return AsOf(ruled, rows, gathering.all(), frame_rings(s, root_id, on, seq))


def frame_rings(s: Reading, root_id: int, on: date, seq: int | None, which: str = "legal") -> Rings:
    """Return the ``legal`` or ``noded`` frame of a root on a day, as believed at an entry."""
    query = select(raw(RootFrame.geom, s.dialect), RootFrame.vertex_kinds).where(
        RootFrame.root_id == root_id, RootFrame.which == which, and_(believed(RootFrame, seq), on_day(RootFrame, on))
    )
    shape, kinds = s.connection.execute(query).one()
    return ragged.read([shape], s.dialect).lattice_rings([kinds])
