"""Real files that are no partition: refused with every fault named, and nothing written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Typed = Callable[..., tuple[int, dict[str, Any]]]


def faults(document: dict[str, Any], level: int, kind: str) -> list[dict[str, Any]]:
    here = next(row for row in document["levels"] if row["level"] == level)
    return [fault for fault in here["faults"] if fault["kind"] == kind]


def area(found: list[dict[str, Any]]) -> float:
    return sum(fault["area_m2"] for fault in found)


def nothing_written(typed: Typed) -> bool:
    code, error = typed("check", "coverage")
    return code == 2 and error["code"] == "store.no_grids"


def test_taiwan_is_refused_with_its_invalid_villages_its_overlap_and_its_lakes(typed: Typed, shared: Path) -> None:
    file = shared / "nested-taiwan" / "villages-10t.topojson"
    words = ("--level", 3, "--code", "VILLCODE", "--name", "VILLNAME", "--parent", "TOWNCODE,COUNTYCODE")
    code, document = typed("import", "grids", file, "--layer", "villages", *words, "--plane", "EPSG:3826")
    assert (code, document["format"], document["ok"], document["written"]) == (1, "coverage/1", False, False)
    assert [(row["level"], row["units"]) for row in document["levels"]] == [(1, 22), (2, 368), (3, 7701)]
    invalid = faults(document, 3, "invalid")
    assert len(invalid) == 7
    assert all(len(fault["units"]) == 1 and fault["at"] for fault in invalid)
    assert area(faults(document, 3, "overlap")) == pytest.approx(9, abs=1)
    lakes = faults(document, 3, "gap")
    assert len(lakes) == 8
    assert area(lakes) == pytest.approx(26e6, rel=0.03)
    assert all(fault["geometry"]["type"] in ("Polygon", "MultiPolygon") for fault in lakes)
    assert nothing_written(typed)


def test_the_philippines_are_refused_with_overlap_gaps_and_rows_without_geometry(typed: Typed, shared: Path) -> None:
    files = sorted((shared / "dirty-coverage-philippines" / "barangays").glob("*.json"))
    words = ("--level", 2, "--code", "ADM4_PCODE", "--name", "ADM4_EN", "--parent", "ADM3_PCODE")
    code, document = typed("import", "grids", *files, *words, "--plane", "EPSG:32651", "--root", "ilocos")
    assert (code, document["format"], len(document["files"])) == (1, "coverage/1", 23)
    assert area(faults(document, 2, "overlap")) == pytest.approx(17.8e6, rel=0.03)
    assert area(faults(document, 2, "gap")) == pytest.approx(49e6, rel=0.03)
    assert len(faults(document, 2, "empty")) == 3
    assert nothing_written(typed)


def test_sikkim_is_refused_with_its_gaps_and_villages_without_a_parent(typed: Typed, shared: Path) -> None:
    file = shared / "dirty-coverage-sikkim" / "sikkim_villages.geojson"
    words = ("--level", 2, "--code", "CEN_2001", "--name", "NAME", "--parent", "SUB_DIST", "--plane", "EPSG:32645")
    code, document = typed("import", "grids", file, *words)
    assert (code, document["format"]) == (1, "coverage/1")
    gaps = faults(document, 2, "gap")
    assert (
        sum(fault["area_m2"] > 1000 for fault in gaps) == 4
    )  # of 712 holes in floats most are thinner than a centimetre
    assert all(fault["width_m"] < 0.02 for fault in gaps if fault["area_m2"] < 1000)
    assert area(faults(document, 2, "overlap")) == pytest.approx(0.71, abs=2)
    assert len(faults(document, 2, "missing_parent")) == 33
    assert nothing_written(typed)
