"""Write a state of a root as a new entry: close what is no longer believed, write what replaces it, move the head.

From a first day on, the root becomes the given partition. A row that says the same stays; nothing is overwritten.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import insert, select, update

from data import bulk, geopackage, ledger, registering, states
from data.geometry import Geometries, raw, read_all, stored_all
from data.registering import AT_ONCE, Difference
from data.shapes import Shapes, every_units_rings, outline_hash, rings_of, shapes_of
from data.states import Frame, Version
from data.store import Writing
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


def publish(unit: Writing, root_id: int, target: Target, act: ledger.Act, *, base_seq: int | None = None) -> int:
    """Return the number of the entry that makes a root become ``target`` from ``act.valid_from`` on.

    Errors: as `publish_course`; ``store.later_change`` where a later day has its own rows already.
    """
    base = ledger.head(unit, root_id, base_seq)
    current = states.versions(unit, root_id, UnitVersion.seq_to.is_(None))
    later = [row.valid_from for row in current if row.valid_from > act.valid_from]
    if later:
        raise ConflictError("store.later_change", got=min(later).isoformat())
    return _publish(unit, root_id, [(act.valid_from, target)], act, (base, current))


def publish_course(unit: Writing, root_id: int, course: Course, act: ledger.Act, *, base_seq: int) -> int:
    """Return the number of the entry that makes a root take a course: one target from each of some days on.

    Before the first of these days nothing changes. Errors: ``store.head_moved``; ``store.code_taken``;
    ``store.nothing_changed``.
    """
    base = ledger.head(unit, root_id, base_seq)
    current = states.versions(unit, root_id, UnitVersion.seq_to.is_(None))
    return _publish(unit, root_id, course, act, (base, current))


def _publish(
    unit: Writing,
    root_id: int,
    course: Course,
    act: ledger.Act,
    found: tuple[tuple[int, str], list[Version]],
) -> int:
    base, current = found
    seq = base[0] + 1
    current_frames = states.frames(unit, root_id, RootFrame.seq_to.is_(None))
    difference = _difference(unit, current, course, seq)
    frames = _frame_difference(current_frames, course, seq)
    if not difference.added and not difference.closed and not frames[1]:
        raise ConflictError("store.nothing_changed")
    _close(unit, UnitVersion, difference.closed, seq)
    _close(unit, RootFrame, frames[0], seq)
    numbers = registering.units(unit, root_id, difference, current, seq)
    registering.codes(unit, root_id, difference, numbers, seq, act.kind)
    _write(unit, root_id, difference, course, numbers)
    _write_frames(unit, root_id, frames[1], course)
    gone = {row.id for row in difference.closed}
    state = [row for row in current if row.id not in gone] + difference.added
    gone_frames = {row.id for row in frames[0]}
    state_frames = [row for row in current_frames if row.id not in gone_frames] + [piece.row for piece in frames[1]]
    said = replace(act, content={**act.content, **_listed(difference, frames)})
    return ledger.append(unit, root_id, said, ledger.state_hash(states.state_digests(state, state_frames)), base=base)


def _listed(difference: Difference, frames: tuple[list[Frame], list[Piece[Frame]]]) -> dict[str, Any]:
    """Return what the ledger keeps of an entry's rows: names and digests."""
    closed, added = frames[0], [piece.row for piece in frames[1]]
    return {
        "added": sorted(
            [row.key, row.valid_from.isoformat(), row.code, row.digest(row.parent)] for row in difference.added
        ),
        "closed": sorted([row.key, row.valid_from.isoformat(), row.digest(row.parent)] for row in difference.closed),
        "frames_added": sorted([row.which, row.valid_from.isoformat(), row.digest()] for row in added),
        "frames_closed": sorted([row.which, row.valid_from.isoformat()] for row in closed),
    }


def _ends(course: Course) -> list[date]:
    return [*(day for day, _ in course[1:]), OPEN_END]


def _difference(unit: Writing, current: list[Version], course: Course, seq: int) -> Difference:
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
    reshaped = _reshaped(unit, course, pieces)
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


def _reshaped(unit: Writing, course: Course, pieces: Sequence[Piece[Version]]) -> set[int]:
    """Return the pieces whose drawn outline differs from the stored one: not only by junction vertices."""
    pairs = [
        (number, piece.before, piece)
        for number, piece in enumerate(pieces)
        if piece.before is not None and piece.before.geom_hash != piece.row.geom_hash
    ]
    stored = geometries_of(unit, [old.id for _, old, _ in pairs])
    moved: set[int] = set()
    for number, old, piece in pairs:
        was = outline_hash(_alone(stored[old.id], old.vertex_kinds))
        place, row = piece.source
        if was != outline_hash(_alone(course[place][1].geometries[row], piece.row.vertex_kinds)):
            moved.add(number)
    return moved


def _alone(geometry: object, kinds: bytes) -> Rings:
    return rings_of(np.array([geometry], dtype=object), [kinds])


def geometries_of(unit: Writing, ids: Sequence[int]) -> dict[int, Any]:
    """Return the stored shapes of some rows by their numbers."""
    found: dict[int, Any] = {}
    for first in range(0, len(ids), AT_ONCE):
        some = ids[first : first + AT_ONCE]
        query = select(UnitVersion.id, raw(UnitVersion.geom, unit.dialect)).where(UnitVersion.id.in_(some))
        rows = unit.connection.execute(query).all()
        found |= dict(zip([row[0] for row in rows], read_all([row[1] for row in rows], unit.dialect), strict=True))
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


def _close(unit: Writing, table: Any, rows: Sequence[Version] | Sequence[Frame], seq: int) -> None:
    ids = [row.id for row in rows]
    for first in range(0, len(ids), AT_ONCE):
        some = ids[first : first + AT_ONCE]
        unit.connection.execute(update(table).where(table.id.in_(some)).values(seq_to=seq))


VERSION_COLUMNS: Final = (
    *("root_id", "unit_id", "parent_id", "level", "kind", "code", "name", "is_leaf", "major", "minor"),
    *("valid_from", "valid_to", "seq_from", "area2", "geom_hash", "vertex_kinds", "geom"),
)


def _write(unit: Writing, root_id: int, difference: Difference, course: Course, numbers: dict[str, int]) -> None:
    if not difference.added:
        return
    stored = geometries_of(unit, [n for place, n in difference.source if place == STORED])
    found = [stored[n] if place == STORED else course[place][1].geometries[n] for place, n in difference.source]
    shapes = np.array(found, dtype=object)
    values = stored_all(shapes, unit.srid, unit.dialect)
    rows = (
        (
            *(
                root_id,
                numbers[row.key],
                numbers[row.parent] if row.parent else None,
                row.level,
                row.kind,
                row.code,
                row.name,
            ),
            *(row.is_leaf, row.major, row.minor, row.valid_from, row.valid_to, row.seq_from, row.area2, row.geom_hash),
            *(row.vertex_kinds, value),
        )
        for row, value in zip(difference.added, values, strict=True)
    )
    bulk.insert_all(unit.connection, "unit_version", VERSION_COLUMNS, rows)
    _widen(unit, "unit_version", shapes)


def _write_frames(unit: Writing, root_id: int, pieces: Sequence[Piece[Frame]], course: Course) -> None:
    if not pieces:
        return
    found: list[Any] = []
    for piece in pieces:
        place, number = piece.source
        if place == STORED:
            query = select(raw(RootFrame.geom, unit.dialect)).where(RootFrame.id == number)
            found.append(read_all([unit.connection.execute(query).scalar_one()], unit.dialect)[0])
        else:
            found.append(course[place][1].frame_geometries[number])
    shapes = np.array(found, dtype=object)
    for piece, shape in zip(pieces, shapes, strict=True):
        names = ("which", "valid_from", "valid_to", "seq_from", "area2", "geom_hash", "vertex_kinds")
        values = {name: getattr(piece.row, name) for name in names}
        unit.connection.execute(
            insert(RootFrame).values(root_id=root_id, geom=shapely.set_srid(shape, unit.srid), **values)
        )
    _widen(unit, "root_frame", shapes)


def _widen(unit: Writing, table: str, shapes: Geometries) -> None:
    if unit.dialect == "sqlite":
        minx, miny, maxx, maxy = shapely.total_bounds(shapes).tolist()
        geopackage.widen_extent(unit.connection, table, (minx, miny, maxx, maxy), unit.at)
