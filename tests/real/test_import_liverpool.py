"""Liverpool, three real levels: proved, its delivered parents compared, every planted fault found."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from data.importers.fields import GridFields
from data.importers.grids import read_grids
from geo import crs
from geo.partition import assembly, lattice
from geo.partition.features import Feature
from geo.partition.results import Assembled

PLANE = "EPSG:27700"
Typed = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def liverpool(shared: Path) -> Path:
    return shared / "nested-uk-liverpool"


@pytest.fixture
def imported(typed: Typed, liverpool: Path) -> tuple[int, dict[str, Any]]:
    """Return the answer to the import of the leaves with their table of parents."""
    table = liverpool / "lookup_oa_lsoa_msoa.csv"
    words = ("--level", 3, "--code", "OA11CD", "--parents", table, "--root", "liverpool", "--plane", PLANE)
    return typed("import", "grids", liverpool / "oa.geojson", *words)


def counts(document: dict[str, Any]) -> list[tuple[int, int, int]]:
    return [(level["level"], level["units"], len(level["faults"])) for level in document["levels"]]


def test_the_leaves_are_proved_at_three_levels(imported: tuple[int, dict[str, Any]], typed: Typed) -> None:
    code, document = imported
    assert (code, document["format"], document["written"]) == (0, "import/1", True)
    assert counts(document) == [(1, 61, 0), (2, 298, 0), (3, 1584, 0)]
    assert document["rings_recut"] == 2
    assert len(document["islands"]) == 14
    assert document["witness"]["ok"]
    assert len({level["area_m2"] for level in document["levels"]}) == 1
    assert document["levels"][0]["area_m2"] == pytest.approx(111.84e6, rel=1e-3)
    code, checked = typed("check", "coverage")
    assert (code, checked["ok"], counts(checked)) == (0, True, counts(document))
    code, found = typed("locate", "-2.98", "53.41")
    assert (code, [unit["code"][:3] for unit in found["roots"][0]["units"]]) == (0, ["E02", "E01", "E00"])


def test_the_delivered_parents_are_compared_with_the_union_of_their_leaves(typed: Typed, liverpool: Path) -> None:
    files = [liverpool / f"{name}.geojson" for name in ("msoa", "lsoa", "oa")]
    words = ("check", "coverage", "--files", *files, "--codes", "MSOA11CD,LSOA11CD,OA11CD", "--plane", PLANE)
    code, document = typed(*words, "--parents", liverpool / "lookup_oa_lsoa_msoa.csv")
    assert (code, document["ok"]) == (1, False)
    units = [(level["level"], level["units"]) for level in document["levels"]]
    assert units == [(1, 61), (2, 298), (3, 1584)]
    assert document["levels"][2]["faults"] == []
    upper = [fault for level in document["levels"][:2] for fault in level["faults"]]
    assert {fault["kind"] for fault in upper} == {"outside_parent", "uncovered_parent"}
    assert max(fault["area_m2"] for fault in upper) < 10
    assert max(fault["width_m"] for fault in upper) < 0.02  # one step of the lattice on each side
    assert all(fault["at"] and fault["units"] for fault in upper)
    assert [row["level"] for row in document["differences"]] == [1, 2]
    _, by_place = typed(*words)
    assert (by_place["parents_from"], counts(by_place)) == ("place", counts(document))


def test_every_third_leaf_on_the_derived_level_2_leaves_residuals(
    imported: tuple[int, dict[str, Any]], typed: Typed, liverpool: Path, tmp_path: Path
) -> None:
    assert imported[0] == 0
    level_2 = tmp_path / "l2.gpkg"
    assert typed("export", "grids", "--level", 2, "-o", level_2)[0] == 0
    words = ("--code", "code", "--parent", "parent", "--root", "sparse")
    assert typed("import", "grids", level_2, "--level", 2, *words)[0] == 0
    leaves = json.loads((liverpool / "oa.geojson").read_text())
    leaves["features"] = leaves["features"][::3]
    third = tmp_path / "third.geojson"
    third.write_text(json.dumps(leaves))
    table = liverpool / "lookup_oa_lsoa_msoa.csv"
    words = ("--level", 3, "--code", "OA11CD", "--parents", table, "--root", "sparse")
    code, document = typed("import", "grids", third, *words)
    assert (code, counts(document)) == (0, [(1, 61, 0), (2, 298, 0), (3, 528, 0)])
    assert document["levels"][2]["residuals"] == 270
    assert typed("import", "grids", third, *words)[0] == 3
    code, checked = typed("check", "coverage", "--root", "sparse")
    assert (code, counts(checked)) == (0, counts(document))


# Planted faults: boundaries.md section 8, case 2. Each run plants one kind of fault into many grids that do not touch each other.


@pytest.fixture(scope="session")
def leaves(shared: Path) -> list[Feature]:
    """Return the output areas on the lattice, in metres."""
    path = shared / "nested-uk-liverpool" / "oa.geojson"
    features, _ = read_grids(path.read_bytes(), path.name, GridFields("OA11CD"), crs.plane(PLANE))
    rings, _ = lattice.rings_from_polygons([feature.geometry for feature in features])
    shapes = lattice.polygons(rings, len(features))
    return [replace(feature, geometry=shape) for feature, shape in zip(features, shapes, strict=True)]


@pytest.fixture(scope="session")
def chosen(leaves: list[Feature]) -> list[int]:
    """Return grids in one simple part inside the city, no two of which touch."""
    shapes = np.array([feature.geometry for feature in leaves], object)
    outline = shapely.union_all(shapely.make_valid(shapes), grid_size=0.01).boundary
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    near = {n: set(pairs[1][pairs[0] == n].tolist()) for n in range(len(shapes))}
    parts = shapely.get_num_geometries(shapes)
    inside = (shapely.distance(shapes, outline) > 1) & (parts == 1) & shapely.is_valid(shapes)
    taken: list[int] = []
    for number in np.flatnonzero(inside).tolist():
        if not near[number] & set(taken) and not shapely.get_parts(shapes[number])[0].interiors:
            taken.append(number)
    assert len(taken) >= 200
    return taken[:200]


def assembled(features: list[Feature], frame: BaseGeometry | None = None) -> Assembled:
    keys = count()
    return assembly.assemble(crs.plane(PLANE), features, 3, None, frame, lambda: str(next(keys)))


def planted(
    leaves: list[Feature], chosen: list[int], change: Callable[[shapely.Polygon], BaseGeometry]
) -> list[Feature]:
    result = list(leaves)
    for number in chosen:
        result[number] = replace(leaves[number], geometry=change(shapely.get_parts(leaves[number].geometry)[0]))
    return result


def moved(step_m: float) -> Callable[[shapely.Polygon], shapely.Polygon]:
    """Return a change that moves one vertex of a grid by some metres along the bisector, inwards or outwards."""

    def change(polygon: shapely.Polygon) -> shapely.Polygon:
        xy = np.array(polygon.exterior.coords)
        inner = np.array(shapely.get_coordinates(shapely.point_on_surface(polygon))[0])
        for vertex in range(1, len(xy) - 1):
            step = np.round(np.sign(inner - xy[vertex])) * step_m
            if (step != 0).all():
                shifted = xy.copy()
                shifted[vertex] += step
                if shapely.Polygon(shifted).is_valid:
                    return shapely.Polygon(shifted)
        raise AssertionError("no vertex of this grid can be moved")

    return change


def named(made: Assembled) -> set[str]:
    return {code for fault in made.proof.faults for code in fault.units}


def valid(features: list[Feature]) -> bool:
    return bool(shapely.coverage_is_valid(np.array([feature.geometry for feature in features], object)))


def unseen_by_shapely(broken: list[Feature], leaves: list[Feature], chosen: list[int]) -> int:
    """Return how many of the chosen grids have no invalid edge, nor any grid that touches them."""
    shapes = np.array([feature.geometry for feature in leaves], object)
    edges = shapely.coverage_invalid_edges(np.array([feature.geometry for feature in broken], object))
    seen = ~(shapely.is_missing(edges) | shapely.is_empty(edges))
    grid, near = shapely.STRtree(shapes).query(shapes[chosen], predicate="intersects")
    return sum(1 for number in range(len(chosen)) if not seen[near[grid == number]].any())


def without(leaves: list[Feature], chosen: list[int]) -> Iterator[Feature]:
    gone = set(chosen)
    return (feature for number, feature in enumerate(leaves) if number not in gone)


@pytest.mark.parametrize("step_m", [0.01, -0.01], ids=["inwards", "outwards"])
def test_a_vertex_one_centimetre_off_is_found_in_each_of_200_grids(
    leaves: list[Feature], chosen: list[int], step_m: float
) -> None:
    broken = planted(leaves, chosen, moved(step_m))
    made = assembled(broken)
    assert made.partition is None
    missed = {leaves[number].code for number in chosen} - named(made)
    assert missed == set()
    assert {fault.kind for fault in made.proof.faults} <= {"gap", "overlap", "unmatched_edge"}
    if step_m > 0:
        assert unseen_by_shapely(broken, leaves, chosen) > 50  # it lets about half of them pass


def test_200_missing_grids_are_found_as_gaps_with_and_without_a_frame(leaves: list[Feature], chosen: list[int]) -> None:
    rest = list(without(leaves, chosen))
    frame = assembled(leaves).partition
    assert frame is not None
    legal = lattice.polygons(frame.frame, 1)[0]
    lost = sum(shapely.area(leaves[number].geometry) for number in chosen)
    for given in (None, legal):
        made = assembled(rest, given)
        assert {fault.kind for fault in made.proof.faults} == {"gap"}
        assert len(made.proof.faults) == 200
        assert sum(fault.area_m2 for fault in made.proof.faults) == pytest.approx(lost)
    assert valid(rest)  # shapely's coverage_is_valid lets all 200 pass


def test_a_missing_grid_at_the_edge_is_found_only_with_a_frame(leaves: list[Feature]) -> None:
    whole = assembled(leaves).partition
    assert whole is not None
    legal = lattice.polygons(whole.frame, 1)[0]
    touching = [
        n for n, leaf in enumerate(leaves) if leaf.geometry is not None and leaf.geometry.intersects(legal.boundary)
    ]
    rest = [leaf for n, leaf in enumerate(leaves) if n != touching[0]]
    assert assembled(rest).proof.ok
    assert valid(rest)
    made = assembled(rest, legal)
    assert {fault.kind for fault in made.proof.faults} == {"gap"}


def test_200_grids_delivered_twice_are_found(leaves: list[Feature], chosen: list[int]) -> None:
    twice = [*leaves, *(replace(leaves[number], code=f"X{number}") for number in chosen)]
    made = assembled(twice)
    found = {code for fault in made.proof.faults if fault.kind in ("duplicate", "overlap") for code in fault.units}
    assert {leaves[number].code for number in chosen} <= found
    assert not valid(twice)


def test_200_grids_a_quarter_of_a_metre_too_small_are_found(leaves: list[Feature], chosen: list[int]) -> None:
    broken = planted(leaves, chosen, lambda polygon: polygon.buffer(-0.25, join_style="mitre"))
    made = assembled(broken)
    missed = {leaves[number].code for number in chosen} - named(made)
    assert missed == set()
    assert "gap" in {fault.kind for fault in made.proof.faults}
    assert valid(broken)  # shapely's coverage_is_valid lets all 200 pass


def test_noise_in_the_last_digit_is_no_fault(leaves: list[Feature], chosen: list[int]) -> None:
    noisy = planted(leaves, chosen, lambda polygon: shapely.transform(polygon, lambda xy: np.nextafter(xy, np.inf)))
    made = assembled(noisy)
    assert made.proof.ok
    assert made.partition is not None
    assert not valid(noisy)  # shapely alone would call this a broken coverage
