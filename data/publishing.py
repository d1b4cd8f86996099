"""Write a state of a root as a new entry: close what is no longer believed, write what replaces it, move the head.

From a first day on, the root becomes the given partition. A row that says the same stays; nothing is overwritten.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import insert, select, update

from data import bulk, geopackage, ledger, states
from data.geometry import Geometries, raw, read_all, stored_all
from data.shapes import Shapes, every_units_rings, outline_hash, rings_of, shapes_of
from data.states import Frame, Version
from data.store import Writing
from data.tables import CodeRow, RootFrame, UnitRow, UnitVersion
from data.tables.columns import OPEN_END
from geo.errors import ConflictError, InputError
from geo.partition import lattice
from geo.partition.model import Partition, Rings

CLOSE_AT_ONCE: Final = 500  # numbers in one statement; SQLite before 3.32 takes 999


@dataclass(frozen=True, eq=False)
class Target:
    """What a root shall become: a version of each unit with its shape, and the two frames with theirs."""

    versions: list[Version]
    geometries: Geometries
    frames: list[Frame]
    frame_geometries: Geometries


@dataclass(frozen=True, eq=False)
class Difference:
    """What an entry closes and adds. ``source`` says which shape an added row has: of the target, or of a stored row."""

    closed: list[Version]
    added: list[Version]
    source: list[int]


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

    Errors: ``store.head_moved``; ``store.later_change`` where a later day has its own rows already; ``store.code_taken``;
    ``store.nothing_changed``.
    """
    base = ledger.head(unit, root_id, base_seq)
    seq = base[0] + 1
    current = states.versions(unit, root_id, UnitVersion.seq_to.is_(None))
    current_frames = states.frames(unit, root_id, RootFrame.seq_to.is_(None))
    difference = _difference(unit, current, target, act.valid_from, seq)
    frames = _frame_difference(current_frames, target.frames, act.valid_from, seq)
    if not difference.added and not difference.closed and not frames[1]:
        raise ConflictError("store.nothing_changed")
    _close(unit, UnitVersion, difference.closed, seq)
    _close(unit, RootFrame, frames[0], seq)
    numbers = _units(unit, root_id, difference, current, seq)
    _register(unit, root_id, difference, numbers, seq, act.kind)
    _write(unit, root_id, difference, target, numbers)
    _write_frames(unit, root_id, frames[1], target)
    gone = {row.id for row in difference.closed}
    state = [row for row in current if row.id not in gone] + difference.added
    gone_frames = {row.id for row in frames[0]}
    state_frames = [row for row in current_frames if row.id not in gone_frames] + frames[1]
    listed = {
        "added": sorted(
            [row.key, row.valid_from.isoformat(), row.code, row.digest(row.parent)] for row in difference.added
        ),
        "closed": sorted([row.key, row.valid_from.isoformat(), row.digest(row.parent)] for row in difference.closed),
        "frames_added": sorted([row.which, row.valid_from.isoformat(), row.digest()] for row in frames[1]),
        "frames_closed": sorted([row.which, row.valid_from.isoformat()] for row in frames[0]),
    }
    said = replace(act, content={**act.content, **listed})
    return ledger.append(unit, root_id, said, ledger.state_hash(states.state_digests(state, state_frames)), base=base)


def _difference(unit: Writing, current: list[Version], target: Target, day: date, seq: int) -> Difference:
    later = [row for row in current if row.valid_from > day]
    if later:
        raise ConflictError("store.later_change", got=min(row.valid_from for row in later).isoformat())
    before = {row.key: row for row in current if row.valid_from <= day < row.valid_to}
    after = {row.key for row in target.versions}
    changed = [
        n for n, row in enumerate(target.versions) if row.key not in before or before[row.key].content != row.content
    ]
    reshaped = _reshaped(unit, target, changed, before)
    closed: list[Version] = [row for row in before.values() if row.key not in after]
    added: list[Version] = []
    source: list[int] = []
    for number in changed:
        row = target.versions[number]
        old = before.get(row.key)
        major, minor = (1, 0) if old is None else _numbers(old, row, row.key in reshaped)
        if old is not None:
            closed.append(old)
        added.append(replace(row, major=major, minor=minor, seq_from=seq))
        source.append(number)
    for old in [row for row in closed if row.valid_from < day]:  # its past stays, up to the day
        added.append(replace(old, id=0, valid_to=day, seq_from=seq))
        source.append(-old.id)
    return Difference(closed, added, source)


def _numbers(old: Version, new: Version, reshaped: bool) -> tuple[int, int]:
    """Return major and minor of the next version: major for a legal change, minor for an incidental one."""
    legal = (old.code, old.name, old.kind, old.parent) != (new.code, new.name, new.kind, new.parent) or reshaped
    return (old.major + 1, 0) if legal else (old.major, old.minor + 1)


def _reshaped(unit: Writing, target: Target, changed: Iterable[int], before: dict[str, Version]) -> set[str]:
    """Return the keys of units whose drawn outline differs from the stored one: not only by junction vertices."""
    pairs = [(before[target.versions[n].key], n) for n in changed if target.versions[n].key in before]
    pairs = [(old, n) for old, n in pairs if old.geom_hash != target.versions[n].geom_hash]
    stored = geometries_of(unit, [old.id for old, _ in pairs])
    moved: set[str] = set()
    for old, number in pairs:
        new = target.versions[number]
        was = outline_hash(_alone(stored[old.id], old.vertex_kinds))
        if was != outline_hash(_alone(target.geometries[number], new.vertex_kinds)):
            moved.add(new.key)
    return moved


def _alone(geometry: object, kinds: bytes) -> Rings:
    return rings_of(np.array([geometry], dtype=object), [kinds])


def geometries_of(unit: Writing, ids: Sequence[int]) -> dict[int, Any]:
    """Return the stored shapes of some rows by their numbers."""
    found: dict[int, Any] = {}
    for first in range(0, len(ids), CLOSE_AT_ONCE):
        some = ids[first : first + CLOSE_AT_ONCE]
        query = select(UnitVersion.id, raw(UnitVersion.geom, unit.dialect)).where(UnitVersion.id.in_(some))
        rows = unit.connection.execute(query).all()
        found |= dict(zip([row[0] for row in rows], read_all([row[1] for row in rows], unit.dialect), strict=True))
    return found


def _frame_difference(
    current: list[Frame], wanted: list[Frame], day: date, seq: int
) -> tuple[list[Frame], list[Frame]]:
    before = {row.which: row for row in current if row.valid_from <= day < row.valid_to}
    closed: list[Frame] = []
    added: list[Frame] = []
    for new in wanted:
        old = before.get(new.which)
        if old is not None and (old.geom_hash, old.vertex_kinds) == (new.geom_hash, new.vertex_kinds):
            continue
        if old is not None:
            closed.append(old)
            if old.valid_from < day:
                added.append(replace(old, valid_to=day, seq_from=seq))
        added.append(replace(new, seq_from=seq))
    return closed, added


def _close(unit: Writing, table: Any, rows: Sequence[Version] | Sequence[Frame], seq: int) -> None:
    ids = [row.id for row in rows]
    for first in range(0, len(ids), CLOSE_AT_ONCE):
        some = ids[first : first + CLOSE_AT_ONCE]
        unit.connection.execute(update(table).where(table.id.in_(some)).values(seq_to=seq))


def _units(unit: Writing, root_id: int, difference: Difference, current: list[Version], seq: int) -> dict[str, int]:
    """Return the number of every unit by key, the new ones written, those that are gone for good marked so."""
    known = {key: number for number, key in states.unit_keys(unit, root_id).items()}
    born = {row.key: row.level for row in difference.added if row.key not in known}
    numbers = bulk.reserve_ids(unit.connection, "unit", len(born))
    rows = [(number, root_id, key, level, seq) for number, (key, level) in zip(numbers, born.items(), strict=True)]
    bulk.insert_all(unit.connection, "unit", ("id", "root_id", "key", "level", "created_seq"), rows)
    closed = {row.id for row in difference.closed}
    alive = {row.key for row in current if row.id not in closed} | {
        row.key for row in difference.added if row.valid_to == OPEN_END
    }
    gone = [known[row.key] for row in difference.closed if row.key not in alive]
    for first in range(0, len(gone), CLOSE_AT_ONCE):
        some = UnitRow.id.in_(gone[first : first + CLOSE_AT_ONCE])
        unit.connection.execute(update(UnitRow).where(some, UnitRow.abolished_seq.is_(None)).values(abolished_seq=seq))
    return known | {key: number for number, _, key, _, _ in rows}


def _register(
    unit: Writing, root_id: int, difference: Difference, numbers: dict[str, int], seq: int, reason: str
) -> None:
    """Enter each new code for ever; `ConflictError` ``store.code_taken`` if another unit ever had it."""
    query = select(CodeRow.code, CodeRow.unit_id).where(CodeRow.root_id == root_id)
    taken = {row.code: row.unit_id for row in unit.connection.execute(query)}
    new: dict[str, int] = {}
    for row in difference.added:
        if row.code is None:
            continue
        holder = taken.get(row.code, new.get(row.code, numbers[row.key]))
        if holder != numbers[row.key]:
            raise ConflictError("store.code_taken", row.code)
        if row.code not in taken:
            new[row.code] = numbers[row.key]
    columns = ("root_id", "code", "unit_id", "first_seq", "reason")
    bulk.insert_all(unit.connection, "code_registry", columns, [(root_id, c, n, seq, reason) for c, n in new.items()])
    held = {row.code for row in difference.added if row.valid_to == OPEN_END}
    lost = [row.code for row in difference.closed if row.code is not None and row.code not in held]
    for first in range(0, len(lost), CLOSE_AT_ONCE):
        some = CodeRow.code.in_(lost[first : first + CLOSE_AT_ONCE])
        ended = update(CodeRow).where(CodeRow.root_id == root_id, some, CodeRow.last_seq.is_(None))
        unit.connection.execute(ended.values(last_seq=seq))


VERSION_COLUMNS: Final = (
    *("root_id", "unit_id", "parent_id", "level", "kind", "code", "name", "is_leaf", "major", "minor"),
    *("valid_from", "valid_to", "seq_from", "area2", "geom_hash", "vertex_kinds", "geom"),
)


def _write(unit: Writing, root_id: int, difference: Difference, target: Target, numbers: dict[str, int]) -> None:
    if not difference.added:
        return
    stored = geometries_of(unit, [-n for n in difference.source if n < 0])
    shapes = np.array([stored[-n] if n < 0 else target.geometries[n] for n in difference.source], dtype=object)
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


def _write_frames(unit: Writing, root_id: int, frames: list[Frame], target: Target) -> None:
    if not frames:
        return
    place = {row.which: number for number, row in enumerate(target.frames)}
    by_hash = {(row.which, row.geom_hash): target.frame_geometries[place[row.which]] for row in target.frames}
    past = {row.id: row for row in frames if (row.which, row.geom_hash) not in by_hash}
    for row in past.values():
        query = select(raw(RootFrame.geom, unit.dialect)).where(RootFrame.id == row.id)
        by_hash[row.which, row.geom_hash] = read_all([unit.connection.execute(query).scalar_one()], unit.dialect)[0]
    shapes = np.array([by_hash[row.which, row.geom_hash] for row in frames], dtype=object)
    for row, shape in zip(frames, shapes, strict=True):
        names = ("which", "valid_from", "valid_to", "seq_from", "area2", "geom_hash", "vertex_kinds")
        values = {name: getattr(row, name) for name in names}
        unit.connection.execute(
            insert(RootFrame).values(root_id=root_id, geom=shapely.set_srid(shape, unit.srid), **values)
        )
    _widen(unit, "root_frame", shapes)


def _widen(unit: Writing, table: str, shapes: Geometries) -> None:
    if unit.dialect == "sqlite":
        minx, miny, maxx, maxy = shapely.total_bounds(shapes).tolist()
        geopackage.widen_extent(unit.connection, table, (minx, miny, maxx, maxy), unit.at)
