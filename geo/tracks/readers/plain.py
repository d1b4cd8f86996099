"""The most usual track point of all, recognised eight bytes at a time; any other goes the general way of ``kernel.py``."""

from typing import Final

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled
from geo.tracks.readers.letters import (
    CLASS,
    COUNT,
    GT,
    LAT_MAX,
    LON_MAX,
    LT,
    NO_TIME,
    ODD,
    PART,
    PLAIN,
    QUOTE,
    SPACE,
)
from geo.tracks.readers.lexical import degrees, instant, text

UInt8 = npt.NDArray[np.uint8]
UInt64 = npt.NDArray[np.uint64]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]

WORD: Final = 8
LEAST: Final = 32  # bytes that have to be left wherever a word is read


def _word(text: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(text, "little"))


def _mask(text: bytes) -> np.uint64:
    return np.uint64((1 << (8 * len(text))) - 1)


POINT_A, POINT_B, POINT_END = _word(b"<trkpt l"), _word(b'pt lat="'), _word(b"</trkpt>")
LON, LON_MASK = _word(b'" lon="'), _mask(b'" lon="')
ELE, ELE_MASK = _word(b"<ele>"), _mask(b"<ele>")
ELE_END, ELE_END_MASK = _word(b"</ele>"), _mask(b"</ele>")
TIME, TIME_MASK = _word(b"<time>"), _mask(b"<time>")
TIME_END, TIME_END_MASK = _word(b"</time>"), _mask(b"</time>")


def words(data: bytes) -> UInt64:
    """Return the eight bytes from each position on as one little-endian number: a view, no copy."""
    return np.ndarray((max(0, len(data) - WORD + 1),), np.dtype("<u8"), data, strides=(1,))


@compiled
def _space(b: UInt8, i: int) -> int:
    while CLASS[b[i]] & SPACE:
        i += 1
    return i


@compiled
def _plain_point(  # noqa: C901 - one long pattern
    b: UInt8, w: UInt64, i: int, n: int, place: Int64
) -> int:
    """Pass ``<trkpt lat="…" lon="…">[<ele>…</ele>]<time>…Z</time></trkpt>``, or return `ODD` and leave no trace.

    ``place`` gets lat, lon in 1e-7 degrees and the time in UTC ms.
    """
    last = n - LEAST
    if i > last or w[i] != POINT_A or w[i + 4] != POINT_B:
        return ODD
    i = degrees(b, i + 12, place, 0)
    if i > last or w[i] & LON_MASK != LON:
        return ODD
    i = degrees(b, i + 7, place, 1)
    off = abs(place[0]) > LAT_MAX or abs(place[1]) > LON_MAX or (place[0] == 0 and place[1] == 0)
    if off or b[i] != QUOTE or b[i + 1] != GT:
        return ODD
    i = _space(b, i + 2)
    if i <= last and w[i] & ELE_MASK == ELE:
        i += 5
        while CLASS[b[i]] & PLAIN:
            i += 1
        if i > last or w[i] & ELE_END_MASK != ELE_END:
            return ODD
        i = _space(b, i + 6)
    if i > last or w[i] & TIME_MASK != TIME:
        return ODD
    i += 6
    start = i
    while CLASS[b[i]] & PLAIN:
        i += 1
    if i > last or b[i] != LT or w[i] & TIME_END_MASK != TIME_END:
        return ODD
    place[2] = instant(b, start, i)
    i = _space(b, i + 7)
    if place[2] == NO_TIME or i > n - WORD or w[i] != POINT_END:
        return ODD
    return i + WORD


@compiled
def plain_points(
    b: UInt8,
    w: UInt64,
    i: int,
    n: int,
    place: Int64,
    state: Int64,
    lat: Int32,
    lon: Int32,
    time: Int64,
    accuracy: Float64,
    segment: Int32,
) -> int:
    """Take as many plain points as stand in a row; returns the ``<`` of the first thing that is none."""
    while state[COUNT] < len(lat):
        after = _plain_point(b, w, i, n, place)
        if after < 0:
            return i
        count = state[COUNT]
        lat[count], lon[count], time[count] = place[0], place[1], place[2]
        accuracy[count], segment[count] = np.nan, state[PART]
        state[COUNT] += 1
        i = text(b, after)
        if i < 0:
            return ODD
    return i
