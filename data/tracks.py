"""Tracks in the store: receipts of batches, the files of the archive, the lines of each hour, and recorded deletions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import delete, insert, select, update

from data import chains, geopackage
from data.archive import Fixes, Written
from data.store import Reading, Writing
from data.tables import DeletionRow, ReceiptRow, TrackHourRow, TrackPartRow
from data.trackline import hour_lines

GEOM: Final = "track_hour"
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the archive: the receipt it came with, whose it is, the day and town, and where it lies."""

    id: int
    receipt: int
    person: str
    day: date
    town: str
    path: str
    sha256: str
    points: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt: its number, who sent what under which key, and the account of every point."""

    seq: int
    key: str
    person: str
    content: Any
    hash: str


def receipt_of(s: Reading, key: str) -> Receipt | None:
    """Return the receipt that was given under a key, None where there is none."""
    found = _receipts(s, ReceiptRow.key == key)
    return found[0] if found else None


def receipts(s: Reading, person: str) -> list[Receipt]:
    """Return the receipts of a person, newest first."""
    return _receipts(s, ReceiptRow.person == person)


def receipts_by_number(s: Reading, numbers: Sequence[int]) -> dict[int, Receipt]:
    """Return receipts by their numbers."""
    found: dict[int, Receipt] = {}
    for first in range(0, len(numbers), AT_ONCE):
        some = _receipts(s, ReceiptRow.seq.in_(numbers[first : first + AT_ONCE]))
        found |= {receipt.seq: receipt for receipt in some}
    return found


def _receipts(s: Reading, *conditions: Any) -> list[Receipt]:
    names = Receipt.__dataclass_fields__
    query = select(*(getattr(ReceiptRow, name) for name in names)).where(*conditions)
    return [Receipt(*row) for row in s.connection.execute(query.order_by(ReceiptRow.seq.desc()))]


def save_receipt(
    unit: Writing, key: str, person: str, content: Mapping[str, Any], parts: Sequence[tuple[date, str, Written]]
) -> Receipt:
    """Return the new receipt of a batch; its files (day, town, file) are entered with it."""
    entry = chains.append(unit, ReceiptRow, content, key=key, person=person)
    for day, town, written in parts:
        values = {"receipt": entry["seq"], "person": person, "day": day, "town": town, "path": written.path}
        more = {"sha256": written.sha256, "points": written.points}
        unit.connection.execute(insert(TrackPartRow).values(**values, **more))
    return Receipt(entry["seq"], key, person, entry["content"], entry["hash"])


def parts(s: Reading, first: date, last: date, person: str | None = None) -> list[Part]:
    """Return the files of the days from ``first`` to ``last`` that are still there, in the order they came."""
    conditions = [TrackPartRow.day >= first, TrackPartRow.day <= last, TrackPartRow.deletion.is_(None)]
    if person is not None:
        conditions.append(TrackPartRow.person == person)
    query = select(*(getattr(TrackPartRow, name) for name in Part.__dataclass_fields__)).where(*conditions)
    return [Part(*row) for row in s.connection.execute(query.order_by(TrackPartRow.id))]


def write_hours(unit: Writing, person: str, day: date, fixes: Fixes, xy: Any, gap_s: float) -> None:
    """Write the lines of a person's day anew, from all its fixes (with ``xy`` (n, 2) in plane metres)."""
    _remove_hours(unit, [(person, day)])
    rows = list(hour_lines(fixes, xy, gap_s))
    if not rows:
        return
    shapes = np.empty(len(rows), object)
    shapes[:] = [line for _, _, line in rows]
    for (hour, points, _), shape in zip(rows, _with_srid(shapes, unit.srid), strict=True):
        values = {"person": person, "day": day, "hour": hour, "points": points, "geom": shape}
        unit.connection.execute(insert(TrackHourRow).values(**values))
    if unit.dialect == "sqlite":
        minx, miny, maxx, maxy = shapely.total_bounds(shapes).tolist()
        geopackage.widen_extent(unit.connection, GEOM, (minx, miny, maxx, maxy), unit.at)


def _with_srid(shapes: Any, srid: int) -> list[BaseGeometry]:
    return list(shapely.set_srid(shapes, srid))


def _remove_hours(unit: Writing, days: Sequence[tuple[str, date]]) -> None:
    for person, day in days:
        mine = (TrackHourRow.person == person, TrackHourRow.day == day)
        unit.connection.execute(delete(TrackHourRow).where(*mine))


def record_deletion(
    unit: Writing, gone: Sequence[Part], rule: Mapping[str, Any], check_ins: Sequence[Sequence[int]] = ()
) -> int:
    """Return the number of the deletion under which files (and the lines made from them) are entered as gone.

    ``check_ins`` : [number of a receipt, rows of it that were removed]
    """
    listed = [[part.day.isoformat(), part.person, part.sha256, part.points] for part in gone]
    content: dict[str, Any] = {"rule": dict(rule), "files": listed, "points": sum(part.points for part in gone)}
    if check_ins:
        content["check_ins"] = [list(row) for row in check_ins]
    seq: int = chains.append(unit, DeletionRow, content)["seq"]
    for part in gone:
        unit.connection.execute(update(TrackPartRow).where(TrackPartRow.id == part.id).values(deletion=seq))
    _remove_hours(unit, sorted({(part.person, part.day) for part in gone}))
    return seq


def deletions(s: Reading) -> list[tuple[int, Any, Any]]:
    """Return every deletion, newest first: number, moment, content."""
    query = select(DeletionRow.seq, DeletionRow.at, DeletionRow.content).order_by(DeletionRow.seq.desc())
    return [(row.seq, row.at, row.content) for row in s.connection.execute(query)]
