"""``wangge track read`` and ``wangge verify`` as a clerk types them: exit codes, documents, and words."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.cli import app

Run = Callable[..., tuple[int, str]]

GRIDS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for code, name, ring in (
            ("G1", "第一网格", [[118.5, 24.8], [118.503, 24.8], [118.503, 24.803], [118.5, 24.803], [118.5, 24.8]]),
            ("G2", "第二网格", [[118.51, 24.8], [118.52, 24.81], [118.52, 24.8], [118.51, 24.81], [118.51, 24.8]]),
            ("G1x", "", [[118.6, 24.8], [118.603, 24.8], [118.603, 24.803], [118.6, 24.8]]),
            ("G1x", "", [[118.6, 24.8], [118.603, 24.8], [118.603, 24.803], [118.6, 24.8]]),
        )
    ],
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return ``run(*words)``: exit code and what was printed, in a folder with a track and a file of grids; no store."""
    for name in [name for name in os.environ if name.startswith("WANGGE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    Path("grids.geojson").write_text(json.dumps(GRIDS), "utf-8")
    points = "".join(
        f'<trkpt lat="24.8015" lon="118.5015"><time>2026-01-26T00:{n:02d}:00Z</time></trkpt>' for n in range(31)
    )
    Path("day.gpx").write_text(f"<gpx><trk><trkseg>{points}</trkseg></trk></gpx>", "utf-8")

    def typed(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["wangge", *words])
        with pytest.raises(SystemExit) as left:
            app.main()
        said = capsys.readouterr()
        return int(str(left.value.code)), said.out + said.err

    return typed


def verify(run: Run, *words: str, grid: str = "G1") -> tuple[int, Any]:
    head = ("verify", "day.gpx", "--grids", "grids.geojson", "--code", "code", "--grid", grid, "--on", "2026-01-26")
    code, said = run(*head, *words, "--json")
    return code, json.loads(said)


def test_a_day_that_meets_its_duty_exits_0(run: Run) -> None:
    code, found = verify(run, "--role", "level_3_worker", "--shift", "08:00-08:30", "--person", "P1")
    assert (code, found["format"], found["person"]) == (0, "verdict/1", "P1")
    assert [finding["level"] for finding in found["findings"]] == ["PASS", "NOT_REQUIRED", "NOT_REQUIRED"]
    assert found["inputs"]["grid"]["file"] == "grids.geojson"
    assert found["inputs"]["grid"]["plane"] == "TM:118.5,24.8"


def test_a_duty_that_cannot_be_told_exits_1(run: Run) -> None:
    code, found = verify(run)
    assert code == 1
    assert [finding["level"] for finding in found["findings"]] == ["PASS", "REVIEW", "REVIEW"]


@pytest.mark.parametrize(
    ("words", "grid", "code"),
    [
        ((), "G9", "grid.missing"),
        ((), "G2", "grid.invalid"),
        ((), "G1x", "grid.twice"),
        (("--plane", "EPSG:27700"), "G1", "crs.scale"),
        (("--plane", "EPSG:4326"), "G1", "crs.not_a_plane"),
        (("--root", "town"), "G1", "verify.grids_or_root"),
        (("--columns", "time"), "G1", "csv.setting"),
        (("--role", "boss"), "G1", "role.unknown"),
    ],
)
def test_what_cannot_be_used_exits_2_with_its_error(run: Run, words: tuple[str, ...], grid: str, code: str) -> None:
    exit_code, error = verify(run, *words, grid=grid)
    assert (exit_code, error["format"], error["code"]) == (2, "error/1", code)
    assert all(error["sentence"].values())


def test_a_wrong_day_or_field_or_a_missing_code_exits_2(run: Run) -> None:
    base = ("verify", "day.gpx", "--grids", "grids.geojson", "--grid", "G1")
    assert run(*base, "--on", "2026-02-30", "--code", "code")[0] == 2
    assert json.loads(run(*base, "--on", "2026-01-26", "--json")[1])["code"] == "verify.code_needed"
    missing = json.loads(run(*base, "--on", "2026-01-26", "--code", "nummer", "--json")[1])
    assert (missing["code"], "code" in missing["sentence"]["en"]) == ("field.missing", True)
    assert (
        json.loads(run("verify", "day.gpx", "--grid", "G1", "--on", "2026-01-26", "--json")[1])["code"] == "store.unset"
    )
    assert run("track", "read", "nothing.gpx")[0] == 2


def test_a_person_reads_a_time_line_sentences_and_questions(run: Run) -> None:
    head = ("verify", "day.gpx", "--grids", "grids.geojson", "--code", "code", "--grid", "G1", "--on", "2026-01-26")
    code, said = run(*head, "--shift", "08:00-09:00", "--role", "level_3_worker")
    assert code == 0
    assert "08:00 " + "█" * 30 in said
    assert "在格至少 0:30" in said
    assert "第十九条第（二）项" in said
    assert "按轮值日处理" in said


def test_reading_tells_each_point(run: Run) -> None:
    code, said = run("track", "read", "day.gpx", "--json")
    found = json.loads(said)
    assert (code, found["format"], found["points_read"], found["points_kept"]) == (0, "track/1", 31, 31)
    assert (found["first"], found["last"]) == ("2026-01-26T00:00:00+00:00", "2026-01-26T00:30:00+00:00")
    code, said = run("track", "read", "day.gpx", "day.gpx", "--json")
    assert [track["file"] for track in json.loads(said)["tracks"]] == ["day.gpx", "day.gpx"]


def test_a_file_without_a_point_left_exits_1_and_says_why(run: Run) -> None:
    Path("bad.gpx").write_text('<gpx><trk><trkseg>\n<trkpt lat="200" lon="1"/></trkseg></trk></gpx>', "utf-8")
    code, said = run("track", "read", "bad.gpx")
    assert code == 1
    assert "经纬度超出范围: 1" in said
    assert "2: 经纬度超出范围，已去除（lat=200 lon=1）" in said
    assert (
        run("verify", "bad.gpx", "--grids", "grids.geojson", "--code", "code", "--grid", "G1", "--on", "2026-01-26")[0]
        == 1
    )


def test_tables_take_columns_and_one_track(run: Run) -> None:
    Path("a.csv").write_text(
        "w,when,a,b\n1,2026-01-26 08:00:00,24.8,118.5\n2,2026-01-26 08:00:00,24.8,118.5\n", "utf-8"
    )
    columns = ("--columns", "time=when,lat=a,lon=b,track=w")
    assert run("track", "read", "a.csv", *columns)[0] == 2  # no zone
    code, said = run("track", "read", "a.csv", *columns, "--zone", "Asia/Shanghai", "--json")
    assert (code, len(json.loads(said)["tracks"])) == (0, 2)
    code, said = run("track", "read", "a.csv", *columns, "--zone", "Asia/Shanghai", "--track", "2", "--json")
    assert (json.loads(said)["track"], json.loads(said)["first"]) == ("2", "2026-01-26T00:00:00+00:00")
