"""Write a plan as a new entry: close what is no longer believed, write what replaces it, move the head.

The head is moved by compare-and-swap: a plan that stands on another head writes nothing. Nothing is overwritten.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import shapely
from sqlalchemy import insert, update

from data import bulk, geopackage, ledger, registering
from data.geometry import Geometries, stored_all
from data.planning import Plan, Target, later_days, plan
from data.registering import AT_ONCE
from data.states import Frame, Version
from data.store import Writing
from data.tables import RootFrame, UnitVersion
from geo.errors import ConflictError


def publish(unit: Writing, root_id: int, target: Target, act: ledger.Act, *, base_seq: int | None = None) -> int:
    """Return the number of the entry that makes a root become ``target`` from ``act.valid_from`` on.

    Errors: those of `data.planning.plan` and `commit`; ``store.later_change`` where a later day has its own rows already.
    """
    ledger.head(unit, root_id, base_seq)
    later = later_days(unit, root_id, act.valid_from)
    if later:
        raise ConflictError("store.later_change", got=later[0].isoformat())
    return commit(unit, plan(unit, root_id, [(act.valid_from, target)]), act)


def commit(unit: Writing, prepared: Plan, act: ledger.Act) -> int:
    """Return the number of the entry that writes a plan.

    Errors, nothing written: ``store.head_moved`` if the plan stands on another head; ``store.code_taken``.
    """
    root_id, seq = prepared.root_id, prepared.seq
    head = ledger.head(unit, root_id, prepared.base[0])
    if head != prepared.base:
        raise ConflictError("store.head_moved", got=head[0], limit=prepared.base[0])
    _close(unit, UnitVersion, prepared.difference.closed, seq)
    _close(unit, RootFrame, prepared.frames_closed, seq)
    numbers = registering.units(unit, root_id, prepared.difference, prepared.open_keys, seq)
    registering.codes(unit, root_id, prepared.difference, numbers, seq, act.kind)
    _write(unit, prepared, numbers)
    _write_frames(unit, prepared)
    said = replace(act, content={**act.content, **prepared.listed})
    return ledger.append(unit, root_id, said, prepared.state_hash, base=prepared.base)


def _close(unit: Writing, table: Any, rows: Sequence[Version] | Sequence[Frame], seq: int) -> None:
    ids = [row.id for row in rows]
    for first in range(0, len(ids), AT_ONCE):
        some = ids[first : first + AT_ONCE]
        unit.connection.execute(update(table).where(table.id.in_(some)).values(seq_to=seq))


VERSION_COLUMNS: Final = (
    *("root_id", "unit_id", "parent_id", "level", "kind", "code", "name", "is_leaf", "major", "minor"),
    *("valid_from", "valid_to", "seq_from", "area2", "geom_hash", "vertex_kinds", "geom"),
)


def _write(unit: Writing, prepared: Plan, numbers: dict[str, int]) -> None:
    added = prepared.difference.added
    if not added:
        return
    values = stored_all(prepared.shapes, unit.srid, unit.dialect)
    rows = (
        (
            *(prepared.root_id, numbers[row.key], numbers[row.parent] if row.parent else None),
            *(row.level, row.kind, row.code, row.name),
            *(row.is_leaf, row.major, row.minor, row.valid_from, row.valid_to, row.seq_from, row.area2, row.geom_hash),
            *(row.vertex_kinds, value),
        )
        for row, value in zip(added, values, strict=True)
    )
    bulk.insert_all(unit.connection, "unit_version", VERSION_COLUMNS, rows)
    _widen(unit, "unit_version", prepared.shapes)


def _write_frames(unit: Writing, prepared: Plan) -> None:
    if not prepared.frames_added:
        return
    for row, shape in zip(prepared.frames_added, prepared.frame_shapes, strict=True):
        names = ("which", "valid_from", "valid_to", "seq_from", "area2", "geom_hash", "vertex_kinds")
        values = {name: getattr(row, name) for name in names}
        geom = shapely.set_srid(shape, unit.srid)
        unit.connection.execute(insert(RootFrame).values(root_id=prepared.root_id, geom=geom, **values))
    _widen(unit, "root_frame", prepared.frame_shapes)


def _widen(unit: Writing, table: str, shapes: Geometries) -> None:
    if unit.dialect == "sqlite":
        minx, miny, maxx, maxy = shapely.total_bounds(shapes).tolist()
        geopackage.widen_extent(unit.connection, table, (minx, miny, maxx, maxy), unit.at)
