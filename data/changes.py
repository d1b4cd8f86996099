"""Case files of changes in the store: events appended by compare-and-swap on the revision, read back as what they add up to."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from data import casefile, ledger
from data.casefile import Case, Event
from data.ready import Ready, inserted
from data.store import Reading, Writing
from data.tables import ChangeEventRow, ChangeRow, DocumentRow, PartitionRoot
from data.tables.columns import instant_text
from geo.errors import ConflictError, InputError, NotFoundError

EVENT_COLUMNS: Final = tuple(Event.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Change:
    """One change: number and key, root, revision, when it was begun and last moved, the hash of its last event, the case."""

    id: int
    key: str
    root_id: int
    root: str
    rev: int
    created_at: datetime
    updated_at: datetime
    hash: str
    case: Case

    @property
    def number(self) -> str:
        """How people call it: the year it was begun and its number."""
        return f"{self.created_at.astimezone(ledger.ZONE).year}-{self.id:03d}"


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of a list of changes."""

    id: int
    key: str
    root: str
    rev: int
    state: str
    title: str
    effective_from: date | None
    filing_no: str | None
    published_seq: int | None
    created_at: datetime
    updated_at: datetime

    @property
    def number(self) -> str:
        """How people call it."""
        return f"{self.created_at.astimezone(ledger.ZONE).year}-{self.id:03d}"


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be added to a case: kind and content of the event, and the asker's name of the request, if it has one."""

    kind: str
    content: Mapping[str, Any]
    request_key: str | None = None


def create(unit: Writing, root_id: int, content: Mapping[str, Any], request_key: str | None = None) -> int:
    """Return the number of a new draft; ``content`` is that of its first event."""
    case = casefile.add(Case(), "created", content)
    now = unit.at.astimezone(UTC)
    made = insert(ChangeRow).values(
        key=str(uuid.uuid4()),
        root_id=root_id,
        rev=0,
        state=case.state,
        title=case.title,
        effective_from=case.effective_from,
        created_at=now,
        updated_at=now,
    )
    number = unit.connection.execute(made.returning(ChangeRow.id)).scalar_one()
    append(unit, number, 0, Deed("created", content, request_key))
    return number


def append(unit: Writing, change_id: int, rev: int, deed: Deed) -> Change:
    """Return a change after one more event; ``rev`` is the revision on which the caller's work stands.

    Errors: ``change.missing``; `ConflictError` ``change.stale`` if the change has moved on; ``change.filing_no`` where another
    change has that filing number; ``request.key_used`` where another request has that key.
    """
    change = get(unit, change_id)
    if change.rev != rev:
        raise ConflictError("change.stale", str(change_id), got=rev, limit=change.rev)
    return follow(unit, change, deed)


def follow(unit: Writing, change: Change, deed: Deed) -> Change:
    """Return a change, read before, after one more event; errors as `append`."""
    rev = change.rev + 1
    entry: dict[str, Any] = {
        "rev": rev,
        "kind": deed.kind,
        "at": max(unit.at.astimezone(UTC), change.updated_at),
        "by": unit.actor.name,
        "role": unit.actor.role,
        "standing": unit.actor.standing,
        "content": dict(deed.content),
        "request_key": deed.request_key,
        "prev_hash": change.hash,
    }
    entry["hash"] = event_hash(change.key, entry)
    case = casefile.add(change.case, deed.kind, deed.content)
    try:
        head = {**projection(case), "rev": rev, "updated_at": entry["at"]}
        moved = _MOVED.run(unit.connection, {"row": change.id, "base_rev": change.rev, **head})
        if moved.rowcount != 1:
            raise ConflictError("change.stale", str(change.id), got=change.rev)
        _ADDED.run(unit.connection, {"change_id": change.id, **entry})
    except IntegrityError as error:
        if "filing_no" in str(error.orig):
            raise ConflictError("change.filing_no", case.filing_no, got=case.filing_no) from error
        if not deed.request_key:
            raise
        raise ConflictError("request.key_used", deed.request_key) from error
    return replace(change, rev=rev, updated_at=entry["at"], hash=entry["hash"], case=case)


def projection(case: Case) -> dict[str, Any]:
    """Return what the head of a case file says of a case."""
    return {
        "state": str(case.state),
        "title": case.title,
        "effective_from": case.effective_from,
        "filing_no": case.filing_no or None,
        "published_seq": case.published_seq,
    }


_MOVED: Final = Ready(
    update(ChangeRow)
    .where(ChangeRow.id == bindparam("row"), ChangeRow.rev == bindparam("base_rev"))
    .values({name: bindparam(name) for name in ("rev", "updated_at", *projection(Case()))})
)
_ADDED: Final = inserted(ChangeEventRow, ("change_id", *EVENT_COLUMNS))


def event_hash(change_key: str, entry: Mapping[str, Any]) -> str:
    """Return the hash of an event: over everything in it but the hash itself."""
    covered = {name: value for name, value in entry.items() if name not in ("hash", "change_id")}
    covered["at"] = instant_text(covered["at"])
    return ledger.digest({"change": change_key, **covered})


def _events(s: Reading, change_id: int) -> list[Event]:
    columns = [getattr(ChangeEventRow, name) for name in EVENT_COLUMNS]
    query = select(*columns).where(ChangeEventRow.change_id == change_id).order_by(ChangeEventRow.rev)
    return [Event(*row) for row in s.connection.execute(query)]


def get(s: Reading, change_id: int) -> Change:
    """Return one change; `NotFoundError` ``change.missing``."""
    query = select(ChangeRow.__table__, PartitionRoot.name.label("root"))
    query = query.join(PartitionRoot, PartitionRoot.id == ChangeRow.root_id).where(ChangeRow.id == change_id)
    row = s.connection.execute(query).one_or_none()
    if row is None:
        raise NotFoundError("change.missing", str(change_id))
    said = _events(s, change_id)
    hashed = said[-1].hash if said else ledger.NO_HASH
    case = casefile.case_of(said)
    return Change(row.id, row.key, row.root_id, row.root, row.rev, row.created_at, row.updated_at, hashed, case)


def find_key(s: Reading, key: str) -> Change | None:
    """Return the change of a key, None if there is none."""
    number = s.connection.execute(select(ChangeRow.id).where(ChangeRow.key == key)).scalar_one_or_none()
    return None if number is None else get(s, number)


def events(s: Reading, change_id: int) -> list[Event]:
    """Return the events of a change, oldest first."""
    found = _events(s, change_id)
    if not found:
        raise NotFoundError("change.missing", str(change_id))
    return found


def listed(s: Reading, root: str | None = None, states: Sequence[str] = ()) -> list[Summary]:
    """Return changes, newest first: of one root or all, in any of ``states`` or in any state."""
    query = _summaries()
    if root is not None:
        query = query.where(PartitionRoot.name == root)
    if states:
        query = query.where(ChangeRow.state.in_(states))
    return [Summary(*row) for row in s.connection.execute(query.order_by(ChangeRow.id.desc()))]


def _summaries() -> Select[*tuple[Any, ...]]:
    columns = [
        PartitionRoot.name if name == "root" else getattr(ChangeRow, name) for name in Summary.__dataclass_fields__
    ]
    return select(*columns).join(PartitionRoot, PartitionRoot.id == ChangeRow.root_id)


def asked_before(s: Reading, request_key: str) -> tuple[int, Event] | None:
    """Return the change and event of a request that was made already under this key."""
    columns = [getattr(ChangeEventRow, name) for name in EVENT_COLUMNS]
    query = select(ChangeEventRow.change_id, *columns).where(ChangeEventRow.request_key == request_key)
    row = s.connection.execute(query).one_or_none()
    return None if row is None else (row[0], Event(*row[1:]))


def keep_document(unit: Writing, change_id: int, sha256: str, mime: str, content: bytes) -> None:
    """Keep the bytes of a document of a change."""
    if not content:
        raise InputError("document.empty", sha256)
    unit.connection.execute(insert(DocumentRow).values(change_id=change_id, sha256=sha256, mime=mime, content=content))


def document(s: Reading, change_id: int, sha256: str) -> bytes:
    """Return the bytes of a document; `NotFoundError` ``document.missing``."""
    query = select(DocumentRow.content).where(DocumentRow.change_id == change_id, DocumentRow.sha256 == sha256)
    found = s.connection.execute(query.limit(1)).scalar_one_or_none()
    if found is None:
        raise NotFoundError("document.missing", sha256[:16])
    return bytes(found)
