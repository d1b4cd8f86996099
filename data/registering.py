"""Who is there and which codes were ever given: units and the register of codes, as an entry changes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select, update

from data import bulk
from data.states import Version
from data.store import Writing
from data.tables import CodeRow, UnitRow
from data.tables.columns import OPEN_END
from data.timelines import Source
from geo.errors import ConflictError

AT_ONCE: Final = 500  # numbers in one statement; SQLite before 3.32 takes 999


@dataclass(frozen=True, eq=False)
class Difference:
    """What an entry closes and adds; ``source`` says which shape an added row has (`data.timelines.Source`)."""

    closed: list[Version]
    added: list[Version]
    source: list[Source]


def units(unit: Writing, root_id: int, difference: Difference, open_keys: frozenset[str], seq: int) -> dict[str, int]:
    """Return the number of each unit named in a difference, the new ones written, those that are gone for good marked so.

    ``open_keys`` are the units that have no last day after the entry.
    """
    levels = {row.key: row.level for row in difference.added}
    gone = sorted({row.key for row in difference.closed} - open_keys)
    known = _numbers(unit, root_id, {*levels, *gone, *(row.parent for row in difference.added if row.parent)})
    born = {key: level for key, level in levels.items() if key not in known}
    numbers = bulk.reserve_ids(unit.connection, "unit", len(born))
    rows = [(number, root_id, key, level, seq) for number, (key, level) in zip(numbers, born.items(), strict=True)]
    bulk.insert_all(unit.connection, "unit", ("id", "root_id", "key", "level", "created_seq"), rows)
    back = [known[key] for key in levels if key in known and key in open_keys]
    _mark(unit, UnitRow.id, [known[key] for key in gone], UnitRow.abolished_seq, seq)
    _mark(unit, UnitRow.id, back, UnitRow.abolished_seq, None)
    return known | {key: number for number, _, key, _, _ in rows}


def _numbers(unit: Writing, root_id: int, keys: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    names = sorted(keys)
    for first in range(0, len(names), AT_ONCE):
        some = UnitRow.key.in_(names[first : first + AT_ONCE])
        query = select(UnitRow.key, UnitRow.id).where(UnitRow.root_id == root_id, some)
        found |= {row[0]: row[1] for row in unit.connection.execute(query)}
    return found


def _holders(unit: Writing, root_id: int, names: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for first in range(0, len(names), AT_ONCE):
        some = CodeRow.code.in_(names[first : first + AT_ONCE])
        query = select(CodeRow.code, CodeRow.unit_id).where(CodeRow.root_id == root_id, some)
        found |= {row[0]: row[1] for row in unit.connection.execute(query)}
    return found


def codes(unit: Writing, root_id: int, difference: Difference, numbers: dict[str, int], seq: int, reason: str) -> None:
    """Enter each new code for ever; `ConflictError` ``store.code_taken`` if another unit ever had it."""
    taken = _holders(unit, root_id, sorted({row.code for row in difference.added if row.code is not None}))
    new: dict[str, int] = {}
    for row in difference.added:
        if row.code is None:
            continue
        holder = taken.get(row.code, new.get(row.code, numbers[row.key]))
        if holder != numbers[row.key]:
            raise ConflictError("store.code_taken", row.code)
        if row.code not in taken:
            new[row.code] = numbers[row.key]
    columns = ("root_id", "code", "unit_id", "first_seq", "reason")
    bulk.insert_all(unit.connection, "code_registry", columns, [(root_id, c, n, seq, reason) for c, n in new.items()])
    held = {row.code for row in difference.added if row.code is not None and row.valid_to == OPEN_END}
    lost = [row.code for row in difference.closed if row.code is not None and row.code not in held]
    here = CodeRow.root_id == root_id
    _mark(unit, CodeRow.code, lost, CodeRow.last_seq, seq, here)
    _mark(unit, CodeRow.code, sorted(held & taken.keys()), CodeRow.last_seq, None, here)


def _mark(unit: Writing, name: Any, names: Sequence[Any], column: Any, seq: int | None, *conditions: Any) -> None:
    """Write in the rows of some names at which entry they ended, or that they have come back; not where it is so already."""
    differs = column.is_(None) if seq is not None else column.is_not(None)
    for first in range(0, len(names), AT_ONCE):
        some = name.in_(names[first : first + AT_ONCE])
        change = update(column.class_).where(some, differs, *conditions).values({column.key: seq})
        unit.connection.execute(change)
