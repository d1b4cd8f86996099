"""Towns held against each other: ``check coverage`` without a root, in the ways in which neighbours do not fit."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from api.services import coverage, imports
from api.services.grid_files import Source
from api.settings import Settings
from data.store import Actor, create_store, open_store

PLANE = "EPSG:4549"
EAST, NORTH = 400_000.0, 2_740_000.0
Points = Sequence[tuple[float, float]]
Checked = Callable[[Points, Points], dict[str, Any]]

WEST_TOWN: Points = [(0, 0), (100, 0), (110, 50), (100, 100), (0, 100)]


@pytest.fixture
def checked(tmp_path: Path) -> Checked:
    """Return a function that imports two towns of one grid each and checks all of the store."""

    def run(*towns: Points) -> dict[str, Any]:
        address = str(tmp_path / "store.gpkg")
        create_store(address).close()
        with open_store(address) as store:
            for number, points in enumerate(towns):
                ring = [[EAST + x, NORTH + y] for x, y in [*points, points[0]]]
                name = ("west", "east")[number]
                row = {
                    "type": "Feature",
                    "properties": {"code": name},
                    "geometry": {"type": "Polygon", "coordinates": [ring]},
                }
                crs = {"type": "name", "properties": {"name": PLANE}}
                path = tmp_path / f"{name}.geojson"
                path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [row]}))
                wanted = imports.Wanted(Source((path,), "code"), 1, root=name, plane=PLANE)
                assert imports.import_grids(store, wanted, Settings(), Actor("clerk", "planner"))["written"]
            return coverage.check_store(store, Settings())

    return run


@pytest.mark.parametrize(
    ("east", "kinds", "area_m2"),
    [
        pytest.param([(100, 0), (200, 0), (200, 100), (100, 100), (105, 75), (110, 50)], set[str](), 0, id="sound"),
        pytest.param([(100.5, 0), (200, 0), (200, 100), (100.5, 100), (110.5, 50)], {"gap"}, 50, id="an open slit"),
        pytest.param([(100, 0), (200, 0), (200, 100), (100, 100), (109, 50)], {"overlap"}, 50, id="an overlap"),
        pytest.param(
            [(100, 0), (200, 0), (200, 100), (100, 100), (105.02, 75), (110, 50)],
            {"gap"},
            0.5,
            id="an unmatched vertex",
        ),
    ],
)
def test_two_towns_are_held_against_each_other(checked: Checked, east: Points, kinds: set[str], area_m2: float) -> None:
    said = checked(WEST_TOWN, east)
    assert {fault["kind"] for fault in said["frames"]} == kinds
    assert said["ok"] == (not kinds)
    assert sum(fault["area_m2"] for fault in said["frames"]) == pytest.approx(area_m2, rel=0.1)
    assert all(sorted(fault["units"]) == ["east", "west"] and fault["sentence"]["zh"] for fault in said["frames"])
    assert [each["ok"] for each in said["roots"]] == [True, True]


def test_land_that_towns_enclose_may_be_a_town_that_is_not_there(checked: Checked) -> None:
    west: Points = [(0, 0), (100, 0), (100, 40), (60, 40), (60, 60), (100, 60), (100, 100), (0, 100)]
    said = checked(west, [(100, 0), (200, 0), (200, 100), (100, 100), (100, 60), (100, 40)])
    assert (said["ok"], said["frames"]) == (True, [])
    (place,) = said["enclosed"]
    assert (place["kind"], place["area_m2"]) == ("gap", 800.0)
