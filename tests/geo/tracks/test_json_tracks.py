"""GeoJSON, OwnTracks and Traccar JSON: every point accounted for, numbers as they are written, hostile JSON refused."""

import json
from typing import Any

import pytest

from geo.errors import InputError
from geo.tracks.readers import ReadLimits, ReadOptions, read_tracks
from geo.tracks.track import NO_TIME, Track

pytestmark = pytest.mark.pure

T0 = 1_794_960_000  # 2026-11-18T00:00:00Z


def read(document: Any, name: str = "t.json", **options: Any) -> Track:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    (found,) = read_tracks(data, name, ReadOptions(**options))
    return found


def refused(data: bytes, name: str = "t.json", **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        read(data, name, **options)
    return caught.value.code


def test_owntracks_messages_a_line_each() -> None:
    fix = {"_type": "location", "tst": T0, "lat": 24.5, "lon": 118.5, "acc": 8, "vel": 4}
    lines = [fix, {**fix, "tst": T0 + 5, "acc": 0}, {"_type": "transition", "event": "enter"}]
    found = read("\n".join(json.dumps(line) for line in lines).encode(), "2026-11.rec")
    assert (found.source, found.points_read, found.points_kept) == ("owntracks", 2, 2)
    assert found.time_ms.tolist() == [T0 * 1000, (T0 + 5) * 1000]
    assert found.accuracy_m[0] == 8
    assert found.accuracy_m[1] != found.accuracy_m[1]  # an accuracy of 0 means: not known
    assert [note.code for note in found.notes] == ["track.messages"]


def test_a_push_of_the_traccar_client_and_a_position_of_its_server() -> None:
    coords = {"latitude": 24.5, "longitude": 118.5, "accuracy": 6.5, "speed": -1}
    pushes = [
        {"device_id": "d", "location": {"timestamp": "2026-11-18T00:00:00.000Z", "coords": coords}},
        {
            "deviceId": 1,
            "fixTime": "2026-11-18T00:00:05.000+00:00",
            "latitude": 24.5,
            "longitude": 118.5,
            "accuracy": 3,
        },
    ]
    found = read(pushes)
    assert (found.source, found.time_ms.tolist()) == ("traccar", [T0 * 1000, (T0 + 5) * 1000])
    assert found.accuracy_m.tolist() == [6.5, 3.0]


def test_lines_and_points_of_geojson() -> None:
    line = {
        "type": "Feature",
        "properties": {"coordTimes": ["2026-11-18T00:00:00Z", "2026-11-18T00:00:05Z"]},
        "geometry": {"type": "LineString", "coordinates": [[118.5, 24.5, 12], [118.50001, 24.5]]},
    }
    point = {
        "type": "Feature",
        "properties": {"time": "2026-11-18T00:00:10Z", "accuracy": "5"},
        "geometry": {"type": "Point", "coordinates": [118.5, 24.5]},
    }
    found = read({"type": "FeatureCollection", "features": [line, point]}, "t.geojson")
    assert found.source == "geojson"
    assert found.lon_e7.tolist() == [1_185_000_000, 1_185_000_100, 1_185_000_000]
    assert ((found.time_ms - T0 * 1000) / 1000).tolist() == [0, 5, 10]


def test_lines_with_parts_have_segments_and_points_without_time_are_kept() -> None:
    runs = [[[118.5, 24.5], [118.6, 24.5]], [[118.7, 24.5]]]
    found = read({"type": "MultiLineString", "coordinates": runs}, "t.geojson")
    assert found.segment.tolist() == [1, 1, 2]
    assert found.time_ms.tolist() == [NO_TIME] * 3


@pytest.mark.parametrize(
    ("lat", "lon", "reason"),
    [
        (200, 118, "coord.range"),
        (118, 24.5, "coord.swapped_suspect"),
        (0, 0, "coord.null_island"),
        ("36,5", 118, "coord.syntax"),
        (True, 118, "coord.missing"),
        (None, 118, "coord.missing"),
    ],
)
def test_a_bad_place_is_set_aside_with_its_reason(lat: Any, lon: Any, reason: str) -> None:
    good = {"_type": "location", "tst": T0, "lat": 24.5, "lon": 118.5}
    found = read([good, {**good, "lat": lat, "lon": lon, "tst": T0 + 5}])
    assert (found.points_kept, dict(found.removed)) == (1, {reason: 1})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"_type": "location", "tst": 1, "lat": NaN, "lon": 1}', "track.json_not_finite"),
        (b'{"_type": "location", "tst": 1, "lat": Infinity, "lon": 1}', "track.json_not_finite"),
        (b'{"_type": "location", "lat": 1, "lat": 2, "lon": 1}', "track.json_duplicate"),
        (b"[" * 100_000, "track.json_deep"),
        (b'{"_type": "location",', "track.json_syntax"),
        ('{"_type": "位置"}'.encode("gb18030"), "track.json_encoding"),
        (b'{"a": 1}', "track.json_kind"),
        (b"[1, 2]", "track.json_kind"),
        (b'{"type": "Polygon", "coordinates": []}', "track.json_kind"),
        (b'{"type": "FeatureCollection", "features": []}', "track.empty"),
        (b"time,lat,lon\n", "file.mismatch"),
        (b"<gpx/>", "file.mismatch"),
        (b"", "file.empty"),
    ],
)
def test_what_is_no_track_is_refused(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_a_count_of_points_is_a_limit() -> None:
    fixes = [{"_type": "location", "tst": T0 + n, "lat": 24.5, "lon": 118.5} for n in range(11)]
    assert refused(json.dumps(fixes).encode(), limits=ReadLimits(points=10)) == "points.limit"


def test_a_time_without_a_zone_needs_one() -> None:
    point = {
        "type": "Feature",
        "properties": {"time": "2026-11-18T08:00:00"},
        "geometry": {"type": "Point", "coordinates": [1, 2]},
    }
    assert refused(json.dumps(point).encode(), "t.geojson") == "time.zone_missing"


def test_json_under_the_name_of_a_table_is_refused() -> None:
    assert refused(b'{"_type": "location"}', "t.csv") == "file.mismatch"
