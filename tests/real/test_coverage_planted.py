"""Faults planted one at a time into Liverpool, and which of them ``shapely.coverage_is_valid`` lets pass.

Source: boundaries.md section 8, case 2. Each fault is judged among the grids around it, with their union as the given frame:
the rest of the city has no say in it.
"""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo import crs
from geo.partition import lattice
from geo.partition.assembly import assemble
from geo.partition.features import Feature
from geo.partition.model import Fault
from geo.partition.ownrings import own_rings

PLANE = crs.plane("EPSG:27700")
GRIDS = 200
SEED = 20261124
CM = 0.01

Shapes = dict[str, BaseGeometry]
Change = Callable[[Shapes, str], Shapes]


@pytest.fixture(scope="session")
def city(shared: Path) -> Shapes:
    """Return the output areas on the centimetre, by code."""
    features = json.loads((shared / "nested-uk-liverpool" / "oa.geojson").read_text("utf-8"))["features"]
    metres = [shapely.transform(shape(feature["geometry"]), PLANE.to_plane) for feature in features]
    rings, _ = lattice.rings_from_polygons(metres)
    shapes: list[BaseGeometry] = list(lattice.polygons(own_rings(rings, len(metres)).rings, len(metres)))
    return {feature["properties"]["OA11CD"]: grid for feature, grid in zip(features, shapes, strict=True)}


@pytest.fixture(scope="session")
def towns(city: Shapes) -> list[tuple[str, Shapes]]:
    """Return 200 grids inside the city, in one simple part, each with all grids that touch it."""
    codes, shapes = np.array(list(city)), np.array(list(city.values()), object)
    outline = shapely.union_all(shapes).boundary
    inner = ~shapely.intersects(shapes, outline) & (shapely.get_num_geometries(shapes) == 1)
    inner &= np.array([not shapely.get_parts(grid)[0].interiors for grid in shapes])
    chosen = np.random.default_rng(SEED).choice(np.flatnonzero(inner), GRIDS, replace=False)
    tree = shapely.STRtree(shapes)
    result: list[tuple[str, Shapes]] = []
    for number in chosen:
        near = codes[np.sort(tree.query(shapes[number], predicate="intersects"))].tolist()
        result.append((str(codes[number]), {code: city[code] for code in near}))
    return result


def faults(shapes: Shapes, frame: BaseGeometry | None) -> tuple[Fault, ...]:
    keys = count()
    features = [Feature(code.split("+")[0], "", None, grid) for code, grid in shapes.items()]
    return assemble(PLANE, features, 3, None, frame, lambda: str(next(keys))).proof.faults


def moved(outwards: bool) -> Change:
    """Return the fault that one vertex of one grid lies a centimetre further in, or further out."""

    def change(town: Shapes, code: str) -> Shapes:
        xy = shapely.get_coordinates(town[code])[:-1]
        vertex = len(xy) // 2
        best = town[code]
        for step in ((x, y) for x in (-CM, 0, CM) for y in (-CM, 0, CM)):
            other = xy.copy()
            other[vertex] = np.round(other[vertex] + step, 2)
            grid = shapely.Polygon(other)
            if grid.is_valid and (grid.area > best.area) == outwards and grid.area != best.area:
                best = grid
        return {**town, code: best}

    return change


def missing(town: Shapes, code: str) -> Shapes:
    return {other: grid for other, grid in town.items() if other != code}


def twice(town: Shapes, code: str) -> Shapes:
    return {**town, f"{code}+": town[code]}


def shrunk(town: Shapes, code: str) -> Shapes:
    return {**town, code: town[code].buffer(-0.25, join_style="mitre")}


def last_digit(town: Shapes, code: str) -> Shapes:
    return {**town, code: shapely.transform(town[code], lambda xy: np.nextafter(xy, np.inf))}


@pytest.mark.parametrize(
    ("change", "kinds", "least", "most"),
    [
        pytest.param(moved(outwards=False), {"gap", "overlap"}, 100, 200, id="1 cm inwards"),
        pytest.param(moved(outwards=True), {"gap", "overlap"}, 0, 20, id="1 cm outwards"),
        pytest.param(missing, {"gap"}, 200, 200, id="a missing grid"),
        pytest.param(twice, {"duplicate"}, 0, 0, id="the same grid twice"),
        pytest.param(shrunk, {"gap"}, 200, 200, id="25 cm too small"),
    ],
)
def test_every_planted_fault_is_found_and_coverage_is_valid_lets_pass_between(
    towns: list[tuple[str, Shapes]], change: Change, kinds: set[str], least: int, most: int
) -> None:
    """…``least`` and ``most`` of 200. With GEOS 3.14 it lets pass 170 moved inwards, all missing and all shrunk ones."""
    passed = 0
    for code, town in towns:
        broken = change(town, code)
        found = faults(broken, shapely.coverage_union_all(list(town.values())))
        assert found
        assert {fault.kind for fault in found} <= kinds
        assert all(fault.at is not None for fault in found)
        passed += bool(shapely.coverage_is_valid(list(broken.values())))
    assert least <= passed <= most


def test_a_missing_grid_inside_is_found_without_a_frame_too(towns: list[tuple[str, Shapes]]) -> None:
    for code, town in towns:
        found = faults(missing(town, code), None)
        assert [fault.kind for fault in found] == ["gap"] * len(found)
        assert sum(fault.area_m2 for fault in found) >= town[code].area - 1e-6


def test_a_missing_grid_at_the_edge_is_found_with_a_frame_only(towns: list[tuple[str, Shapes]]) -> None:
    """The neighbours lie at the edge of their little town."""
    for code, town in towns[:50]:
        edge = next(other for other in town if other != code)
        frame = shapely.coverage_union_all(list(town.values()))
        assert {fault.kind for fault in faults(missing(town, edge), frame)} == {"gap"}
        assert "overlap" not in {fault.kind for fault in faults(missing(town, edge), None)}


def test_a_last_digit_is_no_fault(towns: list[tuple[str, Shapes]]) -> None:
    """Though coverage_is_valid cries."""
    cried = 0
    for code, town in towns:
        noisy = last_digit(town, code)
        assert faults(noisy, shapely.coverage_union_all(list(town.values()))) == ()
        cried += not shapely.coverage_is_valid(list(noisy.values()))
    assert cried == GRIDS
