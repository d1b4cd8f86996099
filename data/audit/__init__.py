"""Everything re-derived: each geometry hash, area and parent, the frames, codes, boards, changes, places, the ledgers.

What cannot be found from inside: a whole store replaced by another, or the end of a ledger cut off with everything it
wrote. For that the head must be kept elsewhere (on the quarter's sheet, at the city office).
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Text, select, type_coerce

from data import guards, states
from data.audit import chain, changes, patrols, places, rows, shapes
from data.audit.doubt import Doubt
from data.store import Reading
from data.tables import BoardRow, LedgerRow, PartitionRoot, RootFrame, UnitRow, UnitVersion

__all__ = ["Audit", "Doubt", "verify"]


@dataclass(frozen=True, slots=True)
class Audit:
    """What was looked at, and every doubt found, in the order of the roots and their entries."""

    roots: int
    entries: int
    rows: int
    doubts: tuple[Doubt, ...]


def verify(s: Reading) -> Audit:
    """Return what a check of the whole store finds."""
    found = [Doubt("audit.trigger_missing", unit=name) for name in guards.missing(s.connection)]
    roots = s.connection.execute(select(PartitionRoot.__table__).order_by(PartitionRoot.id)).all()
    orphans = select(LedgerRow.root_id).where(LedgerRow.root_id.not_in([root.id for root in roots])).distinct()
    found += [Doubt("audit.root_missing", unit=str(row[0])) for row in s.connection.execute(orphans)]
    entries = count = 0
    for root in roots:
        try:
            looked, more = _verify_root(s, root)
        except shapes.BROKEN as error:  # a day or a number that is none any more
            found.append(Doubt("audit.unreadable", root.name, values={"got": str(error)}))
            continue
        entries, count = entries + looked[0], count + looked[1]
        found += sorted(more, key=lambda doubt: doubt.seq)
    delivered, lines, more = places.doubts(s)
    found += [*_board_doubts(s), *changes.doubts(s), *more, *patrols.doubts(s)]
    return Audit(len(roots), entries + delivered, count + lines, tuple(found))


def _board_doubts(s: Reading) -> list[Doubt]:
    """Return the boards whose content is not the one whose hash is printed on them."""
    content = type_coerce(BoardRow.content, Text)
    joined = select(PartitionRoot.name, BoardRow.code, content, BoardRow.content_hash).join_from(BoardRow, UnitRow)
    rows = s.connection.execute(joined.join(PartitionRoot).order_by(BoardRow.id))
    return [
        Doubt("audit.board_changed", root, unit=code)
        for root, code, text, hashed in rows
        if hashlib.sha256(text.encode()).hexdigest() != hashed
    ]


def _verify_root(s: Reading, root: Row[Any]) -> tuple[tuple[int, int], list[Doubt]]:
    entries = chain.entries(s, root.id)
    versions, frames = states.versions(s, root.id), states.frames(s, root.id)
    found = chain.doubts(root, entries) + chain.root_doubts(s, root, entries)
    looked, more = shapes.look(s, UnitVersion, versions, root.name)
    found += more
    _, more = shapes.look(s, RootFrame, frames, root.name)
    found += more
    found += rows.doubts(root, entries, versions, frames)
    found += rows.code_doubts(s, root, versions)
    found += shapes.derived_doubts(root, versions, looked, frames, [entry.seq for entry in entries])
    return (len(entries), len(versions) + len(frames)), found
