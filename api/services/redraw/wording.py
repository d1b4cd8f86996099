"""Operations of a draft in words, every unit by the name it had on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from api import messages
from api.services.redraw.courses import Replayed
from api.services.redraw.graph_units import GraphUnits
from api.services.unit_card import name_among
from data.casefile import Operation


@dataclass(frozen=True, eq=False)
class NamesOnTheWay:
    """What every unit that ever was on the way is called: as it was called last, or last before a step."""

    replayed: Replayed

    def get(self, key: str, before: int | None = None) -> str:
        """Return the full name of the unit of a key; nothing if there never was one.

        With ``before``, the number of a step from 0, the name it had until then, or else the first it had.
        """
        done = len(self._states) - 1
        at = 0 if before is None else done - min(before, done)
        for known in (*self._states[at:], *reversed(self._states[:at])):
            if key in known:
                return name_among(known, known[key])
        return ""

    @cached_property
    def _states(self) -> tuple[GraphUnits, ...]:
        last = (edit.topology for edit in reversed(self.replayed.edits))
        return tuple(GraphUnits(topology) for topology in (*last, self.replayed.base.topology))


def words_of(one: Operation, names: NamesOnTheWay, lang: str, before: int) -> str:
    """Return an operation in words, its units by the names they had before it; ``before`` is its number, from 0."""
    operation: Mapping[str, Any] = one.operation
    if operation.get("op") == "correction":
        operation = operation["operation"]
    keys = operation.get("units") or operation.get("givers") or [operation.get("unit", "")]
    parts: list[Mapping[str, Any]] = operation.get("parts") or []
    values = {
        "units": [names.get(key, before) for key in keys],
        "receiver": names.get(operation.get("receiver") or operation.get("survivor") or "", before),
        "parent": names.get(operation.get("parent") or "", before),
        "parts": [part.get("name") or part.get("code", "") for part in parts],
        "name": operation.get("name", ""),
        "code": operation.get("code", ""),
    }
    return messages.sentence(f"draft.op.{operation.get('op')}", lang, values)


def place_of(operation: Mapping[str, Any]) -> tuple[str, str]:
    """Return where an operation is: the first place it names ("x,y" in centimetres, "" if none), and the unit it names."""
    waiting: list[Any] = [value for name, value in operation.items() if name != "parts"]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, list) and len(one) == 2 and all(isinstance(n, int) for n in one):
            return f"{one[0]},{one[1]}", ""
        if isinstance(one, dict):
            waiting = [*one.values(), *waiting]
        elif isinstance(one, list):
            waiting = [*one, *waiting]
    inner = operation.get("operation", operation)
    return "", inner.get("unit") or inner.get("survivor") or inner.get("receiver") or ""
