"""Which unit holds a point, parents by union, children, the proof of a stored partition, the second witness."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.partition.coverage import prove
from geo.partition.lattice import rings_from_polygons, take_rings
from geo.partition.model import Partition
from geo.partition.nesting import children, level_rings, locate, polygons_of
from geo.partition.placing import leaf_at
from geo.partition.subdivision import subdivide
from geo.partition.witness import witness

pytestmark = pytest.mark.pure

TOWN = """
    aaab
    aaab
    cccb
"""


@pytest.fixture
def town(drawing: Any) -> Partition:
    made = drawing.assemble(TOWN, level=2, parents={"a": ("V",), "b": ("W",), "c": ("V",)})
    keys = iter(("one", "rest"))
    one = drawing.features("1... \n .... \n ....", {"1": "a"})
    return subdivide(made.partition, one, 3, lambda: next(keys)).partition  # type: ignore[return-value]


def at(drawing: Any, town: Partition, x: float, y: float) -> dict[int, str | None]:
    east, north = drawing.origin
    found = locate(town, round((east + x) * 100), round((north + y) * 100))
    return {level: unit.code for level, unit in found.items()}


@pytest.mark.parametrize(
    ("x", "y", "units"),
    [
        (5, 25, {1: "V", 2: "a", 3: "1"}),
        (15, 15, {1: "V", 2: "a"}),
        (5, 5, {1: "V", 2: "c"}),
        (35, 5, {1: "W", 2: "b"}),
        (-0.01, 5, {}),
        (45, 5, {}),
    ],
)
def test_a_point_is_in_one_unit_of_each_level_and_a_residual_answers_by_its_parent(
    drawing: Any, town: Partition, x: float, y: float, units: dict[int, str]
) -> None:
    assert at(drawing, town, x, y) == units


@pytest.mark.parametrize(
    ("x", "y", "leaf"),
    [
        (15, 10, "a"),  # on a level border: the unit above
        (30, 15, "a"),  # on an upright border: the unit to the west
        (30, 10, "a"),  # where three meet: above, then west
        (10, 20, "a"),  # on a border inside: above is 1's neighbour to the east
        (15, 0, "c"),  # on the lower frame
        (15, 30, "a"),  # on the upper frame: outside is above, so the unit below
        (0, 5, "c"),  # on the western frame
        (40, 5, "b"),
        (0, 0, "c"),  # at the four corners
        (40, 0, "b"),
        (40, 30, "b"),
    ],
)
def test_a_point_on_a_border_is_answered_by_rule(drawing: Any, town: Partition, x: float, y: float, leaf: str) -> None:
    assert at(drawing, town, x, y)[2] == leaf


def test_every_point_of_the_lattice_has_exactly_one_owner(drawing: Any) -> None:
    """Borders and corners included: each point is counted once, and the answer is that of the unit left of the border."""
    squares = [shapely.box(0, 0, 0.04, 0.04), shapely.Polygon([(0.04, 0), (0.08, 0), (0.08, 0.04), (0.04, 0.04)])]
    slanted = shapely.Polygon([(0, 0.04), (0.08, 0.04), (0.03, 0.09)])
    rings, _ = rings_from_polygons([*squares, slanted])
    for x in range(-1, 10):
        for y in range(-1, 11):
            held = [leaf_at(take_rings(rings, np.array([owner])), x, y) >= 0 for owner in range(3)]
            owner = leaf_at(rings, x, y)
            assert (owner >= 0) == any(held)
            nudged = [shapely.contains_xy(s, x / 100 - 1e-7, y / 100 + 1e-5) for s in (*squares, slanted)]
            if any(nudged):
                assert nudged[owner]


SPOT = st.integers(0, 400)


@given(st.lists(st.tuples(SPOT, SPOT), min_size=3, max_size=9), st.tuples(SPOT, SPOT))
def test_a_point_inside_or_outside_is_as_shapely_says(points: list[tuple[int, int]], spot: tuple[int, int]) -> None:
    hull = shapely.MultiPoint(points).convex_hull
    if hull.geom_type != "Polygon":
        return
    rings, _ = rings_from_polygons([shapely.transform(hull, lambda xy: xy / 100)])
    assert (leaf_at(rings, *spot) >= 0) == bool(hull.intersects(shapely.Point(spot)))


def test_a_hole_is_not_inside(drawing: Any) -> None:
    made = drawing.assemble("aaa \n aba \n aaa").partition
    assert at(drawing, made, 15, 15) == {1: "b"}


def test_level_rings_are_those_of_the_level(drawing: Any, town: Partition) -> None:
    for level, codes in ((1, ["V", "W"]), (2, ["a", "b", "c"]), (3, ["1", None])):
        rings, numbers = level_rings(town, level)
        assert [town.units[number].code for number in numbers] == codes
        assert np.unique(rings.owner).tolist() == numbers.tolist()
    assert len(level_rings(town, 4)[1]) == 0


def test_a_parent_is_exactly_what_its_leaves_are_together(drawing: Any, town: Partition) -> None:
    shapes = polygons_of(town)
    assert len(shapes) == len(town.units)
    for unit in town.units:
        below = [shapes[child.key] for child in children(town, unit.key)]
        if below:
            assert shapes[unit.key].equals(shapely.union_all(below))


def test_children_are_those_directly_below(drawing: Any, town: Partition) -> None:
    assert [unit.code for unit in children(town, None)] == ["V", "W"]
    village = children(town, None)[0]
    assert [unit.code for unit in children(town, village.key)] == ["a", "c"]


def test_a_stored_partition_that_was_changed_by_hand_is_not_proved(drawing: Any, town: Partition) -> None:
    assert prove(town).ok
    xy = town.leaf_rings.xy.copy()
    xy[7] += [1, 1]
    broken = replace(town, leaf_rings=replace(town.leaf_rings, xy=xy))
    assert not prove(broken).ok


def test_a_stored_partition_without_one_of_its_leaves_is_not_proved(drawing: Any, town: Partition) -> None:
    rings = town.leaf_rings
    fewer = replace(town, leaf_rings=take_rings(rings, np.flatnonzero(rings.owner != rings.owner[-1])))
    proof = prove(fewer)
    assert {fault.kind for fault in proof.faults} >= {"gap", "empty"}


def test_a_unit_whose_parent_is_gone_is_named(drawing: Any, town: Partition) -> None:
    units = tuple(replace(unit, parent="nobody") if unit.code == "b" else unit for unit in town.units)
    assert ("missing_parent", ("b",)) in drawing.kinds(prove(replace(town, units=units)).faults)


def test_the_second_witness_agrees_with_the_proof(drawing: Any, town: Partition) -> None:
    seen = witness(town, seed=1, points=500)
    assert seen.ok
    assert seen.points == 500


def test_the_second_witness_sees_a_hole(drawing: Any, town: Partition) -> None:
    rings = town.leaf_rings
    fewer = replace(town, leaf_rings=take_rings(rings, np.flatnonzero(rings.owner != rings.owner[-1])))
    seen = witness(fewer, seed=1, points=500)
    assert seen.in_no_leaf > 0
    assert not seen.ok


def test_the_second_witness_sees_land_twice(drawing: Any, town: Partition) -> None:
    rings = take_rings(town.leaf_rings, np.array([*range(len(town.leaf_rings.owner)), 0]))
    rings = replace(rings, owner=np.array([*town.leaf_rings.owner, len(town.units)]))
    doubled = replace(town, units=(*town.units, town.units[-1]), leaf_rings=rings)
    seen = witness(doubled, seed=1, points=500)
    assert seen.in_several > 0
    assert not seen.coverage_is_valid
