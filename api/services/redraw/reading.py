"""Changes as they are shown: a list, and one in full; what is published as the ledger keeps it, never worked out again."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from api.services.redraw import effects, publishing, records
from api.services.redraw.records import Document
from data import changes, ledger
from data.casefile import Event
from data.changes import Change
from data.store import Store
from geo.errors import InputError
from rules.casestates import State


def listed(store: Store, root: str | None = None, states: Sequence[str] = ()) -> Document:
    """Return ``changes/1``: the changes of a root or of all, newest first, in any of ``states``."""
    known = {str(state) for state in State}
    for state in states:
        if state not in known:
            raise InputError("change.no_state", state[:40], values={"known": sorted(known)})
    with store.read() as view:
        lines = changes.listed(view, root, states)
    return {"format": records.LIST_FORMAT, "changes": [records.summary(line) for line in lines]}


def shown(store: Store, number: int, today: date) -> Document:
    """Return ``change/1`` of a change; `NotFoundError` ``change.missing``."""
    with store.read() as view:
        change, events = changes.get(view, number), changes.events(view, number)
    if change.case.published_seq is not None:
        return _published(store, change, events, today)
    document = records.document(effects.effect(store, change, today), today, events)
    return {**document, "in_force": False}


def _published(store: Store, change: Change, events: list[Event], today: date) -> Document:
    seq = change.case.published_seq or 0
    with store.read() as view:
        entry = next(one for one in ledger.entries(view, change.root_id) if one.seq == seq)
        said: dict[str, Any] = ledger.content(view, change.root_id, seq)["change"]
    done = {one["id"] for one in said["operations"]}
    return {
        **records.head(change),
        **{name: said[name] for name in publishing.HELD},
        "operations": [
            {"id": one.id, "operation": dict(one.operation), "applied": one.id in done, "refused": None}
            for one in change.case.operations
        ],
        "hash": change.case.package_hash,
        "events": [records.event_document(event) for event in events],
        "ledger": ledger.as_document(entry),
        "in_force": change.case.state is State.PUBLISHED and entry.valid_from <= today,
    }
