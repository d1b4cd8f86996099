"""Level N under an existing partition: exact tiling, residuals at level 3, faults by parent."""

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import ConflictError, InputError
from geo.partition.coverage import prove
from geo.partition.features import Feature
from geo.partition.lattice import unit_hashes
from geo.partition.model import Partition, UnitKind, VertexKind
from geo.partition.subdivision import subdivide

pytestmark = pytest.mark.pure

TOWN = """
    aaaabb
    aaaabb
    ccccbb
"""
VILLAGES = {"a": ("V",), "b": ("W",), "c": ("V",)}


@pytest.fixture
def town(drawing: Any) -> Partition:
    made = drawing.assemble(drawing.features(TOWN, corners_only=True), level=2, parents=VILLAGES)
    assert made.proof.ok
    return made.partition


def under(drawing: Any, town: Partition, picture: str, parents: dict[str, str], level: int = 3) -> Any:
    numbers = drawing.new_keys()
    return subdivide(town, drawing.features(picture, parents, corners_only=True), level, lambda: "n" + numbers())


def test_sparse_children_leave_a_residual_and_every_level_stays_strict(drawing: Any, town: Partition) -> None:
    made = under(drawing, town, "12.... \n 12.... \n ......", {"1": "a", "2": "a"})
    assert made.proof.ok
    assert made.notes.residuals == 1
    assert [(line.level, line.units, line.area_m2) for line in made.proof.levels] == [
        (1, 2, 1800.0),
        (2, 3, 1800.0),
        (3, 2, 800.0),
    ]
    assert drawing.picture(made.partition, 3) == "12~~..\n12~~..\n......"
    assert drawing.picture(made.partition, 2) == "aaaabb\naaaabb\nccccbb"
    assert drawing.picture(made.partition, 1) == "VVVVWW\nVVVVWW\nVVVVWW"
    rest = [unit for unit in made.partition.units if unit.kind is UnitKind.RESIDUAL]
    assert [(unit.code, unit.level) for unit in rest] == [(None, 3)]
    assert prove(made.partition).ok


def test_units_keep_their_keys_and_parents_their_land(drawing: Any, town: Partition) -> None:
    made = under(drawing, town, "12.... \n 12.... \n ......", {"1": "a", "2": "a"})
    before = {unit.key: unit for unit in town.units}
    assert {unit.key: unit for unit in made.partition.units if unit.key in before} == before


def test_the_neighbours_and_the_frame_get_the_junctions_of_new_borders(drawing: Any, town: Partition) -> None:
    """The border between 1 and 2 ends on c's straight side and on the frame's: each gets a vertex, the legal frame none."""
    made = under(drawing, town, "1122.. \n 1122.. \n ......", {"1": "a", "2": "a"})
    assert made.proof.ok
    assert made.notes.residuals == 0
    assert len(made.partition.frame.xy) == len(town.frame.xy)
    rings = made.partition.leaf_rings
    code = [made.partition.units[owner].code for owner in np.repeat(rings.owner, np.diff(rings.start))]
    junctions = {c for c, kind in zip(code, rings.kind, strict=True) if kind == VertexKind.JUNCTION}
    assert junctions == {"b", "c"}  # b since the corner of a and c on its side, c since the border between 1 and 2


def test_a_residual_may_have_several_parts_and_touch_in_a_point(drawing: Any, town: Partition) -> None:
    made = under(drawing, town, ".1.... \n 1..... \n ......", {"1": "a"})
    assert made.proof.ok
    assert made.notes == type(made.notes)(islands=("1",), residuals=1)
    assert drawing.picture(made.partition, 3) == "~1~~..\n1~~~..\n......"


def test_children_that_fill_their_parent_leave_nothing(drawing: Any, town: Partition) -> None:
    made = under(drawing, town, "...... \n ...... \n 1122..", {"1": "c", "2": "c"})
    assert (made.proof.ok, made.notes.residuals) == (True, 0)


def test_a_child_beyond_its_parent_is_named(drawing: Any, town: Partition) -> None:
    made = under(drawing, town, "...11. \n ...... \n ......", {"1": "a"})
    assert made.partition is None
    assert [(f.kind, f.units, f.area_m2, f.level) for f in made.proof.faults] == [("outside_parent", ("1",), 100.0, 3)]


def test_a_child_under_the_wrong_parent_is_named(drawing: Any, town: Partition) -> None:
    made = under(drawing, town, "1..... \n ...... \n ......", {"1": "b"})
    assert drawing.kinds(made.proof.faults) == [("outside_parent", ("1",))]


def test_children_that_swap_parents_are_named_though_all_land_is_covered(drawing: Any, town: Partition) -> None:
    """Taken together the children tile both parents: only parent by parent is the mistake seen."""
    made = under(drawing, town, "1111.. \n 1111.. \n 2222..", {"1": "c", "2": "a"})
    assert drawing.kinds(made.proof.faults) == [("outside_parent", ("1",)), ("outside_parent", ("2",))]


def test_overlapping_children_are_named(drawing: Any, town: Partition) -> None:
    one, two = drawing.features("11.... \n 11.... \n ......"), drawing.features(".22... \n ...... \n ......")
    units = [Feature(f.code, "", "a", f.geometry) for f in (*one, *two)]
    made = subdivide(town, units, 3, drawing.new_keys())
    assert drawing.kinds(made.proof.faults) == [("overlap", ("1", "2"))]


def test_a_child_without_a_known_parent_is_named(drawing: Any, town: Partition) -> None:
    made = under(drawing, town, "1..... \n 2..... \n ......", {"1": "nowhere", "2": "a"})
    assert drawing.kinds(made.proof.faults) == [("missing_parent", ("1",))]


def test_a_code_that_a_unit_has_already_is_a_duplicate(drawing: Any, town: Partition) -> None:
    made = under(drawing, town, "bb.... \n ...... \n ......", {"b": "a"})
    assert drawing.kinds(made.proof.faults) == [("duplicate", ("b",))]


def test_a_parent_is_divided_once(drawing: Any, town: Partition) -> None:
    made = under(drawing, town, "1..... \n ...... \n ......", {"1": "a"})
    with pytest.raises(ConflictError) as refused:
        under(drawing, made.partition, ".2.... \n ...... \n ......", {"2": "a"})
    assert refused.value.code == "import.already_divided"
    assert under(drawing, made.partition, "....2. \n ...... \n ......", {"2": "b"}).proof.ok


def test_there_must_be_a_level_above(drawing: Any) -> None:
    flat = drawing.assemble(TOWN, level=1).partition
    with pytest.raises(ConflictError) as refused:
        under(drawing, flat, "1..... \n ...... \n ......", {"1": "a"})
    assert refused.value.code == "import.no_such_level"


VILLAGES_FIRST = """
    vvvvww
    vvvvww
    vvvvww
"""


def test_level_2_tiles_level_1(drawing: Any) -> None:
    villages = drawing.assemble(drawing.features(VILLAGES_FIRST, corners_only=True), level=1).partition
    made = under(drawing, villages, TOWN, {"a": "v", "b": "w", "c": "v"}, level=2)
    assert made.proof.ok
    assert drawing.picture(made.partition, 2) == "aaaabb\naaaabb\nccccbb"


def test_land_of_a_village_that_no_grid_covers_is_named(drawing: Any) -> None:
    villages = drawing.assemble(drawing.features(VILLAGES_FIRST, corners_only=True), level=1).partition
    made = under(drawing, villages, "aaaabb \n aaa.bb \n ccccbb", {"a": "v", "b": "w", "c": "v"}, level=2)
    assert [(f.kind, f.units, f.area_m2) for f in made.proof.faults] == [("uncovered_parent", ("v",), 100.0)]


def test_a_village_without_any_grid_is_named(drawing: Any) -> None:
    villages = drawing.assemble(drawing.features(VILLAGES_FIRST, corners_only=True), level=1).partition
    made = under(drawing, villages, "aaaa.. \n aaaa.. \n cccc..", {"a": "v", "c": "v"}, level=2)
    assert [(f.kind, f.units, f.area_m2) for f in made.proof.faults] == [("uncovered_parent", ("w",), 600.0)]


def test_the_same_files_give_the_same_partition(drawing: Any, town: Partition) -> None:
    """In any order of features."""
    units = drawing.features("12.... \n 12.... \n ......", {"1": "a", "2": "a"})
    keys = [iter("xyz"), iter("xyz")]
    one, other = (
        subdivide(town, units[::step], 3, lambda k=k: next(k)).partition for step, k in zip((1, -1), keys, strict=True)
    )
    assert one is not None
    assert other is not None
    assert one.units == other.units
    assert unit_hashes(one.leaf_rings, len(one.units)) == unit_hashes(other.leaf_rings, len(other.units))


def test_one_leaf_cannot_have_two_lines_of_parents(drawing: Any) -> None:
    with pytest.raises(InputError) as refused:
        drawing.assemble("ab", level=3, parents={"a": ("G", "V"), "b": ("G", "W")})
    assert (refused.value.code, refused.value.where) == ("parents.two_parents", "G")


def test_there_are_no_more_parents_than_levels(drawing: Any) -> None:
    with pytest.raises(InputError) as refused:
        drawing.assemble("ab", level=2, parents={"a": ("G", "V"), "b": ("G", "V")})
    assert refused.value.code == "parents.too_many"


def test_parents_are_the_union_of_their_leaves(drawing: Any, town: Partition) -> None:
    assert drawing.picture(town, 1) == "VVVVWW\nVVVVWW\nVVVVWW"
    assert [(unit.code, unit.level, unit.parent) for unit in town.units] == [
        ("V", 1, None),
        ("W", 1, None),
        ("a", 2, town.units[0].key),
        ("b", 2, town.units[1].key),
        ("c", 2, town.units[0].key),
    ]


def test_a_features_own_parent_serves_where_there_is_no_table(drawing: Any) -> None:
    made = drawing.assemble(drawing.features(TOWN, {"a": "V", "b": "W", "c": "V"}), level=2)
    assert drawing.picture(made.partition, 1) == "VVVVWW\nVVVVWW\nVVVVWW"


def test_an_enclave_is_a_hole_of_its_neighbour(drawing: Any) -> None:
    made = drawing.assemble("aaa \n aba \n aaa")
    assert made.proof.ok
    shapes = {shapely.get_num_interior_rings(part) for part in drawing.shapes("aaa \n aba \n aaa").values()}
    assert shapes == {0, 1}
    assert drawing.picture(made.partition, 1) == "aaa\naba\naaa"


PICTURE = st.lists(st.lists(st.sampled_from("abc"), min_size=5, max_size=5), min_size=4, max_size=4)
CHOICE = st.lists(st.lists(st.sampled_from(".12"), min_size=5, max_size=5), min_size=4, max_size=4)
CHILDREN = {("a", "1"): "A", ("a", "2"): "E", ("b", "1"): "I", ("b", "2"): "O", ("c", "1"): "U", ("c", "2"): "Y"}


@given(PICTURE, CHOICE)
@settings(max_examples=60)
def test_any_sparse_children_of_any_town_leave_exactly_the_rest(
    drawing: Any, rows: list[list[str]], choice: list[list[str]]
) -> None:
    """Scattered parts, enclaves and point contacts included; drawn with true corners only, so junctions are needed too."""
    town = drawing.assemble(
        drawing.features("\n".join("".join(row) for row in rows), corners_only=True), level=2
    ).partition
    drawn = [
        "".join(CHILDREN.get(cell, ".") for cell in zip(row, picks, strict=True))
        for row, picks in zip(rows, choice, strict=True)
    ]
    parents = {code: letter for (letter, _), code in CHILDREN.items()}
    if not set("".join(drawn)) - {"."}:
        return
    made = under(drawing, town, "\n".join(drawn), parents)
    assert made.proof.ok
    assert prove(made.partition).ok
    assert drawing.picture(made.partition, 2) == "\n".join("".join(row) for row in rows)
    divided = {parents[code] for code in "".join(drawn) if code != "."}
    rest = [
        "".join(
            ("~" if letter in divided else ".") if code == "." else code for code, letter in zip(line, row, strict=True)
        )
        for line, row in zip(drawn, rows, strict=True)
    ]
    assert drawing.picture(made.partition, 3) == "\n".join(rest)
