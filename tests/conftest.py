"""Fixtures for every test: where the shared real data lies, and the versions in the header."""

import os
import sqlite3
from pathlib import Path

import pyproj
import pytest
import shapely
from hypothesis import settings

from api.cli import kernels as kernels  # names the cache of compiled kernels before geo is imported

ROOT = Path(__file__).parents[1]

settings.register_profile(
    "wangge", deadline=None, print_blob=True
)  # no test is about time: machines are busy, kernels compile
settings.load_profile("wangge")


def pytest_report_header() -> str:
    """Name the versions on which a geometric answer may depend."""
    return f"GEOS {shapely.geos_version_string}, PROJ {pyproj.proj_version_str}, SQLite {sqlite3.sqlite_version}"


def absent(what: str) -> None:
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
