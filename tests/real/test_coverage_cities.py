"""Real boundaries: a clean nested coverage, one with a few real faults, one drawn town by town, one digitised roughly."""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyogrio import raw
from shapely.geometry import shape

from geo import crs
from geo.partition import lattice
from geo.partition.assembly import assemble, check_levels, subdivide
from geo.partition.coverage import Proof, prove
from geo.partition.features import Feature
from geo.partition.model import Partition
from geo.partition.nesting import level_rings, locate, polygons_of
from geo.partition.results import Assembled
from geo.partition.witness import witness

Table = dict[str, tuple[str, str]]


def keys() -> Any:
    numbers = count()
    return lambda: f"k{next(numbers)}"


def geojson(path: Path, plane: crs.Plane, code: str, parent: str | None = None) -> Iterator[Feature]:
    for feature in json.loads(path.read_text("utf-8"))["features"]:
        said, geometry = feature["properties"], feature["geometry"]
        grid = None if geometry is None else shapely.transform(shape(geometry), plane.to_plane)
        yield Feature(str(said[code]), "", said[parent] if parent else None, grid)


def total(proof: Proof, kind: str) -> float:
    return sum(fault.area_m2 for fault in proof.faults if fault.kind == kind)


def kinds(proof: Proof) -> Counter[str]:
    return Counter(fault.kind for fault in proof.faults)


# Liverpool


@pytest.fixture(scope="session")
def folder(shared: Path) -> Path:
    return shared / "nested-uk-liverpool"


@pytest.fixture(scope="session")
def table(folder: Path) -> Table:
    rows = list(csv.reader((folder / "lookup_oa_lsoa_msoa.csv").read_text("utf-8").splitlines()))
    return {leaf: (lower, upper) for leaf, lower, upper in rows[1:]}


@pytest.fixture(scope="session")
def leaves(folder: Path) -> list[Feature]:
    return list(geojson(folder / "oa.geojson", crs.plane("EPSG:27700"), "OA11CD"))


@pytest.fixture(scope="session")
def liverpool(leaves: list[Feature], table: Table) -> Assembled:
    return assemble(crs.plane("EPSG:27700"), leaves, 3, table, None, keys())


@pytest.fixture(scope="session")
def city(liverpool: Assembled) -> Partition:
    assert liverpool.partition is not None
    return liverpool.partition


def test_liverpool_is_proved_at_three_levels_with_two_rings_cut_again(liverpool: Assembled) -> None:
    proof = liverpool.proof
    assert proof.ok
    assert [(line.level, line.units) for line in proof.levels] == [(1, 61), (2, 298), (3, 1584)]
    assert len({line.area_m2 for line in proof.levels}) == 1
    assert (proof.rings_recut, proof.vertices_inserted) == (2, 0)
    assert len(liverpool.notes.islands) == 14


def test_the_stored_form_is_proved_again_and_a_second_witness_agrees(city: Partition) -> None:
    proof = prove(city)
    assert (proof.ok, proof.rings_recut, proof.vertices_inserted) == (True, 0, 0)
    seen = witness(city, seed=20261124)
    assert seen.ok
    assert seen.points > 5000


def test_no_coordinate_moves_by_more_than_half_a_centimetre_each_way(city: Partition, leaves: list[Feature]) -> None:
    delivered = {leaf.code: leaf.geometry for leaf in leaves}
    stored = polygons_of(city)
    for unit in city.units:
        if unit.level == 3:
            before, after = (shapely.get_coordinates(grid) for grid in (delivered[unit.code or ""], stored[unit.key]))
            tree = shapely.STRtree(np.asarray(shapely.points(before)))
            distance = tree.query_nearest(shapely.points(after), return_distance=True, all_matches=False)[1]
            assert distance.max() <= 0.005 * 2**0.5 + 1e-9


def test_every_unit_of_every_level_is_a_valid_polygon(city: Partition) -> None:
    shapes = polygons_of(city)
    assert len(shapes) == 1584 + 298 + 61
    assert shapely.is_valid(list(shapes.values())).all()
    for level in (1, 2):
        rings, numbers = level_rings(city, level)
        assert shapely.coverage_is_valid(lattice.polygons(rings, len(city.units))[numbers])


def test_a_point_in_each_leaf_is_located_there_and_in_its_parents(city: Partition, table: Table) -> None:
    shapes = polygons_of(city)
    for unit in [unit for unit in city.units if unit.level == 3][::10]:
        x, y = shapely.get_coordinates(shapely.point_on_surface(shapes[unit.key]))[0] * 100
        found = locate(city, round(x), round(y))
        assert [found[level].code for level in (3, 2, 1)] == [unit.code, *table[unit.code or ""]]


def test_through_eight_decimals_and_back_every_unit_has_the_same_hash(city: Partition, table: Table) -> None:
    plane = crs.plane("EPSG:27700")
    shapes = polygons_of(city)
    units = [unit for unit in city.units if unit.level == 3]
    served = [shapely.transform(shapes[u.key], lambda xy: np.round(plane.to_lonlat(xy), 8)) for u in units]
    again = [
        Feature(u.code or "", "", None, shapely.transform(grid, plane.to_plane))
        for u, grid in zip(units, served, strict=True)
    ]
    back = assemble(plane, again, 3, table, None, keys()).partition
    assert back is not None
    hashes = [lattice.unit_hashes(p.leaf_rings, len(p.units)) for p in (city, back)]
    assert hashes[0] == hashes[1]


def test_the_delivered_parents_differ_from_the_derived_ones_by_the_last_centimetre(
    folder: Path, leaves: list[Feature], table: Table
) -> None:
    plane = crs.plane("EPSG:27700")
    upper = {2: ("lsoa.geojson", "LSOA11CD"), 1: ("msoa.geojson", "MSOA11CD")}
    delivered = {level: list(geojson(folder / name, plane, code)) for level, (name, code) in upper.items()}
    proof = check_levels(plane, {**delivered, 3: leaves}, table)
    assert not proof.ok
    assert proof.levels[2].faults == ()
    for line in proof.levels[:2]:
        assert {fault.kind for fault in line.faults} == {"uncovered_parent", "outside_parent"}
        assert all(len(fault.units) == 1 and fault.area_m2 < 10 and 0 < fault.width_m < 0.0105 for fault in line.faults)
    assert [len({fault.units for fault in line.faults}) for line in proof.levels[:2]] == [61, 278]


def test_every_third_leaf_on_the_derived_level_2_leaves_residuals(
    city: Partition, leaves: list[Feature], table: Table
) -> None:
    plane = crs.plane("EPSG:27700")
    shapes = polygons_of(city)
    above = {lower: (upper,) for lower, upper in table.values()}
    grids = [Feature(u.code or "", "", None, shapes[u.key]) for u in city.units if u.level == 2]
    base = assemble(plane, grids, 2, above, None, keys()).partition
    assert base is not None
    third = [Feature(f.code, "", table[f.code][0], f.geometry) for f in sorted(leaves, key=lambda f: f.code)[::3]]
    numbers = count()
    made = subdivide(base, third, 3, lambda: f"third{next(numbers)}")
    assert made.proof.ok
    assert [(line.level, line.units) for line in made.proof.levels] == [(1, 61), (2, 298), (3, 528)]
    assert made.notes.residuals == 270
    assert made.partition is not None
    assert witness(made.partition, seed=1).ok
    residuals = [unit for unit in made.partition.units if unit.code is None]
    assert len(residuals) == 270
    before, after = polygons_of(base), polygons_of(made.partition)
    assert all(after[unit.key].equals(before[unit.key]) for unit in base.units)  # the levels above are what they were


# Taiwan


def test_taiwan_is_refused_with_its_real_faults(shared: Path) -> None:
    """Seven invalid villages, nine square metres counted twice, eight lakes that belong to no village."""
    plane = crs.plane("EPSG:3826")
    path = shared / "nested-taiwan" / "villages-10t.topojson"
    meta, _, wkb, columns = raw.read(path, layer="villages", columns=["VILLCODE"])
    assert list(meta["fields"]) == ["VILLCODE"]
    villages = shapely.transform(shapely.from_wkb(wkb), crs.into_plane("EPSG:3824", plane))
    features = [Feature(code, "", None, grid) for code, grid in zip(columns[0], villages, strict=True)]
    made = assemble(plane, features, 3, {f.code: (f.code[:8], f.code[:5]) for f in features}, None, keys())
    assert made.partition is None
    assert [(line.level, line.units) for line in made.proof.levels] == [(1, 22), (2, 368), (3, 7701)]
    assert {kind: n for kind, n in kinds(made.proof).items() if kind != "overlap"} == {"invalid": 7, "gap": 8}
    assert total(made.proof, "overlap") == pytest.approx(9.37, abs=0.05)
    assert total(made.proof, "gap") / 1e6 == pytest.approx(26.24, abs=0.05)
    assert all(fault.at is not None and fault.units for fault in made.proof.faults)


# Ilocos Norte


def test_the_philippines_are_refused_with_their_overlaps_and_gaps(shared: Path) -> None:
    plane = crs.plane("EPSG:32651")
    files = sorted((shared / "dirty-coverage-philippines" / "barangays").glob("*.json"))
    features = [feature for path in files for feature in geojson(path, plane, "ADM4_PCODE", "ADM3_PCODE")]
    made = assemble(plane, features, 3, None, None, keys())
    assert made.partition is None
    assert [(line.level, line.units) for line in made.proof.levels] == [(2, 23), (3, 557)]
    assert set(kinds(made.proof)) == {"gap", "overlap", "empty"}
    assert kinds(made.proof)["empty"] == 3
    assert total(made.proof, "overlap") / 1e6 == pytest.approx(17.8, rel=0.03)
    assert total(made.proof, "gap") / 1e6 == pytest.approx(49, rel=0.03)
    assert 90 <= kinds(made.proof)["gap"] <= 101  # the rest of the 101 holes are specks between floats, under 1e-8 m2


def test_faults_of_the_philippines_are_what_floats_say_too(shared: Path) -> None:
    """Their areas are those of the union: what the units have more, and what its holes have."""
    plane = crs.plane("EPSG:32651")
    files = sorted((shared / "dirty-coverage-philippines" / "barangays").glob("*.json"))
    features = [feature for path in files for feature in geojson(path, plane, "ADM4_PCODE")]
    proof = assemble(plane, features, 3, None, None, keys()).proof
    rings, _ = lattice.rings_from_polygons([feature.geometry for feature in features])
    shapes = [grid for grid in lattice.polygons(rings, len(features)) if grid is not None]
    union = shapely.union_all(shapes)
    holes = sum(shapely.Polygon(ring).area for part in shapely.get_parts(union) for ring in part.interiors)
    assert total(proof, "overlap") == pytest.approx(sum(grid.area for grid in shapes) - union.area, abs=0.1)
    assert total(proof, "gap") == pytest.approx(holes, abs=0.1)


# Sikkim


def test_sikkim_has_few_gaps_once_its_last_digits_are_on_the_centimetre(shared: Path) -> None:
    """712 holes of its union in floats, 708 of them under 1,000 m2; most are thinner than a centimetre."""
    plane = crs.plane("EPSG:32645")
    features = list(geojson(shared / "dirty-coverage-sikkim" / "sikkim_villages.geojson", plane, "CEN_2001"))
    proof = assemble(plane, features, 3, None, None, keys()).proof
    found = defaultdict(list)
    for fault in proof.faults:
        found[fault.kind].append(fault)
    assert len(found["gap"]) == 23
    assert sum(fault.area_m2 > 1000 for fault in found["gap"]) == 4
    assert total(proof, "gap") / 1e6 == pytest.approx(2.3987, abs=0.001)
    assert total(proof, "overlap") < 3
