"""A track as flat arrays: what was kept, what was removed and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.tracks.sensed import Sensed

Float64 = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

NO_TIME: Final = int(np.iinfo(np.int64).min)
E7: Final = 10_000_000
NotedValue = str | int | float


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader of the file should know: the code of its sentence, the line (0: no one line) and its values."""

    code: str
    line: int = 0
    values: Mapping[str, NotedValue] = field(default_factory=dict[str, NotedValue])


@dataclass(frozen=True, eq=False)
class Track:
    """The kept points of one track in the order of its file.

    Parameters
    ----------
    name : file name, without a folder
    source : ``gpx``, ``plt`` or ``csv``
    track : the id in the file's own column of tracks, else None
    time_ms : (n,) int64 milliseconds since 1970 UTC, `NO_TIME` where the file gives none
    lon_e7, lat_e7 : (n,) int32, 1e-7 degrees, WGS 84
    accuracy_m : (n,) float64 metres as the file reports it, NaN where it does not
    segment : (n,) int32, grows where the file starts a new segment
    points_read : points in the file; always ``len(time_ms) + sum(removed.values())``
    removed : reason -> number of points
    notes : faults of single points with their line (the first of each reason), and remarks on the whole file
    columns : column of the file -> meaning, as it was read; empty unless a table
    sensed : what the phone says beside the places
    """

    name: str
    source: str
    track: str | None
    time_ms: Int64
    lon_e7: Int32
    lat_e7: Int32
    accuracy_m: Float64
    segment: Int32
    points_read: int
    removed: Mapping[str, int]
    notes: tuple[Note, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    sensed: Sensed = Sensed()  # noqa: RUF009 - frozen

    @property
    def points_kept(self) -> int:
        """The number of points that are still here."""
        return len(self.time_ms)

    @property
    def timed(self) -> npt.NDArray[np.bool_]:
        """Which points (n,) have a time."""
        return self.time_ms != NO_TIME

    def lonlat(self) -> Float64:
        """Return WGS 84 degrees (n, 2), east then north."""
        return np.column_stack([self.lon_e7, self.lat_e7]) / E7
