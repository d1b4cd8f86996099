"""Compiled reading of numbers, times and characters out of bytes, for the scanner of GPX.

Kept with ``kernel.py``: numba's cache of the scanner does not see a change here, unless the cache is named by the content
of ``geo/`` as ``wangge`` does. After an edit, remove ``__pycache__`` before running tests.
"""

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import inlined
from geo.tracks.readers.letters import (
    AMP,
    CLASS,
    CLOSE,
    COLON,
    DAY_MS,
    DOT,
    ENTITIES,
    ENTITY_AT,
    EXACT_DIGITS,
    GT,
    LT,
    MAX_DIGITS,
    MINUS,
    NINE,
    NO_TIME,
    ODD,
    PLAIN,
    PLUS,
    STRANGE,
    UPPER_T,
    UPPER_Z,
    ZERO,
)

UInt8 = npt.NDArray[np.uint8]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]


@inlined
def degrees(b: UInt8, i: int, place: Int64, which: int) -> int:
    """Pass a number; put it in 1e-7 parts, half away from zero, into ``place``, or `STRANGE` where its form is odd."""
    negative = b[i] == MINUS
    if negative or b[i] == PLUS:
        i += 1
    value, start = 0, i
    while ZERO <= b[i] <= NINE:
        value = value * 10 + (np.int64(b[i]) - ZERO)
        i += 1
    digits, decimals = i - start, 0
    if b[i] == DOT:
        i += 1
        start = i
        while ZERO <= b[i] <= NINE:
            value = value * 10 + (np.int64(b[i]) - ZERO)
            i += 1
        decimals = i - start
    if digits == 0 or digits + max(decimals, 7) > MAX_DIGITS:
        place[which] = STRANGE
        return i
    unit = 1
    for _ in range(abs(7 - decimals)):
        unit *= 10
    value = value * unit if decimals <= 7 else (value + unit // 2) // unit
    place[which] = -value if negative else value
    return i


@inlined
def metres_of(b: UInt8, i: int, end: int) -> float:
    """Return the positive number in ``b[i:end]``, exactly as Python's float reads it; NaN where its form is odd."""
    value, digits, decimals, dot = 0, 0, 0, False
    while ZERO <= b[i] <= NINE or (b[i] == DOT and not dot):
        if b[i] == DOT:
            dot = True
        else:
            value = value * 10 + (np.int64(b[i]) - ZERO)
            digits += 1
            decimals += dot
        i += 1
    if i != end or digits == 0 or digits > EXACT_DIGITS or value == 0:
        return np.nan
    unit = 1.0
    for _ in range(decimals):
        unit *= 10.0
    return value / unit


@inlined
def _two(b: UInt8, i: int) -> int:
    """Return the number of two digits at ``i``, or 1000."""
    high, low = np.int64(b[i]) - ZERO, np.int64(b[i + 1]) - ZERO
    return 1000 if high < 0 or high > 9 or low < 0 or low > 9 else int(high * 10 + low)


@inlined
def _days(year: int, month: int, day: int) -> int:
    """Return days since 1970-01-01 of a date that exists, or `NO_TIME`."""
    leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    longest = 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31
    if month == 2:
        longest = 29 if leap else 28
    if year < 1 or year > 9999 or month < 1 or month > 12 or day < 1 or day > longest:
        return NO_TIME
    y = year - (1 if month <= 2 else 0)
    era = y // 400
    of_era = y - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


@inlined
def instant(b: UInt8, i: int, end: int) -> int:
    """Return UTC ms of ``YYYY-MM-DDThh:mm:ss[.f…]Z`` in ``b[i:end]``, or `NO_TIME` for any other form."""
    size = end - i
    if size < 20 or size > 32 or size == 21 or b[end - 1] != UPPER_Z or (size > 20 and b[i + 19] != DOT):
        return NO_TIME
    marks = (
        b[i + 4] == MINUS and b[i + 7] == MINUS and b[i + 10] == UPPER_T and b[i + 13] == COLON and b[i + 16] == COLON
    )
    hour, minute, second = _two(b, i + 11), _two(b, i + 14), _two(b, i + 17)
    days = _days(_two(b, i) * 100 + _two(b, i + 2), _two(b, i + 5), _two(b, i + 8))
    if not marks or hour > 23 or minute > 59 or second > 59 or days == NO_TIME:
        return NO_TIME
    ms, weight = 0, 100
    for k in range(i + 20, end - 1):
        if b[k] < ZERO or b[k] > NINE:
            return NO_TIME
        ms += (np.int64(b[k]) - ZERO) * weight
        weight //= 10
    return int(days * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1000 + ms)


@inlined
def same(one: UInt8, i: int, other: UInt8, k: int, size: int) -> bool:
    """Tell whether ``size`` bytes of ``one`` at ``i`` are those of ``other`` at ``k``."""
    for step in range(size):  # noqa: SIM110 - a kernel
        if one[i + step] != other[k + step]:
            return False
    return True


@inlined
def utf8(b: UInt8, i: int) -> int:
    """Pass one character of two to four bytes; overlong forms, surrogates and U+FFFE, U+FFFF are no characters."""
    c, d = b[i], b[i + 1]
    if c < 0xC2 or c > 0xF4 or d & 0xC0 != 0x80:
        return ODD
    if c < 0xE0:
        return i + 2
    if b[i + 2] & 0xC0 != 0x80:
        return ODD
    if c < 0xF0:
        bad = (c == 0xE0 and d < 0xA0) or (c == 0xED and d > 0x9F) or (c == 0xEF and d == 0xBF and b[i + 2] > 0xBD)
        return ODD if bad else i + 3
    bad = b[i + 3] & 0xC0 != 0x80 or (c == 0xF0 and d < 0x90) or (c == 0xF4 and d > 0x8F)
    return ODD if bad else i + 4


@inlined
def entity(b: UInt8, i: int) -> int:
    """Pass one of the five named entities; ``b[i]`` is the ampersand."""
    for e in range(len(ENTITY_AT) - 1):
        size = ENTITY_AT[e + 1] - ENTITY_AT[e]
        if same(b, i + 1, ENTITIES, ENTITY_AT[e], size):
            return i + 1 + size
    return ODD


@inlined
def text(b: UInt8, i: int) -> int:
    """Pass text up to the next tag."""
    while True:
        while CLASS[b[i]] & PLAIN:
            i += 1
        c = b[i]
        if c == LT:
            return i
        if c == CLOSE:
            ends = b[i + 1] == CLOSE and b[i + 2] == GT  # not well-formed in text
            i = ODD if ends else i + 1
        else:
            i = entity(b, i) if c == AMP else utf8(b, i)
        if i < 0:
            return ODD
