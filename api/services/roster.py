"""Use case of the roster: import who is in charge of what, when they serve, and when they do not."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from api import messages
from api.services.pictures import pictures
from data import roster
from data.importers.files import read_bytes
from data.importers.roster import read_roster
from data.importers.rows import Fault
from data.places import Saved
from data.roster import Absence, Assignment, Entry, Person, Roster, Shift
from data.store import Actor, Store
from data.tables.columns import OPEN_START

FORMAT: Final = "roster/1"
MOST_FAULTS: Final = 100
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to import: the file, its encoding, the first day of rows that name none, today, and how far it reaches.

    ``complete``: the file holds all assignments and shifts there are, and those it does not name end on ``valid_from`` (without
    one: ``today``). ``rename``: a name other than the registered one is the new name.
    """

    file: Path
    today: date
    encoding: str = ""
    valid_from: date = OPEN_START
    complete: bool = False
    rename: bool = False


def import_roster(store: Store, wanted: Wanted, actor: Actor, limit: int) -> Document:
    """Return ``roster/1`` after writing a roster, whole or not at all; with faults nothing is written.

    Errors: those of `data.importers.roster.read_roster`; ``roster.nothing_changed``.
    """
    data = read_bytes(wanted.file, limit)
    name = wanted.file.name
    read = read_roster(data, name, wanted.encoding, wanted.valid_from)
    with store.read() as view:
        known = roster.load(view, wanted.today)
    faults = [*read.faults, *_faults(store, read.entries, known, wanted)]
    head = {"format": FORMAT, "file": name, "sha256": sha256(data).hexdigest(), "rows": read.rows}
    if faults:
        shown = sorted(faults, key=lambda fault: fault.line)[:MOST_FAULTS]
        return {**head, "written": False, "fault_count": len(faults), "faults": [_said(fault) for fault in shown]}
    ends = (wanted.today if wanted.valid_from == OPEN_START else wanted.valid_from) if wanted.complete else None
    source = {"file": name, "sha256": head["sha256"]}
    entries = [entry for _, entry in read.entries]

    def work(unit: Any) -> Saved:
        return roster.save(unit, entries, ends=ends, source=source)

    saved = store.run(work, actor=actor)
    counts = {kind.__name__.lower(): sum(isinstance(e, kind) for e in entries) for kind in roster.TABLES}
    return {**head, "written": True, "fault_count": 0, "faults": [], "entries": counts, **asdict(saved)}


def _faults(store: Store, entries: Sequence[tuple[int, Entry]], known: Roster, wanted: Wanted) -> Iterator[Fault]:
    """Give what does not fit what the store knows: persons, names, grids."""
    named = {entry.person for _, entry in entries if isinstance(entry, Person)}
    codes = _Codes(store, wanted.today)
    for line, entry in entries:
        registered = known.names.get(entry.person)
        if isinstance(entry, Person):
            if registered not in (None, entry.name) and not wanted.rename:
                yield Fault(line, "name", "roster.other_name", {"got": entry.name, "limit": registered})
        elif entry.person and registered is None and entry.person not in named:
            yield Fault(line, "person", "roster.person_unknown", {"got": entry.person})
        if isinstance(entry, Assignment | Shift | Absence) and entry.grid and not codes.know(entry):
            yield Fault(line, "grid", "roster.grid_unknown", {"got": entry.grid})


class _Codes:
    """The codes of grids in force on the first day of an entry, or today where it has always held."""

    def __init__(self, store: Store, today: date) -> None:
        self._store, self._today = store, today
        self._known: dict[date, frozenset[str]] = {}

    def know(self, entry: Assignment | Shift | Absence) -> bool:
        on = self._today if entry.valid_from == OPEN_START else entry.valid_from
        if on not in self._known:
            units = [unit for shown in pictures(self._store, None, on) for unit in shown.units]
            self._known[on] = frozenset(unit.code for unit in units if unit.code)
        return entry.grid in self._known[on]


def _said(fault: Fault) -> Document:
    return {
        "line": fault.line,
        "column": fault.column,
        "code": fault.code,
        "sentence": messages.both(fault.code, {"where": fault.column, **fault.values}),
    }
