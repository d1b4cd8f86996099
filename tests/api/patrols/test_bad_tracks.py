"""Every row of the tables of bad tracks (reliability.md section 8, B33 to B67), sent to ``POST /api/tracks``: answered as said.

A file that cannot be read safely is a problem and nothing is kept; one that can is a receipt that accounts for each point.
"""

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import clock
from api.main import create_app
from api.settings import Settings

Walk = Callable[..., bytes]
GOOD = '<trkpt lat="24.77" lon="118.6"><time>2026-11-18T01:00:00Z</time></trkpt>'
T1 = "<time>2026-11-18T01:00:05Z</time>"


def gpx(points: str, before: str = "") -> bytes:
    root = '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
    return f'<?xml version="1.0"?>{before}{root}{points}</trkseg></trk></gpx>'.encode()


def point(lat: str = "24.77", lon: str = "118.6", inside: str = T1) -> str:
    return f'<trkpt lat="{lat}" lon="{lon}">{inside}</trkpt>'


def timed(stamp: str) -> str:
    return point(inside=f"<time>{stamp}</time>")


@pytest.fixture
def send(office: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    monkeypatch.setattr(clock, "now", lambda: office.at)
    settings = Settings(store=office.store.address, http_points=1000)
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:

        def call(data: bytes, name: str = "day.gpx", person: str = "P01", **fields: str) -> Any:
            head = {"Idempotency-Key": f"k{len(data)}{name}{person}"}
            return client.post(
                "/api/tracks", data={"person": person, **fields}, files={"file": (name, data)}, headers=head
            )

        yield call


LAUGHS = '<!ENTITY l0 "ha">' + "".join(f'<!ENTITY l{n} "&l{n - 1};&l{n - 1};">' for n in range(1, 30))
ENTITY = '<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
MISLABELLED = b'<?xml version="1.0" encoding="UTF-8"?><gpx>' + "网".encode("gb18030") + b"</gpx>"
MANY = "".join(timed(f"2026-11-18T0{1 + n // 3600}:{n // 60 % 60:02d}:{n % 60:02d}Z") for n in range(1001))


@pytest.mark.parametrize(
    ("row", "data", "name", "status", "code"),
    [
        ("B33", gpx(GOOD, ENTITY), "day.gpx", 422, "xml.forbidden"),
        ("B33", gpx(GOOD, '<!DOCTYPE gpx SYSTEM "http://example.org/x.dtd">'), "day.gpx", 422, "xml.forbidden"),
        ("B34", gpx(GOOD, f"<!DOCTYPE gpx [{LAUGHS}]>"), "day.gpx", 422, "xml.forbidden"),
        ("B35", gpx("<a>" * 100_000), "day.gpx", 422, "xml.limits"),
        ("B35", gpx(f'<trkpt lat="{"1" * 2_000_000}" lon="1"/>'), "day.gpx", 422, "xml.limits"),
        ("B35", gpx("<a " + " ".join(f'b{n}="1"' for n in range(100_000)) + "/>"), "day.gpx", 422, "xml.limits"),
        ("B36", b"", "day.gpx", 422, "file.empty"),
        ("B36", b"hello", "day.gpx", 422, "xml.syntax"),
        ("B36", gpx(GOOD)[:-20], "day.gpx", 422, "xml.syntax"),
        ("B37", b"<kml><Document/></kml>", "day.gpx", 415, "file.mismatch"),
        ("B37", b"<!doctype html><html></html>", "day.gpx", 415, "file.mismatch"),
        ("B37", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "day.gpx", 415, "file.mismatch"),
        ("B37", b"<TrainingCenterDatabase><Activities/></TrainingCenterDatabase>", "day.gpx", 415, "file.mismatch"),
        ("B38", gpx(""), "day.gpx", 422, "track.empty"),
        ("B38", b"<gpx><wpt lat='24.7' lon='118.6'/></gpx>", "day.gpx", 422, "track.empty"),
        (
            "B39",
            MISLABELLED,
            "day.gpx",
            422,
            "xml.encoding",
        ),
        ("B39", b'<?xml version="1.0" encoding="x-none"?><gpx/>', "day.gpx", 422, "xml.encoding"),
        ("B45", gpx(timed("2026-11-18T08:00:00")), "day.gpx", 422, "time.zone_missing"),
        ("B51", gpx(MANY), "day.gpx", 413, "points.limit"),
        ("B56", "时间,纬度,经度\n".encode("gb18030"), "day.csv", 422, "csv.encoding"),
        ("B57", b"time;lat;lon\n2026-11-18T01:00:00Z;24.7;118.6\n", "day.csv", 422, "csv.dialect"),
        ("B57", "time，lat，lon\n".encode(), "day.csv", 422, "csv.dialect"),
        ("B58", b"time,lat,lon\n2026-11-18T01:00:00Z,24.7\n", "day.csv", 422, "csv.ragged"),
        ("B58", b'time,lat,lon\n"2026-11-18T01:00:00Z,24.7,118.6\n', "day.csv", 422, "csv.quote"),
        ("B58", b"time,lat,lon\n" + b"1" * 70_000 + b"\n", "day.csv", 422, "csv.line"),
        ("B58", b"time,lat,lon\r2026-11-18T01:00:00Z,24.7,118.6\r", "day.csv", 422, "csv.line_ends"),
        ("B59", b"time,lat,lat,lon\n", "day.csv", 422, "csv.header"),
        ("B59", "time,lat\u200b,lon\n".encode(), "day.csv", 422, "csv.header"),
        ("B59", b"time,lat\n2026-11-18T01:00:00Z,24.7\n", "day.csv", 422, "csv.column_missing"),
        ("B67", b"PK\x03\x04\x14\x00", "day.csv", 415, "file.mismatch"),
        ("B97", gzip.compress(b"x", mtime=0), "day.gpx", 415, "file.mismatch"),
        ("B86", gzip.compress(b"0" * 50_000_000, mtime=0), "day.gpx.gz", 422, "gzip.ratio"),
    ],
)
def test_what_cannot_be_read_safely_is_a_problem_and_nothing_is_kept(
    send: Callable[..., Any], office: Any, row: str, data: bytes, name: str, status: int, code: str
) -> None:
    answer = send(data, name)
    said = answer.json()
    assert (row, answer.status_code, said["code"]) == (row, status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    assert not office.folder.exists()


@pytest.mark.parametrize(
    ("row", "bad", "reason"),
    [
        ("B40", point(lat="NaN"), "quarantined:coord.not_finite"),
        ("B40", point(lon="inf"), "quarantined:coord.not_finite"),
        ("B40", point(lat="200"), "quarantined:coord.range"),
        ("B40", point(lon="181"), "quarantined:coord.range"),
        ("B40", f'<trkpt lon="118.6">{T1}</trkpt>', "quarantined:coord.missing"),
        ("B41", point(lat="36,5"), "quarantined:coord.syntax"),
        ("B41", point(lat="٣٦"), "quarantined:coord.syntax"),
        ("B41", point(lat="3_6"), "quarantined:coord.syntax"),
        ("B41", point(lat="0x24"), "quarantined:coord.syntax"),
        ("B41", point(lat="36°"), "quarantined:coord.syntax"),
        ("B42", point("0", "0"), "quarantined:coord.null_island"),
        ("B42", point("118", "24"), "quarantined:coord.swapped_suspect"),
        ("B44", point(inside=""), "quarantined:time.missing"),
        ("B46", timed("yesterday"), "quarantined:time.syntax"),
        ("B46", timed("2026-11-18T24:00:00Z"), "quarantined:time.impossible"),
        ("B46", timed("0000-01-01T00:00:00Z"), "quarantined:time.impossible"),
        ("B46", timed("1970-01-01T00:00:00Z"), "quarantined:time.too_old"),
        ("B46", timed("1980-01-06T00:00:00Z"), "quarantined:time.too_old"),
        ("B46", timed("2006-04-04T01:00:00Z"), "quarantined:time.too_old"),
        ("B46", timed("2099-01-01T00:00:00Z"), "quarantined:time.future"),
        ("B46", timed("2026-11-18T01:00:60Z"), "accepted"),
        ("B47", timed("2026-11-18T12:06:00Z"), "quarantined:time.future"),
        ("B49", GOOD * 3, "duplicate"),
        ("B52", point(inside=T1 + "<extensions><accuracy>-5</accuracy></extensions>"), "quarantined:accuracy.negative"),
        ("B52", point(inside=T1 + "<extensions><accuracy>good</accuracy></extensions>"), "quarantined:accuracy.syntax"),
        ("B52", point(inside=T1 + "<extensions><accuracy>9999</accuracy></extensions>"), "quarantined:accuracy.range"),
        ("B55", timed("2026-11-18T09:00:00Z"), "trimmed:off_duty"),
    ],
)
def test_a_bad_point_is_set_aside_with_its_reason_and_the_rest_is_taken(
    send: Callable[..., Any], row: str, bad: str, reason: str
) -> None:
    answer = send(gpx(GOOD + bad))
    said = answer.json()
    assert (row, answer.status_code) == (row, 201), said
    assert sum(said["counts"].values()) == said["points_read"] == 1 + bad.count("<trkpt")
    assert said["counts"][reason] >= 1
    assert said["counts"]["accepted"] >= 1


def test_late_points_are_taken_and_told(send: Callable[..., Any]) -> None:  # B47
    said = send(gpx(timed("2026-09-16T01:00:00Z"))).json()
    assert (said["counts"], [flag["code"] for flag in said["flags"]]) == ({"accepted": 1}, ["time.late"])


def test_times_going_backwards_are_kept_in_order_and_told(send: Callable[..., Any]) -> None:  # B48
    said = send(gpx(timed("2026-11-18T01:10:00Z") + GOOD)).json()
    assert said["counts"] == {"accepted": 2}
    assert "time.order" in [fault["code"] for fault in said["faults"]]


def test_one_file_under_two_names_is_told_for_both(send: Callable[..., Any]) -> None:  # B49
    send(gpx(GOOD), person="P01")
    assert [flag["code"] for flag in send(gpx(GOOD), person="P02").json()["flags"]] == ["track.shared"]


def test_a_name_is_text_whatever_it_looks_like(send: Callable[..., Any]) -> None:  # B53
    named = gpx(GOOD).replace(b"<trkseg>", b"<name>&lt;script&gt;=HYPERLINK(1)${7*7}</name><trkseg>", 1)
    assert send(named, "<script>.gpx").json()["file"] == "<script>.gpx"


def test_a_naive_time_is_read_in_the_zone_that_is_declared(send: Callable[..., Any]) -> None:  # B45
    said = send(gpx(timed("2026-11-18T09:00:00")), zone="Asia/Shanghai").json()
    assert said["counts"] == {"accepted": 1}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_declared_encodings_are_read(send: Callable[..., Any], encoding: str) -> None:  # B39
    text = f'<?xml version="1.0" encoding="{encoding}"?><gpx><trk><name>网格</name><trkseg>{GOOD}</trkseg></trk></gpx>'
    assert send(text.encode(encoding)).json()["counts"] == {"accepted": 1}


def test_a_table_in_gb18030_is_read_where_it_is_declared(send: Callable[..., Any]) -> None:  # B56
    data = "时间,纬度,经度\n2026-11-18T01:00:00Z,24.77,118.6\n".encode("gb18030")
    assert send(data, "day.csv", columns="encoding=gb18030").json()["counts"] == {"accepted": 1}


def test_a_file_whose_points_are_all_bad_keeps_nothing(send: Callable[..., Any], office: Any) -> None:  # B40
    said = send(gpx(point(lat="NaN"))).json()
    assert said["counts"] == {"quarantined:coord.not_finite": 1}
    assert not office.folder.exists()
