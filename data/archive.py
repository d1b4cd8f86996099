"""The archive of fixes: one Parquet file for each person, day and batch, in folders by day and town. Never written twice.

``day=2026-11-18/town=…/<hash>.parquet``; times in milliseconds, places in whole 1e-7 degrees, delta-encoded: about five
bytes a fix. What a phone says beside its places stands in columns of its own, in the files where it says something. A file is
named by its content and its hash stands in the store, so a file that was touched is not read.
"""

import hashlib
import io
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geo.errors import InputError, NotFoundError
from geo.tracks import sensed
from geo.tracks.sensed import Sensed
from geo.tracks.track import Float64, Int32, Int64

SCHEMA: Final = pa.schema(
    [
        ("time_ms", pa.int64()),
        ("lon_e7", pa.int32()),
        ("lat_e7", pa.int32()),
        ("accuracy_dm", pa.int32()),
        ("segment", pa.int32()),
    ]
)
DELTA: Final = dict.fromkeys(("time_ms", "lon_e7", "lat_e7", "seq", "elapsed_ms", "steps"), "DELTA_BINARY_PACKED")
NO_ACCURACY: Final = -1
DECIMETRES: Final = 10.0
MOST_DM: Final = 2**31 - 1
SUFFIX: Final = ".tracks"
NO_TIMES, NO_WHOLE, NO_METRES = np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0)


@dataclass(frozen=True, eq=False)
class Fixes:
    """Fixes in time order: UTC ms, 1e-7 degrees, metres of accuracy (NaN: unknown), segment of the file; what is said beside."""

    time_ms: Int64
    lon_e7: Int32
    lat_e7: Int32
    accuracy_m: Float64
    segment: Int32
    sensed: Sensed = field(default_factory=Sensed)

    def __len__(self) -> int:
        return len(self.time_ms)

    def only(self, chosen: Any) -> "Fixes":
        """Return the chosen ones."""
        time, lon, lat = self.time_ms[chosen], self.lon_e7[chosen], self.lat_e7[chosen]
        return Fixes(time, lon, lat, self.accuracy_m[chosen], self.segment[chosen], self.sensed.only(chosen))


@dataclass(frozen=True, slots=True)
class Written:
    """A file of the archive: its place below the folder, its hash, how many fixes it holds."""

    path: str
    sha256: str
    points: int


def folder_of(address: str, setting: str) -> Path:
    """Return where the archive of a store lies: as set, or beside an embedded store. Error: ``archive.unset``."""
    if setting:
        return Path(setting)
    if "://" in address:
        raise InputError("archive.unset", "WANGGE_ARCHIVE")
    return Path(address).with_suffix(SUFFIX)


def write(folder: Path, day: date, town: str, fixes: Fixes) -> Written:
    """Return the file that fixes were written to; the same fixes are the same file."""
    data = packed(fixes)
    digest = hashlib.sha256(data).hexdigest()
    below = f"day={day.isoformat()}/town={quote(town, safe='')}/{digest[:32]}.parquet"
    target = folder / below
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        draft = target.with_name(f".{secrets.token_hex(8)}")
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    return Written(below, digest, len(fixes))


def packed(fixes: Fixes) -> bytes:
    """Return fixes as the bytes of a Parquet file."""
    unknown = np.isnan(fixes.accuracy_m)
    metres = np.minimum(np.where(unknown, 0.0, fixes.accuracy_m) * DECIMETRES, MOST_DM)
    accuracy = np.where(unknown, NO_ACCURACY, np.ceil(metres)).astype(np.int32)
    said = {name: fixes.sensed.columns[name] for name in sensed.COLUMNS if name in fixes.sensed.columns}
    columns = (fixes.time_ms, fixes.lon_e7, fixes.lat_e7, accuracy, fixes.segment, *said.values())
    schema = pa.schema([*SCHEMA, *((name, pa.int64()) for name in said)])
    table = pa.Table.from_arrays([pa.array(column) for column in columns], schema=schema)
    target = io.BytesIO()
    coded: Any = [name for name in schema.names if name not in DELTA]
    delta = {name: how for name, how in DELTA.items() if name in schema.names}
    pq.write_table(table, target, compression="zstd", use_dictionary=coded, column_encoding=delta)
    return target.getvalue()


def read(folder: Path, path: str, sha256: str) -> Fixes:
    """Return the fixes of a file. Errors: ``archive.missing``, ``archive.changed``."""
    try:
        data = (folder / path).read_bytes()
    except OSError as error:
        raise NotFoundError("archive.missing", path) from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise InputError("archive.changed", path)
    table = pq.read_table(io.BytesIO(data))
    time, lon, lat, accuracy, segment = (table.column(name).to_numpy() for name in SCHEMA.names)
    metres = np.where(accuracy == NO_ACCURACY, np.nan, accuracy / DECIMETRES)
    said = {name: table.column(name).to_numpy() for name in sensed.COLUMNS if name in table.column_names}
    return Fixes(time, lon, lat, metres, segment, Sensed(said))


def joined(parts: Sequence[Fixes]) -> Fixes:
    """Return the fixes of several files as one, in time order."""
    time = np.concatenate([NO_TIMES, *(part.time_ms for part in parts)])
    lon, lat = (np.concatenate([NO_WHOLE, *(getattr(part, name) for part in parts)]) for name in ("lon_e7", "lat_e7"))
    accuracy = np.concatenate([NO_METRES, *(part.accuracy_m for part in parts)])
    segment = np.concatenate([NO_WHOLE, *(part.segment for part in parts)])
    said = sensed.joined([(part.sensed, len(part)) for part in parts])
    return Fixes(time, lon, lat, accuracy, segment, said).only(np.argsort(time, kind="stable"))


def remove(folder: Path, path: str) -> None:
    """Remove a file, and its folders where they are empty now; one that is gone already is fine."""
    target = folder / path
    target.unlink(missing_ok=True)
    for parent in (target.parent, target.parent.parent):
        if parent != folder and parent.is_dir() and not any(parent.iterdir()):
            parent.rmdir()
