"""Every stored geometry again: its hash, its area, the lattice; every derived parent and frame from the leaves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from shapely.errors import ShapelyError
from sqlalchemy import Row, select

from data import states
from data.audit.doubt import Doubt
from data.geometry import raw, read_all
from data.shapes import areas2, every_units_rings, is_on_lattice, rings_of
from data.states import Frame, Version
from data.store import Reading
from geo.errors import InputError
from geo.partition import lattice
from geo.partition.model import Partition, Rings, Unit, UnitKind

AT_ONCE: Final = 2_000  # geometries read together
BROKEN: Final = (ValueError, TypeError, IndexError, InputError, ShapelyError)


@dataclass(frozen=True, eq=False)
class Looked:
    """The rings of the rows that can be read (owner: place in ``rows``), and the places of rows in doubt."""

    rings: Rings
    bad: frozenset[int]


def look(s: Reading, table: Any, rows: Sequence[Version] | Sequence[Frame], root: str) -> tuple[Looked, list[Doubt]]:
    """Return the rings of all rows, and where a geometry is not the one whose hash and area the row states."""
    parts: list[Rings] = []
    found: list[Doubt] = []
    bad: set[int] = set()
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        for place, rings, values in _read(s, table, some):
            parts.append(lattice.with_owner(rings, rings.owner + first + place))
            for number, code, value in values:
                row = rows[first + place + number]
                bad.add(first + place + number)
                found.append(Doubt(code, root, row.seq_from, _name(row), {"got": value}))
    return Looked(lattice.concatenate(parts), frozenset(bad)), found


def _name(row: Version | Frame) -> str:
    return (row.code or row.key) if isinstance(row, Version) else row.which


def _read(s: Reading, table: Any, rows: Sequence[Any]) -> Iterator[tuple[int, Rings, list[tuple[int, str, str]]]]:
    """Give the rings of rows together, or one by one where one of them cannot be read; with what is wrong by row."""
    query = select(table.id, raw(table.geom, s.dialect)).where(table.id.between(rows[0].id, rows[-1].id))
    stored = {row[0]: row[1] for row in s.connection.execute(query)}
    try:
        yield _compare(s, 0, rows, stored)
    except BROKEN:
        for place, row in enumerate(rows):
            try:
                yield _compare(s, place, [row], stored)
            except BROKEN as error:
                yield place, lattice.empty_rings(), [(0, "audit.unreadable", str(error))]


def _compare(
    s: Reading, place: int, rows: Sequence[Any], stored: dict[int, bytes]
) -> tuple[int, Rings, list[tuple[int, str, str]]]:
    geometries = read_all([stored[row.id] for row in rows], s.dialect)
    rings = rings_of(geometries, [row.vertex_kinds for row in rows])
    hashes, areas = lattice.unit_hashes(rings, len(rows)), areas2(rings, len(rows))
    wrong: list[tuple[int, str, str]] = []
    for number, row in enumerate(rows):
        if hashes[number] != row.geom_hash:
            wrong.append((number, "audit.geometry_changed", hashes[number]))
        elif areas[number] != row.area2:
            wrong.append((number, "audit.area_changed", f"{areas[number] / 20_000:.4f} m²"))
        elif not is_on_lattice(geometries[number]):
            wrong.append((number, "audit.off_lattice", ""))
    return place, rings, wrong


def derived_doubts(
    root: Row[Any], rows: Sequence[Version], looked: Looked, frames: Sequence[Frame], entries: Sequence[int]
) -> list[Doubt]:
    """Return where a parent, or the noded frame, is not the union of the leaves, on each first day an entry wrote.

    A state with a leaf in doubt is left out: the leaf has been named, and its parents can not be derived.
    """
    found: dict[tuple[str, int, str], Doubt] = {}
    place = {row.id: number for number, row in enumerate(rows)}
    for seq in entries:
        believed = states.at_entry(rows, seq)
        days = sorted({row.valid_from for row in rows if row.seq_from == seq})
        for day in days:
            state = [row for row in believed if row.valid_from <= day < row.valid_to]
            if any(place[row.id] in looked.bad for row in state if row.is_leaf):
                continue
            noded = [f for f in states.at_entry(frames, seq) if f.which == "noded" and f.valid_from <= day < f.valid_to]
            for doubt in _derive(root, seq, state, noded, looked.rings, place):
                found.setdefault((doubt.code, doubt.seq, doubt.unit), doubt)
    return list(found.values())


def _derive(
    root: Row[Any], seq: int, state: list[Version], noded: list[Frame], rings: Rings, place: dict[int, int]
) -> Iterator[Doubt]:
    leaf = {place[row.id]: number for number, row in enumerate(state) if row.is_leaf}
    to = np.full(len(place), -1, np.int64)
    to[list(leaf)] = list(leaf.values())
    mine = lattice.take_rings(rings, np.flatnonzero(to[rings.owner] >= 0)) if len(rings.owner) else rings
    leaves = lattice.with_owner(mine, to[mine.owner])
    units = tuple(Unit(r.key, r.code, r.name, r.level, UnitKind(r.kind), r.parent) for r in state)
    try:
        derived = every_units_rings(Partition(root.plane, units, leaves, lattice.empty_rings(), True))
    except KeyError as error:
        yield Doubt("audit.parent_missing", root.name, seq, str(error.args[0]))
        return
    if derived is None:
        yield Doubt("audit.not_a_partition", root.name, seq)
        return
    every, frame = derived
    hashes = lattice.unit_hashes(every, len(state))
    for row, hashed in zip(state, hashes, strict=True):
        if not row.is_leaf and hashed != row.geom_hash:
            yield Doubt("audit.parent_differs", root.name, row.seq_from, row.code or row.key)
    if [row.geom_hash for row in noded] != [lattice.unit_hash(frame)]:
        yield Doubt("audit.frame_differs", root.name, noded[0].seq_from if noded else seq, "noded")
