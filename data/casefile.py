"""A change as its events add up: the one reading of a case file, without a database.

Events are only ever added. Undo moves a cursor; an operation after an undo leaves what was undone behind, in the events.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from rules.casestates import State

HEAD_FIELDS: Final = ("title", "reason", "effective_from", "decided_by", "decided_on", "remarks")
DAYS: Final = frozenset({"effective_from", "decided_on"})


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done: kind, when, by whom and in which role, and what exactly (a JSON object)."""

    rev: int
    kind: str
    at: datetime
    by: str
    role: str
    standing: str
    content: Mapping[str, Any]
    request_key: str | None
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a draft: its id, which names the units it makes, and what the planner did."""

    id: str
    operation: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """One document of a case: its role (basis, decision, opinion …), number, title, issuer, day, and the file if there is one."""

    id: str
    role: str
    number: str
    title: str
    issuer: str
    issued_on: str
    party: str
    sha256: str
    mime: str
    file: str


@dataclass(frozen=True, slots=True)
class Case:
    """A change as it stands. ``operations`` holds those that can be redone too; the first ``cursor`` of them count."""

    state: State = State.DRAFT
    title: str = ""
    reason: str = ""
    remarks: str = ""
    is_correction: bool = False
    reverts: str = ""
    effective_from: date | None = None
    decided_by: str = ""
    decided_on: date | None = None
    base_seq: int = 0
    cursor: int = 0
    operations: tuple[Operation, ...] = ()
    papers: tuple[Paper, ...] = ()
    accepted: Mapping[str, str] | None = None
    round: int = 0
    package_hash: str = ""
    submitted_on: date | None = None
    returned_reason: str = ""
    filing_no: str = ""
    filed_on: date | None = None
    published_seq: int | None = None
    void_seq: int | None = None

    @property
    def applied(self) -> tuple[Operation, ...]:
        """The operations that count."""
        return self.operations[: self.cursor]


def case_of(events: Iterable[Event]) -> Case:
    """Return what events add up to, oldest first."""
    case = Case()
    for event in events:
        case = add(case, event.kind, event.content)
    return case


def add(case: Case, kind: str, content: Mapping[str, Any]) -> Case:
    """Return a case after one more event; KeyError for a kind that there is not."""
    return _FOLDS[kind](case, content)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _head(case: Case, content: Mapping[str, Any]) -> Case:
    given = {name: _day(content[name]) if name in DAYS else content[name] for name in HEAD_FIELDS if name in content}
    return replace(_touched(case), **given)


def _created(case: Case, content: Mapping[str, Any]) -> Case:
    made = replace(case, base_seq=content["base_seq"], is_correction=content["is_correction"])
    return _head(replace(made, reverts=content.get("reverts", "")), content)


def _touched(case: Case) -> Case:
    """Return a case whose package, if it had one, no longer holds."""
    return replace(case, state=State.DRAFT, package_hash="", submitted_on=None, filing_no="", filed_on=None)


def _operation(case: Case, content: Mapping[str, Any]) -> Case:
    kept = (*case.applied, Operation(content["id"], content["operation"]))
    return replace(_touched(case), operations=kept, cursor=len(kept))


def _cursor(case: Case, content: Mapping[str, Any]) -> Case:
    return replace(_touched(case), cursor=content["to"])


def _paper(case: Case, content: Mapping[str, Any]) -> Case:
    return replace(_touched(case), papers=(*case.papers, Paper(**content)))


def _paper_removed(case: Case, content: Mapping[str, Any]) -> Case:
    return replace(_touched(case), papers=tuple(p for p in case.papers if p.id != content["id"]))


def _accepted(case: Case, content: Mapping[str, Any]) -> Case:
    return replace(_touched(case), accepted={**(case.accepted or {}), content["finding"]: content["reason"]})


def _submitted(case: Case, content: Mapping[str, Any]) -> Case:
    day = _day(content["submitted_on"])
    sent = replace(case, state=State.SUBMITTED, package_hash=content["package_hash"], submitted_on=day)
    return replace(sent, round=case.round + 1, returned_reason="")


def _returned(case: Case, content: Mapping[str, Any]) -> Case:
    return replace(case, state=State.RETURNED, returned_reason=content["reason"], package_hash="")


def _filed(case: Case, content: Mapping[str, Any]) -> Case:
    return replace(case, state=State.FILED, filing_no=content["filing_no"], filed_on=_day(content["filed_on"]))


def _rebased(case: Case, content: Mapping[str, Any]) -> Case:
    kept = tuple(Operation(one["id"], one["operation"]) for one in content["operations"])
    moved = replace(case, base_seq=content["base_seq"], operations=kept, cursor=len(kept))
    return moved if content["package_holds"] else _touched(moved)


def _published(case: Case, content: Mapping[str, Any]) -> Case:
    return replace(case, state=State.PUBLISHED, published_seq=content["seq"])


def _withdrawn(case: Case, content: Mapping[str, Any]) -> Case:
    return replace(case, state=State.WITHDRAWN)


def _void(case: Case, content: Mapping[str, Any]) -> Case:
    return replace(case, state=State.VOID, void_seq=content["seq"])


_FOLDS: Final = {
    "created": _created,
    "edited": _head,
    "operation": _operation,
    "cursor": _cursor,
    "document": _paper,
    "document_removed": _paper_removed,
    "accepted": _accepted,
    "submitted": _submitted,
    "returned": _returned,
    "filed": _filed,
    "rebased": _rebased,
    "published": _published,
    "withdrawn": _withdrawn,
    "void": _void,
}
