"""Tracks from files, read in the limited child: bytes go in, numbers come back. Nothing is stored here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from data.importers.child import Limits, run_limited
from data.importers.message import Array, pack, unpack
from geo.errors import InputError
from geo.tracks import clock
from geo.tracks.readers import ReadLimits, ReadOptions, read_tracks, scan
from geo.tracks.sensed import Sensed
from geo.tracks.track import Note, Track

COLUMNS: Final = ("time_ms", "lon_e7", "lat_e7", "accuracy_m", "segment")

Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class TrackFile:
    """One file as it was sent: its name without a folder, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read: zone for times that carry none, meaning -> column, the one track wanted, metres per unit of dilution, salt."""

    zone: str | None = None
    columns: Mapping[str, str] | None = None
    track: str | None = None
    metres_per_dilution: float = 7.5
    points: int = 20_000_000
    salt: bytes = field(default=b"", repr=False)


def read_files(files: Sequence[TrackFile], reading: Reading, limits: Limits | None = None) -> list[tuple[Track, ...]]:
    """Return the tracks of each file, all read in one limited child.

    Errors: those of `geo.tracks.readers.read_tracks`; ``file.too_large``, ``file.too_complex``; ``time.zone_unknown``.
    """
    limits = limits or Limits()
    for file in files:
        if len(file.data) > limits.bytes:
            raise InputError("file.too_large", file.name, limit=limits.bytes, got=len(file.data))
    if reading.zone:
        clock.zone_of(reading.zone)
    scan.warm()  # the child may write no file, so the compiled scanner has to be in the cache already
    head = {
        "names": [file.name for file in files],
        "zone": reading.zone,
        "columns": dict(reading.columns or {}),
        "track": reading.track,
        "metres_per_dilution": reading.metres_per_dilution,
        "salt": reading.salt.hex(),
        "limits": {
            "bytes": limits.bytes,
            "unpacked_bytes": limits.unpacked_bytes,
            "ratio": limits.ratio,
            "points": reading.points,
        },
    }
    payload = pack(head, {str(number): file.data for number, file in enumerate(files)})
    where = "、".join(file.name for file in files)
    answer = unpack(run_limited("tracks.read", payload, limits, where))
    found: list[list[Track]] = [[] for _ in files]
    for number, said in enumerate(answer.head["tracks"]):
        found[said["file"]].append(_track(said, number, answer.arrays))
    return [tuple(tracks) for tracks in found]


def read_message(payload: bytes, report: Report) -> bytes:
    """Return the tracks in the files of ``payload``, as `read_files` unpacks them. Runs in the child."""
    head, sent = unpack(payload)
    options = ReadOptions(
        zone=clock.zone_of(head["zone"]) if head["zone"] else None,
        columns=head["columns"],
        track=head["track"],
        limits=ReadLimits(**head["limits"]),
        metres_per_dilution=head["metres_per_dilution"],
        salt=bytes.fromhex(head["salt"]),
    )
    described: list[dict[str, Any]] = []
    arrays: dict[str, Array] = {}
    for file, name in enumerate(head["names"]):
        report("read", file, len(head["names"]))
        for track in read_tracks(sent[str(file)].tobytes(), name, options):
            for column in COLUMNS:
                arrays[f"{len(described)}.{column}"] = getattr(track, column)
            for column, values in track.sensed.columns.items():
                arrays[f"{len(described)}.sensed.{column}"] = values
            described.append(_described(track, file))
    return pack({"tracks": described}, arrays)


def _described(track: Track, file: int) -> dict[str, Any]:
    return {
        "file": file,
        "name": track.name,
        "source": track.source,
        "track": track.track,
        "points_read": track.points_read,
        "removed": dict(track.removed),
        "notes": [(note.code, note.line, dict(note.values)) for note in track.notes],
        "columns": dict(track.columns),
        "sensed": list(track.sensed.columns),
    }


def _track(said: dict[str, Any], number: int, arrays: Mapping[str, Array]) -> Track:
    column = {name: arrays[f"{number}.{name}"] for name in COLUMNS}
    return Track(
        name=said["name"],
        source=said["source"],
        track=said["track"],
        time_ms=column["time_ms"].astype(np.int64, copy=False),
        lon_e7=column["lon_e7"].astype(np.int32, copy=False),
        lat_e7=column["lat_e7"].astype(np.int32, copy=False),
        accuracy_m=column["accuracy_m"].astype(np.float64, copy=False),
        segment=column["segment"].astype(np.int32, copy=False),
        points_read=said["points_read"],
        removed=said["removed"],
        notes=tuple(Note(code, line, values) for code, line, values in said["notes"]),
        columns=said["columns"],
        sensed=Sensed({name: arrays[f"{number}.sensed.{name}"] for name in said["sensed"]}),
    )
