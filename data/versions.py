"""Versions of a root: a name for each state that a day and a day of knowledge can show, which never means anything else.

A state is what an entry of the ledger left to believe, on the days from one border in time to the next. Its name holds the
number of the entry, the first of those days, and the beginning of the entry's hash: ``12-20260301-9f2c…``. So the name of
today's state stays the same until something changes, and an old name can be made again from the store for ever.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select

from data import ledger, partitions
from data.asof import AsOf
from data.partitions import Root
from data.states import believed
from data.store import Reading
from data.tables import LedgerRow, RootFrame, UnitVersion
from data.tables.columns import OPEN_START
from geo.errors import NotFoundError

MARK: Final = 16  # hexadecimal digits of the entry's hash
_NAME: Final = re.compile(r"(\d{1,9})-(\d{8})-[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a root: known at entry ``seq``, valid from ``since``; ``mark`` begins the hash of that entry."""

    root: Root
    seq: int
    since: date
    mark: str

    @property
    def name(self) -> str:
        """How it is written in addresses."""
        return address_of(self.seq, self.since, self.mark)


def address_of(seq: int, since: date, mark: str) -> str:
    """Return how a state is written in addresses: known at ``seq``, valid from ``since``, with its mark."""
    return f"{seq}-{since.isoformat().replace('-', '')}-{mark}"


def version_on(s: Reading, root_name: str | None, on: date, known_on: date | None = None) -> Version:
    """Return the version of a root on a day, as known at the end of another (default: now).

    Errors: ``store.no_root``, ``store.many_roots``, ``store.not_known_then``.
    """
    root = partitions.find_root(s, root_name)
    seq = root.head_seq if known_on is None else ledger.known_seq(s, root.id, root.name, known_on)
    return version_at(s, root, seq, on)


def version_at(s: Reading, root: Root, seq: int, on: date) -> Version:
    """Return the version of a root on a day, as known at an entry of the ledger."""
    return Version(root, seq, _since(s, root.id, seq, on), _mark(s, root.id, seq))


def version_named(s: Reading, root_name: str, name: str) -> Version:
    """Return the version that ``name`` means; errors: ``store.no_root``; `NotFoundError` ``version.missing``."""
    root = partitions.find_root(s, root_name)
    parts = _NAME.fullmatch(name)
    day = _day(parts[2]) if parts is not None else None
    if parts is not None and day is not None:
        seq = int(parts[1])
        found = version_at(s, root, seq, day)
        if found.name == name:
            return found
    raise NotFoundError("version.missing", name[:60])


def _day(digits: str) -> date | None:
    try:
        return date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
    except ValueError:
        return None


def load(s: Reading, version: Version) -> AsOf:
    """Return the state that a version names; errors: ``store.not_valid_then``."""
    return partitions.state_at(s, version.root, version.since, version.seq)


def _since(s: Reading, root_id: int, seq: int, on: date) -> date:
    """Return the last day up to ``on`` on which a row believed at an entry begins or ends."""
    found = [OPEN_START]
    for table in (UnitVersion, RootFrame):
        for column in (table.valid_from, table.valid_to):
            known: Any = believed(table, seq)
            query = select(func.max(column)).where(table.root_id == root_id, known, column <= on)
            latest: date | None = s.connection.execute(query).scalar_one()
            found.append(latest or OPEN_START)
    return max(found)


def _mark(s: Reading, root_id: int, seq: int) -> str:
    """Return the beginning of the hash of an entry, nothing where there is no such entry."""
    query = select(LedgerRow.hash).where(LedgerRow.root_id == root_id, LedgerRow.seq == seq)
    return (s.connection.execute(query).scalar_one_or_none() or "")[:MARK]
