"""GeoJSON, and what phones push: OwnTracks and Traccar JSON. Strict JSON; each point accounted for, none repaired.

A file is one document, or one document a line (as OwnTracks records). Numbers are kept as they are written, so that a
place is the same whether it comes as GPX or as JSON.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from geo.errors import InputError
from geo.tracks.readers import sensors, values
from geo.tracks.readers.points import Points, RawPoints, ReadOptions, build
from geo.tracks.track import Note, Track

DEEPEST: Final = 32
LONGEST_NUMBER: Final = 64
TIMES: Final = ("time", "timestamp", "datetime", "date", "tst", "fixTime", "deviceTime")
ACCURACIES: Final = ("accuracy", "acc", "hacc", "horizontalAccuracy")
COORD_TIMES: Final = ("coordTimes", "times", "coordinateProperties")
POSITION_AT_LEAST: Final = 2
TOWER: Final = ("mobileCountryCode", "mobileNetworkCode", "locationAreaCode", "cellId")
Json = Any


def read(data: bytes, name: str, options: ReadOptions) -> Track:
    """Return the track of a JSON file.

    Errors: ``track.json_encoding``, ``track.json_syntax`` (with the line), ``track.json_duplicate``, ``track.json_deep``,
    ``track.json_not_finite``, ``track.json_kind`` (no kind of track that is known), ``track.empty``, ``time.zone_missing``,
    ``points.limit``.
    """
    documents = list(_documents(data, name))
    points = Points(name, options, counts_of_seconds=True)
    kinds = {_Reader(points, options).take(document, line, name) for line, document in documents}
    raw: RawPoints = points.finish()
    if not len(raw.time_ms) and not raw.removed:
        raise InputError("track.empty", name, values={"others": 0})
    source = sorted(kinds - {""})[0] if kinds - {""} else "json"
    others = sum(_is_other(document) for _, document in documents)
    notes = (Note("track.messages", 0, {"number": others}),) if others else ()
    return build(name, source, raw, notes=notes)


def _documents(data: bytes, name: str) -> Iterator[tuple[int, Json]]:
    """Give (line, document): one for the file, or one for each of its lines."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("track.json_encoding", name, got=error.start) from error
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) > 1 and all(line.lstrip().startswith("{") and line.rstrip().endswith("}") for _, line in lines):
        for number, line in lines:
            yield number, _parsed(line, name, number)
    else:
        yield 1, _parsed(text, name, 1)


def _parsed(text: str, name: str, line: int) -> Json:
    if _depth(text) > DEEPEST:
        raise InputError("track.json_deep", name, limit=DEEPEST)

    def refuse(got: str) -> Json:
        raise InputError("track.json_not_finite", name, got=got)

    def unique(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [key for key, _ in pairs]
            raise InputError("track.json_duplicate", name, got=next(key for key in names if names.count(key) > 1))
        return found

    try:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=refuse, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise InputError("track.json_syntax", name, got=error.msg, values={"line": line + error.lineno - 1}) from error


def _depth(text: str) -> int:
    """Return how deep brackets are nested; those inside strings count too, which only refuses what nobody sends."""
    depth = deepest = 0
    for char in text:
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _is_other(document: Json) -> bool:
    return isinstance(document, dict) and document.get("_type") not in (None, "location")


class _Reader:
    """Takes the points out of one document."""

    def __init__(self, points: Points, options: ReadOptions) -> None:
        self._points = points
        self._zone = options.zone
        self._names = {n: w for n, w in sensors.NAMES.items() if options.salt or n not in sensors.RADIO}
        self._segment = 0

    def take(self, document: Json, line: int, name: str) -> str:
        """Return the kind of a document (``geojson``, ``owntracks``, ``traccar``) after taking its points."""
        if isinstance(document, list):
            kinds = {self.take(one, line, name) for one in document}
            return next(iter(sorted(kinds)), "")
        if not isinstance(document, dict):
            raise InputError("track.json_kind", name, got=type(document).__name__)
        if "_type" in document:
            return self._owntracks(document, line)
        if "type" in document:
            return self._geojson(document, line, name)
        if "location" in document or {"latitude", "longitude"} <= document.keys():
            return self._traccar(document, line)
        raise InputError("track.json_kind", name, got=", ".join(list(document)[:8])[:80])

    def _add(self, line: int, place: tuple[Json, Json], time: Json, accuracy: Json, *about: Mapping[str, Json]) -> None:
        lat, lon = (_text(value) for value in place)
        metres: float | str = values.accuracy_m(_text(accuracy)) if accuracy is not None else math.nan
        said = {name: text for name, words in self._names.items() for text in [_said(about, words)] if text is not None}
        self._points.add(line, lat, lon, _text(time), metres, self._segment, said)

    def _owntracks(self, message: Mapping[str, Json], line: int) -> str:
        """Take a message of OwnTracks; only ``location`` has a fix, an accuracy of 0 means that none is known."""
        if message["_type"] == "location":
            place = message.get("lat"), message.get("lon")
            self._add(line, place, message.get("tst"), message.get("acc"), message)
        return "owntracks"

    def _traccar(self, message: Mapping[str, Json], line: int) -> str:
        """Take a push of the Traccar client, or a position of the Traccar server."""
        inner = message.get("location", message)
        fix: Mapping[str, Json] = inner if isinstance(inner, dict) else {}
        nested = fix.get("coords", fix)
        coords: Mapping[str, Json] = nested if isinstance(nested, dict) else {}
        time = _first(fix, TIMES)
        accuracy = _first(coords, ACCURACIES)
        inside = fix.get("attributes")
        attributes: Mapping[str, Json] = inside if isinstance(inside, dict) else {}
        place = coords.get("latitude"), coords.get("longitude")
        self._add(line, place, time, accuracy, fix, coords, attributes, _networks(fix.get("network")))
        return "traccar"

    def _geojson(self, document: Mapping[str, Json], line: int, name: str) -> str:
        kind = document["type"]
        if kind == "FeatureCollection":
            for feature in _listed(document.get("features")):
                self._geojson(feature if isinstance(feature, dict) else {"type": ""}, line, name)
        elif kind == "Feature":
            said = document.get("properties")
            self._geometry(document.get("geometry"), said if isinstance(said, dict) else {}, line, name)
        else:
            self._geometry(document, {}, line, name)
        return "geojson"

    def _geometry(self, geometry: Json, said: Mapping[str, Json], line: int, name: str) -> None:
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        if kind not in ("Point", "LineString", "MultiLineString"):
            raise InputError("track.json_kind", name, got=str(kind)[:40])
        places = _listed(geometry.get("coordinates"))
        if kind == "Point":
            self._add(line, _place(places), _first(said, TIMES), _first(said, ACCURACIES), said)
            return
        times = _coordinate_times(said)
        runs = [places] if kind == "LineString" else [_listed(run) for run in places]
        at = 0
        stamps = [stamp for run in times for stamp in _listed(run)] if times and isinstance(times[0], list) else times
        for run in runs:
            self._segment += 1
            for position in run:
                self._add(line, _place(_listed(position)), stamps[at] if at < len(stamps) else None, None)
                at += 1


def _coordinate_times(said: Mapping[str, Json]) -> list[Json]:
    found = _first(said, COORD_TIMES)
    if isinstance(found, dict):
        found = found.get("times")
    return _listed(found)


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _place(position: Sequence[Json]) -> tuple[Json, Json]:
    """Return (lat, lon) of a GeoJSON position, which is written the other way round."""
    return (position[1], position[0]) if len(position) >= POSITION_AT_LEAST else (None, None)


def _first(said: Mapping[str, Json], names: Sequence[str]) -> Json:
    return next((said[name] for name in names if said.get(name) is not None), None)


def _said(about: Sequence[Mapping[str, Json]], names: Sequence[str]) -> str | None:
    """Return the first value that goes by one of some names, as text; several become one text, as one of a table."""
    value = next((one[name] for one in about for name in names if one.get(name) is not None), None)
    if isinstance(value, dict):
        value = value.get("type")
    if isinstance(value, list):
        return ";".join(part for part in value if isinstance(part, str))
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else None


def _networks(network: Json) -> dict[str, Json]:
    """Return the networks in reach as a position of the Traccar server lists them, written as in a table."""
    there: Mapping[str, Json] = network if isinstance(network, dict) else {}
    points = [one for one in _listed(there.get("wifiAccessPoints")) if isinstance(one, dict)]
    towers = [one for one in _listed(there.get("cellTowers")) if isinstance(one, dict)]
    cells = [",".join(str(tower.get(name, "")) for name in TOWER) for tower in towers]
    return {"wifi": [str(one.get("macAddress", "")) for one in points] or None, "cell": cells or None}


def _text(value: Json) -> str | None:
    """Return a number (kept as it was written) or a text as text; anything else is no value of a fix."""
    return value[: LONGEST_NUMBER + 1] if isinstance(value, str) else None
