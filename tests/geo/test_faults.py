"""Every kind of fault in drawn towns: found, named, measured, and nothing repaired."""

from typing import Any

import numpy as np
import pytest
import shapely

from geo.errors import InputError
from geo.partition.features import Feature
from geo.partition.model import Fault

pytestmark = pytest.mark.pure

TOWN = """
    aabb
    aabb
    ccdd
"""


def only(faults: tuple[Fault, ...]) -> Fault:
    assert len(faults) == 1
    return faults[0]


def test_a_town_without_fault(drawing: Any) -> None:
    made = drawing.assemble(TOWN)
    assert made.proof.ok
    assert [(line.level, line.units, line.area_m2) for line in made.proof.levels] == [(1, 4, 1200.0)]
    assert made.partition is not None
    assert made.partition.frame.xy.shape == (14, 2)
    assert not made.partition.frame_given


def test_a_hole_is_a_gap(drawing: Any) -> None:
    fault = only(drawing.assemble("aaa \n b.d \n ccc").proof.faults)
    east, north = drawing.origin
    assert (fault.kind, set(fault.units), fault.area_m2) == ("gap", {"a", "b", "c", "d"}, 100.0)
    assert fault.at == (east + 15, north + 15)
    assert fault.width_m == pytest.approx(10, rel=0.06)
    assert fault.geometry.equals(shapely.box(east + 10, north + 10, east + 20, north + 20))  # type: ignore[union-attr]


def test_a_hole_that_touches_the_outline_at_a_corner_is_a_gap(drawing: Any) -> None:
    made = drawing.assemble("""
        .bb
        a.b
        aab
    """)
    assert drawing.kinds(made.proof.faults) == [("gap", ("a", "b"))]


def test_a_bay_is_no_gap_while_the_frame_is_derived(drawing: Any) -> None:
    assert drawing.assemble("abb \n a.b \n a.b").proof.ok


def test_a_bay_is_a_gap_in_a_given_frame(drawing: Any) -> None:
    frame = drawing.shapes("xxx \n xxx \n xxx")["x"]
    made = drawing.assemble("abb \n a.b \n a.b", frame=frame)
    assert drawing.kinds(made.proof.faults) == [("gap", ("a", "b"))]
    assert made.proof.faults[0].area_m2 == 200
    assert made.partition is None


def test_a_missing_border_unit_is_found_with_a_frame_only(drawing: Any) -> None:
    frame = shapely.union_all(list(drawing.shapes(TOWN).values()))
    lacking = [unit for unit in drawing.features(TOWN) if unit.code != "b"]
    assert drawing.assemble(lacking).proof.ok
    assert only(drawing.assemble(lacking, frame=frame).proof.faults).area_m2 == 400


def test_a_frame_with_a_hole_that_the_units_leave_free(drawing: Any) -> None:
    frame = drawing.shapes("xxx \n x.x \n xxx")["x"]
    made = drawing.assemble("aab \n a.b \n abb", frame=frame)
    assert made.proof.ok
    assert made.partition.frame_given
    assert len(made.partition.frame.owner) == 2


def test_what_lies_outside_the_frame_is_named(drawing: Any) -> None:
    frame = drawing.shapes("xx \n xx")["x"]
    made = drawing.assemble(
        [*drawing.features("aabb \n aab."), Feature("e", "", None, drawing.ring((50, 0), (60, 0), (60, 9)))],
        frame=frame,
    )
    assert sorted((f.kind, f.units, f.area_m2) for f in made.proof.faults) == [
        ("outside_parent", ("b",), 300.0),
        ("outside_parent", ("e",), 45.0),
    ]


def test_an_overlap_names_both_units(drawing: Any) -> None:
    units = [*drawing.features("aa. \n aa. \n aa."), *drawing.features(".bb \n .bb \n ...")]
    fault = only(drawing.assemble(units).proof.faults)
    assert (fault.kind, fault.units, fault.area_m2) == ("overlap", ("a", "b"), 200.0)


def test_three_units_on_one_place_are_two_overlaps_whose_areas_add_up(drawing: Any) -> None:
    """Together the units have 100 + 100 + 300 m2 and their union 300: 200 too much."""
    units = [*drawing.features("a.."), *drawing.features("b.."), *drawing.features("ccc")]
    units[1] = Feature("b", "", None, drawing.ring((0, 0), (10, 0), (10, 10), (5, 10), (0, 10)))
    faults = drawing.assemble(units).proof.faults
    assert drawing.kinds(faults) == [("overlap", ("a", "b")), ("overlap", ("a", "c"))]
    assert sum(fault.area_m2 for fault in faults) == 200


def test_a_unit_inside_another_is_an_overlap(drawing: Any) -> None:
    fault = only(
        drawing.assemble([*drawing.features("aaa \n aaa \n aaa"), *drawing.features("... \n .b. \n ...")]).proof.faults
    )
    assert (fault.kind, fault.units, fault.area_m2) == ("overlap", ("a", "b"), 100.0)


def test_the_same_land_twice_is_a_duplicate_and_nothing_else(drawing: Any) -> None:
    again = Feature("z", "", None, drawing.shapes(TOWN)["b"])
    fault = only(drawing.assemble([*drawing.features(TOWN), again]).proof.faults)
    assert (fault.kind, fault.units, fault.area_m2) == ("duplicate", ("b", "z"), 400.0)


def test_a_code_twice_is_a_duplicate(drawing: Any) -> None:
    units = [
        Feature("a" if unit.code == "d" else unit.code, "", None, unit.geometry) for unit in drawing.features(TOWN)
    ]
    fault = only(drawing.assemble(units).proof.faults)
    assert (fault.kind, fault.units) == ("duplicate", ("a",))
    assert fault.at is not None


@pytest.mark.parametrize("nothing", [None, shapely.Polygon()])
def test_an_empty_unit_is_named_and_has_no_place(drawing: Any, nothing: object) -> None:
    fault = only(drawing.assemble([*drawing.features(TOWN), Feature("z", "", None, nothing)]).proof.faults)  # type: ignore[arg-type]
    assert (fault.kind, fault.units, fault.at, fault.geometry) == ("empty", ("z",), None, None)


def test_a_unit_whose_parent_is_missing_is_named(drawing: Any) -> None:
    made = drawing.assemble(TOWN, level=2, parents={"a": ("A",), "b": ("A",), "c": ("A",)})
    assert drawing.kinds(made.proof.faults) == [("missing_parent", ("d",))]
    assert made.proof.faults[0].at is not None


@pytest.mark.parametrize(("inwards", "kind"), [(0.01, "gap"), (-0.01, "overlap")])
def test_one_centimetre_in_one_polygon_is_found(drawing: Any, inwards: float, kind: str) -> None:
    units = drawing.features("aabb \n aabb \n aabb")

    def move(xy: np.ndarray) -> np.ndarray:
        east, north = drawing.origin
        middle = np.abs(xy - [east + 20, north + 10]).max(axis=1, keepdims=True) < 1e-6
        return xy + np.where(middle, [inwards, 0], 0)

    units[1] = Feature("b", "", None, shapely.transform(units[1].geometry, move))
    fault = only(drawing.assemble(units).proof.faults)
    assert (fault.kind, fault.units) == (kind, ("a", "b"))
    assert fault.area_m2 == pytest.approx(0.1)
    assert fault.width_m == pytest.approx(0.01, rel=0.06)


def test_borders_that_cross_and_come_back_are_gap_and_overlap(drawing: Any) -> None:
    a = drawing.ring((0, 0), (10, 0), (12, 10), (10, 20), (8, 30), (10, 40), (0, 40))
    b = drawing.ring((10, 0), (20, 0), (20, 40), (10, 40))
    faults = drawing.assemble([Feature("a", "", None, a), Feature("b", "", None, b)]).proof.faults
    assert drawing.kinds(faults) == [("gap", ("a", "b")), ("overlap", ("a", "b"))]
    assert [fault.area_m2 for fault in faults] == [20, 20]


def test_two_units_that_cross_themselves_alike_still_overlap(drawing: Any) -> None:
    """Their common border has a loop, so the chain cancels and only the test of each unit sees it."""
    border = [(20, 0), (20, 10), (24, 14), (20, 18), (20, 12), (24, 8), (20, 30)]
    a = drawing.ring((0, 0), *border, (0, 30))
    b = drawing.ring((40, 0), (40, 30), *border[::-1])
    faults = drawing.assemble([Feature("a", "", None, a), Feature("b", "", None, b)]).proof.faults
    assert {fault.kind for fault in faults} == {"invalid", "overlap"}
    assert {units for kind, units in drawing.kinds(faults) if kind == "overlap"} == {("a", "b")}


def test_an_invalid_unit_still_holds_its_land(drawing: Any) -> None:
    """No gap is reported where it lies."""
    units = drawing.features("aaa \n abc \n aaa")
    spike = drawing.ring((10, 10), (20, 10), (20, 20), (15, 20), (15, 15), (15, 20), (10, 20))
    units[1] = Feature("b", "", None, spike)
    assert drawing.kinds(drawing.assemble(units).proof.faults) == [("invalid", ("b",))]


def test_a_bad_frame_is_refused(drawing: Any) -> None:
    with pytest.raises(InputError) as refused:
        drawing.assemble(TOWN, frame=drawing.ring((0, 0), (20, 20), (20, 0), (0, 20)))
    assert refused.value.code == "frame.invalid"


def test_units_apart_are_a_town_of_several_parts(drawing: Any) -> None:
    made = drawing.assemble("aa.b \n aa.b")
    assert made.proof.ok
    assert len(made.partition.frame.owner) == 2


def test_no_units_at_all_are_no_town(drawing: Any) -> None:
    made = drawing.assemble([Feature("a", "", None, None)])
    assert drawing.kinds(made.proof.faults) == [("empty", ("a",))]


def test_a_code_names_one_unit_of_one_level(drawing: Any) -> None:
    made = drawing.assemble("ab", level=3, parents={"a": ("G", "V"), "b": ("a", "V")})
    assert drawing.kinds(made.proof.faults) == [("duplicate", ("a",))]


def test_a_feature_whose_line_of_parents_is_short_is_an_orphan(drawing: Any) -> None:
    made = drawing.assemble("ab", level=3, parents={"a": ("G", "V"), "b": ("H",)})
    assert drawing.kinds(made.proof.faults) == [("missing_parent", ("b",))]
    assert [(line.level, line.units) for line in made.proof.levels] == [(1, 1), (2, 1), (3, 2)]
