"""The boundary-chain identity on arrays, levels from the same pass, rings cut from a heap of segments."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.partition.boundary import recut
from geo.partition.chain import chain_identity, match, partners, themselves
from geo.partition.comparison import check_levels
from geo.partition.features import Feature
from geo.partition.lattice import areas2, owners, polygons, rings_from_polygons, segments
from geo.partition.placing import holding
from geo.partition.union import united

pytestmark = pytest.mark.pure

PICTURE = st.lists(st.lists(st.sampled_from("abcdef"), min_size=6, max_size=6), min_size=5, max_size=5)


def test_what_is_left_is_the_outline_and_each_border_has_its_rank(drawing: Any) -> None:
    """a and b are in one village, c in another: the border of a and b is of the lower rank."""
    shapes = np.array(list(drawing.shapes("abc").values()), object)
    found = chain_identity(shapes, np.array([[0, 0, 1], [0, 1, 2]], np.int32), own_rings=True)
    assert (found.alone, found.borders) == (8, (1, 1))
    assert found.own is not None
    assert found.own.tolist() == [0, 0, 0]


def test_a_third_use_of_a_segment_is_not_hidden_by_the_first_two(drawing: Any) -> None:
    a, b = drawing.shapes("ab").values()
    assert chain_identity(np.array([a, b], object)).alone == 6
    assert chain_identity(np.array([a, b, a], object)).alone == 10
    assert chain_identity(np.array([a, a, b], object)).alone == 10
    assert chain_identity(np.array([a, b, a, b], object)).alone == 12


def test_no_units_leave_nothing() -> None:
    assert chain_identity(np.array([None, shapely.Polygon()], object), own_rings=True).alone == 0


def test_many_cells_match_as_a_plain_count_says() -> None:
    """More segments than the small tables of the other tests, in random order."""
    random = np.random.default_rng(3)
    squares = np.array([shapely.box(x, y, x + 1, y + 1) for x in range(60) for y in range(60)], object)
    random.shuffle(squares)
    lost = squares[:-7]
    for shapes in (squares, lost):
        rings, _ = rings_from_polygons(shapes)
        lines = {tuple(line) for line in segments(rings).tolist()}
        alone = sum((c, d, a, b) not in lines for a, b, c, d in lines)
        assert match(rings, themselves(len(shapes))).alone == alone


@pytest.mark.parametrize("block", [1, 7, 40, 700])
@pytest.mark.parametrize("planted", ["nothing", "lost", "twice", "three times", "shifted"])
def test_what_cancels_does_not_depend_on_the_blocks(monkeypatch: pytest.MonkeyPatch, block: int, planted: str) -> None:
    """Whatever is cancelled together first: the same ranks, the same segments alone; partners run opposite, each to one."""
    squares = np.array([shapely.box(x, y, x + 1, y + 1) for x in range(12) for y in range(12)], object)
    np.random.default_rng(5).shuffle(squares)
    shapes = {
        "nothing": squares,
        "lost": np.delete(squares, [3, 70]),
        "twice": np.append(squares, squares[:5]),
        "three times": np.concatenate([squares, squares[:5], squares[3:9]]),
        "shifted": np.append(squares[1:], shapely.affinity.translate(squares[0], 0.01, 0)),
    }[planted]
    rings, _ = rings_from_polygons(shapes)
    above = np.vstack([np.arange(len(shapes)) % 3, np.arange(len(shapes))]).astype(np.int32)
    whole = match(rings, above)
    monkeypatch.setattr("geo.partition.chain.BLOCK", block)
    in_blocks, partner = match(rings, above), partners(rings)
    lines = segments(rings)
    ways = Counter(map(tuple, lines.tolist()))
    alone = sum(max(0, n - ways[c, d, a, b]) for (a, b, c, d), n in ways.items())
    assert alone == whole.alone == in_blocks.alone == (whole.rank == 0).sum() == (in_blocks.rank == 0).sum()
    assert planted in {"twice", "three times"} or in_blocks.rank.tolist() == whole.rank.tolist()
    paired = np.flatnonzero(partner >= 0)
    assert len(paired) == len(lines) - alone
    assert (partner[partner[paired]] == paired).all()
    assert (lines[partner[paired]] == lines[paired][:, [2, 3, 0, 1]]).all()


@given(PICTURE)
@settings(max_examples=60)
def test_any_drawn_town_is_proved(drawing: Any, rows: list[list[str]]) -> None:
    """Whatever the letters, they tile the rectangle: parts, holes, enclaves and point contacts are all allowed."""
    made = drawing.assemble("\n".join("".join(row) for row in rows))
    assert made.proof.ok
    assert made.proof.levels[0].area_m2 == 3000


@given(PICTURE, st.integers(0, 5))
@settings(max_examples=60)
def test_a_town_without_one_of_its_units_is_a_town_with_gaps_or_bays(
    drawing: Any, rows: list[list[str]], which: int
) -> None:
    """With the frame given, the gaps are exactly the land of the missing unit."""
    units = drawing.features("\n".join("".join(row) for row in rows))
    frame = shapely.union_all([unit.geometry for unit in units])
    gone = units.pop(which % len(units))
    if not units:
        return
    faults = drawing.assemble(units, frame=frame).proof.faults
    assert {fault.kind for fault in faults} == {"gap"}
    assert sum(fault.area_m2 for fault in faults) == gone.geometry.area


@given(PICTURE, PICTURE)
@settings(max_examples=60)
def test_two_towns_on_one_place_are_overlaps_of_all_the_land(
    drawing: Any, one: list[list[str]], other: list[list[str]]
) -> None:
    first = drawing.features("\n".join("".join(row) for row in one))
    second = [
        Feature(u.code.upper(), "", None, u.geometry) for u in drawing.features("\n".join("".join(r) for r in other))
    ]
    faults = drawing.assemble([*first, *second]).proof.faults
    assert {fault.kind for fault in faults} <= {"overlap", "duplicate"}
    assert sum(fault.area_m2 for fault in faults) == 3000


@given(PICTURE)
@settings(max_examples=60)
def test_parents_are_exactly_the_union_however_scattered(drawing: Any, rows: list[list[str]]) -> None:
    units = drawing.features("\n".join("".join(row) for row in rows))
    shapes = np.array([unit.geometry for unit in units], object)
    parent = np.arange(len(units), dtype=np.int32) % 2
    rings, _ = rings_from_polygons(shapes)
    chain = match(rings, np.vstack([parent, np.arange(len(units), dtype=np.int32)]))
    together: Any = polygons(united(rings, chain, 0, parent), 2)
    for number in np.unique(parent):
        assert together[number].is_valid
        assert together[number].equals(shapely.union_all(shapes[parent == number]))


@given(PICTURE, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_same_segments_give_the_same_rings_in_any_order(drawing: Any, rows: list[list[str]], random: Any) -> None:
    shape = list(drawing.shapes("\n".join("".join(row) for row in rows)).values())
    rings, _ = rings_from_polygons(shape)
    lines, owner = segments(rings), owners(rings)
    order = list(range(len(lines)))
    random.shuffle(order)
    one, other = recut(lines, owner), recut(lines[order], owner[order])
    assert one is not None
    assert other is not None
    assert one.xy.tolist() == other.xy.tolist()
    assert one.start.tolist() == other.start.tolist()
    assert shapely.is_valid(polygons(one, len(shape))).all()


def test_segments_that_do_not_close_are_no_rings() -> None:
    assert recut(np.array([[0, 0, 1, 0], [1, 0, 1, 1]]), np.zeros(2, np.int64)) is None


def test_a_hole_without_a_shell_is_no_boundary() -> None:
    clockwise = np.array([[0, 0, 0, 1], [0, 1, 1, 1], [1, 1, 0, 0]])
    assert recut(clockwise, np.zeros(3, np.int64)) is None


def test_rings_of_different_units_are_never_joined(drawing: Any) -> None:
    rings, _ = rings_from_polygons(list(drawing.shapes("ab \n ba").values()))
    again = recut(segments(rings), owners(rings))
    assert again is not None
    assert again.owner.tolist() == [0, 0, 1, 1]
    assert (areas2(again) > 0).all()


def test_who_holds_a_point_counts_every_unit(drawing: Any) -> None:
    east, north = drawing.origin
    rings, _ = rings_from_polygons([*drawing.shapes("aa").values(), *drawing.shapes(".b").values()])
    point, owner = holding(
        rings, 2, (np.array([[east + 5, north + 5], [east + 15, north + 5], [east, north - 5]])) * 100
    )
    assert sorted(zip(point.tolist(), owner.tolist(), strict=True)) == [(0, 0), (1, 0), (1, 1)]


def levels(drawing: Any, *pictures: str) -> dict[int, list[Feature]]:
    return {level: drawing.features(picture) for level, picture in enumerate(pictures, start=1)}


LEAVES = "1122 \n 1122 \n 3344"
TABLE = {"1": ("a", "V"), "2": ("b", "V"), "3": ("a", "V"), "4": ("b", "V")}


def test_delivered_parents_that_are_the_union_of_their_children(drawing: Any) -> None:
    proof = check_levels(
        drawing.plane(), levels(drawing, "VVVV \n VVVV \n VVVV", "aabb \n aabb \n aabb", LEAVES), TABLE
    )
    assert proof.ok
    assert [(line.level, line.units, line.area_m2) for line in proof.levels] == [
        (1, 1, 1200.0),
        (2, 2, 1200.0),
        (3, 4, 1200.0),
    ]


def test_delivered_parents_that_differ_are_named_with_area_and_width(drawing: Any) -> None:
    """b took the upper middle square from a; and the village has a corner that no child covers."""
    proof = check_levels(
        drawing.plane(), levels(drawing, "VVVVV \n VVVV. \n VVVV.", "abbb \n aabb \n aabb", LEAVES), TABLE
    )
    faults = {(f.level, f.kind, f.units): f for f in proof.faults}
    assert {key: fault.area_m2 for key, fault in faults.items()} == {
        (1, "uncovered_parent", ("V",)): 100.0,
        (2, "outside_parent", ("a",)): 100.0,
        (2, "uncovered_parent", ("b",)): 100.0,
    }
    assert faults[2, "outside_parent", ("a",)].width_m == pytest.approx(10, rel=0.06)


def test_parents_without_the_same_vertices_are_no_fault(drawing: Any) -> None:
    coarse = {1: drawing.features("VVVV \n VVVV \n VVVV", corners_only=True), 3: drawing.features(LEAVES)}
    coarse[2] = drawing.features("aabb \n aabb \n aabb", corners_only=True)
    assert check_levels(drawing.plane(), coarse, TABLE).ok


def test_a_delivered_parent_without_children_is_uncovered(drawing: Any) -> None:
    proof = check_levels(
        drawing.plane(), levels(drawing, "VVVV. \n VVVV. \n VVVV.", "aabbc \n aabbc \n aabbc", LEAVES), TABLE
    )
    assert [(f.kind, f.units, f.area_m2) for f in proof.faults] == [("uncovered_parent", ("c",), 300.0)]


def test_without_a_table_the_parents_of_the_features_are_followed(drawing: Any) -> None:
    given = levels(drawing, "VVVV \n VVVV \n VVVV", "aabb \n aabb \n aabb", LEAVES)
    given[3] = drawing.features(LEAVES, {code: line[0] for code, line in TABLE.items()})
    given[2] = drawing.features("aabb \n aabb \n aabb", {"a": "V", "b": "V"})
    assert check_levels(drawing.plane(), given, None).ok
