"""Issued notice boards: found by a random public code, never by the grid's."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, insert, select, update

from data.store import Reading, Writing
from data.tables import BoardRow, PartitionRoot, UnitRow
from geo.errors import NotFoundError

CODE_BYTES: Final = 16  # 128 random bits, so a code cannot be guessed
ISSUED: Final = "issued"
SUPERSEDED: Final = "superseded"
STATES: Final = (ISSUED, SUPERSEDED, "withdrawn")


@dataclass(frozen=True, slots=True)
class Board:
    """One issued board. ``content`` is what was printed; ``content_hash`` what its checksum says."""

    code: str
    root: str
    unit_key: str
    state: str
    version_date: date
    content_hash: str
    content: Any
    issued_at: datetime
    issued_by: str


def issue(unit: Writing, root: str, unit_key: str, content_hash: str, content_json: Any, version_date: date) -> Board:
    """Return a newly issued board of a unit; those issued before are superseded.

    The same content again on the same version date is the same board. A board dated before the one in force is
    superseded from the start. Errors: ``store.no_unit``.
    """
    late = False
    for board in of_unit(unit, unit_key):
        late |= board.state == ISSUED and board.root == root and board.version_date > version_date
        same = (board.state, board.content_hash, board.version_date) == (ISSUED, content_hash, version_date)
        if same and board.root == root:
            return board
    query = select(UnitRow.id).join(PartitionRoot).where(UnitRow.key == unit_key, PartitionRoot.name == root)
    unit_id = unit.connection.execute(query).scalar_one_or_none()
    if unit_id is None:
        raise NotFoundError("store.no_unit", root, got=unit_key)
    if not late:
        older = update(BoardRow).where(BoardRow.unit_id == unit_id, BoardRow.state == ISSUED)
        unit.connection.execute(older.values(state=SUPERSEDED))
    code = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode("ascii").rstrip("=").lower()
    values = {
        "code": code,
        "unit_id": unit_id,
        "state": SUPERSEDED if late else ISSUED,
        "version_date": version_date,
        "content_hash": content_hash,
        "content": content_json,
        "issued_at": unit.at,
        "issued_by": unit.actor.name,
    }
    unit.connection.execute(insert(BoardRow).values(values))
    return find(unit, code)


def find(s: Reading, code: str) -> Board:
    """Return the board of a public code; `NotFoundError` ``store.no_board``."""
    row = s.connection.execute(_boards().where(BoardRow.code == code)).one_or_none()
    if row is None:
        raise NotFoundError("store.no_board", code)
    return Board(*row)


def of_unit(s: Reading, key: str) -> list[Board]:
    """Return the boards of a unit, newest first."""
    return of_units(s, [key])


def of_units(s: Reading, keys: Sequence[str]) -> list[Board]:
    """Return the boards of some units, newest first."""
    rows = s.connection.execute(_boards().where(UnitRow.key.in_(keys)).order_by(BoardRow.id.desc()))
    return [Board(*row) for row in rows]


def all_boards(s: Reading, states: Sequence[str] = (ISSUED,)) -> list[Board]:
    """Return the boards in any of ``states``, newest first."""
    rows = s.connection.execute(_boards().where(BoardRow.state.in_(states)).order_by(BoardRow.id.desc()))
    return [Board(*row) for row in rows]


def _boards() -> Select[*tuple[Any, ...]]:
    columns = (
        BoardRow.code,
        PartitionRoot.name,
        UnitRow.key,
        BoardRow.state,
        BoardRow.version_date,
        BoardRow.content_hash,
        BoardRow.content,
        BoardRow.issued_at,
        BoardRow.issued_by,
    )
    return select(*columns).join(UnitRow, UnitRow.id == BoardRow.unit_id).join(PartitionRoot)
