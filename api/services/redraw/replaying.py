"""Doing again what the ledger says was done: one change against what is stored, or a whole ledger in an empty store.

Stored chains are the truth: what comes out otherwise, under another version of an engine say, is reported and not adopted.
"""

from datetime import date
from typing import Any, Final

from api.services.redraw import publishing
from api.services.redraw.courses import base_of, replay
from api.services.redraw.effects import effect
from api.services.redraw.records import refusal_document
from data import changes, ledger, partitions, planning
from data import publishing as writing
from data.casefile import Operation
from data.changes import Change
from data.ledger import Entry
from data.partitions import Root
from data.store import Actor, Store
from geo.errors import ConflictError
from geo.partition import lattice
from geo.partition.model import Partition

FORMAT: Final = "replay/1"
Document = dict[str, Any]


def replay_change(store: Store, number: int, today: date) -> Document:
    """Return ``replay/1`` of one change: whether its operations, done again, give what is stored (or can be done at all)."""
    with store.read() as view:
        change = changes.get(view, number)
        roots = {root.id: root for root in partitions.roots(view)}
    seq = change.case.published_seq
    if seq is None:
        return _draft(store, change, today)
    with store.read() as view:
        line = next(one for one in ledger.entries(view, change.root_id) if one.seq == seq)
        said = ledger.content(view, change.root_id, seq)["change"]
        stored = partitions.load_at(view, roots[change.root_id], line.valid_from, seq)
    base = base_of(store, roots[change.root_id], line.valid_from, seq - 1)
    replayed = replay(store, base, _operations(said))
    differs = _differing(stored, replayed.partition)
    return {
        "format": FORMAT,
        "id": number,
        "seq": seq,
        "ok": replayed.stop is None and not differs,
        "possible": replayed.stop is None,
        "differs": differs,
        "recorded_with": _versions(store, change.root_id, seq),
    }


def _draft(store: Store, change: Change, today: date) -> Document:
    found = effect(store, change, today)
    stop = found.replayed.stop
    return {
        "format": FORMAT,
        "id": change.id,
        "seq": None,
        "ok": stop is None,
        "possible": stop is None,
        "differs": [],
        "refused": None if stop is None else refusal_document(found, stop.operation),
    }


def _versions(store: Store, root_id: int, seq: int) -> Any:
    with store.read() as view:
        return next(row.engine_versions for row in ledger.rows(view, root_id) if row.seq == seq)


def _operations(said: Any) -> list[Operation]:
    return [Operation(one["id"], one["operation"]) for one in said["operations"]]


def _differing(stored: Partition, again: Partition) -> list[str]:
    """Return the codes (else keys) of the units that are not the same in two partitions."""
    one, other = _said(stored), _said(again)
    keys = sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
    codes = {unit.key: unit.code or unit.key for unit in (*again.units, *stored.units)}
    return [codes[key] for key in keys]


def _said(partition: Partition) -> dict[str, tuple[object, ...]]:
    hashes = lattice.unit_hashes(partition.leaf_rings, len(partition.units))
    return {unit.key: (unit, hashes[number]) for number, unit in enumerate(partition.units)}


def replay_ledgers(source: Store, target: Store) -> Document:
    """Return ``replay/1`` after doing again, in an empty store of either kind, all that the ledgers of ``source`` say.

    ``entries`` tells for each whether the state hash came out the same. Errors: ``replay.not_empty``.
    """
    with source.read() as view:
        roots = partitions.roots(view)
    with target.read() as view:
        if partitions.roots(view):
            raise ConflictError("replay.not_empty")
    lines = [line for root in roots for line in _replay_root(source, target, root)]
    return {
        "format": FORMAT,
        "ok": all(line["same"] for line in lines),
        "entries": lines,
    }


def _replay_root(source: Store, target: Store, root: Root) -> list[Document]:
    with source.read() as view:
        entries = ledger.entries(view, root.id)
    lines: list[Document] = []
    for entry in entries:
        _replay_entry(source, target, root, entry)
        with target.read() as view:
            made = ledger.entries(view, partitions.find_root(view, root.name).id)[-1]
        same = made.seq == entry.seq and made.state_hash == entry.state_hash
        lines.append({"root": root.name, "seq": entry.seq, "kind": entry.kind, "same": same})
    return lines


def _replay_entry(source: Store, target: Store, root: Root, entry: Entry) -> None:
    actor = Actor(entry.recorded_by, entry.role, verified=entry.standing == "verified")
    with source.read() as view:
        said = ledger.content(view, root.id, entry.seq)
    if entry.kind == "import":
        with source.read() as view:
            partition = partitions.load_at(view, root, entry.valid_from, entry.seq)
        target.run(
            lambda unit: partitions.save_import(
                unit,
                root.name,
                partition,
                valid_from=entry.valid_from,
                frame_kind=root.frame_kind,
                findings=said.get("findings", ()),
                code_policy=root.code_policy,
                level_rules=root.level_rules,
            ),
            actor=actor,
            at=entry.recorded_at,
        )
        return
    with target.read() as view:
        there = partitions.find_root(view, root.name)
    change = said["change"]
    if entry.kind == publishing.VOID:
        course = publishing.without(target, there, int(change["voids"]), entry.valid_from)
    else:
        base = base_of(target, there, entry.valid_from, there.head_seq)
        course = publishing.course_of(target, base, _operations(change), change["number"])
    with target.read() as view:
        plan = planning.plan(view, there.id, course, base_seq=there.head_seq)
    act = ledger.Act(entry.kind, entry.valid_from, {"change": change})
    target.run(lambda unit: writing.commit(unit, plan, act), actor=actor, at=entry.recorded_at)
