"""Check-ins at the centres: who was there at a moment, as a tag, a network or a face told. They go with age, as tracks do."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import delete, func, insert, select

from data import ledger, tracks
from data.store import Reading, Writing
from data.tables import CheckInRow
from data.tables.columns import instant_text
from data.tracks import Receipt

IN, AGAIN, OUT = "in", "again", "out"
EVENTS: Final = (IN, AGAIN, OUT)
TAG, BSSID, FACE = "tag", "bssid", "face"
MEANS: Final = (TAG, BSSID, FACE)
NOBODY: Final = ""  # the receipt of a file that is about several people


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Somebody at a centre (the code of its post) at a moment: come in, still there, or gone; and what told so."""

    person: str
    centre: str
    at: datetime
    event: str
    means: str

    @property
    def day(self) -> date:
        """The day it belongs to, Asia/Shanghai."""
        return self.at.astimezone(ledger.ZONE).date()


def save(unit: Writing, key: str, about: Mapping[str, Any], entries: Sequence[CheckIn]) -> Receipt:
    """Return the receipt of some check-ins; ``about`` is the file they came in. Nothing is written twice by the caller."""
    content = {**about, "rows": len(entries), "rows_hash": rows_hash(entries)}
    receipt = tracks.save_receipt(unit, key, NOBODY, content, [])
    for one in entries:
        unit.connection.execute(insert(CheckInRow).values(**asdict(one), day=one.day, receipt=receipt.seq))
    return receipt


def rows_hash(entries: Sequence[CheckIn]) -> str:
    """Return the hash of some check-ins, whatever their order."""
    return ledger.state_hash([ledger.digest({**asdict(one), "at": instant_text(one.at)}) for one in entries])


def load(s: Reading, first: date, last: date) -> list[CheckIn]:
    """Return the check-ins of some days in order of time."""
    return [one for _, one in _rows(s, CheckInRow.day >= first, CheckInRow.day <= last)]


def by_receipt(s: Reading) -> dict[int, list[CheckIn]]:
    """Return all check-ins by the number of their receipt."""
    found: dict[int, list[CheckIn]] = {}
    for seq, one in _rows(s):
        found.setdefault(seq, []).append(one)
    return found


def _rows(s: Reading, *conditions: Any) -> list[tuple[int, CheckIn]]:
    columns = [getattr(CheckInRow, name) for name in CheckIn.__dataclass_fields__]
    query = select(CheckInRow.receipt, *columns).where(*conditions).order_by(CheckInRow.at, CheckInRow.id)
    return [(seq, CheckIn(*values)) for seq, *values in s.connection.execute(query)]


def count(s: Reading, last: date) -> int:
    """Return how many there are up to a day."""
    return s.connection.execute(select(func.count()).where(CheckInRow.day <= last)).scalar_one()


def remove(unit: Writing, last: date) -> list[list[int]]:
    """Remove the check-ins up to a day; return how many of each receipt: [number, rows]."""
    query = select(CheckInRow.receipt).where(CheckInRow.day <= last)
    gone = Counter(unit.connection.execute(query).scalars())
    unit.connection.execute(delete(CheckInRow).where(CheckInRow.day <= last))
    return [[seq, rows] for seq, rows in sorted(gone.items())]
