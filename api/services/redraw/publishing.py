"""Publishing a filed change, and making one void before its first day: compare-and-swap on the head of the root.

A change may find later days already planned. Then it is done on those days' maps too, so the root's course from its
first day on is one that was proved on every day. What two changes do to the same grids is never merged: the later one
must be made void and drawn again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from api.services.redraw import effects, entries, filing, records
from api.services.redraw.courses import Base, base_of, replay
from api.services.redraw.drafts import require
from api.services.redraw.effects import Effect
from api.services.redraw.hand import Hand
from data import changes, ledger, partitions, planning, publishing
from data.casefile import Operation
from data.changes import Change
from data.partitions import Root
from data.planning import Course, Plan
from data.shapes import outline_hash
from data.store import Store, Writing
from geo.errors import ConflictError
from geo.partition import coverage, lattice
from geo.partition.model import Partition
from rules.casestates import Step

PUBLISH, CORRECTION, VOID = "publish", "correction", "void"
HELD: Final = (
    "operations",
    "members",
    "lineage",
    "numbers",
    "borders",
    "signoffs",
    "attached",
    "findings",
    "documents",
)


@dataclass(frozen=True, eq=False)
class Prepared:
    """A change ready to be written: its entry, the plan of its rows."""

    act: ledger.Act
    plan: Plan


def publish(hand: Hand, number: int, rev: int) -> Change:
    """Return a filed change that is now in the ledger and in force from its first day on.

    Errors, nothing written: ``change.state``, ``change.stale``; ``change.behind`` (the head has moved: rebase);
    ``change.package_changed``; ``change.touches_later`` (a change published for a later day is about the same grids);
    ``change.not_ready``; ``change.frame_moved``; ``store.head_moved``; ``store.code_taken``.
    """
    before = hand.done_before(number, "published")
    if before is not None:
        return before
    change = require(hand, number, Step.PUBLISH)
    if change.rev != rev:
        raise ConflictError("change.stale", change.number, got=rev, limit=change.rev)
    prepared = prepare(hand, change)

    def work(unit: Writing) -> Change:
        seq = publishing.commit(unit, prepared.plan, prepared.act)
        content = {"seq": seq, "package_hash": change.case.package_hash}
        return changes.follow(unit, change, hand.deed("published", content))

    return hand.write(work)


def prepare(hand: Hand, change: Change) -> Prepared:
    """Return a filed change ready to be written; errors as `publish`."""
    found = effects.effect(hand.store, change, hand.today)
    filing.require_head(found)
    filing.require_possible(found)
    filing.require_package(found)
    filing.require_fine(effects.findings(found, hand.today), change)
    if not change.case.is_correction:
        _require_nothing_later(hand.store, found)
    course = course_of(hand.store, found.base, change.case.applied, change.number)
    content = {"change": entry(found, hand.today)}
    kind = CORRECTION if change.case.is_correction else PUBLISH
    with hand.store.read() as view:
        plan = planning.plan(view, change.root_id, course, base_seq=change.case.base_seq)
    return Prepared(ledger.Act(kind, found.base.day, content), plan)


def entry(found: Effect, today: date) -> dict[str, Any]:
    """Return what the ledger keeps of a change: all of ``change/1`` but where it has got to."""
    said = records.document(found, today)
    kept = ("format", "number", "key", "title", "reason", "remarks", "is_correction", "reverts", "base", "decided_by")
    case = found.change.case
    return {
        **{name: said[name] for name in kept},
        **{name: said[name] for name in HELD},
        "operations": [{"id": one.id, "operation": dict(one.operation)} for one in case.applied],
        "effective_from": found.base.day.isoformat(),
        "decided_on": said["dates"]["decided_on"],
        "submitted_on": said["dates"]["submitted_on"],
        "filed_on": said["dates"]["filed_on"],
        "filing_no": case.filing_no,
        "accepted": dict(case.accepted or {}),
        "package_hash": case.package_hash,
    }


def _require_nothing_later(store: Store, found: Effect) -> None:
    """Refuse a change about grids that a change published for a later day is about too: ``change.touches_later``."""
    base, keys = found.base, [member.key for member in found.principal]
    with store.read() as view:
        later = entries.touched_later(view, base.root, base.day, keys)
    if later is not None:
        raise ConflictError("change.touches_later", found.change.number, got=later[1].isoformat(), limit=later[0])


def course_of(store: Store, base: Base, operations: Sequence[Operation], number: str) -> Course:
    """Return what operations make of a root on the base's day, and on each later day that is planned already.

    Errors: ``change.touches_later`` where they cannot be done on a later day's map; ``change.frame_moved``;
    ``change.not_proved``.
    """
    with store.read() as view:
        days = [base.day, *planning.later_days(view, base.root.id, base.day)]
    course: list[tuple[date, planning.Target]] = []
    for day in days:
        there = base if day == base.day else base_of(store, base.root, day, base.seq)
        replayed = replay(store, there, operations)
        if replayed.stop is not None:
            why = replayed.stop.refusal.code
            raise ConflictError("change.touches_later", number, got=day.isoformat(), limit=why)
        course.append((day, _target(day, replayed.partition, there.partition, number)))
    return course


def _target(day: date, after: Partition, was: Partition, number: str) -> planning.Target:
    """Return a partition as rows, once more proved whole and within the same legal frame."""
    if _frame(after) != _frame(was):
        raise ConflictError("change.frame_moved", number)
    if not coverage.prove(after).ok:
        raise ConflictError("change.not_proved", number, got=day.isoformat())
    return planning.target_of(after, day)


def _frame(partition: Partition) -> str:
    return outline_hash(lattice.canonical(partition.frame))


def void(hand: Hand, number: int, rev: int, reason: str) -> Change:
    """Return a published change made void before its first day: the root's course is what it would be without it.

    Errors: ``change.state``, ``change.in_force`` (its first day has come: take it back by a new change), ``change.text``, and
    ``change.built_upon`` where a change published since cannot be done without it.
    """
    before = hand.done_before(number, "void")
    if before is not None:
        return before
    change = require(hand, number, Step.VOID)
    seq, day = change.case.published_seq, change.case.effective_from
    if seq is None or day is None or day <= hand.today:
        raise ConflictError("change.in_force", change.number, got=day.isoformat() if day else "")
    if change.rev != rev:
        raise ConflictError("change.stale", change.number, got=rev, limit=change.rev)
    root = effects.root_of(hand.store, change)
    course = without(hand.store, root, seq, day)
    content = {"change": {"key": change.key, "package_hash": change.case.package_hash, "voids": seq, "reason": reason}}
    with hand.store.read() as view:
        plan = planning.plan(view, root.id, course, base_seq=root.head_seq)

    def work(unit: Writing) -> Change:
        made = publishing.commit(unit, plan, ledger.Act(VOID, day, content))
        return changes.follow(unit, change, hand.deed("void", {"seq": made, "reason": reason}))

    return hand.write(work)


def without(store: Store, root: Root, seq: int, day: date) -> Course:
    """Return the course of a root from a day on, as it would be had an entry of its ledger never been made.

    What was published since is done again on what was known before. Errors: ``change.built_upon``.
    """
    with store.read() as view:
        since = standing(view, root, seq)
        days = sorted({day, *planning.later_days(view, root.id, day)})
        before = partitions.find_root(view, root.name)
    course: list[tuple[date, planning.Target]] = []
    for one in days:
        base = base_of(store, before, one, seq - 1)
        operations = [op for first, ops in since if first <= one for op in ops]
        replayed = replay(store, base, operations)
        if replayed.stop is not None:
            raise ConflictError("change.built_upon", str(seq), got=one.isoformat())
        course.append((one, planning.target_of(replayed.partition, one)))
    return course


def standing(view: Any, root: Root, after: int) -> list[tuple[date, list[Operation]]]:
    """Return the changes of a root published after an entry and not void: first day and operations, in order."""
    found: dict[int, tuple[date, list[Operation]]] = {}
    for line in ledger.entries(view, root.id):
        if line.kind not in (PUBLISH, CORRECTION, VOID) or line.seq <= after:
            continue
        said = ledger.content(view, root.id, line.seq)["change"]
        if line.kind == VOID:
            found.pop(int(said["voids"]), None)
        else:
            done = [Operation(one["id"], one["operation"]) for one in said["operations"]]
            found[line.seq] = (line.valid_from, done)
    return [found[seq] for seq in sorted(found)]
