"""Which changes are under way, and which grids each is about: what a map and a card show beside what is in force."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from api.services.pictures import Picture
from api.services.redraw import effects, records
from data import changes
from data.changes import Summary
from data.store import Store
from geo.partition.model import Unit, UnitKind
from maps.style import look_of
from rules.casestates import State

FORMAT: Final = "underway/1"
OPEN: Final = (State.DRAFT, State.RETURNED, State.SUBMITTED, State.FILED)
COMING: Final = "filed"  # how a published change is drawn until its first day
NEARNESS: Final = ("draft", "submitted", "filed")  # how near to its first day each is; a grid is drawn as the nearest
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class UnderWay:
    """One change under way, how it is drawn (a key of `maps.style.STATES`), and the keys of the units it is about."""

    line: Summary
    look: str
    keys: frozenset[str]

    @property
    def is_coming(self) -> bool:
        """Whether nothing but its first day is waited for."""
        return self.line.state == State.PUBLISHED


def under_way(store: Store, root: str, on: date, today: date) -> tuple[UnderWay, ...]:
    """Return the open changes of a root and those that are published and begin after ``on``, newest first."""
    states = tuple(str(state) for state in (*OPEN, State.PUBLISHED))
    with store.read() as view:
        lines = [line for line in changes.listed(view, root, states) if _is_ahead(line, on)]
    return tuple(UnderWay(line, _look(line), _keys(store, line, today)) for line in lines)


def about(store: Store, root: str, key: str, on: date, today: date) -> tuple[UnderWay, ...]:
    """Return the changes under way that a unit (by its key) is one of the principal members of, newest first."""
    return tuple(one for one in under_way(store, root, on, today) if key in one.keys)


def document(store: Store, shown: Picture, on: date, today: date) -> Document:
    """Return ``underway/1``: the changes under way, and the units of a picture that are to be drawn as one of them.

    A unit inside one that is drawn alike is left out, for its line would run along the other's.
    """
    found = under_way(store, shown.root.name, on, today)
    looks: dict[str, str] = {}
    for nearness in NEARNESS:
        looks |= {key: one.look for one in found if one.look == nearness for key in one.keys}
    units = shown.by_key
    drawn = [units[key] for key in looks if key in units and units[key].kind is not UnitKind.RESIDUAL]
    return {
        "format": FORMAT,
        "root": shown.root.name,
        "on": on.isoformat(),
        "changes": [records.summary(one.line) for one in found],
        "units": [
            {"key": unit.key, "code": unit.code, "level": unit.level, "look": looks[unit.key]}
            for unit in sorted(drawn, key=lambda one: (one.level, one.code or ""))
            if not _is_inside_alike(unit, units, looks)
        ],
    }


def _is_ahead(line: Summary, on: date) -> bool:
    return line.state != State.PUBLISHED or (line.effective_from is not None and line.effective_from > on)


def _look(line: Summary) -> str:
    return COMING if line.state == State.PUBLISHED else look_of(line.state)


def _is_inside_alike(unit: Unit, units: Mapping[str, Unit], looks: Mapping[str, str]) -> bool:
    return any(looks.get(above.key) == looks[unit.key] for above in _above(unit, units))


def _above(unit: Unit, units: Mapping[str, Unit]) -> Iterator[Unit]:
    while (above := units.get(unit.parent or "")) is not None:
        yield above
        unit = above


def _keys(store: Store, line: Summary, today: date) -> frozenset[str]:
    """Return the units that a change is about."""
    with store.read() as view:
        change = changes.get(view, line.id)
    if not change.case.applied:
        return frozenset()
    return frozenset(one.key for one in effects.difference(store, change, today).members if one.principal)
