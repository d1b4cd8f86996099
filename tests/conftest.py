"""Fixtures for every test: where the shared real data lies, and the versions in the header."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pyproj
import pytest
import shapely
from hypothesis import settings

from api.cli import kernels as kernels  # names the cache of compiled kernels before geo is imported
from geo.partition.defects import Survey
from geo.partition.lattice import polygons, rings_from_polygons
from geo.partition.repair import Mended

ROOT = Path(__file__).parents[1]

settings.register_profile(
    "wangge", deadline=None, print_blob=True
)  # no test is about time: machines are busy, kernels compile
settings.load_profile("wangge")


def pytest_report_header() -> str:
    """Name the versions on which a geometric answer may depend."""
    return f"GEOS {shapely.geos_version_string}, PROJ {pyproj.proj_version_str}, SQLite {sqlite3.sqlite_version}"


def absent(what: str) -> NoReturn:
    """Skip with one line where a part is missing, and fail there in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and in CI nothing may be missing")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real data beside the checkout."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        absent("../shared/data")
    return folder


@pytest.fixture(scope="session")
def stray_m() -> Callable[[Survey, Mended], float]:
    """Return a function: how far in metres any repaired border outside the named faults lies from where it was delivered.

    Both ways, and as delivered means on the lattice.
    """

    def farthest(found: Survey, done: Mended) -> float:
        rim = 0.0072  # the rim of a fault is itself noded
        land = shapely.union_all([shapely.buffer(d.geometry, rim) for d in found.defects if d.geometry is not None])
        shapely.prepare(land)
        rings, _ = rings_from_polygons([feature.geometry for feature in found.features])
        delivered = dict(zip([f.code for f in found.features], polygons(rings, len(found.features)), strict=True))
        worst = 0.0
        for feature in done.features:
            before, after = delivered[feature.code], feature.geometry
            if after is None or before is None or shapely.equals_identical(before, after):
                continue
            for one, other in ((before, after), (after, before)):
                rest = shapely.difference(shapely.boundary(one), land)
                spots = shapely.points(shapely.get_coordinates(shapely.segmentize(rest, 5.0)))
                worst = max(worst, float(shapely.distance(spots, shapely.boundary(other)).max(initial=0.0)))
        return worst

    return farthest
