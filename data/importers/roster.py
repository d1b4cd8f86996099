"""The roster from a CSV: one row says who someone is, what they are in charge of, when they serve, or when they do not.

Nothing is repaired. Every cell that cannot be taken as it is, is a fault with its line and column; with one fault nothing
is written. What a spreadsheet program may have spoilt (numbers as 1.38E+10, dates as counts of days) is named as that.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from data.importers.rows import Fault, Row, cell_faults, table_of
from data.roster import ABSENCES, CALENDAR, CENTRE, GRID, Absence, Assignment, Entry, Person, Shift, key_of, through
from data.tables.columns import OPEN_START
from geo.errors import InputError
from rules.roles import DUTIES, role_of

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "person": ("person", "person_id", "id", "人员编号", "工号", "编号"),
    "name": ("name", "姓名"),
    "grid": ("grid", "grid_code", "网格", "网格编号"),
    "role": ("role", "post", "岗位", "职务", "角色"),
    "from": ("from", "start", "起", "开始日期", "起始日期"),
    "to": ("to", "end", "止", "结束日期"),
    "hours": ("hours", "shift", "班次", "工作时间"),
    "days": ("days", "weekdays", "星期"),
    "place": ("place", "地点"),
    "kind": ("kind", "absence", "类别", "缺勤"),
    "note": ("note", "备注", "说明"),
}
PLACES: Final = {
    "": GRID,
    "grid": GRID,
    "网格": GRID,
    "centre": CENTRE,
    "center": CENTRE,
    "中心": CENTRE,
    "党群服务中心": CENTRE,
}
KINDS: Final = {
    **{kind: kind for kind in (*ABSENCES, *CALENDAR)},
    **{"请假": "leave", "休假": "leave", "病假": "sick", "抽调": "secondment", "培训": "training"},
    **{"上班": "working_day", "调休上班": "working_day", "放假": "day_off", "已公布": "published"},
    **{"停工": "stop_work", "台风停工": "stop_work", "免查": "exempt", "战时": "emergency", "战时状态": "emergency"},
}
HOURS: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)
DAYS: Final = re.compile(r"[1-7]{1,7}", re.ASCII)
LONGEST_CALENDAR: Final = 366
TEXTS: Final = ("name", "note")


@dataclass(frozen=True, slots=True)
class Read:
    """What a roster says: entries with the line each came from, in the order of the file; and what is wrong with it."""

    entries: tuple[tuple[int, Entry], ...]
    faults: tuple[Fault, ...]
    rows: int


def read_roster(data: bytes, name: str, encoding: str = "", valid_from: date = OPEN_START) -> Read:
    """Return what a roster in CSV says and what is wrong with it.

    Parameters
    ----------
    data, name : the file's bytes, and its name without a folder
    encoding : as declared; UTF-8 or a UTF-16 mark otherwise
    valid_from : the first day of rows that name none

    Errors (of the file as a whole): ``file.mismatch``, ``file.empty``, ``csv.encoding``, ``csv.dialect``, ``csv.header``,
    ``csv.ragged``, ``csv.quote``, ``csv.line``, ``roster.columns``.
    """
    table = table_of(data, name, encoding, COLUMNS)
    if "person" not in table.at and "kind" not in table.at:
        raise InputError("roster.columns", name, got=list(table.header), values={"known": table.known})
    rows = list(table.rows)
    taken = [_taken(row, valid_from) for row in rows]
    faults = [fault for _, wrong in taken for fault in wrong]
    entries = [(row.line, entry) for row, (said, _) in zip(rows, taken, strict=True) for entry in said]
    faults += _twice(entries)
    return Read(tuple(_once(entries)), tuple(sorted(faults, key=lambda fault: fault.line)), len(rows))


def _taken(row: Row, valid_from: date) -> tuple[list[Entry], list[Fault]]:
    """Return what one row says, nothing of it if anything is wrong with it."""
    faults = [*cell_faults(row, "person", "grid", TEXTS)]
    first, last = _day(row, "from", valid_from), _day(row, "to", None)
    faults += [day for day in (first, last) if isinstance(day, Fault)]
    if not isinstance(first, Fault) and not isinstance(last, Fault):
        end = through(last)
        if first is None or first >= end:
            faults.append(row.fault("to", "roster.days_turned", limit=str(first)))
        elif not faults:
            faults += _meaning(row)
            return ([] if faults else _entries(row, first, end)), faults
    return [], faults


def _day(row: Row, meaning: str, default: date | None) -> date | Fault | None:
    text = row.cells.get(meaning, "")
    if not text:
        return default
    try:
        return date.fromisoformat(text if len(text) == len("2026-11-24") else "")
    except ValueError:
        return row.fault(meaning, "date.format")


def _meaning(row: Row) -> Iterator[Fault]:
    """Give what is wrong with the words of a row."""
    cell = row.cells.get
    if cell("kind") and cell("kind") not in KINDS:
        yield row.fault("kind", "roster.kind", known=list(KINDS))
    if not cell("kind") and not cell("person"):
        yield row.fault("person", "roster.person_missing")
    if cell("role") and role_of(cell("role", "")) is None:
        yield row.fault("role", "role.unknown", known=", ".join(DUTIES))
    if bool(cell("role")) != bool(cell("grid")) and not cell("kind") and not cell("hours"):
        yield row.fault("role" if cell("grid") else "grid", "roster.half_assignment")
    if KINDS.get(cell("kind", "")) in CALENDAR:
        yield from _calendar(row)
    yield from _service(row)


def _calendar(row: Row) -> Iterator[Fault]:
    """Give what is wrong with a line of the calendar: it is about everybody, whole days, at most a year, and names its days."""
    for meaning in ("person", "grid", "hours"):
        if row.cells.get(meaning):
            yield row.fault(meaning, "roster.calendar_all")
    first, last = _day(row, "from", None), _day(row, "to", None)
    if not isinstance(first, date) or not isinstance(last, date):
        yield row.fault("from" if first is None else "to", "roster.calendar_days")
    elif (last - first).days > LONGEST_CALENDAR:
        yield row.fault("to", "roster.calendar_long", limit=LONGEST_CALENDAR)


def _service(row: Row) -> Iterator[Fault]:
    """Give what is wrong with where and when somebody serves."""
    place, hours, days = (row.cells.get(name, "") for name in ("place", "hours", "days"))
    if place not in PLACES:
        yield row.fault("place", "roster.place", known=[place for place in PLACES if place])
    centre = PLACES.get(place) == CENTRE
    if centre and not (row.cells.get("grid") and hours):
        yield row.fault("grid" if hours else "hours", "roster.centre")
    if hours and not _good_hours(hours, centre):
        yield row.fault("hours", "roster.hours")
    if days and (not DAYS.fullmatch(days) or len(set(days)) != len(days)):
        yield row.fault("days", "roster.weekdays")


def _good_hours(text: str, over_midnight: bool) -> bool:
    """Tell whether hours are parts in order; only at the centre the last one may go on past midnight."""
    before = -1
    parts = text.replace("，", ",").split(",")
    for number, part in enumerate(parts):
        match = HOURS.fullmatch(part.strip())
        if match is None:
            return False
        start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
        if max(start, end) > 24 * 60 or start < before:
            return False
        if end <= start and not (over_midnight and number == len(parts) - 1):
            return False
        before = end
    return True


def _entries(row: Row, first: date, end: date) -> list[Entry]:
    cell = row.cells.get
    person, grid, hours = cell("person", ""), cell("grid", ""), cell("hours", "").replace(" ", "")
    if cell("kind"):
        kind = KINDS[cell("kind", "")]
        return [Absence(person, grid, kind, hours, cell("note", ""), first, end)]
    said: list[Entry] = [Person(person, cell("name", ""))] if cell("name") else []
    role, place = role_of(cell("role", "")), PLACES[cell("place", "")]
    if role and grid:
        said.append(Assignment(person, grid, role, first, end))
    if hours:
        centre = grid if place == CENTRE else ""
        said.append(Shift(person, place, centre, "".join(sorted(cell("days", ""))), hours, first, end))
    return said


def _twice(entries: list[tuple[int, Entry]]) -> Iterator[Fault]:
    """Give the rows that say again, or otherwise, what one before them said; names and hours may be repeated."""
    seen: dict[tuple[type[Entry], str], tuple[int, Entry]] = {}
    for line, entry in entries:
        name = (type(entry), key_of(entry))
        line_before, before = seen.setdefault(name, (line, entry))
        if line == line_before or (before == entry and isinstance(entry, Person | Shift)):
            continue
        code = "row.duplicate" if before == entry else "roster.contradiction"
        yield Fault(line, "", code, {"got": getattr(entry, "person", ""), "before": line_before})
    yield from _both_ways(entries)


def _both_ways(entries: list[tuple[int, Entry]]) -> Iterator[Fault]:
    """Give the lines of the calendar that call a day of work a day off, or the other way round."""
    seen: dict[date, tuple[int, str]] = {}
    for line, entry in entries:
        if isinstance(entry, Absence) and entry.kind in ("working_day", "day_off"):
            days = [entry.valid_from + timedelta(days=n) for n in range((entry.valid_to - entry.valid_from).days)]
            for day in days:
                before, kind = seen.setdefault(day, (line, entry.kind))
                if kind != entry.kind:
                    yield Fault(line, "", "roster.contradiction", {"got": day.isoformat(), "before": before})
                    break


def _once(entries: list[tuple[int, Entry]]) -> Iterator[tuple[int, Entry]]:
    seen: set[Entry] = set()
    for line, entry in entries:
        if entry not in seen:
            seen.add(entry)
            yield line, entry
