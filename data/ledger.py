"""The ledger of each root: a chain of entries, each covering what was written, by whom, when and with which programs.

The state hash says what is believed after an entry. It is made of codes, names, days and geometry hashes only, so that
two stores with the same partition have the same; the hash of the entry also covers identities, people, times and
versions. Recorded times never decrease, so "known on a day" is a prefix of the chain.
"""

import hashlib
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyproj
import shapely
from sqlalchemy import Row, bindparam, func, select, update

from data import engine, ready
from data.store import Reading, Writing
from data.tables import LedgerRow, PartitionRoot
from data.tables.columns import canonical, instant_text
from geo.errors import ConflictError, NotFoundError

ZONE: Final = ZoneInfo("Asia/Shanghai")
NO_HASH: Final = "0" * 64  # what the first entry follows
_MOVED: Final = ready.Ready(
    update(PartitionRoot)
    .where(
        PartitionRoot.id == bindparam("root_id"),
        PartitionRoot.head_seq == bindparam("base_seq"),
        PartitionRoot.head_hash == bindparam("prev_hash"),
    )
    .values(head_seq=bindparam("seq"), head_hash=bindparam("hash"))
)
_ADDED: Final = ready.inserted(LedgerRow, LedgerRow.__table__.columns.keys())


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a root's ledger, without its content."""

    seq: int
    kind: str
    valid_from: date
    recorded_at: datetime
    recorded_by: str
    role: str
    standing: str
    state_hash: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a root's ledger: number, hash and time of its last entry, and whose ledger it is."""

    root_id: int
    root_key: str
    root_name: str
    seq: int
    hash: str
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Act:
    """What an entry says: its kind, the first day it is about, and its content (a JSON object)."""

    kind: str
    valid_from: date
    content: dict[str, Any]


def digest(value: Any) -> str:
    """Return the SHA-256 (hex) of a JSON value's canonical text."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def state_hash(digests: Iterable[str]) -> str:
    """Return the hash of a state: of the sorted digests of its rows."""
    return hashlib.sha256("".join(sorted(digests)).encode("ascii")).hexdigest()


def head(s: Reading, root_id: int, base_seq: int | None) -> Head:
    """Return the end of a root's ledger; a unit of work keeps it from moving until it ends.

    Errors: `ConflictError` ``store.head_moved`` if it is not ``base_seq``, on which the caller's work stands.
    """
    columns = (PartitionRoot.key, PartitionRoot.name, PartitionRoot.head_seq, PartitionRoot.head_hash)
    query = select(*columns).where(PartitionRoot.id == root_id)
    key, name, seq, hashed = s.connection.execute(query.with_for_update() if isinstance(s, Writing) else query).one()
    if base_seq is not None and base_seq != seq:
        raise ConflictError("store.head_moved", name, got=seq, limit=base_seq)
    last = select(LedgerRow.recorded_at).where(LedgerRow.root_id == root_id, LedgerRow.seq == seq)
    return Head(root_id, key, name, seq, hashed, s.connection.execute(last).scalar_one_or_none())


def append(unit: Writing, act: Act, state: str, *, base: Head) -> int:
    """Return the number of a new entry after ``base``, and move the root's head there.

    The head moves by compare-and-swap: `ConflictError` ``store.head_moved`` if another entry came first.
    """
    moment, content = _never_back(unit, base, act.content)
    seq = base.seq + 1
    entry: dict[str, Any] = {
        "kind": act.kind,
        "valid_from": act.valid_from,
        "recorded_at": moment,
        "recorded_by": unit.actor.name,
        "role": unit.actor.role,
        "standing": unit.actor.standing,
        "content": content,
        "state_hash": state,
        "prev_hash": base.hash,
        "engine_versions": versions(unit),
    }
    entry["hash"] = hash_of(base.root_key, seq, entry)
    row = {**entry, "root_id": base.root_id, "seq": seq}
    if _MOVED.run(unit.connection, {**row, "base_seq": base.seq}).rowcount != 1:
        raise ConflictError("store.head_moved", base.root_name, got=head(unit, base.root_id, None).seq, limit=base.seq)
    _ADDED.run(unit.connection, row)
    return seq


def hash_of(root_key: str, seq: int, entry: dict[str, Any]) -> str:
    """Return the hash of an entry: over everything in it but the hash itself."""
    covered = {name: value for name, value in entry.items() if name not in ("hash", "root_id", "seq")}
    covered["valid_from"] = covered["valid_from"].isoformat()
    covered["recorded_at"] = instant_text(covered["recorded_at"])
    return digest({"root": root_key, "seq": seq, **covered})


def _never_back(unit: Writing, base: Head, content: dict[str, Any]) -> tuple[datetime, dict[str, Any]]:
    """Return the moment to record: the clock's, or the last entry's where the clock went back, which is then said."""
    before, now = base.recorded_at, unit.at.astimezone(UTC)
    if before is None or before <= now:
        return now, content
    return before, {**content, "clock_said": instant_text(now)}


def versions(s: Reading) -> dict[str, str]:
    """Return the versions of everything that a geometric or stored answer may depend on."""
    return {
        "python": platform.python_version(),
        "geos": shapely.geos_version_string,
        "proj": pyproj.proj_version_str,
        "shapely": shapely.__version__,
        **engine.versions(s.connection),
    }


def entries(s: Reading, root_id: int) -> list[Entry]:
    """Return a root's entries, oldest first, without their contents."""
    columns = [getattr(LedgerRow, name) for name in Entry.__dataclass_fields__]
    rows = s.connection.execute(select(*columns).where(LedgerRow.root_id == root_id).order_by(LedgerRow.seq))
    return [Entry(*row) for row in rows]


def content(s: Reading, root_id: int, seq: int) -> Any:
    """Return the content of one entry."""
    query = select(LedgerRow.content).where(LedgerRow.root_id == root_id, LedgerRow.seq == seq)
    return s.connection.execute(query).scalar_one()


def rows(s: Reading, root_id: int) -> Sequence[Row[Any]]:
    """Return a root's ledger as it is stored, oldest first, for `data.audit`."""
    query = select(LedgerRow.__table__).where(LedgerRow.root_id == root_id).order_by(LedgerRow.seq)
    return s.connection.execute(query).all()


def known_seq(s: Reading, root_id: int, root_name: str, known_on: date) -> int:
    """Return the last entry recorded before the end of a day (zone Asia/Shanghai).

    Errors: `NotFoundError` ``store.not_known_then`` if there was none yet.
    """
    end = datetime.combine(known_on, datetime.min.time(), ZONE) + timedelta(days=1)
    query = select(func.max(LedgerRow.seq)).where(LedgerRow.root_id == root_id, LedgerRow.recorded_at < end)
    seq = s.connection.execute(query).scalar_one_or_none()
    if seq is None:
        raise NotFoundError("store.not_known_then", root_name, got=known_on.isoformat())
    return seq


def as_document(entry: Entry) -> dict[str, Any]:
    """Return an entry as a JSON object."""
    document = asdict(entry)
    document["valid_from"] = entry.valid_from.isoformat()
    document["recorded_at"] = instant_text(entry.recorded_at)
    return document
