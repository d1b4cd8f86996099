"""Gathers points one by one and accounts for each: kept, or removed with a reason and the first line of it."""

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from geo.errors import InputError
from geo.tracks import clock
from geo.tracks.readers import sensors, values
from geo.tracks.sensed import NOT_SAID, Sensed
from geo.tracks.track import NO_TIME, Float64, Int32, Int64, Note, NotedValue, Track

SWAPPED_SHARE, SWAPPED_LEAST = 0.9, 2  # of all points; one odd point is set aside like any other
DUPLICATE: Final = "duplicate"
LINES_OF_A_REASON: Final = 3
SHOWN: Final = 40
NOTHING: Final[Mapping[str, str]] = {}
FIRST_GPS_MS: Final = 315_964_800_000  # 1980-01-06, the first second of GPS time


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What one file may hold: bytes as delivered and unpacked, their ratio, points, and nested elements."""

    bytes: int = 1 << 30
    unpacked_bytes: int = 1 << 30
    ratio: int = 100
    points: int = 20_000_000
    depth: int = 64
    text_bytes: int = 1 << 20


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read: zone for times that carry none, meaning -> column of a table, the one track wanted, the limits.

    ``metres_per_dilution`` turns a horizontal dilution of precision into metres. ``salt`` is what names of networks are hashed
    with; without one they are not read.
    """

    zone: ZoneInfo | None = None
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    track: str | None = None
    limits: ReadLimits = ReadLimits()
    metres_per_dilution: float = 7.5
    salt: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, eq=False)
class RawPoints:
    """Points with a good place, in file order; arrays as in `Track`."""

    time_ms: Int64
    lon_e7: Int32
    lat_e7: Int32
    accuracy_m: Float64
    segment: Int32
    removed: Mapping[str, int]
    notes: tuple[Note, ...]
    sensed: Sensed = Sensed()  # noqa: RUF009 - frozen


class Points:
    """Collects the points of one track."""

    def __init__(self, name: str, options: ReadOptions, *, counts_of_seconds: bool = False) -> None:
        self._name = name
        self._zone = options.zone
        self._limit = options.limits.points
        self._counts = counts_of_seconds
        self._time, self._lon, self._lat = array("q"), array("i"), array("i")
        self._accuracy, self._segment = array("d"), array("i")
        self._sensed = _Sensed(options.salt)
        self._removed: Counter[str] = Counter()
        self._notes: list[Note] = []

    def add(
        self,
        line: int,
        lat: str | None,
        lon: str | None,
        time: str | None,
        accuracy: float | str,
        segment: int,
        said: Mapping[str, str] = NOTHING,
    ) -> None:
        """Take one point; ``accuracy`` is metres or the reason why it cannot be read, ``said`` what the phone says beside it.

        Errors: ``points.limit``; ``time.zone_missing`` where the point has a time without a zone and none was given.
        """
        if len(self._time) + self._removed.total() >= self._limit:
            raise InputError("points.limit", self._name, limit=self._limit)
        where = values.place(lat, lon)
        if isinstance(where, str):
            self._remove(where, line, f"lat={lat} lon={lon}")
            return
        moment = self._moment(line, time)
        if isinstance(moment, str):
            self._remove(moment, line, str(time))
            return
        if isinstance(accuracy, str):
            self._remove(accuracy, line, "")
            return
        self._time.append(moment)
        self._lat.append(where[0])
        self._lon.append(where[1])
        self._accuracy.append(accuracy)
        self._segment.append(segment)
        if said:
            self._sensed.take(len(self._time), line, said)

    def finish(self) -> RawPoints:
        """Return what was gathered."""
        return RawPoints(
            np.frombuffer(self._time, np.int64) if self._time else np.empty(0, np.int64),
            np.frombuffer(self._lon, np.int32) if self._lon else np.empty(0, np.int32),
            np.frombuffer(self._lat, np.int32) if self._lat else np.empty(0, np.int32),
            np.frombuffer(self._accuracy, np.float64) if self._accuracy else np.empty(0, np.float64),
            np.frombuffer(self._segment, np.int32) if self._segment else np.empty(0, np.int32),
            dict(self._removed),
            (*self._notes, *self._sensed.notes()),
            self._sensed.finish(len(self._time)),
        )

    def _moment(self, line: int, text: str | None) -> int | str:
        text = (text or "").strip(values.SPACE)
        if not text:
            return NO_TIME
        if self._counts:
            counted = clock.epoch(text)
            if counted is not None:
                return counted
        moment = clock.instant(text, self._zone)
        if moment == clock.ZONE_MISSING:
            raise InputError(clock.ZONE_MISSING, self._name, got=text[:SHOWN], values={"line": line})
        return moment

    def _remove(self, reason: str, line: int, shown: str) -> None:
        self._removed[reason] += 1
        if self._removed[reason] <= LINES_OF_A_REASON:
            self._notes.append(Note(f"removed.{reason}", line, {"shown": shown[:SHOWN]}))


class _Sensed:
    """Collects what the phone says beside its places; a column comes to be with its first value."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._columns: dict[str, array[int]] = {}
        self._unread: Counter[str] = Counter()
        self._first: dict[str, tuple[int, str]] = {}

    def take(self, count: int, line: int, said: Mapping[str, str]) -> None:
        """Take what is said of the last of ``count`` points."""
        for name, text in said.items():
            value = sensors.read(name, text, self._salt)
            if value is None:
                self._unread[name] += 1
                self._first.setdefault(name, (line, text))
            elif value != NOT_SAID:
                column = self._columns.setdefault(name, array("q"))
                column.extend([NOT_SAID] * (count - 1 - len(column)))
                column.append(value)

    def notes(self) -> list[Note]:
        """Return how many values of each column could not be read, with the line of the first."""
        return [
            Note(
                "track.unread",
                self._first[name][0],
                {"column": name, "number": n, "shown": self._first[name][1][:SHOWN]},
            )
            for name, n in self._unread.items()
        ]

    def finish(self, count: int) -> Sensed:
        """Return the columns of ``count`` points."""
        for column in self._columns.values():
            column.extend([NOT_SAID] * (count - len(column)))
        return Sensed({name: np.frombuffer(column, np.int64) for name, column in sorted(self._columns.items())})


def build(
    name: str,
    source: str,
    raw: RawPoints,
    *,
    track: str | None = None,
    notes: tuple[Note, ...] = (),
    columns: Mapping[str, str] | None = None,
) -> Track:
    """Return the track of ``raw``: points sent twice (same time, same place) are removed and counted, the rest kept.

    Remarks are added for times that go back, points without a time, and clocks that were never set. Error ``track.swapped``
    where nearly all latitudes can only be longitudes.
    """
    _require_not_swapped(name, raw)
    repeated = _repeated(raw)
    removed = dict(raw.removed)
    if repeated.any():
        removed[DUPLICATE] = int(repeated.sum())
    keep = ~repeated if repeated.any() else slice(None)
    return Track(
        name=name,
        source=source,
        track=track,
        time_ms=raw.time_ms[keep],
        lon_e7=raw.lon_e7[keep],
        lat_e7=raw.lat_e7[keep],
        accuracy_m=raw.accuracy_m[keep],
        segment=raw.segment[keep],
        points_read=len(raw.time_ms) + sum(raw.removed.values()),
        removed=removed,
        notes=(*notes, *raw.notes, *_remarks(raw)),
        columns=dict(columns or {}),
        sensed=raw.sensed.only(keep),
    )


def _require_not_swapped(name: str, raw: RawPoints) -> None:
    swapped = raw.removed.get(values.SWAPPED, 0)
    if swapped < SWAPPED_LEAST or swapped < SWAPPED_SHARE * (len(raw.time_ms) + sum(raw.removed.values())):
        return
    note = next(note for note in raw.notes if note.code == f"removed.{values.SWAPPED}")
    raise InputError("track.swapped", name, got=str(note.values["shown"]), values={"line": note.line})


def _repeated(raw: RawPoints) -> npt.NDArray[np.bool_]:
    """Tell which points (n,) repeat an earlier one with the same time and place; points without a time never do."""
    repeated = np.zeros(len(raw.time_ms), np.bool_)
    steps = np.diff(raw.time_ms)
    if (steps > 0).all():
        return repeated
    order = np.lexsort((raw.lat_e7, raw.lon_e7, raw.time_ms))
    time, lon, lat = raw.time_ms[order], raw.lon_e7[order], raw.lat_e7[order]
    same = (np.diff(time) == 0) & (np.diff(lon) == 0) & (np.diff(lat) == 0) & (time[1:] != NO_TIME)
    repeated[order[1:][same]] = True  # lexsort is stable, so the first in the file stays
    return repeated


def _remarks(raw: RawPoints) -> list[Note]:
    timed = raw.time_ms[raw.time_ms != NO_TIME]
    remarks: list[tuple[str, int]] = [
        ("track.without_time", len(raw.time_ms) - len(timed)),
        ("time.order", int((np.diff(timed) < 0).sum())),
        ("time.clock_unset", int((timed < FIRST_GPS_MS).sum())),
    ]
    return [Note(code, 0, _number(number)) for code, number in remarks if number]


def _number(number: int) -> dict[str, NotedValue]:
    return {"number": number}
