"""Roots and their partitions: written whole as an entry of the ledger, read back as of a day and as known on a day."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from data import asof, ledger, states
from data.asof import AsOf
from data.geometry import Box, in_box, raw, read_all
from data.planning import target_of
from data.publishing import publish
from data.states import Version, believed, on_day
from data.store import Reading, Writing, fix_plane
from data.tables import CodeRow, PartitionRoot, UnitRow, UnitVersion
from data.tables.columns import OPEN_START
from geo import crs
from geo.errors import ConflictError, NotFoundError
from geo.partition.model import Partition, Rings, UnitKind

STEP_CM = 1


@dataclass(frozen=True, slots=True)
class Root:
    """One town as it stands: its plane, the end of its ledger, and how its codes and levels are ruled."""

    id: int
    key: str
    name: str
    plane: str
    frame_kind: str
    code_policy: str
    level_rules: Any
    head_seq: int
    head_hash: str


@dataclass(frozen=True, slots=True)
class History:
    """One row of a grid's history, with the entry that wrote it and the one that ended the belief in it."""

    version: Version
    parent_code: str | None
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Shape:
    """One unit with its polygon in plane metres, parents derived."""

    key: str
    code: str | None
    name: str
    level: int
    kind: UnitKind
    parent: str | None
    is_leaf: bool
    geometry: BaseGeometry


def roots(s: Reading) -> list[Root]:
    """Return every root, by name."""
    columns = [getattr(PartitionRoot, name) for name in Root.__dataclass_fields__]
    return [Root(*row) for row in s.connection.execute(select(*columns).order_by(PartitionRoot.name))]


def find_root(s: Reading, name: str | None = None) -> Root:
    """Return the root of a name; without a name the only one there is.

    Errors: `NotFoundError` ``store.no_root``; `ConflictError` ``store.many_roots`` where a name is needed.
    """
    there = roots(s)
    if name is None and len(there) > 1:
        raise ConflictError("store.many_roots", values={"known": [root.name for root in there]})
    for root in there:
        if name in (None, root.name):
            return root
    raise NotFoundError("store.no_root", name or "", values={"known": [root.name for root in there]})


def save_import(
    unit: Writing,
    root_name: str,
    partition: Partition,
    *,
    valid_from: date = OPEN_START,
    frame_kind: str | None = None,
    findings: Any = (),
    code_policy: str = "free",
    level_rules: Any = None,
    base_seq: int | None = None,
) -> int:
    """Return the number of the ledger entry that writes a proved partition: a new root, or an existing one subdivided.

    Parameters
    ----------
    valid_from : first day; by default the partition answers for every earlier day too
    frame_kind : ``given`` or ``derived``; by default what the partition says
    findings : JSON value that goes into the ledger
    code_policy, level_rules : of a new root only
    base_seq : the head on which the caller's work stands; None takes the present one

    Errors: ``store.other_plane``, ``store.not_a_partition``, and those of `data.publishing.publish`.
    """
    fix_plane(unit, crs.plane(partition.plane))
    target = target_of(partition, valid_from)
    content: dict[str, Any] = {"findings": findings}
    known = unit.connection.execute(
        select(PartitionRoot.id).where(PartitionRoot.name == root_name)
    ).scalar_one_or_none()
    if known is None:
        kind = frame_kind or ("given" if partition.frame_given else "derived")
        known, facts = _new_root(unit, root_name, partition.plane, (kind, code_policy, level_rules or {}))
        content["root"] = facts
        base_seq = base_seq or 0
    act = ledger.Act("import", valid_from, content)
    return publish(unit, known, target, act, base_seq=base_seq)


def _new_root(unit: Writing, name: str, plane: str, ruled: tuple[str, str, Any]) -> tuple[int, dict[str, Any]]:
    """Return the number of a new root, and the facts of it that the ledger keeps."""
    frame_kind, code_policy, level_rules = ruled
    facts = {
        "key": str(uuid.uuid4()),
        "name": name,
        "plane": plane,
        "origin_x": 0,
        "origin_y": 0,
        "grid_step_cm": STEP_CM,
        "frame_kind": frame_kind,
        "code_policy": code_policy,
        "level_rules": level_rules,
    }
    values = insert(PartitionRoot).values(**facts, head_seq=0, head_hash=ledger.NO_HASH)
    try:
        number = unit.connection.execute(values.returning(PartitionRoot.id)).scalar_one()
    except IntegrityError as error:  # another made it a moment ago
        raise ConflictError("store.head_moved", name, limit=0) from error
    pinned = unit.plane
    return number, facts if pinned is None else {**facts, "pipeline": pinned.pipeline, "wkt": pinned.wkt}


def state_known(s: Reading, root: Root, on: date | None = None, known_on: date | None = None) -> AsOf:
    """Return a root on a day (default: today), as known at the end of another (default: now).

    Errors: ``store.not_known_then``, ``store.not_valid_then``.
    """
    return state_at(s, root, *_when(s, root, on, known_on))


def state_at(s: Reading, root: Root, on: date, seq: int | None) -> AsOf:
    """Return a root on a day, as known at an entry of its ledger (None: the last one); errors: ``store.not_valid_then``."""
    return asof.read(s, root.id, asof.Ruled(root.name, root.plane, root.frame_kind == "given"), on, seq)


def load(s: Reading, root_name: str | None = None, on: date | None = None, known_on: date | None = None) -> Partition:
    """Return a root's partition on a day, as known at the end of another; defaults and errors as `state_known`.

    Errors: ``store.no_root``, ``store.many_roots``.
    """
    return state_known(s, find_root(s, root_name), on, known_on).partition


def load_at(s: Reading, root: Root, on: date, seq: int) -> Partition:
    """Return a root's partition on a day, as known at an entry of its ledger; errors: ``store.not_valid_then``."""
    return state_at(s, root, on, seq).partition


def codes_ever(s: Reading, root: Root, seq: int) -> dict[str, str]:
    """Return every code that was ever given in a root up to an entry, with the key of the unit it belongs to for ever."""
    query = select(CodeRow.code, UnitRow.key).join(UnitRow, UnitRow.id == CodeRow.unit_id)
    rows = s.connection.execute(query.where(CodeRow.root_id == root.id, CodeRow.first_seq <= seq))
    return {row.code: row.key for row in rows}


def _when(s: Reading, root: Root, on: date | None, known_on: date | None) -> tuple[date, int | None]:
    """Return a day, and the entry up to which a root was known."""
    seq = None if known_on is None else ledger.known_seq(s, root.id, root.name, known_on)
    return on or s.at.astimezone(ledger.ZONE).date(), seq


def frame(
    s: Reading, root_name: str | None = None, on: date | None = None, known_on: date | None = None, which: str = "legal"
) -> Rings:
    """Return a root's ``legal`` or ``noded`` frame on a day, as known on another."""
    root = find_root(s, root_name)
    return asof.frame_rings(s, root.id, *_when(s, root, on, known_on), which)


def shapes(
    s: Reading,
    root_name: str | None = None,
    on: date | None = None,
    known_on: date | None = None,
    *,
    level: int | None = None,
    box: Box | None = None,
) -> list[Shape]:
    """Return units with their polygons in plane metres, by level and code: of one level, or those whose box meets ``box``."""
    root = find_root(s, root_name)
    day, seq = _when(s, root, on, known_on)
    conditions = [believed(UnitVersion, seq), on_day(UnitVersion, day)]
    if level is not None:
        conditions.append(UnitVersion.level == level)
    if box is not None:
        conditions.append(in_box(UnitVersion.__table__.c.geom, box, s.dialect, s.srid))
    rows = states.versions(s, root.id, *conditions)
    query = select(raw(UnitVersion.geom, s.dialect)).where(UnitVersion.root_id == root.id, *conditions)
    found = s.connection.execute(query.order_by(UnitVersion.id)).scalars().all()
    geometries = read_all(found, s.dialect)
    near = (
        np.ones(len(rows), np.bool_)
        if box is None
        else shapely.intersects(shapely.envelope(geometries), shapely.box(*box))
    )
    code = {row.key: row.code for row in rows}
    chosen = sorted(np.flatnonzero(near).tolist(), key=lambda n: _order(rows[n], code))
    return [_shape(rows[n], geometries[n]) for n in chosen]


def _order(row: Version, code: dict[str, str | None]) -> tuple[int, bool, str, str]:
    return row.level, row.code is None, row.code or code.get(row.parent or "") or "", row.key


def _shape(row: Version, geometry: BaseGeometry) -> Shape:
    return Shape(row.key, row.code, row.name, row.level, UnitKind(row.kind), row.parent, row.is_leaf, geometry)


def versions(s: Reading, code: str, root_name: str | None = None) -> list[History]:
    """Return every row ever written of the units that ever had a code, oldest entry first.

    Errors: `NotFoundError` ``store.no_code``.
    """
    root = find_root(s, root_name)
    holders = select(UnitVersion.unit_id).where(UnitVersion.root_id == root.id, UnitVersion.code == code)
    rows = states.versions(s, root.id, UnitVersion.unit_id.in_(holders))
    if not rows:
        raise NotFoundError("store.no_code", code, values={"root": root.name})
    entries = {entry.seq: entry for entry in ledger.entries(s, root.id)}
    codes = _codes_of_parents(s, root.id)
    return [
        History(row, codes.get(row.parent or ""), entries[row.seq_from].recorded_at, entries[row.seq_from].recorded_by)
        for row in rows
    ]


def _codes_of_parents(s: Reading, root_id: int) -> dict[str, str | None]:
    query = (
        select(UnitRow.key, UnitVersion.code)
        .join(UnitVersion, UnitVersion.unit_id == UnitRow.id)
        .where(UnitVersion.root_id == root_id, UnitVersion.seq_to.is_(None))
    )
    return {row.key: row.code for row in s.connection.execute(query.order_by(UnitVersion.id))}
