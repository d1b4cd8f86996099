"""What the ledger says of a root's other changes: when the last one was, and which later ones are about the same units."""

from collections.abc import Sequence
from datetime import date

from data import ledger
from data.partitions import Root
from data.store import Reading


def last_adjusted(view: Reading, root: Root) -> date | None:
    """Return the day of the last published change of a root."""
    days = [
        entry.recorded_at.astimezone(ledger.ZONE).date()
        for entry in ledger.entries(view, root.id)
        if entry.kind in ("publish", "correction")
    ]
    return days[-1] if days else None


def touched_later(view: Reading, root: Root, day: date, keys: Sequence[str]) -> tuple[int, date] | None:
    """Return the first change published for a later day that is about one of ``keys``: its entry and its day."""
    wanted = set(keys)
    voided: set[int] = set()
    found: list[tuple[int, date]] = []
    for entry in ledger.entries(view, root.id):
        if entry.kind == "void":
            voided.add(int(ledger.content(view, root.id, entry.seq)["change"]["voids"]))
        elif entry.kind in ("publish", "correction") and entry.valid_from > day:
            members = ledger.content(view, root.id, entry.seq)["change"]["members"]
            if any(member["principal"] and member["key"] in wanted for member in members):
                found.append((entry.seq, entry.valid_from))
    return next((one for one in found if one[0] not in voided), None)
