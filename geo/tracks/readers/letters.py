"""What the scanner of GPX knows of bytes: their classes, the names that mean something, and its constants."""

from typing import Final

import numpy as np
import numpy.typing as npt

UInt8 = npt.NDArray[np.uint8]

ODD: Final = -1
FULL: Final = -2  # no room for a point
STRANGE: Final = 1 << 62  # a number in an odd form
MAX_ATTRIBUTES: Final = 32
LONGEST_VALUE: Final = 65_536
MAX_DIGITS: Final = 17
EXACT_DIGITS: Final = 15
NO_TIME: Final = -9223372036854775808
LAT_MAX: Final = 900_000_000
LON_MAX: Final = 1_800_000_000
DAY_MS: Final = 86_400_000

LT, GT, SLASH, AMP, EQ, QUOTE, APOS, COLON, CLOSE = 60, 62, 47, 38, 61, 34, 39, 58, 93
PLUS, MINUS, DOT, ZERO, NINE, UPPER_T, UPPER_Z, LOWER_A, LOWER_L, LOWER_N, LOWER_O = (
    *(43, 45, 46, 48, 57, 84, 90),
    *(97, 108, 110, 111),
)
LOWER_TEE: Final = 116
OTHER, TRK, TRKSEG, TRKPT, TIME, HDOP, ACCURACY, WAYPOINT, GPX = range(9)
NAME_START, NAME, SPACE, PLAIN, KNOWN = 1, 2, 4, 8, 16
DEPTH, POINT, COUNT, PART, ROOT, CLOSED, MOMENT, SEEN = range(8)  # what the scan remembers, in one array
SEEN_TIME, SEEN_DILUTION, SEEN_ACCURACY = 1, 2, 4


def _classes() -> UInt8:
    table = np.zeros(256, np.uint8)
    table[[*range(65, 91), *range(97, 123), 95, COLON]] |= NAME_START | NAME
    table[[*range(48, 58), MINUS, DOT]] |= NAME
    table[[9, 10, 13, 32]] |= SPACE
    table[[9, 10, 13, *range(32, 128)]] |= PLAIN  # needs no second look inside text
    table[[LT, AMP, CLOSE]] &= 0xFF ^ PLAIN
    table[list(b"tharwg")] |= KNOWN  # the first letters of the names below
    return table


CLASS: Final = _classes()
NAMES: Final = np.frombuffer(
    b"trktrksegtrkpttimehdopaccuracyaccuracy_horizontalhorizontal_accuracyhaccwptrteptgpx", np.uint8
)
NAME_AT: Final = np.array([0, 3, 9, 14, 18, 22, 30, 49, 68, 72, 75, 80, 83], np.int64)
NAME_CODE: Final = np.array([1, 2, 3, 4, 5, 6, 6, 6, 6, 7, 7, 8], np.int64)
ENTITIES: Final = np.frombuffer(b"amp;lt;gt;quot;apos;", np.uint8)
ENTITY_AT: Final = np.array([0, 4, 7, 10, 15, 20], np.int64)
