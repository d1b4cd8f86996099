"""The roster in the store: who is in charge of what, when they serve and when not; both clocks, nothing overwritten.

A delivery says what holds; what it says again stays, what it says otherwise replaces what was believed. Deliveries follow
those of places in one chain of hashes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, ClassVar, Final, TypeVar

from sqlalchemy import insert, select, update

from data import ledger, places
from data.places import Saved
from data.states import believed, on_day
from data.store import Reading, Writing
from data.tables import AbsenceRow, AssignmentRow, PersonRow, ShiftRow
from data.tables.columns import OPEN_END, OPEN_START
from geo.errors import ConflictError

SUBJECT: Final = "roster"
GRID, CENTRE = "grid", "centre"
PLACES: Final = (GRID, CENTRE)
ABSENCES: Final = ("leave", "sick", "secondment", "training", "stop_work", "exempt", "emergency")
CALENDAR: Final = ("working_day", "day_off", "published")  # what a city says of the days of everybody
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Person:
    """A person by the number the office gave."""

    IDENTITY: ClassVar = ("person",)

    person: str
    name: str
    valid_from: date = OPEN_START
    valid_to: date = OPEN_END


@dataclass(frozen=True, slots=True)
class Assignment:
    """A person in charge of a grid in a role (an id of `rules.roles`), from a day up to another."""

    IDENTITY: ClassVar = ("person", "grid", "role", "valid_from")

    person: str
    grid: str
    role: str
    valid_from: date = OPEN_START
    valid_to: date = OPEN_END


@dataclass(frozen=True, slots=True)
class Shift:
    """When a person serves: ``place`` in the grids or at the centre of ``grid``; ``weekdays`` digits, empty for working days.

    ``hours`` as ``08:00-12:00,14:00-18:00``; at the centre a part may go on past midnight (``20:00-08:00``).
    """

    IDENTITY: ClassVar = ("person", "place", "grid", "weekdays", "valid_from", "hours_key")

    person: str
    place: str
    grid: str
    weekdays: str
    hours: str
    valid_from: date = OPEN_START
    valid_to: date = OPEN_END

    @property
    def hours_key(self) -> str:
        """What of the hours belongs to its identity: at the centre one may serve twice a day, on patrol the hours are one."""
        return self.hours if self.place == CENTRE else ""


@dataclass(frozen=True, slots=True)
class Absence:
    """Days that are not like the others, for a person or (``person`` empty) for everybody below ``grid`` ("" the whole store).

    ``kind`` is one of `ABSENCES`, or for the whole store of `CALENDAR`; ``hours`` empty for whole days.
    """

    IDENTITY: ClassVar = ("person", "grid", "kind", "hours", "valid_from")

    person: str
    grid: str
    kind: str
    hours: str
    note: str
    valid_from: date
    valid_to: date


Entry = Person | Assignment | Shift | Absence
E_ = TypeVar("E_", Person, Assignment, Shift, Absence)
TABLES: Final[Mapping[type[Entry], Any]] = {
    Person: PersonRow,
    Assignment: AssignmentRow,
    Shift: ShiftRow,
    Absence: AbsenceRow,
}


@dataclass(frozen=True, slots=True)
class Roster:
    """All that holds on a day: names by person, and the entries."""

    names: Mapping[str, str]
    assignments: tuple[Assignment, ...]
    shifts: tuple[Shift, ...]
    absences: tuple[Absence, ...]


@dataclass(frozen=True, slots=True)
class _Stored:
    id: int
    entry: Entry
    row_hash: str


def key_of(entry: Entry) -> str:
    """Return what makes an entry the same entry."""
    return ledger.canonical([str(getattr(entry, name)) for name in entry.IDENTITY])


def row_digest(entry: Entry) -> str:
    """Return the digest of a row: its table and all it says."""
    said = {field.name: str(getattr(entry, field.name)) for field in fields(entry)}
    return ledger.digest({"table": TABLES[type(entry)].__tablename__, **said})


def save(
    unit: Writing, entries: Sequence[Entry], *, ends: date | None = None, source: Mapping[str, Any] | None = None
) -> Saved:
    """Return what writing a delivery did.

    Parameters
    ----------
    entries : what the delivery says, no entry twice
    ends : the delivery holds all assignments and shifts there are; those it does not name end on this day
    source : the file and its hash, for the record

    Errors: ``roster.nothing_changed``.
    """
    places.lock_deliveries(unit)
    seq = places.last_delivery(unit) + 1
    there = {(type(one.entry), key_of(one.entry)): one for one in _believed(unit)}
    wanted = {(type(entry), key_of(entry)): entry for entry in entries}
    changed = [e for name, e in wanted.items() if name not in there or row_digest(e) != there[name].row_hash]
    closing = [there[name] for name, e in wanted.items() if e in changed and name in there]
    ended = [] if ends is None else [one for name, one in there.items() if name not in wanted and _ends(one, ends)]
    if not changed and not ended:
        raise ConflictError("roster.nothing_changed", str((source or {}).get("file", "")))
    past = [replace(one.entry, valid_to=ends) for one in ended if ends is not None and one.entry.valid_from < ends]
    rows: list[Entry] = [*changed, *past]
    for one in [*closing, *ended]:
        table = TABLES[type(one.entry)]
        unit.connection.execute(update(table).where(table.id == one.id).values(seq_to=seq))
    for entry in rows:
        unit.connection.execute(insert(TABLES[type(entry)]).values(**_values(entry, seq)))
    content = {
        "source": dict(source or {}),
        "delivered": len(entries),
        "rows": len(rows),
        "added_hash": ledger.state_hash([row_digest(entry) for entry in rows]),
        "closed": len(closing) + len(ended),
        "closed_hash": ledger.state_hash([one.row_hash for one in (*closing, *ended)]),
    }
    first = min((entry.valid_from for entry in rows), default=ends or OPEN_START)
    places.append_delivery(unit, (SUBJECT, SUBJECT, first, seq), content)
    return Saved(seq, len(changed) - len(closing), len(closing), len(ended), len(entries) - len(changed))


def _ends(one: _Stored, day: date) -> bool:
    return isinstance(one.entry, Assignment | Shift) and one.entry.valid_to > day


def _values(entry: Entry, seq: int) -> dict[str, Any]:
    said = {field.name: getattr(entry, field.name) for field in fields(entry)}
    return {**said, "key": key_of(entry), "seq_from": seq, "row_hash": row_digest(entry)}


def _believed(s: Reading) -> Iterable[_Stored]:
    for kind in TABLES:
        yield from _rows(s, kind, TABLES[kind].seq_to.is_(None))


def _rows(s: Reading, kind: type[Entry], *conditions: Any) -> Iterable[_Stored]:
    table = TABLES[kind]
    names = [field.name for field in fields(kind)]
    query = select(table.id, table.row_hash, *(getattr(table, name) for name in names)).where(*conditions)
    for number, hashed, *values in s.connection.execute(query.order_by(table.id)):
        yield _Stored(number, kind(*values), hashed)


def _entries(s: Reading, kind: type[E_], *conditions: Any) -> tuple[E_, ...]:
    found = [one.entry for one in _rows(s, kind, *conditions)]
    return tuple(entry for entry in found if isinstance(entry, kind))


def load(s: Reading, first: date, last: date | None = None, known_on: date | None = None) -> Roster:
    """Return all that holds on a day, or on any day up to ``last``, as known at the end of another (default: now)."""
    seq = None if known_on is None else places.known_delivery(s, known_on)

    def conditions(kind: type[Entry]) -> list[Any]:
        table = TABLES[kind]
        if last is None:
            return [believed(table, seq), on_day(table, first)]
        return [believed(table, seq), table.valid_from <= last, table.valid_to > first]

    people = _entries(s, Person, believed(PersonRow, seq))
    absences = _entries(s, Absence, *conditions(Absence))
    return Roster(
        {one.person: one.name for one in people},
        _entries(s, Assignment, *conditions(Assignment)),
        _entries(s, Shift, *conditions(Shift)),
        tuple(one for one in absences if one.kind not in CALENDAR),
    )


def names(s: Reading, persons: Iterable[str]) -> dict[str, str]:
    """Return the names of some persons by their numbers, as known now."""
    found = _entries(s, Person, believed(PersonRow, None), PersonRow.person.in_(sorted(set(persons))))
    return {one.person: one.name for one in found}


def calendar_days(s: Reading) -> tuple[Absence, ...]:
    """Return what a city says of the days of everybody, as known now: working days, days off, years that are published."""
    return _entries(s, Absence, believed(AbsenceRow, None), AbsenceRow.kind.in_(CALENDAR))


def stored(s: Reading) -> Iterable[tuple[int, Entry, tuple[str, str]]]:
    """Give every row ever written: the number of its delivery, what it says, and the hash and key stored beside it."""
    for kind, table in TABLES.items():
        names = [field.name for field in fields(kind)]
        columns = (table.seq_from, table.row_hash, table.key, *(getattr(table, name) for name in names))
        for seq, hashed, key, *values in s.connection.execute(select(*columns).order_by(table.id)):
            yield seq, kind(*values), (hashed, key)


def through(day: date | None) -> date:
    """Return the end of what holds through a day: the day after; the open end where there is none."""
    return OPEN_END if day is None or day >= OPEN_END else day + timedelta(days=1)
