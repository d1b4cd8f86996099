"""One walk on several receivers at once: no two of them contradict each other, and wrong clocks are asked about, never mended."""

import hashlib
import json
import re
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from api.services import holding
from api.services.verification import Grid, Options, Sent, verify_tracks, verify_with_file
from data.importers.child import Limits
from data.importers.fields import GridFields
from data.importers.tracks import TrackFile
from geo import crs
from geo.tracks import clock
from geo.tracks.readers import read_tracks
from geo.tracks.track import Track
from rules.parameters import defaults

WALKS = {
    "FC": ("2021-07-28", ["raw__FC_garmin.gpx.gz", "raw__FC_polar.gpx.gz", "raw__FC_telephone.gpx"]),
    "DC": ("2021-07-20", ["raw__DC_garmin.gpx", "raw__DC_polar.gpx.gz", "raw__DC_telephone.gpx"]),
}
SPLITS = (0.2, 0.5, 0.8)
PARIS = "Europe/Paris"
FC_DAY = date(2021, 7, 28)
PLANE = crs.plane("EPSG:2154")


@pytest.fixture
def folder(shared: Path) -> Path:
    return shared / "traces-multireceiver-walk"


def shift_of(folder: Path) -> str:
    """Return the working time from the first start to the last end that the authors wrote down, in local time."""
    times = re.findall(r"28/07/2021 (\d\d:\d\d):\d\d", (folder / "timestamp_FC.txt").read_text("utf-8"))
    return f"{min(times)}-{max(times)}"


@cache
def track_of(path: Path) -> Track:
    return read_tracks(path.read_bytes(), path.name)[0]


def halves(path: Path, axis: int, at: float) -> dict[str, shapely.Polygon]:
    """Return two grids in degrees with one border drawn across the path, ``at`` of its way along an axis."""
    lonlat = track_of(path).lonlat()
    box = [*(lonlat.min(axis=0) - 0.01).tolist(), *(lonlat.max(axis=0) + 0.01).tolist()]
    cut = float(np.quantile(lonlat[:, axis], at))
    one, other = list(box), list(box)
    one[axis + 2], other[axis] = cut, cut
    return {"one": shapely.box(*one), "other": shapely.box(*other)}


def judged(path: Path, code: str, grid: shapely.Polygon, day: str, shift: str) -> dict[str, Any]:
    """Return the verdict on one receiver in one grid, read in this process."""
    options = Options(date.fromisoformat(day), "P01", "level_2_full_time_worker", shift, PARIS)
    drawn = shapely.transform(grid, PLANE.to_plane)
    sent = [Sent(track_of(path), hashlib.sha256(path.read_bytes()).hexdigest(), "wgs84")]
    return verify_tracks(sent, Grid(code, code, drawn, PLANE, {}), options, defaults())


def verified(path: Path, shift: str | None) -> dict[str, Any]:
    """Return what ``wangge verify`` answers on a file and a file of grids."""
    shapes = halves(path, 0, 0.5).items()
    rows = [{"type": "Feature", "properties": {"code": c}, "geometry": shapely.geometry.mapping(s)} for c, s in shapes]
    grids = json.dumps({"type": "FeatureCollection", "features": rows}).encode()
    options = Options(FC_DAY, "P01", "level_2_full_time_worker", shift, PARIS)
    fields = GridFields("code", None, (), None)
    sent = [TrackFile(path.name, path.read_bytes())]
    return verify_with_file(sent, TrackFile("grids.geojson", grids), fields, "one", options, Limits())


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("site", WALKS)
def test_no_two_receivers_of_one_walk_are_pass_against_fail(folder: Path, site: str, axis: int) -> None:
    day, receivers = WALKS[site]
    shift = "08:18-09:42" if site == "DC" else shift_of(folder)
    seen: set[str] = set()
    for split in SPLITS:
        for code, grid in halves(folder / receivers[1], axis, split).items():
            found = [judged(folder / name, code, grid, day, shift) for name in receivers]
            for findings in zip(*(one["findings"] for one in found), strict=True):
                levels = {finding["level"] for finding in findings}
                assert not {"PASS", "FAIL"} <= levels, (split, code, findings[0]["rule"])
                seen |= levels
            lows = [one["findings"][0]["measured"]["low"] for one in found]
            highs = [one["findings"][0]["measured"]["high"] for one in found]
            assert max(lows) <= min(highs), (split, code)
    assert "PASS" in seen


WRONG = [
    ("raw__FC_keymaze.gpx.gz", "+2"),
    ("laps__FC_keymaze_neg.gpx.gz", "+2"),
    ("laps__FC_telephone_neg.gpx", "-2"),
]


@pytest.mark.parametrize(("name", "hours"), WRONG)
def test_two_hours_are_proposed_and_not_applied(folder: Path, name: str, hours: str) -> None:
    found = verified(folder / name, shift_of(folder))
    questions = {question["code"]: question for question in found["questions"]}
    assert f"{hours} h" in questions["clock"]["sentence"]["en"]
    assert {finding["level"] for finding in found["findings"]} <= {"REVIEW", "NO_DATA", "NOT_REQUIRED"}
    (track,) = found["tracks"]
    as_sent = int(track_of(folder / name).time_ms.min()) / 1000
    assert datetime.fromisoformat(track["first"]).timestamp() == pytest.approx(as_sent, abs=0.001)


@pytest.mark.parametrize("name", [*WALKS["FC"][1], "laps__FC_garmin_neg.gpx.gz", "laps__FC_polar_pos.gpx.gz"])
def test_a_right_clock_is_not_asked_about(folder: Path, name: str) -> None:
    parts = clock.windows(FC_DAY, shift_of(folder), clock.zone_of(PARIS))
    duty = [holding.whole_duty(parts, defaults(), FC_DAY)]
    assert holding.clock_doubt(track_of(folder / name), duty, None, 7_200_000, defaults(), FC_DAY) is None


def test_without_a_shift_the_answer_says_that_the_clock_cannot_be_checked(folder: Path) -> None:
    name = "raw__FC_keymaze.gpx.gz"
    found = verified(folder / name, None)
    said = [question["sentence"]["en"] for question in found["questions"] if question["code"] == "shift"]
    assert ["clock of the device be checked" in sentence for sentence in said] == [True]
    assert [question for question in found["questions"] if question["code"] == "clock"] == []


def test_all_25_files_are_read_in_full(folder: Path) -> None:
    rows = (folder / "MANIFEST.csv").read_text("utf-8").splitlines()
    header = rows[0].split(",")
    named = [dict(zip(header, row.split(","), strict=True)) for row in rows[1:]]
    for row in named:
        track = track_of(folder / row["stored_as"])
        assert track.points_read == int(row["points"]) == track.points_kept + sum(track.removed.values()), row["file"]
    assert (len(named), sum(int(row["points"]) for row in named)) == (25, 54_426)
