"""Out and in again: every vertex comes back on its centimetre, whatever the format and the store."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely

from api import messages
from api.services import grids, imports
from api.services.grid_files import Source
from api.settings import Settings
from data import partitions
from data.store import Actor, Store
from geo import crs
from geo.errors import ConflictError, InputError
from geo.partition import lattice
from geo.partition.model import Partition, UnitKind
from tests.conftest import absent

CLERK = Actor("clerk", "town_grid_office")
LIVERPOOL = Path(__file__).parents[3] / "data" / "samples" / "liverpool"
SUFFIXES = (".gpkg", ".geojson", ".shp.zip")


@pytest.fixture(scope="session")
def some_areas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the output areas of Liverpool's first villages: islands, holes and touching rings among them."""
    path = tmp_path_factory.mktemp("liverpool") / "oa.geojson"
    path.write_bytes((LIVERPOOL / "oa.geojson").read_bytes())
    return path


def shapes(partition: Partition, level: int) -> dict[str, list[tuple[int, ...]]]:
    """Return the sorted directed segments of every coded leaf of a level."""
    lines, owner = lattice.segments(partition.leaf_rings), lattice.owners(partition.leaf_rings)
    order = np.lexsort((*lines.T, owner))
    result: dict[str, list[tuple[int, ...]]] = {}
    for unit, line in zip(owner[order].tolist(), lines[order].tolist(), strict=True):
        code = partition.units[unit].code
        if partition.units[unit].level == level and code is not None:
            result.setdefault(code, []).append(tuple(line))
    return result


def wanted(path: Path, level: int, root: str, layer: str | None = None, code: str = "code") -> imports.Wanted:
    parents = () if code != "code" or level == 1 else ("parent",)
    source = Source((path,), code, None if code != "code" else "name", parents, layer)
    table = LIVERPOOL / "lookup_oa_lsoa_msoa.csv" if code != "code" else None
    return imports.Wanted(source, level, table, root, "EPSG:27700")


def test_liverpool_comes_back_on_the_same_centimetres(store: Store, some_areas: Path, tmp_path: Path) -> None:
    imports.import_grids(store, wanted(some_areas, 3, "before", code="OA11CD"), Settings(), CLERK)
    with store.read() as view:
        before = partitions.load(view, "before")
    assert len(shapes(before, 3)) == 1584
    for suffix in SUFFIXES:
        path = tmp_path / f"out{suffix}"
        grids.export_grids(store, path, "before", level=3)
        layer = None if suffix == ".geojson" else "level_3"
        made = imports.import_grids(store, wanted(path, 3, suffix, layer), Settings(), CLERK)
        assert made["ok"], suffix
        with store.read() as view:
            after = partitions.load(view, suffix)
        assert shapes(after, 3) == shapes(before, 3), suffix


def with_decimals(path: Path, decimals: int) -> Path:
    """Return a GeoJSON as GDAL writes it with so many decimals."""
    if shutil.which("ogr2ogr") is None:
        absent("ogr2ogr (Debian: gdal-bin)")
    cut = path.with_name(f"decimals-{decimals}.geojson")
    subprocess.run(["ogr2ogr", "-lco", f"COORDINATE_PRECISION={decimals}", str(cut), str(path)], check=True)
    return cut


def test_seven_decimals_of_an_exported_file_are_named_and_refused_and_eight_restore_every_vertex(
    store: Store, some_areas: Path, tmp_path: Path
) -> None:
    imports.import_grids(store, wanted(some_areas, 3, "before", code="OA11CD"), Settings(), CLERK)
    path = tmp_path / "out.geojson"
    grids.export_grids(store, path, "before", level=3)
    with store.read() as view:
        before = partitions.load(view, "before")
    truth = np.unique(before.leaf_rings.xy, axis=0)
    plane = crs.plane("EPSG:27700")
    read = lattice.snap(plane.to_plane(np.round(plane.to_lonlat(lattice.to_metres(truth)), 7)))
    share = (read != truth).any(axis=1).mean()
    assert 0.02 < share < 0.2  # this part of the vertices would come back on another centimetre
    cut = with_decimals(path, 7)
    with pytest.raises(InputError) as caught:
        imports.import_grids(store, wanted(cut, 3, "seven"), Settings(), CLERK)
    error = caught.value
    assert (error.code, error.where, error.limit) == ("import.decimals", cut.name, 8)
    assert error.values["vertices"] == len(truth)
    assert float(str(error.values["percent"])) > 80
    for language in ("zh", "en"):
        words = {"where": error.where, "limit": error.limit, "got": error.got, **error.values}
        assert f"{error.values['percent']}" in messages.sentence(error.code, language, words)
    assert imports.import_grids(store, wanted(with_decimals(path, 8), 3, "eight"), Settings(), CLERK)["ok"]
    with store.read() as view:
        assert [root.name for root in partitions.roots(view)] == ["before", "eight"]
        assert shapes(partitions.load(view, "eight"), 3) == shapes(before, 3)


def test_what_was_drawn_into_an_exported_file_with_all_decimals_is_welcome(
    store: Store, town: Partition, tmp_path: Path
) -> None:
    store.run(lambda unit: partitions.save_import(unit, "town", town), actor=CLERK)
    path = tmp_path / "town.geojson"
    grids.export_grids(store, path)
    document = json.loads(path.read_text("utf-8"))
    assert document["wangge"] | {"state": ""} == {
        "root": "town",
        "on": document["wangge"]["on"],
        "state": "",
        "plane": "EPSG:27700",
        "step_m": 0.01,
        "decimals": 8,
    }
    first = document["features"][0]["geometry"]["coordinates"][0]
    middle = [(a + b) / 2 + 3e-9 for a, b in zip(first[0], first[1], strict=True)]
    first.insert(1, middle)
    path.write_text(json.dumps(document), "utf-8")
    imports.import_grids(store, wanted(path, 2, "drawn"), Settings(), CLERK)
    del document["features"][1:]
    first[1] = [round(value, 6) for value in middle]
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(InputError, match=r"import\.decimals"):
        imports.import_grids(store, wanted(path, 2, "typed"), Settings(), CLERK)


def test_seven_decimals_without_the_word_of_where_they_come_from_do_not_pass_under_an_existing_root(
    store: Store, some_areas: Path, tmp_path: Path
) -> None:
    imports.import_grids(store, wanted(some_areas, 3, "before", code="OA11CD"), Settings(), CLERK)
    for level in (2, 3):
        grids.export_grids(store, tmp_path / f"{level}.geojson", "before", level=level)
    assert imports.import_grids(store, wanted(tmp_path / "2.geojson", 2, "again"), Settings(), CLERK)["ok"]
    cut = with_decimals(tmp_path / "3.geojson", 7)
    document = json.loads(cut.read_text("utf-8"))
    del document["wangge"]
    cut.write_text(json.dumps(document), "utf-8")
    made = imports.import_grids(store, wanted(cut, 3, "again"), Settings(), CLERK)
    assert (made["ok"], made["written"]) == (False, False)
    assert {fault["kind"] for level in made["levels"] for fault in level["faults"]} <= {
        "gap",
        "overlap",
        "outside_parent",
        "unmatched_edge",
    }


def test_a_sparse_level_comes_back_through_the_level_above(
    store: Store, draw: Callable[..., Partition], tmp_path: Path
) -> None:
    town = draw("AAB\nACB", dict.fromkeys("ABC", "T"))
    sparse = draw.below(town, "1..\n1..", {"1": "A"})  # type: ignore[attr-defined]
    store.run(lambda unit: partitions.save_import(unit, "town", sparse), actor=CLERK)
    path = tmp_path / "town.gpkg"
    document = grids.export_grids(store, path)
    assert [(row["layer"], row["units"]) for row in document["levels"]] == [
        ("level_1", 1),
        ("level_2", 3),
        ("level_3", 1),
    ]
    imports.import_grids(store, wanted(path, 2, "again", "level_2"), Settings(), CLERK)
    made = imports.import_grids(store, wanted(path, 3, "again", "level_3"), Settings(), CLERK)
    assert [level["residuals"] for level in made["levels"]] == [0, 0, 1]
    with store.read() as view:
        again = partitions.load(view, "again")
    assert shapes(again, 3) == shapes(sparse, 3)
    assert sum(unit.kind is UnitKind.RESIDUAL for unit in again.units) == 1


def test_geojson_holds_one_level_in_degrees_with_eight_decimals(store: Store, town: Partition, tmp_path: Path) -> None:
    store.run(lambda unit: partitions.save_import(unit, "town", town), actor=CLERK)
    path = tmp_path / "town.geojson"
    document = grids.export_grids(store, path)
    assert (document["levels"][0]["level"], document["levels_left_out"]) == (2, [1])
    text = path.read_text("utf-8")
    numbers = [word.strip("[] ") for word in text.partition("coordinates")[2].partition("}")[0].split(",")]
    assert all(len(number.partition(".")[2]) == 8 for number in numbers if number and number[0] in "-0123456789")
    assert '"code": "A", "name": "网格A", "parent": "T", "kind": "ordinary"' in text


def test_an_export_never_takes_the_place_of_a_file_nor_leaves_half_of_one(
    store: Store, town: Partition, tmp_path: Path
) -> None:
    store.run(lambda unit: partitions.save_import(unit, "town", town), actor=CLERK)
    path = tmp_path / "town.gpkg"
    path.write_bytes(b"mine")
    with pytest.raises(ConflictError, match=r"export\.exists"):
        grids.export_grids(store, path)
    assert path.read_bytes() == b"mine"
    for bad, code in ((tmp_path / "town.kml", "suffix"), (tmp_path / "no" / "town.gpkg", "folder")):
        with pytest.raises(InputError, match=rf"export\.{code}"):
            grids.export_grids(store, bad)
    with pytest.raises(InputError, match=r"export\.no_level"):
        grids.export_grids(store, tmp_path / "other.gpkg", level=3)
    assert {each.name for each in tmp_path.iterdir() if not each.name.startswith("store")} == {"town.gpkg"}


def test_parents_come_out_as_the_union_of_their_children(store: Store, town: Partition, tmp_path: Path) -> None:
    store.run(lambda unit: partitions.save_import(unit, "town", town), actor=CLERK)
    located = grids.locate(store, *crs.plane("EPSG:27700").to_lonlat(np.array([[400_050.0, 300_050.0]]))[0].tolist())
    assert [unit["code"] for unit in located["roots"][0]["units"]] == ["T", "A"]
    assert grids.locate(store, 0.0, 0.0)["roots"] == []
    with pytest.raises(InputError, match=r"point\.range"):
        grids.locate(store, 53.4, -182.0)
    with store.read() as view:
        top = partitions.shapes(view, "town", level=1)[0]
    assert shapely.area(top.geometry) == 60_000.0


def test_debians_ogrinfo_opens_the_export_with_its_plane_and_extent(
    store: Store, town: Partition, tmp_path: Path
) -> None:
    if shutil.which("ogrinfo") is None:
        absent("ogrinfo (Debian: gdal-bin)")
    store.run(lambda unit: partitions.save_import(unit, "town", town), actor=CLERK)
    path = tmp_path / "town.gpkg"
    grids.export_grids(store, path)
    said = subprocess.run(["ogrinfo", "-so", "-ro", str(path), "level_2"], capture_output=True, text=True, check=True)
    assert said.stderr == ""
    assert "Extent: (400000.000000, 300000.000000) - (400300.000000, 300200.000000)" in said.stdout
    assert 'ID["EPSG",27700]]' in said.stdout
    assert "Feature Count: 3" in said.stdout
