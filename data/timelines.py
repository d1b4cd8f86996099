"""What happens to the rows of a unit, or of a frame, when a root becomes something else from a day on.

The wanted course is given in segments of days; what says the same stays, what differs is closed and written anew, the past
before the first day stays as it was. No row is ever changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, TypeVar

from data.states import Frame, Version

R = TypeVar("R", Version, Frame)
Source = tuple[int, int]  # (segment, number in its target), or (-1, number of a stored row)
STORED = -1


@dataclass(frozen=True, slots=True)
class Piece(Generic[R]):
    """One row to be written: what it says, where its shape comes from, and the stored row it takes over from, if any."""

    row: R
    source: Source
    before: R | None


@dataclass(frozen=True, slots=True)
class Wanted(Generic[R]):
    """What one unit or frame shall say from a day up to another."""

    start: date
    end: date
    row: R
    source: Source


def replan(current: Sequence[R], wanted: Sequence[Wanted[R]], first: date) -> tuple[list[R], list[Piece[R]]]:
    """Return the believed rows to close and the rows to write, so that from ``first`` on the course is the wanted one.

    Parameters
    ----------
    current : the believed rows of one unit, or of one of the two frames
    wanted : what it shall say, in order, without overlap; days not covered say nothing
    first : the day from which the course is replaced
    """
    touched = [row for row in current if row.valid_to > first]
    pieces = [_piece(touched, one) for one in _joined(wanted)]
    spanning = next((row for row in touched if row.valid_from < first), None)
    if spanning is not None:
        head = pieces[0] if pieces else None
        if head is not None and head.row.valid_from == first and head.row.content == spanning.content:
            pieces[0] = _kept(spanning, spanning.valid_from, head.row.valid_to)
        else:
            pieces.insert(0, _kept(spanning, spanning.valid_from, first))
    there = {(row.valid_from, row.valid_to, row.content): row for row in touched}
    added = [p for p in pieces if (p.row.valid_from, p.row.valid_to, p.row.content) not in there]
    stays = {(p.row.valid_from, p.row.valid_to, p.row.content) for p in pieces}
    closed = [row for name, row in there.items() if name not in stays]
    return closed, added


def _joined(wanted: Sequence[Wanted[R]]) -> list[Wanted[R]]:
    """Return the segments with neighbours that say the same made one."""
    found: list[Wanted[R]] = []
    for one in wanted:
        if found and found[-1].end == one.start and found[-1].row.content == one.row.content:
            found[-1] = replace(found[-1], end=one.end)
        else:
            found.append(one)
    return found


def _piece(current: Sequence[R], wanted: Wanted[R]) -> Piece[R]:
    """Return a segment as a row; where the stored row of its first day says the same, its shape and numbers are taken."""
    before = next((row for row in current if row.valid_from <= wanted.start < row.valid_to), None)
    if before is not None and before.content == wanted.row.content:
        return _kept(before, wanted.start, wanted.end)
    return Piece(replace(wanted.row, valid_from=wanted.start, valid_to=wanted.end), wanted.source, before)


def _kept(row: R, start: date, end: date) -> Piece[R]:
    """Return what a stored row says, for other days."""
    return Piece(replace(row, id=0, valid_from=start, valid_to=end), (STORED, row.id), row)
