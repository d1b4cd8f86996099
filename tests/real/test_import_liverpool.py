"""Liverpool, three real levels, as a user types it: proved, its delivered parents compared, level 3 sparse."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
