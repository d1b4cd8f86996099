"""What a phone says beside its places, out of every format that can carry it; networks come out as salted hashes alone."""

import json
from typing import Any

import numpy as np
import pytest

from geo.tracks.readers import ReadOptions, read_tracks, sensors
from geo.tracks.sensed import CYCLING, NOT_SAID, STILL, WALKING, Sensed, joined
from geo.tracks.track import Track

pytestmark = pytest.mark.pure

SALT = b"a salt of this store"
HEADER = "time,lat,lon,mock,seq,elapsed_ms,steps,activity,heading,wifi,cell"
WIFI, CELL = '"A0:B1:C2:D3:E4:F5,-60;00:11:22:33:44:55,-71"', '"460,0,9763,26121,-80"'


def row(second: int, *cells: object) -> str:
    return f"2026-11-18T01:00:{second:02d}Z,24.77,118.6{second:02d}," + ",".join(map(str, cells))


def read(data: str, name: str = "day.csv", salt: bytes = SALT) -> Track:
    (track,) = read_tracks(data.encode(), name, ReadOptions(salt=salt))
    return track


def said(track: Track) -> dict[str, list[int]]:
    return {name: column.tolist() for name, column in track.sensed.columns.items()}


def test_a_table_names_its_columns() -> None:
    track = read(
        "\n".join(
            [
                HEADER,
                row(1, "false", 7, 91000, 1200, "walking", 358.6, WIFI, CELL),
                row(2, "", "", "", "", "", -1, "", ""),
                row(3, "true", 9, 101000, 1212, "静止", 360, WIFI, CELL),
            ]
        )
    )
    found = said(track)
    assert (found["mock"], found["seq"], found["elapsed_ms"]) == ([0, -1, 1], [7, -1, 9], [91000, -1, 101000])
    assert (found["steps"], found["activity"], found["heading"]) == (
        [1200, -1, 1212],
        [WALKING, NOT_SAID, STILL],
        [359, -1, 0],
    )
    assert found["wifi"][0] == found["wifi"][2] > 0
    assert found["cell"][0] not in (NOT_SAID, found["wifi"][0])


def test_names_of_networks_are_in_nothing_that_comes_out() -> None:
    data = "\n".join([HEADER, row(1, "", 1, "", "", "", "", WIFI, CELL)])
    track = read(data)
    assert "A0:B1" not in repr(track)
    assert "salt" not in repr(ReadOptions(salt=SALT))
    other = read(data, salt=b"another store")
    assert said(track)["wifi"] != said(other)["wifi"]
    unsalted = read(data, salt=b"")
    assert "wifi" not in unsalted.columns
    assert list(unsalted.sensed.columns) == ["seq"]


def test_the_order_of_a_scan_its_strengths_and_capitals_change_nothing() -> None:
    scans = ("a0:b1:c2:d3:e4:f5,-80;00:11:22:33:44:55,-90", "00:11:22:33:44:55|A0:B1:C2:D3:E4:F5")
    assert len({sensors.read("wifi", scan, SALT) for scan in scans}) == 1
    assert sensors.read("wifi", "02:00:00:00:00:00", SALT) == NOT_SAID  # what a phone says that may not tell
    assert sensors.read("cell", "460,0,9763,26121", SALT) == sensors.read("cell", "460,0,9763,26121,-70", SALT)
    few = {sensors.read("wifi", f"a0:b1:c2:d3:e4:{n:02x}", SALT) for n in range(256)}
    assert len(few) == 256
    assert all(0 <= value < 2**63 for value in few if value is not None)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("mock", "maybe"),
        ("seq", "-4"),
        ("seq", "1e3"),
        ("steps", "99999999999"),
        ("activity", "flying"),
        ("heading", "400"),
        ("heading", "north"),
        ("wifi", "x" * 5000),
    ],
)
def test_what_cannot_be_read_counts_as_not_said_and_is_told(column: str, text: str) -> None:
    assert sensors.read(column, text, SALT) is None
    track = read(f"time,lat,lon,{column}\n2026-11-18T01:00:00Z,24.77,118.6,{text}\n")
    assert track.sensed.columns == {}
    (note,) = [note for note in track.notes if note.code == "track.unread"]
    assert (note.line, note.values["column"], note.values["number"]) == (2, column, 1)
    assert track.points_kept == 1


def geojson() -> Any:
    properties = {"time": "2026-11-18T01:00:01Z", "isMock": True, "step_count": 14, "wifi": ["A0:B1:C2:D3:E4:F5"]}
    point = {"type": "Point", "coordinates": [118.6, 24.77]}
    return {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": point, "properties": properties}]}


def owntracks() -> Any:
    message = {"_type": "location", "tst": 1795050001, "lat": 24.77, "lon": 118.6, "cog": 90}
    return {**message, "BSSID": "a0:b1:c2:d3:e4:f5", "motionactivities": ["cycling"]}


def traccar() -> Any:
    coords = {"latitude": 24.77, "longitude": 118.6, "heading": 90.2}
    activity = {"type": "on_bicycle", "confidence": 80}
    location = {"timestamp": "2026-11-18T01:00:01Z", "coords": coords, "activity": activity, "mock": True}
    return {"device_id": "1", "location": location}


def traccar_server() -> Any:
    towers = [{"mobileCountryCode": 460, "mobileNetworkCode": 0, "locationAreaCode": 9763, "cellId": 26121}]
    network = {"wifiAccessPoints": [{"macAddress": "A0:B1:C2:D3:E4:F5", "signalStrength": -60}], "cellTowers": towers}
    attributes = {"steps": 33, "motion": True}
    place = {"fixTime": "2026-11-18T01:00:01Z", "latitude": 24.77, "longitude": 118.6, "course": 12.0}
    return {**place, "attributes": attributes, "network": network}


ONE = sensors.read("wifi", "a0:b1:c2:d3:e4:f5", SALT)
TOWER = sensors.read("cell", "460,0,9763,26121", SALT)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (geojson(), {"mock": [1], "steps": [14], "wifi": [ONE]}),
        (owntracks(), {"activity": [CYCLING], "heading": [90], "wifi": [ONE]}),
        (traccar(), {"mock": [1], "activity": [CYCLING], "heading": [90]}),
        (traccar_server(), {"steps": [33], "heading": [12], "wifi": [ONE], "cell": [TOWER]}),
    ],
)
def test_what_phones_push_carries_them(document: Any, expected: dict[str, list[int]]) -> None:
    assert said(read(json.dumps(document), "day.json")) == expected


def test_columns_follow_their_points_when_some_are_left_out() -> None:
    rows = [HEADER, row(1, "", 1), row(1, "", 1), row(2, "", 2).replace("24.77", "x"), row(3, "", 3)]
    track = read("\n".join(r if r == HEADER else r + "," * 6 for r in rows))
    assert (track.points_kept, said(track)) == (2, {"seq": [1, 3]})


def test_parts_are_put_one_after_the_other() -> None:
    one, other = Sensed({"seq": np.array([1, 2])}), Sensed({"steps": np.array([5])})
    both = joined([(one, 2), (Sensed(), 1), (other, 1)])
    assert {name: column.tolist() for name, column in both.columns.items()} == {
        "seq": [1, 2, -1, -1],
        "steps": [-1, -1, -1, 5],
    }
    assert list(both.only(slice(3, 4)).columns) == ["steps"]
