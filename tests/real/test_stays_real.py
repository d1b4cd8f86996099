"""Stays of Geolife beside those that trackintel found, merging and the drift guard off: another opinion, not the truth."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from geo.tracks.readers import ReadOptions, clock, read_tracks
from geo.tracks.stays import StayPolicy, stays

Float64 = npt.NDArray[np.float64]
Record = Callable[[str, object], None]
Way = Callable[[Float64, Float64, StayPolicy], Iterator[tuple[float, float]]]
GAP_S = 15 * 60.0
EARTH_M = 6_371_000.0
ORACLE = "oracle/trackintel_1.4.2_traces-geolife.csv"
UTC = ReadOptions(zone=clock.zone_of("UTC"))


@cache
def people(folder: Path) -> dict[int, tuple[Float64, Float64]]:
    """Return seconds (n,) and metres (n, 2) of each person, all files together, about their own middle."""
    found: dict[int, tuple[Float64, Float64]] = {}
    for home in sorted(path for path in folder.iterdir() if path.is_dir()):
        tracks = [read_tracks(path.read_bytes(), path.name, UTC)[0] for path in sorted(home.rglob("*.plt"))]
        seconds = np.concatenate([track.time_ms for track in tracks]) / 1000.0
        lonlat = np.concatenate([track.lonlat() for track in tracks])
        order = np.argsort(seconds, kind="stable")
        order = order[np.r_[True, np.diff(seconds[order]) > 0]]
        scale = np.radians(1.0) * EARTH_M * np.array([np.cos(np.radians(np.median(lonlat[:, 1]))), 1.0])
        found[int(home.name)] = seconds[order], (lonlat[order] - np.median(lonlat, axis=0)) * scale
    return found


def theirs(shared: Path, radius_m: int, minutes: int) -> dict[int, list[tuple[float, float]]]:
    found: dict[int, list[tuple[float, float]]] = {}
    for row in csv.DictReader((shared / "cases-staypoints" / ORACLE).read_text("utf-8").splitlines()):
        if (int(row["dist_threshold_m"]), int(row["time_threshold_min"])) == (radius_m, minutes):
            span = tuple(datetime.fromisoformat(row[name]).timestamp() for name in ("started_at", "finished_at"))
            found.setdefault(int(row["user_id"]), []).append((span[0], span[1]))
    return found


def ours(seconds: Float64, xy: Float64, policy: StayPolicy) -> Iterator[tuple[float, float]]:
    found = stays(seconds, xy, np.full(len(xy), 1.0), np.diff(seconds) > GAP_S, policy)
    yield from zip(seconds[found.first].tolist(), seconds[found.last].tolist(), strict=True)


def until_elsewhere(seconds: Float64, xy: Float64, policy: StayPolicy) -> Iterator[tuple[float, float]]:
    """Yield our runs as trackintel reckons a stay: it ends with the first fix elsewhere, none where a gap comes first."""
    broken = np.diff(seconds) > GAP_S
    found = stays(seconds, xy, np.full(len(xy), 1.0), broken, replace(policy, shortest_s=0.0))
    for first, last in zip(found.first.tolist(), found.last.tolist(), strict=True):
        left = last + 1 < len(seconds) and not broken[last]
        if left and seconds[last + 1] - seconds[first] >= policy.shortest_s:
            yield float(seconds[first]), float(seconds[last + 1])


def shared_seconds(one: list[tuple[float, float]], other: list[tuple[float, float]]) -> float:
    return sum(max(0.0, min(b, d) - max(a, c)) for a, b in one for c, d in other)


def shares(shared: Path, radius_m: int, minutes: int, policy: StayPolicy, way: Way) -> tuple[float, float]:
    """Return which share of trackintel's stay time is ours too, and of ours theirs."""
    right = theirs(shared, radius_m, minutes)
    both = mine = yours = 0.0
    for person, (seconds, xy) in people(shared / "traces-geolife").items():
        found, expected = list(way(seconds, xy, policy)), right.get(person, [])
        both += shared_seconds(found, expected)
        mine += sum(b - a for a, b in found)
        yours += sum(b - a for a, b in expected)
    return both / yours, both / mine


def plain(radius_m: int, minutes: int) -> StayPolicy:
    return StayPolicy(float(radius_m), minutes * 60.0, join_s=0.0, join_m=0.0, drift_mps=None, sigmas=0.0)


@pytest.mark.parametrize(("radius_m", "minutes"), [(100, 5), (50, 3), (200, 20)])
def test_nearly_all_stay_time_is_that_of_trackintel(shared: Path, radius_m: int, minutes: int) -> None:
    of_theirs, of_ours = shares(shared, radius_m, minutes, plain(radius_m, minutes), until_elsewhere)
    assert min(of_theirs, of_ours) >= 0.95


LESS = [("plain", plain(100, 5), 0.84), ("as the product has it", StayPolicy(100.0, 300.0, sigmas=0.0), 0.81)]


@pytest.mark.parametrize(("name", "policy", "least"), LESS, ids=[name for name, _, _ in LESS])
def test_a_stay_of_ours_ends_with_its_last_fix(
    shared: Path, record_property: Record, name: str, policy: StayPolicy, least: float
) -> None:
    of_theirs, of_ours = shares(shared, 100, 5, policy, ours)
    record_property(name, f"{of_theirs:.3f} of theirs, {of_ours:.3f} of ours")  # ours has those that a gap ends, too
    assert of_theirs >= least
    assert of_ours >= 0.75
