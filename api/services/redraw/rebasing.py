"""A draft whose root has moved on: its operations done again, one by one, on what is published now.

No geometry is ever merged. An operation that can no longer be done is shown with the base, theirs and mine; the planner
keeps it, draws it anew or drops it, and nothing is dropped in silence.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import shapely

from api.services.redraw import adapting, effects, frozen
from api.services.redraw.courses import Base, apply, base_of, replay
from api.services.redraw.drafts import refused, require
from api.services.redraw.effects import Effect
from api.services.redraw.hand import Hand
from data import changes, ledger, partitions
from data.casefile import Operation
from data.changes import Change
from geo.errors import ConflictError, InputError
from geo.partition import nesting
from geo.partition.model import Partition
from geo.partition.operationjson import from_json
from geo.partition.outcomes import Refusal
from geo.partition.topology import Topology
from rules.casestates import Step

FORMAT: Final = "rebase/1"
KEEP, DROP = "keep", "drop"
Document = dict[str, Any]
Choices = Mapping[str, str | Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class Line:
    """One operation on the new base: as it was, ended on the new border, drawn anew, dropped, or impossible."""

    operation: Operation
    outcome: str
    refusal: Refusal | None = None


@dataclass(frozen=True, eq=False)
class Rebased:
    """A draft on the present head: each operation and what became of it, the effect before and after."""

    lines: tuple[Line, ...]
    mine: Effect
    now: Effect | None

    @property
    def broken(self) -> Line | None:
        """The first operation that cannot be done."""
        return next((line for line in self.lines if line.refusal is not None), None)

    @property
    def same(self) -> bool:
        """Whether the change is about the same units as before."""
        if self.now is None:
            return False
        return {m.key for m in self.mine.principal} == {m.key for m in self.now.principal}


def look(hand: Hand, number: int, choices: Choices | None = None) -> Document:
    """Return ``rebase/1``: what would become of a draft on the present head; nothing is written."""
    change = hand.change(number)
    tried = attempt(hand, change, choices or {})
    return {
        "format": FORMAT,
        "id": change.id,
        "rev": change.rev,
        "base_seq": change.case.base_seq,
        "head_seq": effects.root_of(hand.store, change).head_seq,
        "behind": effects.root_of(hand.store, change).head_seq != change.case.base_seq,
        "possible": tried.broken is None,
        "same_units": tried.same,
        "package_holds": _holds(tried),
        "published_since": _published_since(hand, change),
        "operations": [_line(hand, tried, line) for line in tried.lines],
    }


def rebase(hand: Hand, number: int, rev: int, choices: Choices | None = None, *, accept: bool = False) -> Change:
    """Return a change that stands on the present head.

    Parameters
    ----------
    choices : by id of an operation: ``keep``, ``drop``, or the operation drawn anew
    accept : it may be about other units than before, or a line end on a border that has moved

    Errors, nothing written: ``change.state``, ``change.stale``; ``change.rebase_broken`` (an operation cannot be done: see
    `look`); ``change.rebase_differs`` (the change would be about other units, and that was not accepted); ``change.choice``.
    """
    before = hand.done_before(number, "rebased")
    if before is not None:
        return before
    change = require(hand, number, Step.REBASE)
    root = effects.root_of(hand.store, change)
    if root.head_seq == change.case.base_seq and not choices:
        return change
    tried = attempt(hand, change, choices or {})
    if tried.broken is not None or tried.now is None:
        code = tried.broken.refusal.code if tried.broken and tried.broken.refusal else ""
        raise ConflictError("change.rebase_broken", change.number, got=code)
    silent = tried.same and all(line.outcome == KEEP for line in tried.lines)
    if not silent and not accept:
        raise ConflictError("change.rebase_differs", change.number)
    kept = [line.operation for line in tried.lines if line.outcome != DROP]
    content = {
        "base_seq": root.head_seq,
        "operations": [{"id": one.id, "operation": dict(one.operation)} for one in kept],
        "package_holds": _holds(tried),
    }
    return hand.append(number, rev, "rebased", content)


def _holds(tried: Rebased) -> bool:
    """Tell whether what was sent is still exactly what the change does."""
    sent = tried.mine.change.case.package_hash
    return bool(sent) and tried.now is not None and frozen.package_hash(tried.now) == sent


def attempt(hand: Hand, change: Change, choices: Choices) -> Rebased:
    """Return what becomes of a draft on the present head."""
    mine = effects.effect(hand.store, change, hand.today)
    unknown = set(choices) - {one.id for one in change.case.applied}
    if unknown:
        raise InputError("change.choice", sorted(unknown)[0][:40])
    base = base_of(hand.store, effects.root_of(hand.store, change), mine.base.day, mine.base.root.head_seq)
    lines = _lines(hand, base, change, choices)
    if any(line.refusal is not None for line in lines):
        return Rebased(tuple(lines), mine, None)
    kept = tuple(line.operation for line in lines if line.outcome != DROP)
    case = replace(change.case, base_seq=base.seq, operations=kept, cursor=len(kept))
    replayed = replay(hand.store, base, kept)
    return Rebased(tuple(lines), mine, effects.effect_of(hand.store, replace(change, case=case), replayed))


def _lines(hand: Hand, base: Base, change: Change, choices: Choices) -> list[Line]:
    before: Topology = base.topology
    lines: list[Line] = []
    for operation in change.case.applied:
        line, before = _one(hand, base, before, operation, choices.get(operation.id, KEEP))
        lines.append(line)
        if line.refusal is not None:
            break
    return lines


def _one(
    hand: Hand, base: Base, before: Topology, operation: Operation, choice: str | Mapping[str, Any]
) -> tuple[Line, Topology]:
    """Return what becomes of one operation, and the graph after it."""
    if choice == DROP:
        return Line(operation, DROP), before
    if not isinstance(choice, str):
        from_json(dict(choice))
        anew = Operation(str(uuid.uuid4()), dict(choice))
        outcome = apply(hand.store, base, before, anew)
        if isinstance(outcome, Refusal):
            return Line(anew, "broken", outcome), before
        return Line(anew, "redrawn"), outcome.topology
    if choice != KEEP:
        raise InputError("change.choice", str(choice)[:40])
    outcome = apply(hand.store, base, before, operation)
    if not isinstance(outcome, Refusal):
        return Line(operation, KEEP), outcome.topology
    other = adapting.adapted(operation.operation)
    if other is not None:
        ended = Operation(operation.id, other)
        again = apply(hand.store, base, before, ended)
        if not isinstance(again, Refusal):
            return Line(ended, "adapted"), again.topology
    return Line(operation, "broken", outcome), before


def _line(hand: Hand, tried: Rebased, line: Line) -> Document:
    document: Document = {
        "id": line.operation.id,
        "operation": dict(line.operation.operation),
        "outcome": line.outcome,
        "refused": None,
        "panes": None,
    }
    if line.refusal is not None:
        error = refused(line.refusal, tried.mine.codes)
        document["refused"] = {"code": error.code, "values": dict(error.values)}
        document["panes"] = _panes(hand, tried, line)
    return document


def _panes(hand: Hand, tried: Rebased, line: Line) -> Document:
    """Return the units around a broken operation three times: on the base, as published now, and as this draft has them."""
    mine = tried.mine
    index = [one.id for one in mine.change.case.applied].index(line.operation.id)
    edit = mine.replayed.edits[index] if index < len(mine.replayed.edits) else None
    keys = set(edit.footprint) if edit is not None else set[str]()
    keys |= set(line.refusal.units) if line.refusal is not None else set[str]()
    head = base_of(hand.store, mine.base.root, mine.base.day, mine.base.root.head_seq)
    return {
        "base": _shapes(mine.base.partition, keys),
        "theirs": _shapes(head.partition, keys),
        "mine": _shapes(mine.after, keys),
    }


def _shapes(partition: Partition, keys: set[str]) -> list[Document]:
    shapes = nesting.polygons_of(partition)
    return [
        {"key": u.key, "code": u.code, "level": u.level, "geometry": shapely.geometry.mapping(shapes[u.key])}
        for u in partition.units
        if u.key in keys and u.key in shapes
    ]


def _published_since(hand: Hand, change: Change) -> list[Document]:
    with hand.store.read() as view:
        root = partitions.find_root(view, change.root)
        entries = [entry for entry in ledger.entries(view, root.id) if entry.seq > change.case.base_seq]
        found: list[Document] = []
        for entry in entries:
            said = ledger.content(view, root.id, entry.seq).get("change", {})
            whose = changes.find_key(view, said.get("key", "")) if said else None
            found.append(
                {
                    "seq": entry.seq,
                    "kind": entry.kind,
                    "valid_from": entry.valid_from.isoformat(),
                    "recorded_by": entry.recorded_by,
                    "number": whose.number if whose else None,
                    "title": said.get("title"),
                }
            )
    return found
