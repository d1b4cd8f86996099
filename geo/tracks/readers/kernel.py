"""The compiled byte scanner of GPX.

Every function takes the bytes and a position and returns the next position, or `ODD` where it gives up. A Python
``bytes`` always has a zero behind its last byte, and a zero ends every loop here: none reads further than that.
"""

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled, inlined
from geo.tracks.readers.letters import (
    ACCURACY,
    APOS,
    CLASS,
    CLOSE,
    CLOSED,
    COLON,
    COUNT,
    DEPTH,
    EQ,
    FULL,
    GPX,
    GT,
    HDOP,
    KNOWN,
    LAT_MAX,
    LON_MAX,
    LONGEST_VALUE,
    LOWER_A,
    LOWER_L,
    LOWER_N,
    LOWER_O,
    LOWER_TEE,
    LT,
    MAX_ATTRIBUTES,
    MOMENT,
    NAME,
    NAME_AT,
    NAME_CODE,
    NAME_START,
    NAMES,
    NO_TIME,
    ODD,
    OTHER,
    PART,
    PLAIN,
    POINT,
    QUOTE,
    ROOT,
    SEEN,
    SEEN_ACCURACY,
    SEEN_DILUTION,
    SEEN_TIME,
    SLASH,
    SPACE,
    STRANGE,
    TIME,
    TRK,
    TRKPT,
    TRKSEG,
    WAYPOINT,
)
from geo.tracks.readers.lexical import degrees, instant, metres_of, same, text, utf8
from geo.tracks.readers.plain import Columns, plain_points
from geo.tracks.readers.values import ACCURACY_MOST

UInt64 = npt.NDArray[np.uint64]
UInt8 = npt.NDArray[np.uint8]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]


@inlined
def _code(b: UInt8, start: int, end: int) -> int:
    """Return what the local name in ``b[start:end]`` means to us."""
    size = end - start
    if size < 3 or not CLASS[b[start]] & KNOWN:
        return OTHER
    for n in range(len(NAME_CODE)):
        if NAME_AT[n + 1] - NAME_AT[n] == size and same(b, start, NAMES, NAME_AT[n], size):
            return NAME_CODE[n]
    return OTHER


@inlined
def _quoted(b: UInt8, i: int, quote: int) -> int:
    """Pass an attribute's value up to its closing quote; a very long one is for expat to judge."""
    end = i + LONGEST_VALUE
    while b[i] != quote:
        if CLASS[b[i]] & PLAIN or b[i] == CLOSE:
            i += 1
        elif b[i] >= 0x80:
            i = utf8(b, i)
            if i < 0:
                return ODD
        else:
            return ODD
    return i if i <= end else ODD


@inlined
def _equals(b: UInt8, i: int) -> int:
    """Pass ``=`` and the space around it; returns where the quote stands."""
    while CLASS[b[i]] & SPACE:
        i += 1
    if b[i] != EQ:
        return ODD
    i += 1
    while CLASS[b[i]] & SPACE:
        i += 1
    return i if b[i] == QUOTE or b[i] == APOS else ODD


@inlined
def _repeated(b: UInt8, spans: Int64, count: int, start: int, size: int) -> bool:
    """Tell whether a tag has this attribute already, or too many to remember."""
    if count == MAX_ATTRIBUTES:
        return True
    for a in range(count):  # noqa: SIM110 - a kernel
        if spans[a, 1] == size and same(b, spans[a, 0], b, start, size):
            return True
    return False


@inlined
def _attributes(b: UInt8, i: int, place: Int64, spans: Int64) -> int:
    """Pass the attributes of a tag up to ``>`` or ``/``; lat and lon go to ``place`` (1e-7 degrees)."""
    place[0] = place[1] = STRANGE
    count = 0
    while True:
        before = i
        while CLASS[b[i]] & SPACE:
            i += 1
        if b[i] == GT or b[i] == SLASH:
            return i
        start = i
        while CLASS[b[i]] & NAME:
            i += 1
        size = i - start
        i = _equals(b, i)
        if i < 0 or start == before or not CLASS[b[start]] & NAME_START or _repeated(b, spans, count, start, size):
            return ODD
        spans[count, 0], spans[count, 1] = start, size
        count += 1
        quote = b[i]
        i = _value(b, start, size, i + 1, place)
        i = _quoted(b, i, quote) if b[i] != quote else i
        if i < 0:
            return ODD
        i += 1


@inlined
def _value(b: UInt8, start: int, size: int, i: int, place: Int64) -> int:
    """Pass the number of a lat or lon attribute; anything behind it makes it `STRANGE`. Other attributes are not read."""
    if size != 3 or b[start] != LOWER_L:
        return i
    second, third = b[start + 1], b[start + 2]
    which = 0 if second == LOWER_A and third == LOWER_TEE else 1 if second == LOWER_O and third == LOWER_N else -1
    if which < 0:
        return i
    end = degrees(b, i, place, which)
    if b[end] != b[i - 1]:
        place[which] = STRANGE
        return i
    return end


@inlined
def _value_end(b: UInt8, i: int) -> int:
    """Return where a value of plain characters ends: the ``<`` of its end tag, or `ODD`."""
    while CLASS[b[i]] & PLAIN and not CLASS[b[i]] & SPACE:
        i += 1
    return i if b[i] == LT and b[i + 1] == SLASH else ODD


@inlined
def _outside(b: UInt8, i: int, n: int, root: int) -> int:
    """Pass what may stand around the root: space. Returns ``n`` at the end of a file that had a root."""
    while CLASS[b[i]] & SPACE:
        i += 1
    if i == n:
        return n if root else ODD
    return i if b[i] == LT else ODD


@inlined
def _closing(b: UInt8, i: int, names: Int64, state: Int64) -> int:
    """Pass an end tag that fits the innermost open element."""
    if state[DEPTH] == 0:
        return ODD
    state[CLOSED] = 1
    start, size = names[state[DEPTH] - 1]
    i += 2
    if not same(b, i, b, start, size):
        return ODD
    i += size
    while CLASS[b[i]] & SPACE:
        i += 1
    return i + 1 if b[i] == GT else ODD


@inlined
def _opening(b: UInt8, i: int, names: Int64, codes: Int64, place: Int64, spans: Int64, state: Int64) -> int:
    """Pass a start tag or an empty element, and remember it as the innermost one."""
    start = i + 1
    if not CLASS[b[start]] & NAME_START:
        return ODD
    i = local = start
    while CLASS[b[i]] & NAME:
        i += 1
        if b[i - 1] == COLON:
            local = i
    code, depth = _code(b, local, i), state[DEPTH]
    if depth == len(codes) or (depth == 0 and (state[ROOT] or code != GPX)):
        return ODD
    names[depth, 0], names[depth, 1], codes[depth] = start, i - start, code
    i = _attributes(b, i, place, spans)
    if i < 0:
        return ODD
    state[CLOSED] = b[i] == SLASH
    i += state[CLOSED]
    state[ROOT] = 1
    state[DEPTH] = depth + 1
    return i + 1 if b[i] == GT else ODD


@inlined
def _before_point(i: int, codes: Int64, place: Int64, state: Int64, lat: Int32, lon: Int32, segment: Int32) -> int:
    """Take an element outside a point: a new part, a new point with its place, or nothing to us."""
    depth, count = state[DEPTH], state[COUNT]
    code = codes[depth - 1]
    if code == TRK or code == TRKSEG:  # noqa: SIM109 - a kernel
        state[PART] += 1
    elif code == WAYPOINT:
        return ODD  # those are counted, and that is for expat
    elif code == TRKPT and depth > 1 and (codes[depth - 2] == TRK or codes[depth - 2] == TRKSEG):
        off = abs(place[0]) > LAT_MAX or abs(place[1]) > LON_MAX or (place[0] == 0 and place[1] == 0)
        if off or count == len(lat):
            return ODD if off else FULL
        lat[count], lon[count], segment[count] = place[0], place[1], state[PART]
        state[POINT], state[MOMENT], state[SEEN] = depth, NO_TIME, 0
    return i


@inlined
def _in_point(b: UInt8, i: int, codes: Int64, state: Int64, metres: Float64) -> int:
    """Take an element inside a point: its time, dilution or accuracy, once each, or nothing to us."""
    code = codes[state[DEPTH] - 1]
    direct = state[DEPTH] == state[POINT] + 1
    if not (code == ACCURACY or (direct and (code == TIME or code == HDOP))):  # noqa: SIM109 - a kernel
        return i
    mark = SEEN_TIME if code == TIME else SEEN_DILUTION if code == HDOP else SEEN_ACCURACY
    end = _value_end(b, i)
    if state[CLOSED] or end < 0 or state[SEEN] & mark:
        return ODD
    state[SEEN] |= mark
    if code == TIME:
        state[MOMENT] = instant(b, i, end)
        return ODD if state[MOMENT] == NO_TIME else end
    which = 0 if code == HDOP else 1
    metres[which] = metres_of(b, i, end)
    return end if metres[which] <= ACCURACY_MOST else ODD  # also where it is no number


@inlined
def _point(state: Int64, metres: Float64, metres_per_dilution: float, time: Int64, accuracy: Float64) -> None:
    """Finish the open point: its time, and the accuracy it reports or its dilution stands for."""
    count, seen = state[COUNT], state[SEEN]
    dilution = metres[0] * metres_per_dilution if seen & SEEN_DILUTION else np.nan
    time[count] = state[MOMENT]
    accuracy[count] = metres[1] if seen & SEEN_ACCURACY else dilution
    state[COUNT] += 1
    state[POINT] = 0


@compiled
def scan(  # noqa: C901 - the one loop of the scanner
    b: UInt8,
    w: UInt64,
    i: int,
    n: int,
    depth_limit: int,
    metres_per_dilution: float,
    into: Columns,
) -> int:
    """Return the number of points written to the five columns, `ODD`, or `FULL` where there is no room for another.

    Parameters
    ----------
    b : (n,) the file, a zero behind it; ``i`` where the root may begin, ``n`` the end
    w : the eight bytes from each position on, as numbers
    depth_limit : deepest nesting of elements
    metres_per_dilution : accuracy that one unit of horizontal dilution stands for
    into : lat, lon, time, accuracy, segment, all of one length
    """
    lat, lon, time, accuracy, segment = into
    names, codes = np.empty((depth_limit, 2), np.int64), np.empty(depth_limit, np.int64)
    place, spans = np.empty(3, np.int64), np.empty((MAX_ATTRIBUTES, 2), np.int64)
    state, metres = np.zeros(8, np.int64), np.empty(2, np.float64)
    while True:
        i = text(b, i) if state[DEPTH] else _outside(b, i, n, state[ROOT])
        if i < 0 or i == n:
            return state[COUNT] if i == n else ODD
        if state[POINT] == 0 and state[DEPTH] > 1 and codes[state[DEPTH] - 1] == TRKSEG:
            i = plain_points(b, w, i, n, place, state, into)
            if i < 0:
                return ODD
        if b[i + 1] == SLASH:
            i = _closing(b, i, names, state)
        else:
            i = _opening(b, i, names, codes, place, spans, state)
            if i >= 0:
                if state[POINT] == 0:
                    i = _before_point(i, codes, place, state, lat, lon, segment)
                else:
                    i = _in_point(b, i, codes, state, metres)
        if i < 0:
            return i
        if state[CLOSED]:
            if state[DEPTH] == state[POINT]:
                _point(state, metres, metres_per_dilution, time, accuracy)
            state[DEPTH] -= 1
