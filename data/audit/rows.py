"""The rows of a root against the digests its ledger keeps: changed, missing, foreign, closed by nobody."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, select

from data import ledger, states
from data.audit.chain import document
from data.audit.doubt import Doubt
from data.states import Frame, Version
from data.store import Reading
from data.tables import CodeRow, UnitRow

Listed = dict[tuple[str, str, int], tuple[str, str]]  # key, first day, entry -> digest, code


def doubts(
    root: Row[Any], entries: Sequence[Row[Any]], rows: Sequence[Version], frames: Sequence[Frame]
) -> list[Doubt]:
    """Return where the rows are not what the entries of the ledger wrote and closed."""
    found = list(_added(root.name, entries, rows))
    found += _closed(root.name, entries, rows)
    found += _frames(root.name, entries, frames)
    return found + list(_states(root.name, entries, rows, frames))


def _content(entry: Row[Any], name: str) -> Any:
    content = document(entry.content)
    return content.get(name, ()) if isinstance(content, dict) else ()


def _added(root: str, entries: Sequence[Row[Any]], rows: Sequence[Version]) -> Iterator[Doubt]:
    listed: Listed = {
        (key, day, entry.seq): (digest, code or "")
        for entry in entries
        for key, day, code, digest in _content(entry, "added")
    }
    seen: set[tuple[str, str, int]] = set()
    for row in rows:
        name = (row.key, row.valid_from.isoformat(), row.seq_from)
        wanted = listed.get(name)
        if wanted is None or name in seen:
            yield Doubt("audit.row_foreign", root, row.seq_from, row.code or row.key)
        elif wanted[0] != row.digest(row.parent):
            yield Doubt("audit.row_changed", root, row.seq_from, wanted[1] or row.key)
        seen.add(name)
    for name in sorted(listed.keys() - seen, key=lambda missing: missing[2]):
        yield Doubt("audit.row_missing", root, name[2], listed[name][1] or name[0])


def _closed(root: str, entries: Sequence[Row[Any]], rows: Sequence[Version]) -> Iterator[Doubt]:
    listed = Counter((entry.seq, key, day) for entry in entries for key, day, _ in _content(entry, "closed"))
    code = {row.key: row.code for row in rows}
    done = Counter((row.seq_to, row.key, row.valid_from.isoformat()) for row in rows if row.seq_to is not None)
    for (seq, key, _), _count in sorted(((listed - done) + (done - listed)).items()):
        yield Doubt("audit.closing_changed", root, int(seq or 0), code.get(key) or key)


def _frames(root: str, entries: Sequence[Row[Any]], frames: Sequence[Frame]) -> Iterator[Doubt]:
    listed = Counter((entry.seq, *line) for entry in entries for line in map(tuple, _content(entry, "frames_added")))
    there = Counter((row.seq_from, row.which, row.valid_from.isoformat(), row.digest()) for row in frames)
    ended = Counter((entry.seq, *line) for entry in entries for line in map(tuple, _content(entry, "frames_closed")))
    done = Counter((row.seq_to, row.which, row.valid_from.isoformat()) for row in frames if row.seq_to is not None)
    wrong = {name[:2] for one, other in ((listed, there), (ended, done)) for name in (one - other) + (other - one)}
    for seq, which in sorted(wrong):
        yield Doubt("audit.frame_changed", root, seq, which)


def _states(
    root: str, entries: Sequence[Row[Any]], rows: Sequence[Version], frames: Sequence[Frame]
) -> Iterator[Doubt]:
    known: dict[tuple[int, str | None], str] = {}
    frame_digests = {frame.id: frame.digest() for frame in frames}
    for entry in entries:
        believed = states.at_entry(rows, entry.seq)
        parents = states.ParentCodes(believed)
        digests: list[str] = []
        for row in believed:
            name = (row.id, parents.of(row))
            if name not in known:
                known[name] = row.digest(name[1])
            digests.append(known[name])
        digests += [frame_digests[frame.id] for frame in states.at_entry(frames, entry.seq)]
        if ledger.state_hash(digests) != entry.state_hash:
            yield Doubt("audit.state_differs", root, entry.seq)


def code_doubts(s: Reading, root: Row[Any], rows: Sequence[Version]) -> list[Doubt]:
    """Return where the register of codes is not what the rows say: a code missing, foreign, or with another unit."""
    query = select(CodeRow.code, UnitRow.key, CodeRow.first_seq).join(UnitRow).where(CodeRow.root_id == root.id)
    there = {row.code: (row.key, row.first_seq) for row in s.connection.execute(query)}
    used: dict[str, tuple[str, int]] = {}
    for row in rows:
        if row.code is not None and row.seq_from < used.get(row.code, ("", row.seq_from + 1))[1]:
            used[row.code] = (row.key, row.seq_from)
    wrong = sorted(code for code in there.keys() | used.keys() if there.get(code) != used.get(code))
    return [Doubt("audit.code_changed", root.name, used.get(code, there.get(code, ("", 0)))[1], code) for code in wrong]
