"""The sample town is what its generator draws, fits together, and holds nothing real; Liverpool and the lists are whole."""

import csv
import json
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from data.samples import generate, posts, walks
from data.samples.town import build, is_landward, settings
from rules.codes import CodePolicy, fits, parse

pytestmark = pytest.mark.pure

SAMPLES = Path(generate.__file__).parent


def features(name: str) -> list[dict[str, Any]]:
    return json.loads((SAMPLES / name).read_text("utf-8"))["features"]


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def levels() -> list[list[dict[str, Any]]]:
    return [features(f"town/grids_l{level}.geojson") for level in (1, 2, 3)]


def test_the_committed_files_are_what_the_generator_draws() -> None:
    drawn = generate.files()
    differing = [name for name, content in drawn.items() if (SAMPLES / name).read_bytes() != content]
    assert differing == []
    kept = {p.relative_to(SAMPLES).as_posix() for p in (SAMPLES / "town").rglob("*") if p.is_file()}
    assert kept == set(drawn)


def test_another_seed_draws_another_town() -> None:
    plan = settings()
    assert not np.array_equal(build(plan).mesh.sites, build(plan | {"seed": 1}).mesh.sites)


def test_there_are_twelve_villages_and_61_grids_and_level_3_is_sparse(levels: list[list[dict[str, Any]]]) -> None:
    first, second, third = levels
    assert (len(first), len(second)) == (12, 61)
    divided = {f["properties"]["parent"] for f in third}
    assert 0.25 < len(divided) / len(second) < 0.4
    dedicated = [f for f in second if f["properties"]["kind"] == "dedicated"]
    assert len(dedicated) == 3


def test_every_level_is_a_coverage_with_exactly_shared_vertices(levels: list[list[dict[str, Any]]]) -> None:
    for level in levels:
        shapes = np.array([shape(f["geometry"]) for f in level])
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes)


def test_villages_are_the_unions_of_their_grids_vertex_by_vertex(levels: list[list[dict[str, Any]]]) -> None:
    first, second, _ = levels
    for village in first:
        own = [shape(f["geometry"]) for f in second if f["properties"]["parent"] == village["properties"]["code"]]
        union = shapely.coverage_union_all(own)
        assert shapely.equals_exact(shapely.normalize(union), shapely.normalize(shape(village["geometry"])))


def test_the_coast_has_an_island_and_a_grid_has_a_hole(levels: list[list[dict[str, Any]]]) -> None:
    shapes = [shape(f["geometry"]) for f in levels[1]]
    assert sum(s.geom_type == "MultiPolygon" for s in shapes) == 1
    assert sum(len(p.interiors) for s in shapes for p in shapely.get_parts(s)) == 1


def test_codes_follow_the_policy_and_are_not_issued(levels: list[list[dict[str, Any]]]) -> None:
    issued = {row["code"] for row in rows("jinjiang/villages_350582_2023.csv")}
    towns = {row["code"] for row in rows("jinjiang/towns_350582_2023.csv")}
    for number, level in enumerate(levels, 1):
        for f in level:
            about = f["properties"]
            code = parse(about["code"])
            assert code is not None
            assert fits(CodePolicy.JINJIANG, about["code"], number, about["parent"])
            assert code.village not in issued
            assert code.town not in towns
            assert about["code"].startswith("99")  # no province has this number


def test_names_are_invented_and_every_file_says_so(levels: list[list[dict[str, Any]]]) -> None:
    real = {row["name"][:2] for row in rows("jinjiang/villages_350582_2023.csv")}
    assert not {f["properties"]["name"][:2] for f in levels[0]} & real
    for level in (1, 2, 3):
        head = json.loads((SAMPLES / f"town/grids_l{level}.geojson").read_text("utf-8"))
        assert "示例" in head["name"]
        assert "synthetic" in head["synthetic"]


def test_serials_run_from_one_without_a_gap(levels: list[list[dict[str, Any]]]) -> None:
    for village in levels[0]:
        own = sorted(
            f["properties"]["code"] for f in levels[1] if f["properties"]["parent"] == village["properties"]["code"]
        )
        assert [int(code[12:15]) for code in own] == list(range(1, len(own) + 1))


def test_the_week_has_its_kinds_of_days() -> None:
    truth = rows("town/tracks/truth.csv")
    assert Counter(row["way"].split()[0] for row in truth) == {"in": 16, "off": 1, "other": 1, "none": 1, "away": 1}
    for row in truth:
        assert bool(row["file"]) == (row["way"] != "none")
        assert not row["file"] or (SAMPLES / "town" / "tracks" / row["file"]).is_file()


def test_the_truth_of_a_day_is_the_length_of_the_walk_inside_the_grid() -> None:
    town = build(settings())
    rng = np.random.default_rng(3)
    person = walks.people()["person"][0]
    grid = walks.grid_of(town, person)
    ground = walks.ground_of(town, grid, "in")
    path = walks.walk(ground, 0, 3600, 1.15, rng)
    own = shapely.transform(town.borders.polygon(grid.blocks), lambda cm: cm / 100)
    assert len(path) == 3601
    assert shapely.contains_xy(own, path).all()
    assert np.hypot(*np.diff(path, axis=0).T).max() < 3.0


def test_the_samples_are_small() -> None:
    size = sum(p.stat().st_size for p in (SAMPLES / "town").rglob("*") if p.is_file())
    assert size < 1_200_000


def test_liverpool_and_the_lists_are_whole() -> None:
    assert [len(features(f"liverpool/{name}.geojson")) for name in ("msoa", "lsoa", "oa")] == [61, 298, 1584]
    assert len(rows("liverpool/lookup_oa_lsoa_msoa.csv")) == 1584
    assert {row["vehicle_id"] for row in rows("liverpool/bus_4720.csv")} == {"4720"}
    assert len(rows("liverpool/bus_4720.csv")) == 278
    assert (len(rows("jinjiang/towns_350582_2023.csv")), len(rows("jinjiang/villages_350582_2023.csv"))) == (22, 405)


def test_the_readme_names_every_folder_and_its_licence() -> None:
    page = (SAMPLES / "README.md").read_text("utf-8")
    for word in (
        "town/",
        "liverpool/",
        "jinjiang/",
        "Open Government Licence",
        "BSD-3-Clause",
        "WTFPL",
        "bus_4720.csv",
    ):
        assert word in page


def test_what_a_board_says_lies_beyond_a_grid_lies_there() -> None:
    plan = settings()
    town = build(plan)
    said = tomllib.loads((SAMPLES / "town" / "boards.toml").read_text("utf-8"))["unit"]
    named = {grid.code: grid for grids in town.levels for grid in grids}
    for grid in named.values():
        for side, step in posts.SIDES:
            x, y = posts.last_crossing(posts.shape_of(town, grid), step)
            there = [g for g in named.values() if shapely.contains_xy(posts.shape_of(town, g), x, y)]
            if there:
                name = said[grid.code]["extent"][side].removesuffix("界").removesuffix("未再划部分")
                assert name in {other.name for other in there}
            else:
                assert said[grid.code]["extent"][side] == ("镇界" if is_landward(plan, x, y) else "海岸线")


def test_streets_run_between_the_blocks_and_every_inner_border_is_one(levels: list[list[dict[str, Any]]]) -> None:
    ways = features("town/streets.geojson")
    assert len({way["properties"]["name"] for way in ways}) == len({way["properties"]["code"] for way in ways}) == 430
    segments = [frozenset(pair) for way in ways for pair in pairwise(map(tuple, way["geometry"]["coordinates"]))]
    assert len(segments) == len(set(segments))
    outlines = [frozenset(pair) for f in levels[1] for pair in corners(f)]
    inner = {pair for pair, count in Counter(outlines).items() if count == 2}
    assert len(inner) > 900
    assert inner <= set(segments)


def corners(feature: dict[str, Any]) -> list[tuple[tuple[float, ...], ...]]:
    rings = shapely.get_rings(shape(feature["geometry"]))
    return [pair for ring in rings for pair in pairwise(map(tuple, ring.coords))]
