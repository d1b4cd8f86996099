"""Questions that tracks raise, and what people answered: a chain of hashes. A question is asked once and may be asked again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from data import chains
from data.store import Reading, Writing
from data.tables import QuestionRow

RAISED, ANSWERED = "raised", "answered"
APPROVED, REFUSED = "approved", "refused"
DECISIONS: Final = (APPROVED, REFUSED)
OPEN: Final = "open"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: a question about a subject was raised or answered; what was said."""

    seq: int
    subject: str
    kind: str
    at: datetime
    by: str
    role: str
    content: Any


@dataclass(frozen=True, slots=True)
class Question:
    """A question by its subject, with all its entries in order; ``state`` is open, or what was decided last."""

    subject: str
    entries: tuple[Entry, ...]

    @property
    def first(self) -> Entry:
        """The entry that raised it."""
        return self.entries[0]

    @property
    def state(self) -> str:
        """Open after it was raised (again), else the last decision."""
        last = self.entries[-1]
        return OPEN if last.kind == RAISED else str(last.content["decision"])

    @property
    def raised(self) -> tuple[Entry, ...]:
        """The entries that raised it."""
        return tuple(entry for entry in self.entries if entry.kind == RAISED)


def add(unit: Writing, subject: str, kind: str, content: Mapping[str, Any]) -> Entry:
    """Return the new entry about a subject."""
    entry = chains.append(unit, QuestionRow, content, subject=subject, kind=kind)
    return Entry(*(entry[name] for name in Entry.__dataclass_fields__))


def load(s: Reading) -> list[Question]:
    """Return every question, in the order in which they were first raised."""
    columns = [getattr(QuestionRow, name) for name in Entry.__dataclass_fields__]
    found: dict[str, list[Entry]] = {}
    for row in s.connection.execute(select(*columns).order_by(QuestionRow.seq)):
        found.setdefault(row.subject, []).append(Entry(*row))
    return [Question(subject, tuple(entries)) for subject, entries in found.items()]


def by_number(found: Sequence[Question], seq: int) -> Question | None:
    """Return the question that an entry of this number raised first."""
    return next((question for question in found if question.first.seq == seq), None)
