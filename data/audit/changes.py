"""Case files of changes: every event's hash again, the head against what the events add up to, documents, the ledger."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any

from sqlalchemy import Row, Text, select, type_coerce

from data import casefile, changes, ledger
from data.audit.chain import document
from data.audit.doubt import Doubt
from data.casefile import Case, Event
from data.changes import EVENT_COLUMNS
from data.store import Reading
from data.tables import ChangeEventRow, ChangeRow, DocumentRow, LedgerRow, PartitionRoot
from data.tables.columns import canonical


def doubts(s: Reading) -> list[Doubt]:
    """Return what is wrong with the changes of the store."""
    found: list[Doubt] = []
    heads = s.connection.execute(
        select(ChangeRow.__table__, PartitionRoot.name.label("root")).join(
            PartitionRoot, PartitionRoot.id == ChangeRow.root_id
        )
    ).all()
    for head in sorted(heads, key=lambda row: row.id):
        found += _doubts(s, head)
    orphans = select(ChangeEventRow.change_id).where(ChangeEventRow.change_id.not_in([h.id for h in heads])).distinct()
    found += [Doubt("audit.change_missing", unit=str(row[0])) for row in s.connection.execute(orphans)]
    return found


def _doubts(s: Reading, head: Row[Any]) -> Iterator[Doubt]:
    columns = [
        type_coerce(ChangeEventRow.content, Text) if name == "content" else getattr(ChangeEventRow, name)
        for name in EVENT_COLUMNS
    ]
    query = select(*columns).where(ChangeEventRow.change_id == head.id).order_by(ChangeEventRow.rev)
    rows = [Event(*row) for row in s.connection.execute(query)]
    events: list[Event] = []
    before = ledger.NO_HASH
    for number, row in enumerate(rows, 1):
        said = document(str(row.content))
        entry = {name: getattr(row, name) for name in EVENT_COLUMNS} | {"content": said}
        entry["at"] = row.at.astimezone(UTC)
        sound = said is not None and canonical(said) == str(row.content) and row.rev == number
        if not sound or row.prev_hash != before or changes.event_hash(head.key, entry) != row.hash:
            yield Doubt("audit.event_changed", head.root, unit=str(head.id), values={"rev": row.rev})
            return
        events.append(Event(**entry))
        before = row.hash
    if not events:
        yield Doubt("audit.change_differs", head.root, unit=str(head.id))
        return
    case = casefile.case_of(events)
    wanted = {**changes.projection(case), "rev": events[-1].rev}
    if any(getattr(head, name) != value for name, value in wanted.items()):
        yield Doubt("audit.change_differs", head.root, unit=str(head.id))
    yield from _documents(s, head, events)
    yield from _published(s, head, case)


def _documents(s: Reading, head: Row[Any], events: Sequence[Event]) -> Iterator[Doubt]:
    wanted = {e.content["sha256"] for e in events if e.kind == "document" and e.content["sha256"]}
    there: set[str] = set()
    query = select(DocumentRow.sha256, DocumentRow.content).where(DocumentRow.change_id == head.id)
    for stored in s.connection.execute(query):
        there.add(stored.sha256)
        if hashlib.sha256(bytes(stored.content)).hexdigest() != stored.sha256 or stored.sha256 not in wanted:
            yield Doubt("audit.document_changed", head.root, unit=str(head.id), values={"what": stored.sha256[:16]})
    for sha256 in sorted(wanted - there):
        yield Doubt("audit.document_changed", head.root, unit=str(head.id), values={"what": sha256[:16]})


def _published(s: Reading, head: Row[Any], case: Case) -> Iterator[Doubt]:
    """Give a doubt where the ledger does not say of a published change what the case file says, or the other way round."""
    for seq in filter(None, (case.published_seq, case.void_seq)):
        content = type_coerce(LedgerRow.content, Text)
        query = select(content).where(LedgerRow.root_id == head.root_id, LedgerRow.seq == seq)
        text = s.connection.execute(query).scalar_one_or_none()
        said = document(text) if text else None
        change = said.get("change") if isinstance(said, dict) else None
        if not isinstance(change, dict) or (change.get("key"), change.get("package_hash")) != (
            head.key,
            case.package_hash,
        ):
            yield Doubt("audit.change_differs", head.root, seq, str(head.id))
