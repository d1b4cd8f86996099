"""Write a plan as a new entry: close what is no longer believed, write what replaces it, move the head.

The head is moved by compare-and-swap: a plan that stands on another head writes nothing. Nothing is overwritten.
"""

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import bindparam, update

from data import bulk, geopackage, ledger, registering
from data.geometry import Stored
from data.planning import Plan, Target, later_days, plan
from data.ready import Ready
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

    All that can be worked out before is in the plan: nobody waits longer than it takes to write it.
    Errors, nothing written: ``store.head_moved`` if the plan stands on another head.
    """
    said = replace(act, content={**act.content, **prepared.listed})
    seq = ledger.append(unit, said, prepared.state_hash, base=prepared.base)
    _VERSION_CLOSED.run_all(unit.connection, [{"row": row.id, "seq": seq} for row in prepared.difference.closed])
    _FRAME_CLOSED.run_all(unit.connection, [{"row": row.id, "seq": seq} for row in prepared.frames_closed])
    _write(unit, prepared, registering.write(unit, prepared.base.root_id, prepared.register, seq, act.kind))
    _write_frames(unit, prepared)
    return seq


def _closed(table: Any) -> Ready:
    return Ready(update(table).where(table.id == bindparam("row")).values(seq_to=bindparam("seq")))


_VERSION_CLOSED: Final = _closed(UnitVersion)
_FRAME_CLOSED: Final = _closed(RootFrame)
VERSION_COLUMNS: Final = (
    *("root_id", "unit_id", "parent_id", "level", "kind", "code", "name", "is_leaf", "major", "minor"),
    *("valid_from", "valid_to", "seq_from", "area2", "geom_hash", "vertex_kinds", "geom"),
)


FRAME_COLUMNS: Final = (
    *("root_id", "which", "valid_from", "valid_to", "seq_from", "area2", "geom_hash", "vertex_kinds", "geom"),
)


def _write(unit: Writing, prepared: Plan, numbers: dict[str, int]) -> None:
    rows = (
        (
            *(prepared.base.root_id, numbers[row.key], numbers[row.parent] if row.parent else None),
            *(row.level, row.kind, row.code, row.name),
            *(row.is_leaf, row.major, row.minor, row.valid_from, row.valid_to, row.seq_from, row.area2, row.geom_hash),
            *(row.vertex_kinds, value),
        )
        for row, value in zip(prepared.difference.added, prepared.shapes.values, strict=True)
    )
    bulk.insert_all(unit.connection, "unit_version", VERSION_COLUMNS, rows)
    _widen(unit, "unit_version", prepared.shapes)


def _write_frames(unit: Writing, prepared: Plan) -> None:
    rows = (
        (
            *(prepared.base.root_id, row.which, row.valid_from, row.valid_to, row.seq_from),
            *(row.area2, row.geom_hash, row.vertex_kinds, value),
        )
        for row, value in zip(prepared.frames_added, prepared.frame_shapes.values, strict=True)
    )
    bulk.insert_all(unit.connection, "root_frame", FRAME_COLUMNS, rows)
    _widen(unit, "root_frame", prepared.frame_shapes)


def _widen(unit: Writing, table: str, shapes: Stored) -> None:
    if shapes.box and unit.dialect == "sqlite":
        geopackage.widen_extent(unit.connection, table, shapes.box, unit.at)
