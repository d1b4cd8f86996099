"""``wangge history``: all that was ever believed of a code, and what became of it; the ledger of a root."""

from datetime import date
from typing import Any, Final

from api.services.redraw import successors
from api.services.redraw.successors import Heir, Step
from data import ledger, partitions, states
from data.ledger import Entry
from data.partitions import Root
from data.states import Version
from data.store import Reading, Store
from data.tables.columns import OPEN_END, OPEN_START
from geo.errors import NotFoundError

FORMAT: Final = "history/1"
LEDGER_FORMAT: Final = "ledger/1"
SQUARE: Final = 20_000
Document = dict[str, Any]


def history(
    store: Store, code: str, root_name: str | None = None, valid_on: date | None = None, known_on: date | None = None
) -> Document:
    """Return ``history/1``: every version of the unit a code belongs to, its other codes, what became of it.

    With ``known_on`` as it was known then; with ``valid_on`` only the version of that day. Errors: ``store.no_root``,
    ``store.no_code``, ``store.not_known_then``.
    """
    with store.read() as view:
        root = partitions.find_root(view, root_name)
        seq = None if known_on is None else ledger.known_seq(view, root.id, root.name, known_on)
        key = _holder(view, root, code, seq)
        rows = [row for row in _rows(view, root, seq) if row.key == key]
        entries = {entry.seq: entry for entry in ledger.entries(view, root.id)}
        way = successors.steps(view, root.id, seq)
        now = view.at.astimezone(ledger.ZONE).date()
        names = _names(view, root, seq, valid_on or now)
        parents = _all_names(view, root)
    believed = [row for row in rows if _is_believed(row, seq)]
    day = valid_on or now
    current = next((row for row in believed if row.valid_from <= day < row.valid_to), None)
    return {
        "format": FORMAT,
        "root": root.name,
        "code": code,
        "unit": key,
        "valid_on": _iso(valid_on),
        "known_on": _iso(known_on),
        "current": _version(current, entries, parents) if current is not None else None,
        "codes": _codes(rows),
        "versions": [
            _version(row, entries, parents)
            for row in sorted(rows, key=lambda row: (row.valid_from, row.seq_from))
            if valid_on is None or row.valid_from <= valid_on < row.valid_to
        ],
        "successors": _heirs(way, believed, code, key, names),
        "changes": [_change(step) for step in way if key in step.land or _named(step, key)],
    }


def _holder(view: Reading, root: Root, code: str, seq: int | None) -> str:
    """Return the unit a code belongs to for ever; `NotFoundError` ``store.no_code``."""
    key = partitions.codes_ever(view, root, root.head_seq if seq is None else seq).get(code)
    if key is None:
        raise NotFoundError("store.no_code", code[:60], values={"root": root.name})
    return key


def _rows(view: Reading, root: Root, seq: int | None) -> list[Version]:
    """Return the rows written up to an entry."""
    rows = states.versions(view, root.id)
    return rows if seq is None else [row for row in rows if row.seq_from <= seq]


def _is_believed(row: Version, seq: int | None) -> bool:
    return row.seq_to is None or (seq is not None and row.seq_to > seq)


def _names(view: Reading, root: Root, seq: int | None, day: date) -> dict[str, tuple[str | None, str]]:
    """Return code and name of each unit on a day, else of its last day."""
    found: dict[str, tuple[str | None, str]] = {}
    rows = [row for row in _rows(view, root, seq) if _is_believed(row, seq)]
    for row in sorted(rows, key=lambda row: (row.valid_from <= day < row.valid_to, row.valid_from)):
        found[row.key] = (row.code, row.name)
    return found


def _all_names(view: Reading, root: Root) -> dict[str, str | None]:
    return {row.key: row.code for row in states.versions(view, root.id)}


def _version(row: Version, entries: dict[int, Entry], parents: dict[str, str | None]) -> Document:
    entry = entries[row.seq_from]
    ended = entries.get(row.seq_to or 0)
    return {
        "code": row.code,
        "name": row.name,
        "level": row.level,
        "kind": row.kind,
        "parent": parents.get(row.parent or ""),
        "leaf": row.is_leaf,
        "version": f"{row.major}.{row.minor}",
        "valid_from": None if row.valid_from == OPEN_START else row.valid_from.isoformat(),
        "valid_to": None if row.valid_to == OPEN_END else row.valid_to.isoformat(),
        "area_m2": row.area2 / SQUARE,
        "geometry_hash": row.geom_hash,
        "seq_from": row.seq_from,
        "recorded_at": entry.recorded_at.isoformat(),
        "recorded_by": entry.recorded_by,
        "seq_to": row.seq_to,
        "believed_until": ended.recorded_at.isoformat() if ended else None,
    }


def _codes(rows: list[Version]) -> list[Document]:
    """Return every code the unit ever had, with its days as believed last."""
    found: dict[str, Document] = {}
    for row in rows:
        if row.code is not None and row.seq_to is None:
            known = found.setdefault(row.code, {"code": row.code, "from": row.valid_from, "to": row.valid_to})
            known["from"], known["to"] = min(known["from"], row.valid_from), max(known["to"], row.valid_to)
    for row in rows:
        if row.code is not None:
            found.setdefault(row.code, {"code": row.code, "from": None, "to": None})
    return [{"code": one["code"], "from": _iso(one["from"]), "to": _iso(one["to"])} for one in found.values()]


def _heirs(
    way: list[Step], believed: list[Version], code: str, key: str, names: dict[str, tuple[str | None, str]]
) -> list[Document]:
    """Return who has the land of the code's last day; the unit itself while it has the code."""
    last = max((row.valid_to for row in believed if row.code == code), default=OPEN_START)
    found = [Heir(key, *[_whole()] * 2)] if last == OPEN_END else successors.heirs(way, key, last)
    return [
        {
            "code": names.get(heir.key, (None, ""))[0],
            "name": names.get(heir.key, (None, ""))[1],
            "unit": heir.key,
            "area_share": float(heir.area),
            "household_share": None if heir.households is None else float(heir.households),
        }
        for heir in found
    ]


def _whole() -> Any:
    return successors.Fraction(1)


def _named(step: Step, key: str) -> bool:
    return any(key in flows for flows in step.land.values())


def _change(step: Step) -> Document:
    return {"seq": step.seq, "number": step.number, "title": step.title, "effective_from": step.day.isoformat()}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def ledger_of(store: Store, root_name: str | None = None) -> Document:
    """Return ``ledger/1``: the entries of a root, oldest first, each with its hashes and the change it wrote."""
    with store.read() as view:
        root = partitions.find_root(view, root_name)
        lines = [_entry(view, root, entry) for entry in ledger.entries(view, root.id)]
    return {"format": LEDGER_FORMAT, "root": root.name, "head_seq": root.head_seq, "entries": lines}


def _entry(view: Reading, root: Root, entry: Entry) -> Document:
    said = ledger.content(view, root.id, entry.seq).get("change") or {}
    change = {"key": said["key"], "number": said.get("number"), "title": said.get("title")} if said else None
    return {**ledger.as_document(entry), "change": change}
