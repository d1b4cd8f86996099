"""A neighbour's vertex on a straight side: inserted if it lies exactly there, else reported."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.partition.coverage import prove
from geo.partition.features import Feature
from geo.partition.junctions import on_segments
from geo.partition.lattice import polygons, rings_from_polygons
from geo.partition.model import VertexKind

pytestmark = pytest.mark.pure

SMALL = st.integers(-20, 20)


def test_a_vertex_exactly_on_a_side_is_inserted_and_moves_nothing(drawing: Any) -> None:
    """c is one long side under a and b; only a and b have the vertex between them."""
    units = drawing.features("aabb \n aabb \n cccc", corners_only=True)
    made = drawing.assemble(units)
    assert made.proof.ok
    assert made.proof.vertices_inserted == 1
    rings = made.partition.leaf_rings
    assert (rings.kind == VertexKind.JUNCTION).sum() == 1
    for shape, unit in zip(polygons(rings, 3), units, strict=True):
        assert shape.equals(unit.geometry)
        assert shape.area == unit.geometry.area
    assert prove(made.partition).vertices_inserted == 0


def test_a_given_frame_keeps_its_drawn_vertices(drawing: Any) -> None:
    frame = drawing.shapes("xxxx \n xxxx", corners_only=True)["x"]
    made = drawing.assemble(drawing.features("aabb \n aabb", corners_only=True), frame=frame)
    assert made.proof.ok
    assert made.proof.vertices_inserted == 2
    assert len(made.partition.frame.xy) == 4
    assert prove(made.partition).ok


def test_a_frame_vertex_on_a_side_of_a_unit_is_inserted_in_the_unit(drawing: Any) -> None:
    frame = drawing.shapes("xxxx \n xxxx")["x"]
    made = drawing.assemble(drawing.features("aaaa \n aaaa", corners_only=True), frame=frame)
    assert made.proof.ok
    assert len(made.partition.leaf_rings.xy) == 12


def test_several_vertices_on_one_side_come_in_order(drawing: Any) -> None:
    made = drawing.assemble(drawing.features("abcd \n eeee", corners_only=True))
    assert made.proof.ok
    assert made.proof.vertices_inserted == 3


def test_a_vertex_beside_a_slanting_side_is_reported_not_swallowed(drawing: Any) -> None:
    """The nearest lattice point lies up to 7 mm off the side: land of some square decimetres belongs to nobody, or to two."""
    low = Feature("low", "", None, drawing.ring((0, -50), (300, -50), (300, 1), (0, 0)))
    left = Feature("left", "", None, drawing.ring((0, 0), (100, 0.34), (100, 90), (0, 90)))
    right = Feature("right", "", None, drawing.ring((100, 0.34), (300, 1), (300, 90), (100, 90)))
    faults = drawing.assemble([low, left, right]).proof.faults
    assert [(fault.kind, set(fault.units)) for fault in faults] == [("gap", {"left", "low", "right"})]
    assert faults[0].area_m2 == pytest.approx(1.0)
    assert 0 < faults[0].width_m < 0.0071


@given(st.tuples(SMALL, SMALL), st.tuples(SMALL, SMALL), st.integers(1, 5), st.integers(2, 6))
def test_exactly_the_lattice_points_between_the_ends_are_on_a_segment(
    a: tuple[int, int], step: tuple[int, int], k: int, n: int
) -> None:
    if step == (0, 0):
        return
    start, way = np.array(a), np.array(step)
    line = np.array([[*start, *(start + n * way)]])
    points = np.array([start, start + k * way, start + n * way, start + k * way + [-way[1], way[0]], start - way])
    _, found = on_segments(line, points)
    assert found.tolist() == ([1] if k < n else [])


def test_large_coordinates_are_still_exact() -> None:
    """400 km long: a float would not tell one centimetre beside the middle from the middle itself."""
    line = np.array([[0, 0, 40_000_002, 39_999_998]])
    points = np.array([[20_000_001, 19_999_999], [20_000_001, 20_000_000], [20_000_000, 19_999_999]])
    assert on_segments(line, points)[1].tolist() == [0]


def test_nothing_is_inserted_where_everything_matches(drawing: Any) -> None:
    made = drawing.assemble("aabb \n aabb")
    rings, _ = rings_from_polygons([unit.geometry for unit in drawing.features("aabb \n aabb")])
    assert (made.partition.leaf_rings.xy == rings.xy).all()
