"""A track verified over HTTP: the same JSON as on the command line, and refusals by name."""

import gzip
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from geo import crs

ROOT = Path(__file__).parents[2]
GRID = "990001101001001"
DAY = "2026-11-18"


def walk(inside: bool) -> bytes:
    """Return a GPX of 40 minutes with a fix each 10 seconds, standing in the middle of grid 1 or 1 km north of it."""
    plane = crs.plane("EPSG:4549")
    middle = np.array([[358_200.0, 2_741_200.0 if inside else 2_742_400.0]])
    lon, lat = plane.to_lonlat(middle)[0]
    start = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
    points = "".join(
        f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}"><time>{(start + timedelta(seconds=10 * n)).isoformat()}</time></trkpt>'
        for n in range(240)
    )
    return f'<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{points}</trkseg></trk></gpx>'.encode()


def ask(client: TestClient, content: bytes, name: str = "walk.gpx", **fields: str) -> Any:
    form = {"grid": GRID, "on": DAY, **fields}
    return client.post("/api/tracks/verify", data=form, files={"file": (name, content)})


def level(document: dict[str, Any], rule: str) -> str:
    return next(f["level"] for f in document["findings"] if f["rule"] == rule)


def test_a_walk_in_the_grid_meets_the_daily_patrol(client: TestClient) -> None:
    answer = ask(client, walk(inside=True))
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert (document["format"], document["grid"], document["on"]) == ("verdict/1", GRID, DAY)
    assert level(document, "A19.2a") == "PASS"


def test_a_walk_elsewhere_does_not(client: TestClient) -> None:
    assert level(ask(client, walk(inside=False)).json(), "A19.2a") != "PASS"


def test_the_command_line_says_the_same(client: TestClient, town_store: str, tmp_path: Path) -> None:
    file = tmp_path / "walk.gpx"
    file.write_bytes(walk(inside=True))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "WANGGE_STORE": town_store}
    words = [sys.executable, "-m", "api.cli", "verify", str(file), "--grid", GRID, "--on", DAY, "--json"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert json.loads(done.stdout) == ask(client, walk(inside=True)).json()


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"grid": "nothing"}, 404, "unit.missing"),
        ({"grid": ""}, 422, "entry.missing"),
        ({"on": ""}, 422, "entry.missing"),
        ({"on": "18.11.2026"}, 422, "date.syntax"),
        ({"on": "2026-02-30"}, 422, "date.syntax"),
        ({"root": "nowhere"}, 404, "store.no_root"),
        ({"role": "emperor"}, 422, "role.unknown"),
        ({"datum": "mars"}, 422, "datum.unknown"),
        ({"mode": "swim"}, 422, "mode.unknown"),
        ({"columns": "time"}, 422, "csv.setting"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(
    client: TestClient, fields: dict[str, str], status: int, code: str
) -> None:
    answer = ask(client, walk(inside=True), **fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.gpx", b""),
        ("a.gpx", b"\x00\x01\x02"),
        ("a.gpx", b"<gpx><trk>"),
        ("a.gpx", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><gpx>&e;</gpx>'),
        ("a.gpx.gz", gzip.compress(b"0" * 90_000_000, mtime=0)),
        ("../../a.exe", b"MZ"),
    ],
)
def test_a_file_that_cannot_be_read_safely_is_a_problem(client: TestClient, name: str, content: bytes) -> None:
    answer = ask(client, content, name)
    assert 400 <= answer.status_code < 500, answer.text
    problem = answer.json()
    assert problem["code"] != "internal"
    assert "/etc/passwd" not in answer.text
    assert ".." not in answer.text


def test_nothing_of_an_upload_is_kept(client: TestClient, town_store: str) -> None:
    before = Path(town_store).read_bytes()
    ask(client, walk(inside=True))
    assert Path(town_store).read_bytes() == before
    assert sorted(path.name for path in Path(town_store).parent.iterdir()) == ["town.gpkg"]
