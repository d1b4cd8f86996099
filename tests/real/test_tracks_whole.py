"""Every point of two folders of real tracks, through the cleaning: kept, or left out for a reason that is counted."""

import csv
import gzip
from collections import Counter
from datetime import date
from pathlib import Path
from time import process_time

import numpy as np
import pytest

from api.services import measuring
from geo import crs
from geo.tracks import cleaning, clock
from geo.tracks.readers import ReadOptions, read_tracks
from geo.tracks.track import Track
from rules.parameters import defaults

UTC = ReadOptions(zone=clock.zone_of("UTC"))
NUMBERS = measuring.numbers(defaults(), date(2026, 11, 24), "vehicle").cleaning
LONGEST_S = 20.0  # of the processor, for one folder; 0.7 were measured, and the first run also compiles


def accounts(track: Track) -> Counter[str]:
    """Return how many points of a track are kept (empty name), and how many go for each reason."""
    found = Counter({f"read: {reason}": count for reason, count in track.removed.items()})
    timed = track.timed
    found["read: no time"] += int((~timed).sum())
    if not timed.any():
        return found
    lonlat = track.lonlat()[timed]
    xy = crs.plane_around(*np.median(lonlat, axis=0)).to_plane(lonlat)
    rank = np.zeros(len(xy), np.int64)
    fixes = cleaning.clean(track.time_ms[timed], xy, track.accuracy_m[timed], rank, NUMBERS)
    assert (np.diff(fixes.time_ms) > 0).all(), track.name
    assert np.isfinite(fixes.xy).all(), track.name
    assert np.isfinite(fixes.sigma).all(), track.name
    kept = int((fixes.outcome == cleaning.USED).sum())
    assert len(fixes.time_ms) == len(fixes.xy) == len(fixes.sigma) == kept, track.name
    return found + Counter(cleaning.REASONS[outcome] for outcome in fixes.outcome.tolist())


def counted(path: Path) -> tuple[bytes, int]:
    """Return what a file holds, and its points, counted without our readers: by gpxpy as listed, or as lines after the head."""
    if path.suffix == ".plt":
        data = path.read_bytes()
        return data, len(data.splitlines()) - 6
    with (path.parent / "MANIFEST.csv").open(encoding="utf-8") as file:
        listed = {row["file"]: int(row["points"]) for row in csv.DictReader(file)}
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data, listed[path.name.removesuffix(".gz")]


@pytest.mark.parametrize(
    ("folder", "pattern", "files", "points", "gone"),
    [
        ("traces-geolife", "*.plt", 68, 93_717, {"speed": 176}),
        (
            *("traces-gpx-mixed", "*.gpx*", 29, 78_276),
            {"read: no time": 358, "read: duplicate": 1035, "time.same": 6717, "speed": 53},
        ),
    ],
)
def test_every_point_of_every_file_is_kept_or_left_out_for_a_reason(
    shared: Path, folder: str, pattern: str, files: int, points: int, gone: dict[str, int]
) -> None:
    paths = sorted((shared / folder).rglob(pattern))
    found: Counter[str] = Counter()
    start = process_time()
    for path in paths:
        data, there = counted(path)
        of_file = sum((accounts(track) for track in read_tracks(data, path.name.removesuffix(".gz"), UTC)), Counter())
        assert of_file.total() == there, path.name
        found += of_file
    took = process_time() - start
    assert (len(paths), found.total()) == (files, points)
    assert {reason: count for reason, count in found.items() if reason and count} == gone
    assert took < LONGEST_S
