"""Lines of one hour out of fixes: a new part after each gap, M in seconds since 1970; lone fixes make no line."""

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from data.archive import Fixes

HOUR_MS = 3_600_000
SECOND_MS = 1000.0
LINE_M, MULTILINE_M = 2002, 2005
HEAD = struct.Struct("<BII")


def hour_lines(fixes: Fixes, xy: Any, gap_s: float) -> Iterator[tuple[int, int, BaseGeometry]]:
    """Give (hour since 1970, fixes, line) for each hour that has a line.

    Parameters
    ----------
    fixes : in time order
    xy : (n, 2) the same in plane metres
    gap_s : a longer interval ends a part, and so does a new segment of the file
    """
    hours = fixes.time_ms // HOUR_MS
    breaks = (np.diff(fixes.time_ms) > gap_s * SECOND_MS) | (np.diff(fixes.segment) != 0)
    for hour in np.unique(hours).tolist():
        first, last = np.searchsorted(hours, [hour, hour + 1]).tolist()
        cuts = first + 1 + np.flatnonzero(breaks[first : last - 1])
        runs = [run for run in np.split(np.arange(first, last), cuts - first) if len(run) > 1]
        if runs:
            measured = [np.column_stack([xy[run], fixes.time_ms[run] / SECOND_MS]) for run in runs]
            yield hour, last - first, _multiline(measured)


def _multiline(parts: list[Any]) -> BaseGeometry:
    """Return a MULTILINESTRING M of (n, 3) x, y, m. shapely makes no measured lines from arrays, so it goes by WKB."""
    body = b"".join(HEAD.pack(1, LINE_M, len(part)) + part.astype("<f8").tobytes() for part in parts)
    return shapely.from_wkb(HEAD.pack(1, MULTILINE_M, len(parts)) + body)
