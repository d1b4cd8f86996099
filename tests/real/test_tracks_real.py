"""Real tracks: every odd file answers, the scanner and expat agree, and a bus is verified in Liverpool."""

import gzip
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.cli import app
from data.importers.tracks import Reading, TrackFile, read_files
from geo.errors import InputError
from geo.tracks import clock
from geo.tracks.readers import ReadOptions, gpx, read_tracks, scan
from geo.tracks.track import Track

Run = Callable[..., tuple[int, dict[str, Any]]]
UTC = ReadOptions(zone=clock.zone_of("UTC"))
REFUSALS = {"track.empty", "xml.syntax", "file.mismatch"}


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return ``run(*words)``: exit code and document of a command that needs no store."""
    for name in [name for name in os.environ if name.startswith("WANGGE_")]:
        monkeypatch.delenv(name)

    def run(*words: object) -> tuple[int, dict[str, Any]]:
        monkeypatch.setattr(sys, "argv", ["wangge", *map(str, words), "--json"])
        with pytest.raises(SystemExit) as left:
            app.main()
        return int(str(left.value.code)), json.loads(capsys.readouterr().out)

    return run


def real_gpx(shared: Path) -> list[tuple[str, bytes]]:
    """Return name and unpacked bytes of all 93 real files."""
    paths = [*sorted((shared / "gpx-odd").glob("*.gpx")), *sorted((shared / "traces-gpx-mixed").glob("*.gpx*"))]
    packed = [(path.name.removesuffix(".gz"), path.suffix == ".gz", path.read_bytes()) for path in paths]
    return [(name, gzip.decompress(data) if zipped else data) for name, zipped, data in packed]


def read_or_refused(path: Path) -> Track | str:
    """Return the track of a file, or the code of its refusal."""
    try:
        return read_tracks(path.read_bytes(), path.name, UTC)[0]
    except InputError as error:
        return error.code


def test_all_64_odd_files_answer_and_all_points_are_accounted_for(shared: Path) -> None:
    answers = [read_or_refused(path) for path in sorted((shared / "gpx-odd").glob("*.gpx"))]
    tracks = [answer for answer in answers if isinstance(answer, Track)]
    assert len(answers) == 64
    assert {answer for answer in answers if isinstance(answer, str)} == REFUSALS
    assert [t.name for t in tracks if t.points_read != t.points_kept + sum(t.removed.values())] == []
    assert sum(track.points_read > 0 for track in tracks) >= 40


@pytest.mark.parametrize(
    ("name", "code", "removed"),
    [
        ("gpsbabel__igc1_baro.gpx", 1, {"coord.null_island": 637}),
        ("tracklib__12.gpx", 0, {"coord.null_island": 1}),
        ("tracklib__vincennes.gpx", 1, {"coord.range": 5370}),
        ("togeojson__bad.gpx", 1, {"coord.syntax": 2}),
        ("OpenTracks__legacy_gpx_pause_resume.gpx", 0, {"coord.range": 1, "coord.swapped_suspect": 1}),
        ("gpxpy__Mojstrovka.gpx", 0, {}),
        ("gpxpy__cerknicko-without-times.gpx", 0, {}),
    ],
)
def test_odd_points_are_removed_for_the_right_reason(
    shared: Path, bare: Run, name: str, code: int, removed: dict[str, int]
) -> None:
    found = bare("track", "read", shared / "gpx-odd" / name, "--zone", "UTC")
    assert (found[0], found[1]["removed"]) == (code, removed)


def test_packed_and_naive_files_are_refused_by_name(shared: Path, bare: Run) -> None:
    odd = shared / "gpx-odd"
    for letter, got in (("c", "bzip2"), ("d", "gzip"), ("f", "zip")):
        code, error = bare("track", "read", odd / f"openstreetmap-website__{letter}.gpx")
        assert (code, error["code"], error["got"]) == (2, "file.mismatch", got)
    code, error = bare("track", "read", odd / "gpsbabel__fitwrite-track.gpx")
    assert (code, error["code"]) == (2, "time.zone_missing")


def test_the_scanner_reads_no_real_file_otherwise_than_expat(shared: Path) -> None:
    fast = 0
    for name, data in real_gpx(shared):
        found = scan.read(data, UTC)
        if found is None:
            continue
        right, others = gpx.read_by_expat(data, name, UTC)
        assert (others, right.removed) == (0, {}), name
        for column in ("time_ms", "lon_e7", "lat_e7", "accuracy_m", "segment"):
            assert getattr(found, column).tobytes() == getattr(right, column).tobytes(), (name, column)
        fast += 1
    assert fast >= 40


def test_what_gpxpy_counts_is_read_in_full(shared: Path) -> None:
    rows = (shared / "traces-gpx-mixed" / "MANIFEST.csv").read_text("utf-8").splitlines()
    header = rows[0].split(",")
    counted = {row.split(",")[header.index("file")]: row.split(",")[header.index("points")] for row in rows[1:]}
    named = {name: data for name, data in real_gpx(shared)}
    wrong = [
        name
        for name, points in counted.items()
        if points.isdigit() and read_tracks(named[name], name, UTC)[0].points_read != int(points)
    ]
    assert wrong == []


def test_geolife_is_read_in_full_in_the_limited_child(shared: Path) -> None:
    paths = sorted((shared / "traces-geolife").rglob("*.plt"))
    files = [TrackFile(path.name, path.read_bytes()) for path in paths]
    found = read_files(files, Reading())
    assert (len(found), sum(tracks[0].points_read for tracks in found)) == (68, 93_717)


BUS = ("--zone", "UTC", "--mode", "vehicle", "--track", "4720", "--on", "2026-01-26", "--code", "MSOA11CD")


def test_a_bus_is_verified_in_a_part_of_liverpool(shared: Path, bare: Run) -> None:
    csv = shared / "traces-liverpool-bus" / "route14_outbound.csv"
    msoa = shared / "nested-uk-liverpool" / "msoa.geojson"
    code, found = bare("verify", csv, "--grids", msoa, "--grid", "E02006932", "--shift", "16:00-18:15", *BUS)
    patrol = found["findings"][0]
    assert (code, patrol["level"], found["tracks"][0]["points_read"]) == (1, "PASS", 278)
    assert 20 < patrol["measured"]["low"] < patrol["measured"]["value"] < patrol["measured"]["high"] < 90
    assert {row[2] for row in found["intervals"]} == {"in", "out", "border", "unknown"}
    elsewhere = bare("verify", csv, "--grids", msoa, "--grid", "E02001347", "--shift", "16:00-16:45", *BUS)[1]
    assert elsewhere["findings"][0]["measured"]["low"] == 0
    plane = bare(
        "verify", csv, "--grids", msoa, "--grid", "E02006932", "--shift", "16:00-18:15", "--plane", "EPSG:27700", *BUS
    )[1]
    assert plane["findings"][0]["measured"]["low"] == pytest.approx(patrol["measured"]["low"], abs=1)


def test_eight_buses_in_one_file_ask_which(shared: Path, bare: Run) -> None:
    csv = shared / "traces-liverpool-bus" / "route14_outbound.csv"
    code, found = bare("track", "read", csv, "--zone", "UTC")
    assert (code, found["format"], len(found["tracks"])) == (0, "tracks/1", 8)
    assert sum(track["points_read"] for track in found["tracks"]) == 1533
    msoa = shared / "nested-uk-liverpool" / "msoa.geojson"
    words = ("--grids", msoa, "--code", "MSOA11CD", "--grid", "E02006932", "--on", "2026-01-26", "--zone", "UTC")
    code, error = bare("verify", csv, *words)
    assert (code, error["code"], "4720" in error["sentence"]["zh"]) == (2, "track.several", True)
