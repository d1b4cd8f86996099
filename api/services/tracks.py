"""Tracks from files as documents: every point accounted for, every fault with its line (``wangge track read``)."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from api import messages
from data.importers.child import Limits
from data.importers.tracks import Reading, TrackFile, read_files
from geo.tracks import clock
from geo.tracks.track import Note, Track

Document = dict[str, Any]

DATUM: Final = "WGS 84"
UTC: Final = ZoneInfo("UTC")


def read(files: Sequence[TrackFile], reading: Reading, limits: Limits) -> Document:
    """Return ``track/1``, or ``tracks/1`` where there is more than one track; errors of `read_files`."""
    found = read_files(files, reading, limits)
    documents = [
        document(track, fingerprint(file)) for file, tracks in zip(files, found, strict=True) for track in tracks
    ]
    return documents[0] if len(documents) == 1 else {"format": "tracks/1", "tracks": documents}


def usable(found: Document) -> bool:
    """Tell whether every track of ``track/1`` or ``tracks/1`` kept at least one point."""
    return all(track["points_kept"] for track in found.get("tracks", [found]))


def fingerprint(file: TrackFile) -> str:
    """Return the SHA-256 of a file as it was delivered."""
    return hashlib.sha256(file.data).hexdigest()


def document(track: Track, sha256: str, also_removed: Mapping[str, int] | None = None) -> Document:
    """Return ``track/1``; ``also_removed`` are points that a later stage took away, by reason."""
    removed = Counter(track.removed)
    removed.update(also_removed or {})
    kept = track.points_read - removed.total()
    timed = track.time_ms[track.timed]
    return {
        "format": "track/1",
        "file": track.name,
        "sha256": sha256,
        "source": track.source,
        "track": track.track,
        "points_read": track.points_read,
        "points_kept": kept,
        "removed": dict(sorted(removed.items())),
        "without_time": len(track.time_ms) - len(timed),
        "segments": len(np.unique(track.segment)),
        "first": clock.stamp(int(timed.min()), UTC) if len(timed) else None,
        "last": clock.stamp(int(timed.max()), UTC) if len(timed) else None,
        "datum": DATUM,
        "columns": dict(track.columns),
        "faults": [_fault(note) for note in track.notes],
    }


def _fault(note: Note) -> Document:
    return {"line": note.line or None, "code": note.code, "sentence": messages.both(note.code, dict(note.values))}
