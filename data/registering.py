"""Who is there and which codes were ever given: units and the register of codes, as an entry changes them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, select, update

from data import bulk
from data.ready import Ready
from data.states import Version
from data.store import Reading, Writing
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


@dataclass(frozen=True, eq=False)
class Register:
    """What an entry changes in the two registers of a root, worked out on the head it stands on.

    Parameters
    ----------
    numbers : of the units that are there, by key
    born : units that are new, with their levels
    gone, back : numbers of units that have now a last day, and of those that no longer have one
    codes : codes that were never given before, with the keys of their units
    lost, found : codes that no unit has any more, and those that are in use again
    """

    numbers: dict[str, int]
    born: dict[str, int]
    gone: list[int]
    back: list[int]
    codes: dict[str, str]
    lost: list[str]
    found: list[str]


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a register: number and key of the unit, and the entry at which it ended, if it has."""

    number: int
    key: str
    ended: int | None


def register(s: Reading, root_id: int, difference: Difference, open_keys: frozenset[str]) -> Register:
    """Return what a difference changes in the registers; ``open_keys`` are the units without a last day after it.

    Errors: `ConflictError` ``store.code_taken`` if another unit ever had a code.
    """
    levels = {row.key: row.level for row in difference.added}
    gone = sorted({row.key for row in difference.closed} - open_keys)
    units = _units(s, root_id, {*levels, *gone, *(row.parent for row in difference.added if row.parent)})
    coded = [row for row in difference.added if row.code is not None]
    held = {row.code for row in coded if row.valid_to == OPEN_END}
    lost = sorted({row.code for row in difference.closed if row.code is not None and row.code not in held})
    given = _codes(s, root_id, {*lost, *(str(row.code) for row in coded)})
    new: dict[str, str] = {}
    for row in coded:
        code = str(row.code)
        holder = given[code].key if code in given else new.setdefault(code, row.key)
        if holder != row.key:
            raise ConflictError("store.code_taken", code)
    return Register(
        {key: line.number for key, line in units.items()},
        {key: level for key, level in levels.items() if key not in units},
        [units[key].number for key in gone if units[key].ended is None],
        [units[key].number for key in sorted(levels.keys() & units.keys() & open_keys) if units[key].ended is not None],
        new,
        [code for code in lost if given[code].ended is None],
        sorted(code for code, line in given.items() if code in held and line.ended is not None),
    )


def _units(s: Reading, root_id: int, keys: Iterable[str]) -> dict[str, _Line]:
    query = select(UnitRow.key, UnitRow.id, UnitRow.key, UnitRow.abolished_seq).where(UnitRow.root_id == root_id)
    found = (s.connection.execute(query.where(UnitRow.key.in_(some))) for some in _some(keys))
    return {row[0]: _Line(*row[1:]) for rows in found for row in rows}


def _codes(s: Reading, root_id: int, codes: Iterable[str]) -> dict[str, _Line]:
    query = select(CodeRow.code, CodeRow.unit_id, UnitRow.key, CodeRow.last_seq)
    query = query.join(UnitRow, UnitRow.id == CodeRow.unit_id).where(CodeRow.root_id == root_id)
    found = (s.connection.execute(query.where(CodeRow.code.in_(some))) for some in _some(codes))
    return {row[0]: _Line(*row[1:]) for rows in found for row in rows}


def _some(names: Iterable[str]) -> Iterator[Sequence[str]]:
    ordered = sorted(names)
    return (ordered[first : first + AT_ONCE] for first in range(0, len(ordered), AT_ONCE))


_UNIT_ENDED: Final = Ready(
    update(UnitRow).where(UnitRow.id == bindparam("row")).values(abolished_seq=bindparam("ended"))
)
_CODE_ENDED: Final = Ready(
    update(CodeRow)
    .where(CodeRow.root_id == bindparam("root"), CodeRow.code == bindparam("row"))
    .values(last_seq=bindparam("ended"))
)


def write(unit: Writing, root_id: int, registered: Register, seq: int, reason: str) -> dict[str, int]:
    """Return the number of each unit named in a register, the registers brought to an entry."""
    born = registered.born
    ids = bulk.reserve_ids(unit.connection, "unit", len(born)) if born else ()
    new = dict(zip(born, ids, strict=True))
    rows = [(new[key], root_id, key, level, seq) for key, level in born.items()]
    bulk.insert_all(unit.connection, "unit", ("id", "root_id", "key", "level", "created_seq"), rows)
    numbers = registered.numbers | new
    columns = ("root_id", "code", "unit_id", "first_seq", "reason")
    given = [(root_id, code, numbers[key], seq, reason) for code, key in registered.codes.items()]
    bulk.insert_all(unit.connection, "code_registry", columns, given)
    for ready, ended, back in (
        (_UNIT_ENDED, registered.gone, registered.back),
        (_CODE_ENDED, registered.lost, registered.found),
    ):
        marks: list[tuple[Any, int | None]] = [*((one, seq) for one in ended), *((one, None) for one in back)]
        ready.run_all(unit.connection, [{"root": root_id, "row": one, "ended": mark} for one, mark in marks])
    return numbers
