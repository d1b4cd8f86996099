"""The chain of a root's ledger: every hash again, every link, the head, the order of times, the facts of the root."""

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, Text, select, type_coerce

from data import ledger
from data.audit.doubt import Doubt
from data.store import Reading
from data.tables import LedgerRow, PartitionRoot
from data.tables.columns import canonical

DOCUMENTS: Final = ("content", "engine_versions")
ROOT_COLUMNS: Final = tuple(column.name for column in PartitionRoot.__table__.columns)
ENTRY_COLUMNS: Final = tuple(column.name for column in LedgerRow.__table__.columns)


def entries(s: Reading, root_id: int) -> Sequence[Row[Any]]:
    """Return a root's ledger as it lies there, documents as text, oldest first."""
    columns = [
        type_coerce(column, Text).label(column.name) if column.name in DOCUMENTS else column
        for column in LedgerRow.__table__.columns
    ]
    return s.connection.execute(select(*columns).where(LedgerRow.root_id == root_id).order_by(LedgerRow.seq)).all()


def doubts(root: Row[Any], rows: Sequence[Row[Any]]) -> list[Doubt]:
    """Return what is wrong with a root's chain."""
    found: list[Doubt] = []
    before, moment = ledger.NO_HASH, None
    for number, row in enumerate(rows, 1):
        if row.seq != number:
            found.append(Doubt("audit.entry_missing", root.name, number))
            break
        if row.prev_hash != before:
            found.append(Doubt("audit.chain_broken", root.name, row.seq))
        if hash_again(root.key, row) != row.hash:
            found.append(Doubt("audit.entry_changed", root.name, row.seq))
        if moment is not None and row.recorded_at < moment:
            found.append(Doubt("audit.time_back", root.name, row.seq))
        before, moment = row.hash, row.recorded_at
    last = len(rows)
    if (root.head_seq, root.head_hash) != (last, before):
        found.append(Doubt("audit.head_differs", root.name, last, values={"got": root.head_seq}))
    return found


def hash_again(root_key: str, row: Row[Any]) -> str:
    """Return the hash an entry should have; nothing where its documents are no longer the canonical text of a JSON value."""
    entry = {name: getattr(row, name) for name in ENTRY_COLUMNS}
    for name in DOCUMENTS:
        value = document(entry[name])
        if value is None or canonical(value) != entry[name]:
            return ""
        entry[name] = value
    return ledger.hash_of(root_key, row.seq, entry)


def document(text: str) -> Any:
    """Return the JSON value of a stored text, None if it is none any more."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def root_doubts(s: Reading, root: Row[Any], rows: Sequence[Row[Any]]) -> list[Doubt]:
    """Return where the facts of the root, or of the plane, are not those its first entry keeps."""
    content = document(rows[0].content) if rows else None
    facts = content.get("root") if isinstance(content, dict) else None
    if not isinstance(facts, dict):
        return [Doubt("audit.root_changed", root.name, 1, values={"what": "root"})]
    plane = s.plane
    now = {name: getattr(root, name) for name in ROOT_COLUMNS if name in facts}
    now |= {"pipeline": plane.pipeline, "wkt": plane.wkt} if plane is not None else {}
    changed = sorted(name for name, value in facts.items() if now.get(name) != value)
    if plane is None or plane.code != root.plane:
        changed.append("store.plane")
    return [Doubt("audit.root_changed", root.name, 1, values={"what": name}) for name in changed]
