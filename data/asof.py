"""A root as it was on a day, as it was known at an entry: its units and their stored shapes, read in one go.

What is read stays as it lies in the store until somebody asks: for the shapes (the map), or for the partition (the proof, a
redraw). Rows come straight from the driver, since with thousands of them SQLAlchemy's own rows take longer than the database.
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


Row = tuple[Any, ...]  # key, code, name, level, kind, key of the parent, whether it is a leaf, vertex kinds, shape
KEY, CODE, NAME, LEVEL, KIND, PARENT, IS_LEAF, VERTEX_KINDS, SHAPE = range(9)


@dataclass(frozen=True, eq=False)
class AsOf:
    """One state of a root: the rows of its units as they lie in the store, in no order, and its legal frame."""

    ruled: Ruled
    rows: Sequence[Row]
    frame: Rings
    dialect: str

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The units in the order of a partition."""
        rows = (self.rows[n] for n in self._order)
        return tuple(Unit(key, code, name, level, KINDS[kind], up) for key, code, name, level, kind, up, *_ in rows)

    @cached_property
    def shapes(self) -> Mapping[str, BaseGeometry]:
        """The stored shape of every unit in plane metres, by key."""
        found = ragged.read([row[SHAPE] for row in self.rows], self.dialect)
        return dict(zip([row[KEY] for row in self.rows], found.geometries(), strict=True))

    @cached_property
    def partition(self) -> Partition:
        """The partition: the leaves on the lattice."""
        leaves = [(place, self.rows[n]) for place, n in enumerate(self._order) if self.rows[n][IS_LEAF]]
        found = ragged.read([row[SHAPE] for _, row in leaves], self.dialect)
        rings = found.lattice_rings([row[VERTEX_KINDS] for _, row in leaves])
        place = np.array([place for place, _ in leaves], np.int64)
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
    rows = list[Any](s.connection.execute(query).cursor.fetchall())  # pyright: ignore[reportOptionalMemberAccess]
    if not rows:
        raise NotFoundError("store.not_valid_then", ruled.name, got=on.isoformat())
    return AsOf(ruled, rows, frame_rings(s, root_id, on, seq), s.dialect)


def frame_rings(s: Reading, root_id: int, on: date, seq: int | None, which: str = "legal") -> Rings:
    """Return the ``legal`` or ``noded`` frame of a root on a day, as believed at an entry."""
    query = select(raw(RootFrame.geom, s.dialect), RootFrame.vertex_kinds).where(
        RootFrame.root_id == root_id, RootFrame.which == which, and_(believed(RootFrame, seq), on_day(RootFrame, on))
    )
    shape, kinds = s.connection.execute(query).one()
    return ragged.read([shape], s.dialect).lattice_rings([kinds])
