"""Receipts, deletions, verdicts, what was said to them, questions: each link of their chains again, each verdict's hash."""

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Text, select, type_coerce

from data import chains, checkins, ledger
from data.audit.chain import document
from data.audit.doubt import Doubt
from data.store import Reading
from data.tables import DeletionRow, QuestionRow, ReceiptRow, VerdictRow, VerdictStepRow
from data.tables.columns import canonical

CHAINS: Final[tuple[Any, ...]] = (ReceiptRow, DeletionRow, VerdictStepRow, QuestionRow)


def doubts(s: Reading) -> Iterator[Doubt]:
    """Give what is wrong with the records of patrols."""
    for table in CHAINS:
        yield from _chain(s, table)
    yield from _check_ins(s)
    columns = (VerdictRow.person, VerdictRow.day, VerdictRow.version, VerdictRow.content_hash)
    query = select(*columns, type_coerce(VerdictRow.content, Text).label("text")).order_by(VerdictRow.id)
    for row in s.connection.execute(query):
        if hashlib.sha256(row.text.encode()).hexdigest() != row.content_hash:
            yield Doubt("audit.verdict_changed", unit=row.person, values={"what": f"{row.day} v{row.version}"})


def _check_ins(s: Reading) -> Iterator[Doubt]:
    """Give the receipts whose check-ins are not those that were received; what a recorded deletion took is taken off."""
    there = checkins.by_receipt(s)
    removed: dict[int, int] = {}
    for content in s.connection.execute(select(DeletionRow.content)).scalars():
        for seq, rows in content.get("check_ins", ()):
            removed[seq] = removed.get(seq, 0) + rows
    query = select(ReceiptRow.seq, ReceiptRow.content).where(ReceiptRow.person == checkins.NOBODY)
    for seq, content in s.connection.execute(query):
        rows, gone = there.get(seq, []), removed.get(seq, 0)
        whole = gone > 0 or checkins.rows_hash(rows) == content["rows_hash"]
        if not whole or len(rows) + gone != content["rows"]:
            yield Doubt("audit.link_changed", seq=seq, values={"what": "check_in"})


def _chain(s: Reading, table: Any) -> Iterator[Doubt]:
    columns = [
        type_coerce(column, Text).label("content") if column.name == "content" else column
        for column in table.__table__.columns
    ]
    before = ledger.NO_HASH
    rows = s.connection.execute(select(*columns).order_by(table.seq)).mappings()
    for number, row in enumerate(rows, 1):
        if row["seq"] != number or row["prev_hash"] != before or not _whole(dict(row)):
            yield Doubt("audit.link_changed", seq=row["seq"], values={"what": table.__tablename__})
        before = row["hash"]


def _whole(entry: dict[Any, Any]) -> bool:
    said = document(entry["content"])
    if said is None or canonical(said) != entry["content"]:
        return False
    return chains.link_hash({**entry, "content": said}) == entry["hash"]
