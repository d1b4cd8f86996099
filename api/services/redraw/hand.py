"""Who does something, in which store, and when: what every use case that writes is handed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from api.clock import OFFICE_ZONE
from data import changes
from data.changes import Change, Deed
from data.store import Actor, Store, Writing
from geo.errors import ConflictError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hand:
    """An actor at work. ``key`` names the request, so that the same request twice is done once ("" where it has no name)."""

    store: Store
    actor: Actor
    at: datetime
    key: str = ""

    @property
    def today(self) -> date:
        """The day it is in the office."""
        return self.at.astimezone(OFFICE_ZONE).date()

    def write(self, work: Callable[[Writing], T]) -> T:
        """Return what a unit of work returns, all of it written or none."""
        return self.store.run(work, actor=self.actor, at=self.at)

    def change(self, number: int) -> Change:
        """Return a change; `NotFoundError` ``change.missing``."""
        with self.store.read() as view:
            return changes.get(view, number)

    def deed(self, kind: str, content: dict[str, Any]) -> Deed:
        """Return what is to be added to a case."""
        return Deed(kind, content, self.key or None)

    def append(self, number: int, rev: int, kind: str, content: dict[str, Any]) -> Change:
        """Return a change after one more event; errors as `data.changes.append`."""
        return self.write(lambda unit: changes.append(unit, number, rev, self.deed(kind, content)))

    def done_before(self, number: int | None, kind: str) -> Change | None:
        """Return the change if this very request was done already, None if it was not.

        Errors: `ConflictError` ``request.key_used`` where the key belongs to another change or to another kind of step.
        """
        if not self.key:
            return None
        with self.store.read() as view:
            found = changes.asked_before(view, self.key)
            if found is None:
                return None
            if (number is not None and found[0] != number) or found[1].kind != kind:
                raise ConflictError("request.key_used", self.key[:60])
            return changes.get(view, found[0])
