"""Strict reading of single values: degrees as whole 1e-7 parts, accuracies in metres; anything else gives its reason."""

import math
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
NOT_FINITE: Final = re.compile(r"[+-]?(?:nan|inf|infinity)", re.ASCII | re.IGNORECASE)
SPACE: Final = " \t\r\n"
SHIFT: Final = 7
LON_MAX: Final = 1_800_000_000
LAT_MAX: Final = 900_000_000
LONGEST: Final = 64

MISSING, SYNTAX, INFINITE, RANGE = "coord.missing", "coord.syntax", "coord.not_finite", "coord.range"
SWAPPED, NULL_ISLAND = "coord.swapped_suspect", "coord.null_island"
ACCURACY_SYNTAX, ACCURACY_NEGATIVE, ACCURACY_RANGE = "accuracy.syntax", "accuracy.negative", "accuracy.range"
ACCURACY_MOST: Final = 5000.0  # metres; 9999 and the like mean "not known"


def degrees_e7(text: str | None) -> int | str:
    """Return degrees in whole 1e-7 parts (half away from zero), or the reason: missing, syntax or not finite.

    >>> degrees_e7("24.12345678")
    241234568
    """
    if text is None:
        return MISSING
    text = text.strip(SPACE)
    if not text:
        return MISSING
    if len(text) > LONGEST or not NUMBER.fullmatch(text):
        return INFINITE if NOT_FINITE.fullmatch(text) else SYNTAX
    number = Decimal(text)
    if abs(number) >= 1_000_000_000:
        return RANGE
    return int(number.scaleb(SHIFT).to_integral_value(ROUND_HALF_UP))


def place(lat: str | None, lon: str | None) -> tuple[int, int] | str:
    """Return (lat, lon) in 1e-7 degrees, or why it is no place on the globe.

    A latitude beyond the pole with a longitude that could be one is named as perhaps swapped, and never turned round.
    """
    north, east = degrees_e7(lat), degrees_e7(lon)
    if isinstance(north, str):
        return north
    if isinstance(east, str):
        return east
    if abs(north) > LAT_MAX or abs(east) > LON_MAX:
        return SWAPPED if LAT_MAX < abs(north) <= LON_MAX and abs(east) <= LAT_MAX else RANGE
    return NULL_ISLAND if north == 0 and east == 0 else (north, east)


def accuracy_m(text: str | None) -> float | str:
    """Return metres, NaN where nothing is reported (absent, empty, 0), or the reason."""
    if text is None or not text.strip(SPACE):
        return math.nan
    text = text.strip(SPACE)
    if len(text) > LONGEST or not NUMBER.fullmatch(text):
        return ACCURACY_SYNTAX
    value = float(text)
    if value < 0:
        return ACCURACY_NEGATIVE
    if value > ACCURACY_MOST:
        return ACCURACY_RANGE
    return value if value > 0 else math.nan


def dilution_m(text: str | None, metres_per_unit: float) -> float:
    """Return the accuracy in metres that a dilution of precision stands for; NaN where it is no positive number."""
    value = accuracy_m(text)
    return math.nan if isinstance(value, str) else value * metres_per_unit
