"""What an entry will write, worked out before the ledger is locked: rows to close, rows to add, shapes, the state's hash.

A plan stands on one head of a root's ledger. `data.publishing` writes it if the head is still there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import select

from data import ledger, states
from data.geometry import Geometries, Stored, raw, read_all, stored
from data.ledger import Head
from data.registering import AT_ONCE, Difference, Register, register
from data.shapes import Shapes, every_units_rings, outline_hash, rings_of, shapes_of
from data.states import Frame, Version
from data.store import Reading
from data.tables import RootFrame, UnitVersion
from data.tables.columns import OPEN_END
from data.timelines import STORED, Piece, Wanted, replan
from geo.errors import ConflictError, InputError
from geo.partition import lattice
from geo.partition.model import Partition, Rings


@dataclass(frozen=True, eq=False)
class Target:
    """What a root shall become: a version of each unit with its shape, and the two frames with theirs."""

    versions: list[Version]
    geometries: Geometries
    frames: list[Frame]
    frame_geometries: Geometries


Course = Sequence[tuple[date, Target]]  # what a root shall be from each of these days on, in order


@dataclass(frozen=True, eq=False)
class Plan:
    """All that an entry will write to a root, on the head it stands on; shapes as the engine stores them, with their extent."""

    base: Head
    difference: Difference
    register: Register
    shapes: Stored
    frames_closed: list[Frame]
    frames_added: list[Frame]
    frame_shapes: Stored
    state_hash: str

    @property
    def seq(self) -> int:
        """The number that the entry will have."""
        return self.base.seq + 1

    @property
    def listed(self) -> dict[str, Any]:
        """What the ledger keeps of the rows: names and digests."""
        closed, added = self.difference.closed, self.difference.added
        return {
            "added": sorted([row.key, row.valid_from.isoformat(), row.code, row.digest(row.parent)] for row in added),
            "closed": sorted([row.key, row.valid_from.isoformat(), row.digest(row.parent)] for row in closed),
            "frames_added": sorted([row.which, row.valid_from.isoformat(), row.digest()] for row in self.frames_added),
            "frames_closed": sorted([row.which, row.valid_from.isoformat()] for row in self.frames_closed),
        }


def target_of(partition: Partition, valid_from: date) -> Target:
    """Return a partition as rows from a day on, parents derived by union.

    Errors: `InputError` ``store.not_a_partition`` where the leaves do not close to the legal frame; ``store.bad_text`` for a
    name that PostgreSQL cannot hold.
    """
    derived = every_units_rings(partition)
    if derived is None:
        raise InputError("store.not_a_partition")
    every, noded = derived
    if outline_hash(noded) != outline_hash(partition.frame):
        raise InputError("store.not_a_partition")
    count = len(partition.units)
    leaves = set(partition.leaf_rings.owner.tolist())
    shapes = shapes_of(every, count)
    rows: list[Version] = []
    for number, (unit, (_, hashed, area2, kinds)) in enumerate(zip(partition.units, shapes, strict=True)):
        _require_text(unit.name, unit.code or "")
        who = (0, unit.key, unit.parent, unit.level, str(unit.kind), unit.code, unit.name, number in leaves)
        rows.append(Version(*who, 1, 0, valid_from, OPEN_END, 0, None, area2, hashed, kinds))
    frames = [shapes_of(rings, 1) for rings in (lattice.canonical(partition.frame), noded)]
    frame_rows = [_frame(which, shape, valid_from) for which, shape in zip(("legal", "noded"), frames, strict=True)]
    return Target(rows, shapes.geometries, frame_rows, np.concatenate([shape.geometries for shape in frames]))


def _frame(which: str, shape: Shapes, valid_from: date) -> Frame:
    return Frame(0, which, valid_from, OPEN_END, 0, None, int(shape.area2[0]), shape.hashes[0], shape.kinds[0])


def _require_text(*texts: str) -> None:
    for text in texts:
        if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
            raise InputError("store.bad_text", repr(text))


def plan(s: Reading, root_id: int, course: Course, *, base_seq: int | None = None) -> Plan:
    """Return what makes a root take a course: one target from each of some days on; before the first nothing changes.

    Errors: ``store.head_moved`` if the head is not ``base_seq``; ``store.nothing_changed``; ``store.code_taken``.
    """
    base = ledger.head(s, root_id, base_seq)
    seq = base.seq + 1
    current = states.versions(s, root_id, UnitVersion.seq_to.is_(None))
    current_frames = states.frames(s, root_id, RootFrame.seq_to.is_(None))
    difference = _difference(s, current, course, seq)
    frames_closed, frame_pieces = _frame_difference(current_frames, course, seq)
    frames_added = [piece.row for piece in frame_pieces]
    if not difference.added and not difference.closed and not frames_added:
        raise ConflictError("store.nothing_changed")
    gone, gone_frames = {row.id for row in difference.closed}, {row.id for row in frames_closed}
    state = [row for row in current if row.id not in gone] + difference.added
    state_frames = [row for row in current_frames if row.id not in gone_frames] + frames_added
    open_keys = frozenset(row.key for row in state if row.valid_to == OPEN_END)
    return Plan(
        base,
        difference,
        register(s, root_id, difference, open_keys),
        stored(_shapes(s, difference, course), s.srid, s.dialect),
        frames_closed,
        frames_added,
        stored(_frame_shapes(s, frame_pieces, course), s.srid, s.dialect),
        ledger.state_hash(states.state_digests(state, state_frames)),
    )


def later_days(s: Reading, root_id: int, day: date) -> list[date]:
    """Return the days after ``day`` on which a root, as believed now, becomes something else."""
    rows = select(UnitVersion.valid_from).where(UnitVersion.root_id == root_id, UnitVersion.seq_to.is_(None))
    ends = select(UnitVersion.valid_to).where(UnitVersion.root_id == root_id, UnitVersion.seq_to.is_(None))
    found = {row[0] for query in (rows, ends) for row in s.connection.execute(query.distinct())}
    return sorted(found_day for found_day in found if day < found_day < OPEN_END)


def _ends(course: Course) -> list[date]:
    return [*(day for day, _ in course[1:]), OPEN_END]


def _difference(s: Reading, current: list[Version], course: Course, seq: int) -> Difference:
    first = course[0][0]
    wanted: dict[str, list[Wanted[Version]]] = {row.key: [] for row in current}
    for place, ((day, target), end) in enumerate(zip(course, _ends(course), strict=True)):
        for number, row in enumerate(target.versions):
            wanted.setdefault(row.key, []).append(Wanted(day, end, row, (place, number)))
    rows: dict[str, list[Version]] = {}
    for row in current:
        rows.setdefault(row.key, []).append(row)
    closed: list[Version] = []
    pieces: list[Piece[Version]] = []
    for key, course_of_unit in wanted.items():
        gone, new = replan(rows.get(key, []), course_of_unit, first)
        closed += gone
        pieces += new
    pieces.sort(key=lambda piece: piece.source[0] == STORED)  # what is new first, then what stays of the past
    reshaped = _reshaped(s, course, pieces)
    added = [_numbered(piece, number in reshaped, seq) for number, piece in enumerate(pieces)]
    return Difference(closed, added, [piece.source for piece in pieces])


def _numbered(piece: Piece[Version], reshaped: bool, seq: int) -> Version:
    """Return a row to be written with its entry, and the numbers that follow from the row it takes over from."""
    if piece.source[0] == STORED:
        return replace(piece.row, seq_from=seq, seq_to=None)
    major, minor = (1, 0) if piece.before is None else _numbers(piece.before, piece.row, reshaped)
    return replace(piece.row, major=major, minor=minor, seq_from=seq)


def _numbers(old: Version, new: Version, reshaped: bool) -> tuple[int, int]:
    """Return major and minor of the next version: major for a legal change, minor for an incidental one."""
    legal = (old.code, old.name, old.kind, old.parent) != (new.code, new.name, new.kind, new.parent) or reshaped
    return (old.major + 1, 0) if legal else (old.major, old.minor + 1)


def _reshaped(s: Reading, course: Course, pieces: Sequence[Piece[Version]]) -> set[int]:
    """Return the pieces whose drawn outline differs from the stored one: not only by junction vertices."""
    pairs = [
        (number, piece.before, piece)
        for number, piece in enumerate(pieces)
        if piece.before is not None and piece.before.geom_hash != piece.row.geom_hash
    ]
    there = geometries_of(s, [old.id for _, old, _ in pairs])
    moved: set[int] = set()
    for number, old, piece in pairs:
        was = outline_hash(_alone(there[old.id], old.vertex_kinds))
        place, row = piece.source
        if was != outline_hash(_alone(course[place][1].geometries[row], piece.row.vertex_kinds)):
            moved.add(number)
    return moved


def _alone(geometry: object, kinds: bytes) -> Rings:
    return rings_of(np.array([geometry], dtype=object), [kinds])


def geometries_of(s: Reading, ids: Sequence[int]) -> dict[int, Any]:
    """Return the stored shapes of some rows by their numbers."""
    found: dict[int, Any] = {}
    for first in range(0, len(ids), AT_ONCE):
        some = ids[first : first + AT_ONCE]
        query = select(UnitVersion.id, raw(UnitVersion.geom, s.dialect)).where(UnitVersion.id.in_(some))
        rows = s.connection.execute(query).all()
        found |= dict(zip([row[0] for row in rows], read_all([row[1] for row in rows], s.dialect), strict=True))
    return found


def _frame_difference(current: list[Frame], course: Course, seq: int) -> tuple[list[Frame], list[Piece[Frame]]]:
    closed: list[Frame] = []
    added: list[Piece[Frame]] = []
    segments = list(zip(course, _ends(course), strict=True))
    for number, which in enumerate(row.which for row in course[0][1].frames):
        wanted = [Wanted(day, end, t.frames[number], (place, number)) for place, ((day, t), end) in enumerate(segments)]
        gone, new = replan([row for row in current if row.which == which], wanted, course[0][0])
        closed += gone
        added += [replace(piece, row=replace(piece.row, seq_from=seq, seq_to=None)) for piece in new]
    return closed, added


def _shapes(s: Reading, difference: Difference, course: Course) -> Geometries:
    there = geometries_of(s, [n for place, n in difference.source if place == STORED])
    found = [there[n] if place == STORED else course[place][1].geometries[n] for place, n in difference.source]
    return np.array(found, dtype=object)


def _frame_shapes(s: Reading, pieces: Sequence[Piece[Frame]], course: Course) -> Geometries:
    found: list[Any] = []
    for piece in pieces:
        place, number = piece.source
        if place == STORED:
            query = select(raw(RootFrame.geom, s.dialect)).where(RootFrame.id == number)
            found.append(read_all([s.connection.execute(query).scalar_one()], s.dialect)[0])
        else:
            found.append(course[place][1].frame_geometries[number])
    return np.array(found, dtype=object)
