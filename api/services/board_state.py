"""Which boards no longer say what is in force: their grid has another line, name or code now, or is gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import shapely

from api.services.pictures import Picture, picture
from api.services.unit_card import full_name
from data import boards
from data.boards import Board
from data.store import Store
from geo.partition.model import Unit
from maps.board.reading import record_of

MICROMETRE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Standing:
    """One issued board and the grid it hangs for; ``outdated`` if it must be printed again."""

    board: Board
    name: str
    unit_code: str
    outdated: bool


def standings(store: Store, on: date) -> tuple[Standing, ...]:
    """Return every issued board, those to print again first, then by code of the grid."""
    with store.read() as view:
        issued = boards.all_boards(view)
    pictures: dict[str, Picture] = {}
    found: list[Standing] = []
    for board in issued:
        if board.root not in pictures:
            pictures[board.root] = picture(store, board.root, on)
        found.append(_standing(board, pictures[board.root], on))
    return tuple(sorted(found, key=lambda one: (not one.outdated, one.unit_code)))


def outdated(store: Store, on: date) -> Iterable[Standing]:
    """Return the boards that must be printed again."""
    return (one for one in standings(store, on) if one.outdated)


def _standing(board: Board, shown: Picture, on: date) -> Standing:
    unit = shown.by_key.get(board.unit_key)
    printed = board.content["unit"]
    if unit is None:
        return Standing(board, printed["name"], printed["code"], True)
    return Standing(board, full_name(shown, unit), unit.code or "", not _same(board, shown, unit, on))


_known: Final[dict[tuple[str, str, date], bool]] = {}
KNOWN_AT_MOST: Final = 50_000


def _same(board: Board, shown: Picture, unit: Unit, on: date) -> bool:
    """Return whether the board shows the unit's name, code and line as they are in ``shown``; found out once a state."""
    key = (board.code, shown.root.head_hash, on)
    if key not in _known:
        if len(_known) >= KNOWN_AT_MOST:
            _known.clear()
        _known[key] = _compare(board, shown, unit)
    return _known[key]


def _compare(board: Board, shown: Picture, unit: Unit) -> bool:
    said = board.content["unit"]
    if (said["name"], said["code"]) != (unit.name, unit.code):
        return False
    record = record_of(board.content, board.code, board.version_date.isoformat(), "")
    printed, present = record.map.own.geometry.normalize(), shown.shapes[unit.key].normalize()
    return bool(shapely.equals_exact(printed, present, MICROMETRE))
