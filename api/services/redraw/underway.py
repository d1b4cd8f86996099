"""Which open changes are about a grid: what stands on its card beside what is in force."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from api.services.redraw import effects
from data import changes
from data.changes import Summary
from data.store import Store
from rules.casestates import State

OPEN: Final = (State.DRAFT, State.RETURNED, State.SUBMITTED, State.FILED)


def about(store: Store, root: str, key: str, today: date) -> tuple[Summary, ...]:
    """Return the open changes of a root that a unit (by its key) is one of the principal members of, newest first."""
    with store.read() as view:
        lines = changes.listed(view, root, tuple(str(state) for state in OPEN))
    return tuple(line for line in lines if key in set(_keys(store, line, today)))


def _keys(store: Store, line: Summary, today: date) -> Iterator[str]:
    """Yield the units that a change is about."""
    with store.read() as view:
        change = changes.get(view, line.id)
    if change.case.applied:
        yield from (one.key for one in effects.difference(store, change, today).members if one.principal)
