"""Times: strict reading of stamps into UTC milliseconds, and the working time of a local day."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from geo.errors import InputError

STAMP: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?(?:(Z)|([+-])(\d\d):?(\d\d))?", re.ASCII
)
SECONDS: Final = re.compile(r"(\d{9,10})(?:\.(\d{1,12}))?", re.ASCII)
MILLISECONDS: Final = re.compile(r"\d{12,13}", re.ASCII)
SHIFT: Final = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)", re.ASCII)
EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS = 86_400_000, 3_600_000, 60_000, 1000
LEAP_SECOND: Final = 60
MAX_OFFSET_MS: Final = 14 * HOUR_MS
MINUTES_OF_A_DAY: Final = 24 * 60
FIRST_MS: Final = (1 - EPOCH_DAY) * DAY_MS  # what a date can hold: years 1 to 9999 in UTC
LAST_MS: Final = (date.max.toordinal() + 1 - EPOCH_DAY) * DAY_MS - 1
FIRST_DAY, LAST_DAY = date(2, 1, 1), date(9998, 12, 31)  # so that their ends are dates in every zone

SYNTAX, IMPOSSIBLE, ZONE_MISSING = "time.syntax", "time.impossible", "time.zone_missing"
NONEXISTENT, AMBIGUOUS = "time.nonexistent", "time.ambiguous"


@dataclass(frozen=True, slots=True)
class Window:
    """Working time from ``start_ms`` up to ``end_ms`` (UTC milliseconds)."""

    start_ms: int
    end_ms: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.end_ms - self.start_ms) / SECOND_MS


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone ``name`` (IANA, e.g. ``Asia/Shanghai``); error ``time.zone_unknown``."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError("time.zone_unknown", name, got=name) from error


def instant(text: str, zone: ZoneInfo | None) -> int | str:
    """Return UTC milliseconds of an ISO 8601 stamp, or the reason why it cannot be read.

    Fractions are cut to milliseconds; second 60 is the next second. A stamp without a zone is read in ``zone``; without
    one the answer is ``time.zone_missing``. Local times that a change of the clocks skipped or repeated are refused.

    >>> instant("1970-01-01T00:00:01.5Z", None)
    1500
    """
    match = STAMP.fullmatch(text)
    if match is None:
        return SYNTAX
    day = _day(match[1])
    clock = _clock(match[2], match[3], match[4] or "0", match[5] or "")
    if day is None or clock is None:
        return IMPOSSIBLE
    local = (day - EPOCH_DAY) * DAY_MS + clock
    if match[6]:
        found: int | str = local
    elif match[7]:
        offset = int(match[8]) * HOUR_MS + int(match[9]) * MINUTE_MS
        impossible = offset > MAX_OFFSET_MS or int(match[9]) * MINUTE_MS >= HOUR_MS
        found = IMPOSSIBLE if impossible else local - (offset if match[7] == "+" else -offset)
    else:
        found = ZONE_MISSING if zone is None else _from_local(local, zone)
    return found if isinstance(found, str) or FIRST_MS <= found <= LAST_MS else IMPOSSIBLE


def epoch(text: str) -> int | None:
    """Return UTC milliseconds of a count of seconds (9 or 10 digits) or milliseconds (12 or 13) since 1970, else None."""
    seconds = SECONDS.fullmatch(text)
    if seconds:
        return int(seconds[1]) * SECOND_MS + int((seconds[2] or "0")[:3].ljust(3, "0"))
    return int(text) if MILLISECONDS.fullmatch(text) else None


def windows(on: date, shift: str | None, zone: ZoneInfo) -> tuple[Window, ...]:
    """Return the working time of the local day ``on``: the parts of ``shift`` (``08:00-12:00,14:00-18:00``) or all of it.

    A part may end at 24:00; parts stand in order and do not overlap. A time that the clocks skip that day is the moment they
    jump. Errors: ``shift.syntax``; ``shift.skipped`` where the clocks skip a whole part; ``day.range``.
    """
    if not FIRST_DAY <= on <= LAST_DAY:
        raise InputError("day.range", on.isoformat(), got=on.isoformat())
    parts = [(0, MINUTES_OF_A_DAY)] if shift is None else [_part(text, shift) for text in shift.split(",")]
    flat = [minute for part in parts for minute in part]
    if any(later < earlier for earlier, later in pairwise(flat)) or any(a == b for a, b in parts):
        raise InputError("shift.syntax", shift or "", got=shift)
    found = tuple(Window(_local_minute(on, a, zone), _local_minute(on, b, zone)) for a, b in parts)
    if any(part.end_ms <= part.start_ms for part in found):
        raise InputError("shift.skipped", on.isoformat(), got=shift or "", values={"zone": zone.key})
    return found


def stamp(ms: int, zone: ZoneInfo) -> str:
    """Return ISO 8601 with offset, to the second where that is exact, of UTC milliseconds."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    return moment.astimezone(zone).isoformat(timespec="milliseconds" if ms % SECOND_MS else "seconds")


def offset_ms(ms: int, zone: ZoneInfo) -> int:
    """Return by how many milliseconds the local time of a moment (UTC ms) is ahead of UTC."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    ahead = moment.astimezone(zone).utcoffset() or timedelta()
    return round(ahead.total_seconds() * SECOND_MS)


def total_seconds(parts: Sequence[Window]) -> float:
    """Return the length of all parts together, in seconds."""
    return sum(part.seconds for part in parts)


def _part(text: str, shift: str) -> tuple[int, int]:
    match = SHIFT.fullmatch(text.strip())
    if match is None:
        raise InputError("shift.syntax", shift, got=text)
    hours, minutes = (int(match[1]), int(match[3])), (int(match[2]), int(match[4]))
    start, end = hours[0] * 60 + minutes[0], hours[1] * 60 + minutes[1]
    if max(minutes) >= 60 or end > MINUTES_OF_A_DAY:
        raise InputError("shift.syntax", shift, got=text)
    return start, end


def _local_minute(on: date, minute: int, zone: ZoneInfo) -> int:
    day = on + timedelta(days=minute // MINUTES_OF_A_DAY)
    local = datetime.combine(day, time(minute // 60 % 24, minute % 60), tzinfo=zone)
    while (there := local.astimezone(UTC)).astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        local += timedelta(minutes=1)  # a skipped time; arithmetic within one zone goes by its wall clock
    return round(there.timestamp() * SECOND_MS)


@cache
def _day(text: str) -> int | None:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return None


def _clock(hour: str, minute: str, second: str, fraction: str) -> int | None:
    h, m, s = int(hour), int(minute), int(second)
    if h >= 24 or m >= 60 or s > LEAP_SECOND:
        return None
    return h * HOUR_MS + m * MINUTE_MS + s * SECOND_MS + int(fraction[:3].ljust(3, "0") or "0")


def _from_local(local_ms: int, zone: ZoneInfo) -> int | str:
    quarter, rest = divmod(local_ms, 15 * MINUTE_MS)
    offset = _offset(quarter, zone)
    return offset if isinstance(offset, str) else quarter * 15 * MINUTE_MS + rest - offset


@cache
def _offset(quarter: int, zone: ZoneInfo) -> int | str:
    """Return the offset in ms of a local quarter of an hour (clocks change on such quarters), or why it has none."""
    naive = datetime(1970, 1, 1) + timedelta(minutes=15 * quarter)  # noqa: DTZ001 - a wall clock has no zone
    try:
        first, second = (naive.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
        if first is None or second is None:
            return IMPOSSIBLE
        if first != second:
            back = naive.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
            return AMBIGUOUS if back == naive else NONEXISTENT
    except OverflowError:
        return IMPOSSIBLE
    return round(first.total_seconds() * SECOND_MS)
