"""Chains of hashes: append-only tables in which each row covers the one before, so that nothing can be slipped in or out."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select

from data import ledger, places
from data.store import Writing
from data.tables.columns import instant_text


def append(unit: Writing, table: Any, content: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return the new last row of a chain; ``more`` are the table's own columns. Recorded times never decrease."""
    places.lock_deliveries(unit)
    seq = (unit.connection.execute(select(func.max(table.seq))).scalar_one() or 0) + 1
    query = select(table.hash, table.at).where(table.seq == seq - 1)
    before = unit.connection.execute(query).one_or_none()
    entry: dict[str, Any] = {
        "seq": seq,
        **more,
        "at": unit.at if before is None else max(unit.at, before.at),
        "by": unit.actor.name,
        "role": unit.actor.role,
        "standing": unit.actor.standing,
        "content": dict(content),
        "prev_hash": ledger.NO_HASH if before is None else before.hash,
    }
    entry["hash"] = link_hash(entry)
    unit.connection.execute(insert(table).values(**entry))
    return entry


def link_hash(entry: Mapping[str, Any]) -> str:
    """Return the hash of a row: over everything in it but the hash itself."""
    covered = {name: value for name, value in entry.items() if name != "hash"}
    covered["at"] = instant_text(covered["at"])
    return ledger.digest(covered)
