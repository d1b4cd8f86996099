"""CSV: one row per fix, one or several tracks; strict about encoding, dialect and header, and it says what it guessed."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from geo.errors import InputError
from geo.tracks.readers import values
from geo.tracks.readers.points import Points, ReadOptions, build
from geo.tracks.track import Note, Track

MEANINGS: Final = ("time", "lat", "lon", "accuracy", "track")
NEEDED: Final = ("time", "lat", "lon")
SETTINGS: Final = ("encoding", "separator")
NONE: Final = "-"
USUAL: Final[Mapping[str, tuple[str, ...]]] = {
    "time": (
        *("time", "timestamp", "datetime", "date_time", "t", "utc", "gps_time", "recorded_at", "fix_time", "t_fix"),
        *("时间", "定位时间", "采集时间", "上报时间", "轨迹时间", "日期时间"),
    ),
    "lat": ("lat", "latitude", "y", "纬度", "北纬"),
    "lon": ("lon", "lng", "long", "longitude", "x", "经度", "东经"),
    "accuracy": ("accuracy", "acc", "accuracy_m", "horizontal_accuracy", "hacc", "精度", "定位精度"),
    "track": (
        *("track", "track_id", "worker_id", "worker", "person", "user_id", "user", "device_id", "device", "vehicle_id"),
        *("trip_id", "tid", "人员", "人员编号", "工号", "设备", "设备编号", "轨迹", "轨迹编号", "车辆"),
    ),
}
ENCODINGS: Final = {
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "utf-16": "utf-16",
}
SEPARATORS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", ",": ",", ";": ";"}
UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
INVISIBLE: Final = frozenset("\u00a0\u200b\u200c\u200d\u2060\ufeff\u3000")
LONGEST_LINE: Final = 65_536
SHOWN_IDS: Final = 50


def read(data: bytes, name: str, options: ReadOptions) -> tuple[Track, ...]:
    """Return every track of a table in order of appearance, or the one that was picked.

    ``options.columns`` maps ``time lat lon accuracy track`` to columns, and may set ``encoding`` (utf-8, gb18030, utf-16) and
    ``separator`` (comma, semicolon, tab); ``track=-`` says that the file is one track.

    Errors: ``csv.encoding``, ``csv.dialect``, ``csv.header``, ``csv.ragged``, ``csv.line``, ``csv.quote``,
    ``csv.column_missing``, ``csv.setting``, ``track.unknown``, ``track.empty``, ``time.zone_missing``, ``points.limit``.
    """
    text = _decode(data, name, options.columns)
    rows = _rows(text, name, _separator(options.columns, name))
    first: tuple[int, list[str]] = next(rows, (1, [""]))
    header = _header(first[1], name)
    chosen, guessed = _columns(header, options.columns, name)
    tracks = _gather(rows, name, header, chosen, options)
    if options.track is not None and options.track not in tracks:
        raise InputError("track.unknown", name, got=options.track, values={"known": known(tracks)})
    if not tracks:
        raise InputError("track.empty", name, values={"others": 0})
    picked = tracks if options.track is None else {options.track: tracks[options.track]}
    notes = (Note("csv.guessed", 0, {"columns": ", ".join(f"{m}={chosen[m]}" for m in guessed)}),) if guessed else ()
    return tuple(
        build(name, "csv", points.finish(), track=key or None, notes=notes, columns=chosen)
        for key, points in picked.items()
    )


def known(ids: Mapping[str, object] | Sequence[str]) -> str:
    """Return ids as a list to read, cut where it gets long."""
    shown = list(ids)[:SHOWN_IDS]
    return ", ".join(shown) + (f" … ({len(ids)})" if len(ids) > SHOWN_IDS else "")


def _gather(
    rows: Iterator[tuple[int, list[str]]],
    name: str,
    header: list[str],
    chosen: Mapping[str, str],
    options: ReadOptions,
) -> dict[str, Points]:
    at = {meaning: header.index(column) for meaning, column in chosen.items()}
    time, lat, lon = at["time"], at["lat"], at["lon"]
    accuracy, track = at.get("accuracy"), at.get("track")
    tracks: dict[str, Points] = {}
    total = 0
    for line, row in rows:
        if len(row) != len(header):
            if not any(row):
                continue
            raise InputError("csv.ragged", name, limit=len(header), got=len(row), values={"line": line})
        total += 1
        if total > options.limits.points:
            raise InputError("points.limit", name, limit=options.limits.points)
        key = "" if track is None else row[track].strip()
        points = tracks.get(key)
        if points is None:
            points = tracks[key] = Points(name, options, counts_of_seconds=True)
        points.add(
            line, row[lat], row[lon], row[time], values.accuracy_m(None if accuracy is None else row[accuracy]), 0
        )
    return tracks


def _decode(data: bytes, name: str, columns: Mapping[str, str]) -> str:
    declared = columns.get("encoding", "").lower()
    if declared and declared not in ENCODINGS:
        raise InputError("csv.setting", name, got=f"encoding={declared}", values={"known": ", ".join(ENCODINGS)})
    encoding = ENCODINGS.get(declared) or ("utf-16" if data[:2] in UTF16 else "utf-8-sig")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError("csv.encoding", name, got=declared or encoding, values={"line": line}) from error


def _separator(columns: Mapping[str, str], name: str) -> str:
    said = columns.get("separator", "comma")
    if said not in SEPARATORS:
        raise InputError("csv.setting", name, got=f"separator={said}", values={"known": "comma, semicolon, tab"})
    return SEPARATORS[said]


def _rows(text: str, name: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_lines(text, name), delimiter=separator, strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError("csv.quote", name, got=str(error), values={"line": reader.line_num}) from error
        yield reader.line_num, row


def _lines(text: str, name: str) -> Iterator[str]:
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if len(line) > LONGEST_LINE:
            raise InputError("csv.line", name, limit=LONGEST_LINE, got=len(line), values={"line": number})
        yield line


def _header(row: list[str], name: str) -> list[str]:
    header = [column.strip(" ") for column in row]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t，"):
        raise InputError("csv.dialect", name, got=header[0][:80])
    for column in header:
        odd = not column or INVISIBLE & set(column) or header.count(column) > 1
        if odd:
            raise InputError("csv.header", name, got=ascii(column)[1:-1], values={"known": known(header)})
    return header


def _columns(header: list[str], given: Mapping[str, str], name: str) -> tuple[dict[str, str], list[str]]:
    """Return meaning -> column, and the meanings that were guessed from the usual names."""
    odd = [meaning for meaning in given if meaning not in (*MEANINGS, *SETTINGS)]
    if odd:
        raise InputError("csv.setting", name, got=odd[0], values={"known": ", ".join((*MEANINGS, *SETTINGS))})
    chosen = {meaning: column for meaning, column in given.items() if meaning in MEANINGS and column != NONE}
    lower = {column.lower(): column for column in header}
    guessed: list[str] = []
    for meaning in MEANINGS:
        column = next((lower[usual] for usual in USUAL[meaning] if usual in lower), None)
        if column is not None and meaning not in given:
            chosen[meaning] = column
            guessed.append(meaning)
    for meaning in MEANINGS:
        column = chosen.get(meaning, "")
        missing = column not in header if column else meaning in NEEDED
        if missing:
            raise InputError(
                "csv.column_missing", name, got=column, values={"meaning": meaning, "known": known(header)}
            )
    return chosen, guessed
