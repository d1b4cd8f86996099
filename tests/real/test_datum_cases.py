"""GCJ-02 and BD-09 against values published by others: 166 cities, and the pairs of another library."""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from pyproj import Geod

from geo.tracks import datum

Float64 = npt.NDArray[np.float64]


def apart_m(one: Float64, other: Float64) -> Float64:
    """Return metres (n,) between places."""
    return np.asarray(Geod(ellps="WGS84").inv(*one.T, *other.T)[2], np.float64)


def cities(shared: Path) -> dict[str, Float64]:
    cases = json.loads((shared / "cases-gcj02" / "china_cities_wgs84_gcj02_bd09.json").read_text("utf-8"))["cases"]
    return {name: np.array([case["coords"][name] for case in cases]) for name in ("WGS84", "GCJ02", "BD09")}


@pytest.mark.parametrize(("name", "shift"), [("GCJ02", "gcj02"), ("BD09", "bd09")])
def test_every_city_lies_within_a_metre_of_the_listed_values_both_ways(shared: Path, name: str, shift: str) -> None:
    places = cities(shared)
    assert len(places["WGS84"]) == 166
    assert apart_m(datum.READINGS[f"{shift}_undone"](places["WGS84"]), places[name]).max() < 1.0
    assert apart_m(datum.to_wgs84(places[name], shift), places["WGS84"]).max() < 1.0


@pytest.mark.parametrize("shift", ["gcj02", "bd09"])
def test_there_and_back_is_within_a_millimetre(shared: Path, shift: str) -> None:
    start = cities(shared)["WGS84"]
    assert apart_m(datum.to_wgs84(datum.READINGS[f"{shift}_undone"](start), shift), start).max() < 0.001


def test_a_wrong_label_would_move_a_person_out_of_their_grid(shared: Path) -> None:
    places = cities(shared)
    assert np.median(apart_m(places["WGS84"], places["GCJ02"])) > 400
    assert np.median(apart_m(places["WGS84"], places["BD09"])) > 1000


def test_beyond_china_and_in_plain_datums_nothing_is_shifted() -> None:
    paris = np.array([[2.35, 48.85]])
    for shift in ("gcj02", "bd09"):
        assert np.array_equal(datum.READINGS[f"{shift}_undone"](paris), paris)
        assert np.array_equal(datum.to_wgs84(paris, shift), paris)
    for plain in ("wgs84", "cgcs2000"):
        assert np.array_equal(datum.to_wgs84(np.array([[118.0, 24.0]]), plain), [[118.0, 24.0]])
