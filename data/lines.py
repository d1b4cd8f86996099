"""Lines of the store as flat arrays, for maps and measures, and a name for each state of them that never means another.

`data.places` writes lines and loads them one by one; here all lines of a kind near a place come at once.
"""

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select

from data.geometry import Box, Geometries, in_box, raw, read_all
from data.partitions import Root
from data.places import KINDS, LINE, known_delivery
from data.states import believed, on_day
from data.store import Reading
from data.tables import DeliveryRow, LineRow, RootFrame
from data.tables.columns import OPEN_START
from data.versions import address_of
from geo.errors import NotFoundError
from geo.partition import lattice
from geo.partition.model import Int64

MARK: Final = 16  # hexadecimal digits
_NAME: Final = re.compile(r"(\d{1,9})-(\d{8})-[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines as arrays, in the order they were written.

    ``xy`` (v, 2) whole centimetres of the store's plane; ``start`` (p + 1,) where each part begins in ``xy``, and the end;
    ``line`` (p,) which line a part is of; ``codes`` and ``names`` by line.
    """

    xy: Int64
    start: Int64
    line: Int64
    codes: Sequence[str]
    names: Sequence[str]

    def geometries(self) -> list[BaseGeometry]:
        """Return every line as a MultiLineString in plane metres."""
        metres = lattice.to_metres(self.xy)
        parts: Geometries = np.asarray(
            shapely.linestrings(metres, indices=np.repeat(np.arange(len(self.line)), np.diff(self.start))), object
        )
        ends = np.searchsorted(self.line, np.arange(len(self.codes) + 1))
        return [shapely.MultiLineString(list(parts[a:b])) for a, b in pairwise(ends)]


@dataclass(frozen=True, slots=True)
class LinesVersion:
    """One state of the lines of a kind near a place: as known at delivery ``seq``, as they are from the day ``since`` on.

    ``mark`` stands for the delivery and the place, so that another place or another store has another name.
    """

    kind: str
    seq: int
    since: date
    mark: str

    @property
    def name(self) -> str:
        """How it is written in addresses."""
        return address_of(self.seq, self.since, self.mark)


def load(s: Reading, kind: str, on: date, known_seq: int | None = None, box: Box | None = None) -> Lines:
    """Return the lines of a kind on a day as known at a delivery (None: now); errors: ``places.no_kind``.

    With ``box`` (plane metres) only those whose own box may meet it, whole.
    """
    conditions = [*_those(kind, known_seq), on_day(LineRow, on)]
    if box is not None:
        conditions.append(in_box(LineRow.__table__.c.geom, box, s.dialect, s.srid))
    query = select(LineRow.code, LineRow.name, raw(LineRow.geom, s.dialect)).where(*conditions).order_by(LineRow.id)
    rows = s.connection.execute(query).all()
    parts, line = shapely.get_parts(read_all([row[2] for row in rows], s.dialect), return_index=True)
    sizes = shapely.get_num_coordinates(parts)
    return Lines(
        lattice.snap(shapely.get_coordinates(parts)),
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        line.astype(np.int64),
        [row[0] for row in rows],
        [row[1] for row in rows],
    )


def version_on(s: Reading, kind: str, box: Box, on: date, known_on: date | None = None) -> LinesVersion:
    """Return the version of the lines of a kind near ``box`` on a day, as known at the end of another (default: now).

    Errors: ``places.no_kind``.
    """
    asked = (DeliveryRow.subject == LINE, DeliveryRow.kind == kind)
    upto = () if known_on is None else (DeliveryRow.seq <= known_delivery(s, known_on),)
    seq = s.connection.execute(select(func.max(DeliveryRow.seq)).where(*asked, *upto)).scalar_one() or 0
    return _version(s, kind, box, seq, on)


def version_named(s: Reading, kind: str, box: Box, name: str) -> LinesVersion:
    """Return the version that ``name`` means near ``box``; errors: ``places.no_kind``; ``version.missing``."""
    parts = _NAME.fullmatch(name)
    try:
        day = date.fromisoformat(parts[2]) if parts is not None else None
    except ValueError:
        day = None
    if parts is not None and day is not None:
        found = _version(s, kind, box, int(parts[1]), day)
        if found.name == name:
            return found
    raise NotFoundError("version.missing", name[:60])


def count(s: Reading, kind: str, on: date, known_seq: int | None, box: Box) -> int:
    """Return how many lines of a kind on a day, as known at a delivery, may meet ``box``; errors: ``places.no_kind``."""
    near = in_box(LineRow.__table__.c.geom, box, s.dialect, s.srid)
    query = select(func.count()).where(*_those(kind, known_seq), on_day(LineRow, on), near)
    return s.connection.execute(query).scalar_one()


def around(s: Reading, root: Root, beyond_m: float) -> Box:
    """Return the box of all legal frames a root ever had, widened by ``beyond_m``, in whole metres of the plane."""
    query = select(raw(RootFrame.geom, s.dialect)).where(RootFrame.root_id == root.id, RootFrame.which == "legal")
    shapes = read_all([row[0] for row in s.connection.execute(query)], s.dialect)
    minx, miny, maxx, maxy = shapely.total_bounds(shapes).tolist()
    west, south = math.floor(minx - beyond_m), math.floor(miny - beyond_m)
    return west, south, math.ceil(maxx + beyond_m), math.ceil(maxy + beyond_m)


def _those(kind: str, seq: int | None) -> tuple[Any, ...]:
    if kind not in KINDS[LINE]:
        raise NotFoundError("places.no_kind", kind[:40], got=kind[:40], values={"known": list(KINDS[LINE])})
    return LineRow.kind == kind, believed(LineRow, seq)


def _version(s: Reading, kind: str, box: Box, seq: int, on: date) -> LinesVersion:
    """Return the version at a delivery on a day, dated from the last day up to it on which a line begins or ends."""
    known = _those(kind, seq)
    days = [OPEN_START]
    for column in (LineRow.valid_from, LineRow.valid_to):
        latest: date | None = s.connection.execute(select(func.max(column)).where(*known, column <= on)).scalar_one()
        days.append(latest or OPEN_START)
    query = select(DeliveryRow.hash).where(DeliveryRow.seq == seq)
    said = f"{s.connection.execute(query).scalar_one_or_none() or ''} {kind} {box}"
    return LinesVersion(kind, seq, max(days), hashlib.sha256(said.encode()).hexdigest()[:MARK])
