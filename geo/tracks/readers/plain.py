"""The most usual track point of all, recognised eight bytes at a time; any other goes the general way of ``kernel.py``.

Eight bytes are one little-endian number here, the first byte the lowest: all of them are compared, or their digits put together,
in a few steps without a branch (D. Lemire, "Quickly parsing eight digits", 2022).
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled, inlined
from geo.tracks.readers.letters import (
    CLASS,
    COUNT,
    DAY_MS,
    DOT,
    GT,
    LAT_MAX,
    LON_MAX,
    MINUS,
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
Columns = tuple[Int32, Int32, Int64, Float64, Int32]  # lat, lon, time, accuracy, segment of each point

WORD: Final = 8
LEAST: Final = 40  # bytes that have to be left wherever words are read


def _word(text: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(text, "little"))


def _mask(text: bytes) -> np.uint64:
    return _word(b"\xff" * len(text))


def _each(byte: int) -> np.uint64:
    return _word(bytes([byte]) * WORD)


POINT_A, POINT_B, POINT_END = _word(b"<trkpt l"), _word(b'pt lat="'), _word(b"</trkpt>")
LON, LON_MASK = _word(b'" lon="'), _mask(b'" lon="')
ELE, ELE_MASK = _word(b"<ele>"), _mask(b"<ele>")
ELE_END, ELE_END_MASK = _word(b"</ele>"), _mask(b"</ele>")
TIME, TIME_MASK = _word(b"<time>"), _mask(b"<time>")
TIME_END, TIME_END_MASK, PLAIN_TIME_END = _word(b"</time>"), _mask(b"</time>"), _word(b"Z</time>")
CLOCK, COLONS, DAY_T = _word(b"00:00:00"), _word(b"\0\0\xff\0\0\xff\0\0"), _mask(b"DDT")
ONES, HIGHS, NIBBLES, ZEROS, BEYOND_NINE = _each(0x01), _each(0x80), _each(0x0F), _each(0x30), _each(0x80 - 10)
SIGNS, SIGN_BITS, AMPS, LTS = _each(0x20), _each(0xE0), _each(0x26), _each(0x3C)
PAIRS, FOURS, BYTE = _word(b"\xff\0" * 4), _word(b"\xff\xff\0\0" * 2), np.uint64(0xFF)
TEN, HUNDRED, MYRIAD = np.uint64(10), np.uint64(100), np.uint64(10_000)
BITS = tuple(np.uint64(8 * n) for n in range(WORD))
UNIT: Final = np.array([10**n for n in range(WORD)], np.int64)
MOST_DECIMALS: Final = 7
DAY_A, DAY_B, MIDNIGHT = range(3)


def words(data: bytes) -> UInt64:
    """Return the eight bytes from each position on as one little-endian number: a view, no copy."""
    return np.ndarray((max(0, len(data) - WORD + 1),), np.dtype("<u8"), data, strides=(1,))


@inlined
def _space(b: UInt8, i: int) -> int:
    while CLASS[b[i]] & SPACE:
        i += 1
    return i


@inlined
def _before(marks: np.uint64) -> int:
    """Return how many bytes stand before the first one that has a bit set: 8 if none has."""
    below = (marks - np.uint64(1)) & ~marks & HIGHS
    return int(((below >> np.uint64(7)) * ONES) >> np.uint64(56))


@inlined
def _no_digits(digits: np.uint64) -> np.uint64:
    """Mark bytes above 9 up to the first of them; behind it marks may be missing or wrong."""
    return ((digits + BEYOND_NINE) | digits) & HIGHS


@inlined
def _number(digits: np.uint64, size: int) -> int:
    """Return the number that the first ``size`` bytes, 1 to 8 with a digit's value each, stand for."""
    x = digits << np.uint64(8 * (WORD - size))
    x = (x * TEN + (x >> np.uint64(8))) & PAIRS
    x = (x * HUNDRED + (x >> np.uint64(16))) & FOURS
    return int((x * MYRIAD + (x >> np.uint64(32))) & np.uint64(0xFFFFFFFF))


@inlined
def _degrees(b: UInt8, w: UInt64, i: int, place: Int64, which: int) -> int:
    """Pass a number as `degrees` does; at most seven decimals are taken at once."""
    start = i
    negative = b[i] == MINUS
    i += negative
    whole = w[i] ^ ZEROS
    size = _before(_no_digits(whole))
    behind = i + size + 1
    decimals = w[behind] ^ ZEROS
    places = _before(_no_digits(decimals))
    if size == 0 or size > 3 or b[behind - 1] != DOT or places == 0 or places > MOST_DECIMALS:
        return degrees(b, start, place, which)
    value = _number(whole, size) * UNIT[7] + _number(decimals, places) * UNIT[MOST_DECIMALS - places]
    place[which] = -value if negative else value
    return behind + places


@inlined
def _equal(word: np.uint64, other: np.uint64) -> np.uint64:
    """Mark bytes alike in both up to the first of them; behind it marks may be wrong."""
    apart = word ^ other
    return (apart - ONES) & ~apart & HIGHS


@inlined
def _height(b: UInt8, w: UInt64, i: int, last: int) -> int:
    """Pass what stands in ``<ele>`` and its end tag."""
    size = WORD
    while size == WORD and i <= last:  # digits, signs and other characters from 0x20 to 0x3F
        size = _before(((w[i] ^ SIGNS) & SIGN_BITS) | _equal(w[i], AMPS) | _equal(w[i], LTS))
        i += size
    while CLASS[b[i]] & PLAIN:
        i += 1
    return i + 6 if i <= last and w[i] & ELE_END_MASK == ELE_END else ODD


@inlined
def _moment(b: UInt8, w: UInt64, i: int, last: int, place: Int64, day: UInt64) -> int:
    """Pass a time and its end tag; ``day`` keeps the last date, so that only its clock is to be read."""
    if w[i] == day[DAY_A] and w[i + 8] & DAY_T == day[DAY_B] and w[i + 19] == PLAIN_TIME_END:
        clock = w[i + 11] ^ CLOCK
        pairs = clock * TEN + (clock >> BITS[1])
        hour, minute, second = pairs & BYTE, (pairs >> BITS[3]) & BYTE, (pairs >> BITS[6]) & BYTE
        digits = (_no_digits(clock) | (clock & COLONS)) == 0
        if digits and hour < 24 and minute < 60 and second < 60:
            seconds = np.int64(hour) * 3600 + np.int64(minute) * 60 + np.int64(second)
            place[2] = np.int64(day[MIDNIGHT]) + seconds * 1000
            return i + 27
    start = i
    while CLASS[b[i]] & PLAIN:
        i += 1
    place[2] = instant(b, start, i)
    if place[2] == NO_TIME or i > last or w[i] & TIME_END_MASK != TIME_END:
        return ODD
    day[DAY_A], day[DAY_B] = w[start], w[start + 8] & DAY_T
    day[MIDNIGHT] = np.uint64(place[2] - place[2] % DAY_MS)
    return i + 7


@inlined
def _plain_point(b: UInt8, w: UInt64, i: int, n: int, place: Int64, day: UInt64) -> int:
    """Pass ``<trkpt lat="…" lon="…">[<ele>…</ele>]<time>…Z</time></trkpt>``, or return `ODD` and leave no trace.

    ``place`` gets lat, lon in 1e-7 degrees and the time in UTC ms.
    """
    last = n - LEAST
    if i > last or w[i] != POINT_A or w[i + 4] != POINT_B:
        return ODD
    i = _degrees(b, w, i + 12, place, 0)
    if i > last or w[i] & LON_MASK != LON:
        return ODD
    i = _degrees(b, w, i + 7, place, 1)
    off = abs(place[0]) > LAT_MAX or abs(place[1]) > LON_MAX or (place[0] == 0 and place[1] == 0)
    if off or b[i] != QUOTE or b[i + 1] != GT:
        return ODD
    i = _space(b, i + 2)
    if i <= last and w[i] & ELE_MASK == ELE:
        i = _height(b, w, i + 5, last)
        if i < 0:
            return ODD
        i = _space(b, i)
    if i > last or w[i] & TIME_MASK != TIME:
        return ODD
    i = _moment(b, w, i + 6, last, place, day)
    if i < 0:
        return ODD
    i = _space(b, i)
    return i + WORD if i <= n - WORD and w[i] == POINT_END else ODD


@compiled
def plain_points(
    b: UInt8,
    w: UInt64,
    i: int,
    n: int,
    place: Int64,
    state: Int64,
    into: Columns,
) -> int:
    """Take as many plain points as stand in a row; returns the ``<`` of the first thing that is none."""
    lat, lon, time, accuracy, segment = into
    day = np.zeros(3, np.uint64)
    count, part = state[COUNT], state[PART]
    while count < len(lat):
        after = _plain_point(b, w, i, n, place, day)
        if after < 0:
            break
        lat[count], lon[count], time[count] = place[0], place[1], place[2]
        accuracy[count], segment[count] = np.nan, part
        count += 1
        i = text(b, after)
        if i < 0:
            return ODD
    state[COUNT] = count
    return i
