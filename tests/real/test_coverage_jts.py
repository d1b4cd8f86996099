"""The JTS cases of coverages, on our lattice: a unit of theirs is a metre."""

import json
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from geo import crs
from geo.partition.assembly import assemble
from geo.partition.chain import match, themselves
from geo.partition.features import Feature
from geo.partition.lattice import polygons, rings_from_polygons
from geo.partition.model import Fault
from geo.partition.union import united

PLANE = crs.plane("EPSG:4549")


@pytest.fixture(scope="session")
def cases(shared: Path) -> dict[str, dict[str, Any]]:
    found = json.loads((shared / "cases-coverage" / "jts_coverage_cases.json").read_text("utf-8"))["cases"]
    return {case["id"].removeprefix("jts/"): case for case in found}


def faults(shapes: list[BaseGeometry], frame: BaseGeometry | None = None) -> tuple[Fault, ...]:
    numbers = count()
    features = [Feature(str(number), "", None, grid) for number, grid in enumerate(shapes)]
    return assemble(PLANE, features, 1, None, frame, lambda: str(next(numbers))).proof.faults


def kinds(found: tuple[Fault, ...]) -> set[str]:
    return {fault.kind for fault in found}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("CoveragePolygonValidatorTest/testAdjVertexTouchesSegment", set[str]()),  # touches in an exact point: inserted
        ("CoveragePolygonValidatorTest/testCrossingSegment", {"overlap"}),
        ("CoveragePolygonValidatorTest/testDuplicateReversed", {"duplicate"}),
        ("CoveragePolygonValidatorTest/testCoveredBy2AndMatching", {"overlap"}),
        ("CoveragePolygonValidatorTest/testFullyCoveredAndMatched", {"overlap"}),
        ("CoveragePolygonValidatorTest/testTargetCoveredAndMatching", {"overlap"}),
        ("CoveragePolygonValidatorTest/testInteriorSegmentTouchingEdge", {"overlap"}),
        ("CoveragePolygonValidatorTest/testInteriorSegmentsTouching", {"overlap", "gap"}),  # and encloses land
        ("CoveragePolygonValidatorTest/testMatchedEdges", set[str]()),
        ("CoveragePolygonValidatorTest/testRepeatedCommonVertexInTarget", set[str]()),
        ("CoveragePolygonValidatorTest/testTargetMultiPolygon", {"overlap"}),
        ("CoveragePolygonValidatorTest/testBothMultiPolygon", {"overlap"}),
    ],
)
def test_a_target_against_what_lies_beside_it(cases: dict[str, dict[str, Any]], name: str, kind: set[str]) -> None:
    case = cases[name]
    well_formed = case["adjacent"].replace("3 3, 1 3))),", "3 3, 1 3)),")  # one case has a bracket too many
    beside = shapely.get_parts(shapely.from_wkt(well_formed))
    found = faults([shapely.from_wkt(case["target"]), *beside])
    assert kinds(found) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("testCollinearUnmatchedEdge", set[str]()),  # JTS calls it unmatched; the vertex lies exactly on the side
        ("testMultiPolygon", set[str]()),
        ("testOverlappingSquares", {"overlap"}),
        ("testRingCollapse", {"invalid"}),  # a ring that is a line holds nothing: JTS drops it, we name it
    ],
)
def test_a_coverage(cases: dict[str, dict[str, Any]], name: str, kind: set[str]) -> None:
    shapes = [shapely.from_wkt(wkt) for wkt in cases[f"CoverageValidatorTest/{name}"]["coverage"]]
    assert kinds(faults(shapes)) == kind


def test_a_gap_is_found_whatever_its_width(cases: dict[str, dict[str, Any]]) -> None:
    shapes = [shapely.from_wkt(wkt) for wkt in cases["CoverageValidatorTest/testGap"]["coverage"]]
    assert kinds(faults(shapes)) == {"gap"}


def test_a_gore_is_open_to_the_outside_and_needs_a_frame(cases: dict[str, dict[str, Any]]) -> None:
    shapes = [shapely.from_wkt(wkt) for wkt in cases["CoverageValidatorTest/testGore"]["coverage"]]
    assert faults(shapes) == ()
    assert kinds(faults(shapes, shapely.box(1, 1, 9, 9))) == {"gap"}


def test_the_gap_between_three_polygons_is_the_one_jts_finds(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["CoverageGapFinderTest/testThreePolygonGap"]
    found = faults(list(shapely.get_parts(shapely.from_wkt(case["coverage"]))))
    assert kinds(found) == {"gap"}
    expected = shapely.from_wkt(case["expected"])
    gaps = [fault.geometry for fault in found]
    assert any(isinstance(gap, BaseGeometry) and gap.equals(expected) for gap in gaps)


@pytest.mark.parametrize("name", ["testChessboard4", "testHoleTouchingSide", "testHolesTouchingSide"])
def test_the_union_is_the_one_of_jts(cases: dict[str, dict[str, Any]], name: str) -> None:
    case = cases[f"CoverageUnionTest/{name}"]
    shapes = shapely.get_parts(shapely.from_wkt(case["coverage"]))
    rings, _ = rings_from_polygons(shapes)
    whole = np.zeros(len(shapes), np.int32)
    chain = match(rings, np.vstack([whole, themselves(len(shapes))[0]]))
    union: Any = polygons(united(rings, chain, 0, whole), 1)
    assert union[0].is_valid
    assert union[0].normalize().equals(shapely.from_wkt(case["expected"]).normalize())
