"""Fixes and check-ins past their retention day are deleted: entered in the store first, with every file and its hash."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from data import archive, checkins, tracks
from data.store import Actor, Store, Writing
from data.tables.columns import OPEN_START
from rules.parameters import Policy, defaults

FORMAT: Final = "retention/1"
RULE: Final = "retention.tracks"
DAY: Final = "day="
Document = dict[str, Any]


def sweep(store: Store, folder: Path, today: date, actor: Actor, policy: Policy | None = None) -> Document:
    """Return ``retention/1`` after deleting the fixes of days that are no longer kept; nothing is recorded where nothing goes.

    A file that a stopped run had left behind its record goes too.
    """
    policy = policy or defaults()
    kept = int(policy.number(RULE, today))
    first_kept = today - timedelta(days=kept)
    last_gone = first_kept - timedelta(days=1)
    with store.read() as view:
        gone = tracks.parts(view, OPEN_START, last_gone)
        marks = checkins.count(view, last_gone)
    rule = {"name": RULE, "days": kept, "first_kept": first_kept.isoformat()}

    def work(unit: Writing) -> int:
        return tracks.record_deletion(unit, gone, rule, checkins.remove(unit, last_gone))

    number = store.run(work, actor=actor) if gone or marks else None
    removed = _remove(folder, first_kept)
    return {
        "format": FORMAT,
        "deletion": number,
        "rule": rule,
        "files": len(gone),
        "points": sum(part.points for part in gone),
        "check_ins": marks,
        "removed": removed,
    }


def _remove(folder: Path, first_kept: date) -> int:
    """Remove every file of the days before; return how many."""
    removed = 0
    for day in sorted(folder.glob(f"{DAY}*")):
        if date.fromisoformat(day.name.removeprefix(DAY)) >= first_kept:
            continue
        for file in sorted(day.glob("*/*.parquet")):
            archive.remove(folder, str(file.relative_to(folder)))
            removed += 1
    return removed
