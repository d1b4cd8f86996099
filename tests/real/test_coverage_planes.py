"""Published values of Gauss-Kruger coordinates, and Jinjiang on both sides of two zones."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest

from geo import crs


@pytest.fixture(scope="session")
def cases(shared: Path) -> list[dict[str, Any]]:
    return json.loads((shared / "cases-projection" / "gauss_kruger_cases.json").read_text("utf-8"))["cases"]


def degrees(text: str) -> float:
    whole, minutes, seconds = map(float, text.split())
    return whole + minutes / 60 + seconds / 3600


def test_a_point_of_cgcs2000(cases: list[dict[str, Any]]) -> None:
    case = cases[0]
    lonlat = np.array([[degrees(case["lon_dms"]), degrees(case["lat_dms"])]])
    plane = crs.plane("EPSG:4546")
    expected = np.array([[case["easting"], case["northing"]]])
    assert plane.to_plane(lonlat) == pytest.approx(expected, abs=case["tolerance_m"])
    assert plane.to_lonlat(expected) == pytest.approx(lonlat, abs=2e-9)


@pytest.mark.parametrize("number", range(1, 7))
def test_the_projection_of_the_ellipsoid(cases: list[dict[str, Any]], number: int) -> None:
    """Zones of three degrees are the same projection: the case's own meridian is moved to one of them."""
    case = cases[number]
    plane = crs.plane("EPSG:4549")
    lonlat = np.array([[case["lon"] + 120, case["lat"]]])
    expected = np.array([[case["x"] + 500_000, case["y"]]])
    assert plane.to_plane(lonlat) == pytest.approx(expected, abs=2 * case["tolerance_m"])
    assert plane.to_lonlat(expected) == pytest.approx(lonlat, abs=2e-8)


def test_jinjiang_lies_on_both_sides_of_118_5(cases: list[dict[str, Any]]) -> None:
    """One plane serves both sides: the scale stays within the limit well beyond its zone."""
    here = np.array([[118.35, 24.8], [118.7, 24.6]])
    for code in ("EPSG:4548", "EPSG:4549"):
        plane = crs.plane(code)
        plane.require_good_scale(here, "Jinjiang")
        again = pyproj.Transformer.from_crs("EPSG:4490", code, always_xy=True).transform(here[:, 0], here[:, 1])
        assert plane.to_plane(here) == pytest.approx(np.column_stack(again), abs=1e-4)
