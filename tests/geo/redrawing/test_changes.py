"""What differs between two pictures: exact lineage, roles, households, borders touched, and sums that close."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.partition import operations as ops
from geo.partition.changes import difference
from geo.partition.counting import leaf_keys
from geo.partition.edits import Edited, apply
from geo.partition.members import Difference, Role
from geo.partition.model import Partition
from geo.partition.neighbourhood import Ground, Neighbourhood
from geo.partition.nesting import locate, polygons_of
from geo.partition.weaving import woven

pytestmark = pytest.mark.pure

T_JUNCTION = {
    "A": [(0, 0), (150, 0), (150, 100.5), (0, 100)],
    "B": [(150, 0), (300, 0), (300, 101), (150, 100.5)],
    "C": [(0, 100), (150, 100.5), (300, 101), (300, 200), (0, 200)],
}
NESTED = """
    rrrppxxx
    sssppxxx
    tttqqyyy
    uuuqqyyy
"""
NAMES_ONLY = {Role.RENAMED, Role.RENUMBERED, Role.REPARENTED, Role.KIND_CHANGED, Role.DIVIDED, Role.UNDIVIDED}
SHAPED = set(Role) - NAMES_ONLY - {Role.INCIDENTAL}
VILLAGES = """
    aabbeeff
    ccddgghh
    iijjmmnn
    kkllooqq
"""  # four villages of four grids each, most of which know nothing of each other
IN_VILLAGES = {
    cell: (cell.upper(), str(n)) for n, cells in enumerate(("abcd", "efgh", "ijkl", "mnoq"), 1) for cell in cells
}
ABOVE = {
    **{c: ("L", "1") for c in "rs"},
    **{c: ("M", "1") for c in "tu"},
    **{c: ("N", "1") for c in "pq"},
    "x": ("X", "2"),
    "y": ("Y", "2"),
}


def points(board: Any, *places: tuple[float, float]) -> Any:
    return np.array([[spot.x, spot.y] for spot in board.line(*places)], np.int64)


def compared(board: Any, *places: tuple[float, float]) -> Difference:
    found = difference(board.base, board.partition, points(board, *places) if places else None)
    assert nearby(board, points(board, *places) if places else None) == found
    return found


def nearby(board: Any, homes: Any) -> Difference:
    """Return the difference as it is found round the edits only, which must be that of the wholes."""
    near = Neighbourhood(Ground(woven(board.base)), board.topology, tuple(board.footprints))
    if homes is None or not len(homes):
        return near.difference(homes)
    return near.difference(homes, leaf_keys(board.base, homes, homes.min(axis=0), homes.max(axis=0)))


def flows(found: Difference, board: Any, level: int) -> dict[tuple[str, str], float]:
    """Return the land in m2 by the codes of giver and receiver."""
    codes = {u.key: u.code or "~" for p in (board.base, board.partition) for u in p.units} | {"": ""}
    return {(codes[f.before], codes[f.after]): float(f.area2) / 20_000 for f in found.flows if f.level == level}


def roles(found: Difference) -> dict[str, set[Role]]:
    return {(m.after or m.before).code or "~": set(m.roles) for m in found.members}  # type: ignore[union-attr]


def test_nothing_differs_from_itself(boards: Any) -> None:
    board = boards.of(NESTED, level=3, parents=ABOVE)
    found = difference(board.base, board.base, points(board, (1, 1)))
    assert (found.members, found.flows, found.borders, found.sums) == ((), (), (), ())


def test_case_1_whoever_only_gets_a_junction_is_incidental(boards: Any) -> None:
    board = boards.of(T_JUNCTION)
    board.do(ops.Transfer((board.key("B"),), board.key("A"), board.box(140, -10, 200, 150)))
    found = compared(board, (175, 50), (200, 50), (250, 50))
    assert roles(found) == {"A": {Role.RECEIVES}, "B": {Role.GIVES}, "C": {Role.INCIDENTAL}}
    land = flows(found, board, 1)
    assert land.pop(("A", "A")) == 15_037.5
    assert land == pytest.approx(
        {("B", "A"): 5_029 + 1 / 6, ("B", "B"): 10_083 + 1 / 3, ("C", "A"): 1 / 12, ("C", "B"): 1 / 6}
    )
    (sums,) = found.sums
    assert (sums.principal, sums.incidental, sums.frame, sums.closes) == (5_000, -5_000, 0, True)
    counts = {m.after.code: (m.points_before, m.points_after) for m in found.members if m.after}
    assert counts == {"A": (0, 2), "B": (3, 1), "C": (0, 0)}  # the one at x = 200 lies on the border: west of it


def test_land_is_exact_as_a_fraction_where_lines_cross_off_the_lattice(boards: Any) -> None:
    """A border of 3 by 100 crossed by one of 7 by 100: what changes hands are triangles with corners off the lattice."""
    board = boards.of({"A": [(0, 0), (50, 0), (53, 100), (0, 100)], "B": [(50, 0), (100, 0), (100, 100), (53, 100)]})
    line = [(50, 0), (55.01, 33.33), (49.07, 71), (53, 100)]
    border = board.border((50, 0), (53, 100))
    board.do(ops.ReshapeBorder(border, board.line(*line)))
    found = compared(board)
    parts = {(f.before, f.after): f.area2 for f in found.flows}
    a, b = board.key("A"), board.key("B")
    assert parts[a, b].denominator > 1
    assert parts[a, a] + parts[a, b] == 2 * (50 + 53) * 50 * 10_000
    assert parts[a, a] + parts[b, a] == found.members[0].area2_after
    assert isinstance(parts[a, b], Fraction)


def test_case_6_a_row_cut_again_gives_the_matrix(boards: Any) -> None:
    board = boards.of(
        {"A": [(0, 0), (100, 0), (100, 100), (0, 100)], "B": [(100, 0), (200, 0), (200, 100), (100, 100)]}
    )
    board.do(ops.Carve(board.keys("AB"), board.box(60, -10, 140, 110), 1, "Y"))
    found = compared(board, (60, 50), (100, 100), (140, 0), (199, 50))
    assert flows(found, board, 1) == {("A", "A"): 6000, ("A", "Y"): 4000, ("B", "Y"): 4000, ("B", "B"): 6000}
    assert roles(found) == {"A": {Role.GIVES}, "B": {Role.GIVES}, "Y": {Role.CREATED, Role.RECEIVES}}
    assert sum(f.points or 0 for f in found.flows) == 4
    (sums,) = found.sums
    assert (sums.points, sums.closes) == (0, True)


def test_split_and_merge_name_parent_and_child_survivor_and_merged(boards: Any) -> None:
    board = boards.of("AABB\nAABB")
    board.do(board.split("A", [(10, -5), (10, 25)], board.part("N", 5, 5)))
    assert roles(compared(board)) == {"A": {Role.SPLIT_PARENT}, "N": {Role.SPLIT_CHILD}}
    other = boards.of("AABB\nAABB")
    other.do(other.merge("B", "A"))
    found = compared(other)
    assert roles(found) == {"A": {Role.MERGED}, "B": {Role.SURVIVOR}}
    assert [(b.rank, b.length_m, b.drawn) for b in found.borders] == [(1, 20.0, False)]


def test_names_are_members_without_land_and_without_borders(boards: Any) -> None:
    board = boards.of("AABB\nAABB")
    board.do(ops.Rename(board.key("A"), "甲"), ops.Renumber(board.key("B"), "B2"))
    found = compared(board)
    assert roles(found) == {"A": {Role.RENAMED}, "B2": {Role.RENUMBERED}}
    assert (found.flows, found.borders) == ((), ())


def test_case_5_a_strip_from_village_to_village_is_told_at_every_level(boards: Any) -> None:
    board = boards.of(NESTED, level=3, parents=ABOVE)
    q = board.key("q")
    strip = board.line((40, 50), (40, 20), (30, 20), (30, -10), (55, -10), (55, 50))
    codes = (ops.NewCode(q, "q2"),)
    board.do(ops.Transfer(board.keys("1"), board.key("2"), strip, into=board.keys("XY"), codes=codes))
    found = compared(board)
    said = roles(found)
    assert said["q2"] == {Role.REPARENTED, Role.RENUMBERED}
    assert (said["1"], said["2"]) == ({Role.GIVES}, {Role.RECEIVES})
    assert flows(found, board, 1) == {("1", "1"): 1400, ("1", "2"): 600, ("2", "2"): 1200}
    assert flows(found, board, 2)["N", "Y"] == 400
    assert all(sums.closes for sums in found.sums)
    ranks = {(b.rank, b.drawn) for b in found.borders}
    assert (1, True) in ranks
    assert (1, False) in ranks


def test_a_junction_on_the_border_of_two_villages_touches_only_the_inner_border(boards: Any) -> None:
    """A cut inside village 1 ends on its straight border to village 2: nobody asks village 2."""
    board = boards.of("AABB\nAABB", level=2, parents={"A": ("1",), "B": ("2",)})
    board.do(board.split("A", [(-5, 13), (25, 13)], board.part("N", 5, 15)))
    found = compared(board)
    assert [(b.rank, b.drawn) for b in found.borders] == [(2, True)]
    assert roles(found)["B"] == {Role.INCIDENTAL}
    assert roles(found)["2"] == {Role.INCIDENTAL}


def test_a_divided_grid_gives_its_land_to_its_children_one_level_down(boards: Any) -> None:
    board = boards.of("AABB\nAABB")
    parts = (board.part("A1", 5, 5), board.part("A2", 15, 5))
    board.do(ops.Divide(board.key("A"), (board.line((10, -5), (10, 25)),), parts))
    found = compared(board)
    assert roles(found) == {"A": {Role.DIVIDED}, "A1": {Role.CREATED}, "A2": {Role.CREATED}}
    assert flows(found, board, 2) == {("A", "A1"): 200, ("A", "A2"): 200}
    assert all(sums.closes for sums in found.sums)


def test_every_point_is_counted_where_locate_says(boards: Any) -> None:
    board = boards.of(NESTED, level=3, parents=ABOVE)
    grid = points(board, *[(x, y) for x in range(-5, 90, 5) for y in range(-5, 50, 5)])
    found = leaf_keys(board.base, grid, grid.min(axis=0), grid.max(axis=0))
    for (x, y), key in zip(grid.tolist(), found, strict=True):
        units = locate(board.base, x, y)
        assert (units[max(units)].key if units else "") == key


def drawn_operation(board: Any, kind: str, numbers: Sequence[float]) -> ops.Operation:
    """Return an operation on the board that numbers between 0 and 1 choose; many are refused."""
    units = [unit for unit in board.partition.units if unit.level == 3 and unit.code]
    one, other = (units[int(n * len(units)) % len(units)] for n in numbers[:2])
    x, y, dx, dy = (round(n * size, 2) for n, size in zip(numbers[2:6], (80, 40, 80, 40), strict=True))
    if kind == "split":
        at = shapely.point_on_surface(polygons_of(board.partition)[one.key])
        spot = ops.Spot(round(at.x * 100), round(at.y * 100))
        line = board.line((x, -5), (dx, 45))
        return ops.Split(one.key, line, (ops.NewPart(spot, f"n{next(board.numbers)}"),))
    if kind == "transfer":
        return ops.Transfer((one.key,), other.key, board.box(min(x, dx), min(y, dy), max(x, dx) + 1, max(y, dy) + 1))
    if kind == "merge":
        return ops.Merge((one.key, other.key), one.key, reparent=True)
    vertices = board.partition.leaf_rings.xy
    vx, vy = vertices[int(numbers[2] * len(vertices)) % len(vertices)].tolist()
    to = ops.Spot(vx + round((numbers[3] - 0.5) * 1200), vy + round((numbers[4] - 0.5) * 1200))
    return ops.MoveVertex(ops.VertexRef(vx, vy), to)


def check(before: Partition, after: Partition, homes: Any) -> None:
    """Assert that the difference agrees with shapes overlaid in floats, and adds up exactly."""
    found = difference(before, after, homes)
    shapes = polygons_of(before), polygons_of(after)
    for member in found.members:
        if member.roles & SHAPED:
            mine = [f for f in found.flows if f.level == member.level]
            given, got = ([f for f in mine if end(f) == member.key] for end in (lambda f: f.before, lambda f: f.after))
            assert sum(f.area2 for f in given) == member.area2_before
            assert sum(f.area2 for f in got) == member.area2_after
            assert sum(f.points or 0 for f in given) == member.points_before
            assert sum(f.points or 0 for f in got) == member.points_after
    for flow in found.flows:
        if flow.before in shapes[0] and flow.after in shapes[1]:
            area = shapely.intersection(shapes[0][flow.before], shapes[1][flow.after]).area
            assert float(flow.area2) / 20_000 == pytest.approx(area, abs=1e-4)
    assert all(s.principal + s.incidental == s.frame and s.points == 0 for s in found.sums)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    town=st.sampled_from([(NESTED, ABOVE), (VILLAGES, IN_VILLAGES)]),
    steps=st.lists(
        st.tuples(
            st.sampled_from(["split", "transfer", "merge", "move"]),
            st.lists(st.floats(0, 0.999), min_size=6, max_size=6),
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_any_sequence_of_operations_is_told_exactly(
    boards: Any, town: tuple[str, dict[str, tuple[str, ...]]], steps: list[tuple[str, list[float]]]
) -> None:
    board = boards.of(town[0], level=3, parents=town[1])
    homes = points(board, *[(x, y) for x in range(0, 81, 4) for y in range(0, 41, 4)])
    for kind, numbers in steps:
        done = apply(board.topology, drawn_operation(board, kind, numbers), board.new_key, board.rules)
        if isinstance(done, Edited):
            before = board.partition
            board.topology, board._now = done.topology, done.partition
            board.footprints.append(done.footprint)
            check(before, board.partition, homes)
    check(board.base, board.partition, homes)
    assert nearby(board, homes) == difference(board.base, board.partition, homes)


def test_a_cut_that_ends_on_the_towns_outline_does_not_touch_the_outline(boards: Any) -> None:
    board = boards.of("AABB\nAABB", level=2, parents={"A": ("1",), "B": ("2",)})
    board.do(ops.Transfer((board.key("A"),), board.key("B"), board.box(17, -5, 20, 25)))
    found = compared(board)
    assert {(b.rank, b.drawn, round(b.length_m, 2)) for b in found.borders} == {(1, True, 20.0), (1, False, 20.0)}
