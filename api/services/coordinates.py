"""Points as people write them: longitude and latitude in degrees, minutes and seconds, with letters or without."""

import re
import unicodedata
from typing import Final

_EAST: Final = ("E", "W", "东", "西")
_NORTH: Final = ("N", "S", "北", "南")
_NEGATIVE: Final = ("W", "S", "西", "南")
SIXTY: Final = 60
_LETTER: Final = r"(?:[东西]经|[南北]纬|[EWNS])"
_VALUE: Final = (
    rf"(?P<before>{_LETTER})?\s*(?P<degrees>[-−]?\d{{1,3}}(?:\.\d+)?)\s*[°º度]?\s*"
    r"(?:(?P<minutes>\d{1,2}(?:\.\d+)?)\s*['′’分]\s*)?"
    r"(?:(?P<seconds>\d{1,2}(?:\.\d+)?)\s*(?:\"|″|”|''|′′|秒)\s*)?(?(before)|(?P<after>[EWNS](?![A-Z]))?)"
)
_ONE: Final = re.compile(_VALUE, re.IGNORECASE)
_PARTED: Final = re.compile(r"[\s,;、/°º度′'分]")
_BETWEEN: Final = re.compile(r"[\s,;、/]*")
MOST_LON: Final = 180.0
MOST_LAT: Final = 90.0


def point_of(text: str) -> tuple[float, float] | None:
    """Return longitude and latitude in degrees if ``text`` is written as a point, else None.

    Letters (E, N, 东经, 北纬 …) say which is which; without them the longitude comes first, unless it could be no latitude the
    other way round: in ``24.8, 118.5`` the second is the longitude.
    """
    written = unicodedata.normalize("NFKC", text).strip()
    first = _ONE.match(written)
    second = None if first is None else _ONE.fullmatch(written, _gap(written, first.end()))
    if first is None or second is None:
        return None
    values, letters = [_degrees(first), _degrees(second)], [_letter(first), _letter(second)]
    apart = any(letters) or _PARTED.search(written, first.start(), second.start()) is not None
    if None in values or not apart or not _agree(letters):
        return None
    one, other = (value for value in values if value is not None)
    turned = letters[0] in _NORTH if letters[0] else letters[1] in _EAST if letters[1] else abs(other) > MOST_LAT
    lon, lat = (other, one) if turned else (one, other)
    return (lon, lat) if abs(lon) <= MOST_LON and abs(lat) <= MOST_LAT else None


def _gap(text: str, start: int) -> int:
    """Return where what parts two values ends."""
    found = _BETWEEN.match(text, start)
    return start if found is None else found.end()


def _letter(found: re.Match[str]) -> str:
    return (found["before"] or found["after"] or "")[:1].upper()


def _agree(letters: list[str]) -> bool:
    """Tell whether one letter, if there are two, is a longitude's and the other a latitude's."""
    return not all(letters) or (letters[0] in _EAST) != (letters[1] in _EAST)


def _degrees(found: re.Match[str]) -> float | None:
    minutes, seconds = float(found["minutes"] or 0), float(found["seconds"] or 0)
    if max(minutes, seconds) >= SIXTY:
        return None
    whole = found["degrees"].replace("−", "-")
    size = abs(float(whole)) + minutes / SIXTY + seconds / SIXTY**2
    return -size if whole.startswith("-") or _letter(found) in _NEGATIVE else size
