"""CSV: one row per fix, one or several tracks; strict about encoding, dialect and header, and it says what it guessed."""

from collections.abc import Iterator, Mapping
from typing import Final

from geo.errors import InputError
from geo.tracks.readers import dialect, sensors, values
from geo.tracks.readers.points import Points, ReadOptions, build
from geo.tracks.track import Note, Track

MEANINGS: Final = ("time", "lat", "lon", "accuracy", "track", *sensors.NAMES)
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
    **{meaning: tuple(name.lower() for name in names) for meaning, names in sensors.NAMES.items()},
}


def read(data: bytes, name: str, options: ReadOptions) -> tuple[Track, ...]:
    """Return every track of a table in order of appearance, or the one that was picked.

    ``options.columns`` maps ``time lat lon accuracy track`` and the names of `sensors.NAMES` to columns, and may set ``encoding``
    (utf-8, gb18030, utf-16) and ``separator`` (comma, semicolon, tab); ``track=-`` says that the file is one track. Columns of
    networks are read only where there is a salt to hash them with.

    Errors: ``csv.encoding``, ``csv.dialect``, ``csv.header``, ``csv.ragged``, ``csv.line``, ``csv.quote``,
    ``csv.column_missing``, ``csv.setting``, ``track.unknown``, ``track.empty``, ``time.zone_missing``, ``points.limit``.
    """
    text = dialect.decoded(data, name, options.columns.get("encoding", "").lower())
    rows = dialect.rows(text, name, dialect.separator(options.columns.get("separator", "comma"), name))
    first: tuple[int, list[str]] = next(rows, (1, [""]))
    header = dialect.header_of(first[1], name)
    chosen, guessed = _columns(header, options.columns, name, bool(options.salt))
    tracks = _gather(rows, name, header, chosen, options)
    if options.track is not None and options.track not in tracks:
        raise InputError("track.unknown", name, got=options.track, values={"known": dialect.known(tracks)})
    if not tracks:
        raise InputError("track.empty", name, values={"others": 0})
    picked = tracks if options.track is None else {options.track: tracks[options.track]}
    notes = (Note("csv.guessed", 0, {"columns": ", ".join(f"{m}={chosen[m]}" for m in guessed)}),) if guessed else ()
    return tuple(
        build(name, "csv", points.finish(), track=key or None, notes=notes, columns=chosen)
        for key, points in picked.items()
    )


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
    sensed = [(meaning, place) for meaning, place in at.items() if meaning in sensors.NAMES]
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
        metres = values.accuracy_m(None if accuracy is None else row[accuracy])
        said = {meaning: row[place] for meaning, place in sensed}
        points.add(line, row[lat], row[lon], row[time], metres, 0, said)
    return tracks


def _columns(header: list[str], given: Mapping[str, str], name: str, hashes: bool) -> tuple[dict[str, str], list[str]]:
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
                "csv.column_missing", name, got=column, values={"meaning": meaning, "known": dialect.known(header)}
            )
    if not hashes:
        chosen = {meaning: column for meaning, column in chosen.items() if meaning not in sensors.RADIO}
    return chosen, [meaning for meaning in guessed if meaning in chosen]
