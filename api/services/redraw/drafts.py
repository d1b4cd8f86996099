"""Drafts: begun, drawn on, undone and redone, papers added. Drafts never block each other.

Each step names the revision it stands on, so a tab that was left open cannot undo what was done in another. Whatever
is refused writes nothing.
"""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from api.services.redraw import reverting
from api.services.redraw.courses import Replayed, base_of, replay
from api.services.redraw.effects import root_of
from api.services.redraw.graph_units import GraphUnits
from api.services.redraw.hand import Hand
from api.services.redraw.naming import with_keys
from data import changes, partitions
from data.casefile import DAYS, HEAD_FIELDS, Case, Operation, Paper
from data.changes import Change
from geo.errors import ConflictError, InputError, NotFoundError, Value
from geo.partition.operationjson import from_json
from geo.partition.operations import Correction
from geo.partition.outcomes import Refusal
from rules.casestates import Step, after
from rules.verdict import Level

ROLES: Final = ("basis", "decision", "opinion", "site_walk", "drawing", "filing_receipt", "other")
LONGEST: Final = 2_000
KINDS: Final[Mapping[bytes, str]] = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n": "image/png",
}


@dataclass(frozen=True, slots=True)
class Begun:
    """What a new draft is about; ``root`` may be left out (None) where there is only one."""

    root: str | None
    title: str
    reason: str = ""
    is_correction: bool = False
    effective_from: date | None = None


def create(hand: Hand, begun: Begun) -> Change:
    """Return a new draft on the present head of its root; errors: ``store.no_root``, ``change.text``."""
    before = hand.done_before(None, "created")
    if before is not None:
        return before
    content = _head({"title": begun.title, "reason": begun.reason, "effective_from": begun.effective_from})
    with hand.store.read() as view:
        root = partitions.find_root(view, begun.root)
    content |= {"is_correction": begun.is_correction, "base_seq": root.head_seq}
    number = hand.write(lambda unit: changes.create(unit, root.id, content, hand.key or None))
    return hand.change(number)


def edit(hand: Hand, number: int, rev: int, fields: Mapping[str, Any]) -> Change:
    """Return a draft with other words or days; ``fields`` are some of `data.casefile.HEAD_FIELDS`.

    With another first day its operations must be possible on that day's map too. Errors: ``change.state``, ``change.text``, and
    those of `operate`.
    """
    change = require(hand, number, Step.CHANGE)
    content = _head(fields)
    if "effective_from" in content and content["effective_from"] != _iso(change.case.effective_from):
        day = fields["effective_from"] or hand.today
        base = base_of(hand.store, root_of(hand.store, change), day, change.case.base_seq)
        require_possible(replay(hand.store, base, change.case.applied))
    return hand.append(number, rev, "edited", content)


def _head(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields of a case's head as they are kept."""
    content: dict[str, Any] = {}
    for name, value in fields.items():
        if name not in HEAD_FIELDS or (value is None and name not in DAYS):
            raise InputError("change.text", name[:40], limit=LONGEST)
        if isinstance(value, str):
            _require_plain(value, name)
        content[name] = _iso(value) if isinstance(value, date) else value
    if "title" in content and not str(content["title"]).strip():
        raise InputError("change.text", "title", limit=LONGEST)
    return content


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _require_plain(text: str, where: str) -> None:
    odd = any((ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) < 0xE000 or ord(c) == 127 for c in text)
    if odd or len(text) > LONGEST:
        raise InputError("change.text", where, limit=LONGEST)


def require(hand: Hand, number: int, step: Step) -> Change:
    """Return a change from whose state a step can be taken; `ConflictError` ``change.state``."""
    return _allowed(hand.change(number), step)


def _allowed(change: Change, step: Step) -> Change:
    if after(change.case.state, step) is None:
        values = {"state": str(change.case.state), "step": str(step)}
        raise ConflictError("change.state", change.number, got=str(change.case.state), values=values)
    return change


def operate(hand: Hand, number: int, rev: int, operation: Mapping[str, Any]) -> Change:
    """Return a draft with one more operation, done on what the operations before it made. Units may be named by their codes.

    Errors, nothing written: those of `geo.partition.operationjson.from_json`; `ConflictError` ``change.state``, ``change.stale``,
    ``change.not_a_correction``, or the code of the engine's refusal (``edit.…``) with its values.
    """
    with hand.store.read() as view:
        change = changes.get(view, number)
        root = partitions.find_root(view, change.root)
    if change.rev != rev:  # of the same request again too, since it has moved the revision on itself
        before = hand.done_before(number, "operation")
        if before is not None:
            return before
    _allowed(change, Step.CHANGE)
    if change.rev != rev:
        raise ConflictError("change.stale", change.number, got=rev, limit=change.rev)
    if operation.get("op") != reverting.NAME:
        value = from_json(dict(operation))
        if isinstance(value, Correction) != change.case.is_correction:
            raise ConflictError("change.not_a_correction", change.number)
    elif not change.case.reverts:
        raise InputError("operation.unknown", got=reverting.NAME)
    base = base_of(hand.store, root, change.case.effective_from or hand.today, change.case.base_seq)
    named = with_keys(operation, replay(hand.store, base, change.case.applied).topology)
    made = Operation(str(uuid.uuid4()), named)
    require_possible(replay(hand.store, base, (*change.case.applied, made)))
    return hand.append(number, rev, "operation", {"id": made.id, "operation": named})


def require_possible(replayed: Replayed) -> None:
    """Raise what the engine says where an operation cannot be done."""
    if replayed.stop is not None:
        raise refused(replayed.stop.refusal, codes_on(replayed))


def codes_on(replayed: Replayed) -> Mapping[str, str]:
    """Return the code of each unit by key, as it was on the way."""
    units = (*replayed.base.partition.units, *GraphUnits(replayed.topology).all())
    return {unit.key: unit.code or "" for unit in units}


def refused(refusal: Refusal, codes: Mapping[str, str]) -> ConflictError:
    """Return the engine's refusal as an error, units named by their codes, with the place where it hurts."""
    values: dict[str, Value] = {"units": [codes.get(key, key) or key for key in refusal.units]}
    if refusal.at is not None:
        values |= {"x": refusal.at[0], "y": refusal.at[1]}
    if refusal.geometry is not None and not refusal.geometry.is_empty:
        values["geometry"] = refusal.geometry.wkt
    return ConflictError(refusal.code, values={**values, **refusal.values})


def undo(hand: Hand, number: int, rev: int) -> Change:
    """Return a draft with its last operation undone; `ConflictError` ``change.nothing_to_undo``."""
    case = require(hand, number, Step.CHANGE).case
    if not case.cursor:
        raise ConflictError("change.nothing_to_undo", str(number))
    return hand.append(number, rev, "cursor", {"to": case.cursor - 1})


def redo(hand: Hand, number: int, rev: int) -> Change:
    """Return a draft with the operation that was undone last done again; `ConflictError` ``change.nothing_to_redo``."""
    case = require(hand, number, Step.CHANGE).case
    if case.cursor == len(case.operations):
        raise ConflictError("change.nothing_to_redo", str(number))
    return hand.append(number, rev, "cursor", {"to": case.cursor + 1})


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is handed in: what it is, and the file if there is one."""

    role: str
    title: str
    number: str = ""
    issuer: str = ""
    issued_on: date | None = None
    party: str = ""
    file: str = ""
    content: bytes = b""


def add_document(hand: Hand, number: int, rev: int, document: Document) -> Change:
    """Return a change with one more document: its particulars, and the file if there is one (PDF, JPEG or PNG).

    ``party`` of an opinion is the code of the village that gives it. Errors: ``document.role``, ``document.kind``,
    ``document.party``, ``change.text``, ``change.state``.
    """
    change = require(hand, number, Step.CHANGE)
    if document.role not in ROLES:
        raise InputError("document.role", document.role[:40], values={"known": list(ROLES)})
    for name in ("title", "number", "issuer", "file"):
        _require_plain(getattr(document, name), name)
    if not document.title.strip():
        raise InputError("change.text", "title", limit=LONGEST)
    party = _party(hand, change, document.party) if document.party else ""
    sha256 = hashlib.sha256(document.content).hexdigest() if document.content else ""
    mime = _kind(document) if document.content else ""
    paper = Paper(
        id=str(uuid.uuid4()),
        role=document.role,
        number=document.number,
        title=document.title,
        issuer=document.issuer,
        issued_on=_iso(document.issued_on) or "",
        party=party,
        sha256=sha256,
        mime=mime,
        file=document.file,
    )

    def work(unit: Any) -> Change:
        if document.content:
            changes.keep_document(unit, number, sha256, mime, document.content)
        return changes.append(unit, number, rev, hand.deed("document", asdict(paper)))

    return hand.write(work)


def _party(hand: Hand, change: Change, code: str) -> str:
    """Return the key of the village of a code."""
    root = root_of(hand.store, change)
    base = base_of(hand.store, root, change.case.effective_from or hand.today, change.case.base_seq)
    found = [unit for unit in base.partition.units if unit.code == code and unit.level == 1]
    if not found:
        raise NotFoundError("document.party", code[:40])
    return found[0].key


def _kind(document: Document) -> str:
    """Return the kind of a file by its first bytes, whatever its name says."""
    for magic, mime in KINDS.items():
        if document.content.startswith(magic):
            return mime
    raise InputError("document.kind", document.file[:60])


def remove_document(hand: Hand, number: int, rev: int, document_id: str) -> Change:
    """Return a change without one of its documents; the file stays in the record. `NotFoundError` ``document.missing``."""
    case: Case = require(hand, number, Step.CHANGE).case
    if document_id not in {paper.id for paper in case.papers}:
        raise NotFoundError("document.missing", document_id[:40])
    return hand.append(number, rev, "document_removed", {"id": document_id})


def accept(hand: Hand, number: int, rev: int, finding: str, reason: str) -> Change:
    """Return a change in which a warning is accepted with a written reason; errors: ``change.not_a_warning``, ``change.text``."""
    require(hand, number, Step.CHANGE)
    _require_plain(reason, "reason")
    if not reason.strip():
        raise InputError("change.text", "reason", limit=LONGEST)
    if not finding.endswith(f".{Level.WARN.lower()}"):
        raise InputError("change.not_a_warning", finding[:60])
    return hand.append(number, rev, "accepted", {"finding": finding, "reason": reason})


def revert(hand: Hand, number: int, begun: Begun) -> Change:
    """Return a new draft that takes a published change back: every unit it touched as it was before.

    Errors: ``change.state`` (it is not published), and ``edit.touched_since`` where a unit has changed since.
    """
    change = hand.change(number)
    seq = change.case.published_seq
    if seq is None:
        values = {"state": str(change.case.state), "step": "revert"}
        raise ConflictError("change.state", change.number, got=str(change.case.state), values=values)
    before = hand.done_before(None, "created")
    if before is not None:
        return before
    with hand.store.read() as view:
        root = partitions.find_root(view, change.root)
    content = _head({"title": begun.title, "reason": begun.reason, "effective_from": begun.effective_from})
    content |= {"is_correction": begun.is_correction, "base_seq": root.head_seq, "reverts": change.key}
    operation = Operation(str(uuid.uuid4()), {"op": reverting.NAME, "seq": seq})
    base = base_of(hand.store, root, begun.effective_from or hand.today, root.head_seq)
    stopped = replay(hand.store, base, (operation,)).stop
    if stopped is not None:
        raise refused(stopped.refusal, {unit.key: unit.code or "" for unit in base.partition.units})

    def work(unit: Any) -> Change:
        made = changes.create(unit, root.id, content, hand.key or None)
        deed = changes.Deed("operation", {"id": operation.id, "operation": dict(operation.operation)})
        return changes.append(unit, made, 1, deed)

    return hand.write(work)
