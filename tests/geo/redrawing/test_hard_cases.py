"""The geometric ones of the ten hardest cases (boundaries.md section 8), drawn where it helps."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pytest
import shapely

from api.services.bench.planner import Planner
from geo.partition import operations as ops
from geo.partition.coverage import prove
from geo.partition.edits import Edited, apply
from geo.partition.lattice import areas2
from geo.partition.model import Partition, UnitKind, VertexKind
from geo.partition.operationjson import from_json, to_json
from geo.partition.unweaving import unwoven

pytestmark = pytest.mark.pure

T_JUNCTION = {
    "A": [(0, 0), (150, 0), (150, 100.5), (0, 100)],
    "B": [(150, 0), (300, 0), (300, 101), (150, 100.5)],
    "C": [(0, 100), (150, 100.5), (300, 101), (300, 200), (0, 200)],
}


def test_case_1_a_cut_that_meets_a_third_border_off_the_lattice(boards: Any) -> None:
    """
    CCCCCC      CCCCCC
    AAABBB  ->  AAAABB    and C, which nobody touched, gets the junction
    """
    board = boards.of(T_JUNCTION)
    total = board.total()
    board.do(ops.Transfer((board.key("B"),), board.key("A"), board.box(140, -10, 200, 150)))
    assert board.areas() == {"A": 20066.75, "B": 10083.5, "C": 29849.75}
    assert board.total() == total
    for code in "ABC":
        assert (200, 100.67) in board.ring(code)
    rings, units = board.partition.leaf_rings, board.partition.units
    of_c = rings.kind[rings.start[:-1][[units[o].code == "C" for o in rings.owner]][0] :]
    assert VertexKind.JUNCTION in of_c  # C runs straight on there; nobody drew it


def test_case_1_undone_by_a_transfer_of_the_same_strip_the_line_of_c_is_straight_again(boards: Any) -> None:
    board = boards.of(T_JUNCTION)
    board.do(board.split("B", [(200, -10), (200, 150)], board.part("N", 160, 50)))
    board.do(board.merge("A", "N"))
    assert board.areas()["A"] == 20066.75
    board.do(board.split("A", [(150, 0), (150, 100.5)], board.part("N", 180, 50)))
    board.do(board.merge("B", "N"))
    assert board.areas() == {"A": 15037.5, "B": 15112.5, "C": 29850.0}
    assert board.ring("C") == [(0, 100), (150, 100.5), (300, 101), (300, 200), (0, 200)]


def rectangle_of_twelve() -> dict[str, list[tuple[float, float]]]:
    """Return four by three grids of about 500 m in a rectangle; their corners inside lie at odd places."""
    rng = np.random.default_rng(3)
    corner = {
        (i, j): (
            500.0 * i + (round(float(rng.uniform(-120, 120)), 2) if 0 < i < 4 else 0.0),
            500.0 * j + (round(float(rng.uniform(-120, 120)), 2) if 0 < j < 3 else 0.0),
        )
        for i in range(5)
        for j in range(4)
    }
    around = ((0, 0), (1, 0), (1, 1), (0, 1))
    return {f"G{i}{j}": [corner[i + a, j + b] for a, b in around] for i in range(4) for j in range(3)}


def beside(partition: Partition, keys: Collection[str]) -> set[str]:
    """Return units and all that have a vertex in common with them."""
    rings, units = partition.leaf_rings, partition.units
    owner = np.repeat(rings.owner, np.diff(rings.start)).tolist()
    places = list(zip(map(tuple, rings.xy.tolist()), (units[number].key for number in owner), strict=True))
    mine = {place for place, key in places if key in keys}
    return {key for place, key in places if place in mine}


def test_case_3_the_frame_does_not_creep_in_a_thousand_random_strips(boards: Any) -> None:
    """
    IJKL
    EFGH      strips between neighbours one after the other, many on the outline and at corners of three and four grids
    ABCD
    """
    board = boards.of(rectangle_of_twelve())
    planner, now, done = Planner(33), board.topology, 0
    frame, total = board.base.frame.xy.copy(), int(areas2(board.base.leaf_rings).sum())
    on_the_outline = at_a_corner = 0
    while done < 1_000:
        operation = planner.operation(now, "transfer", 1)
        edited = None if operation is None else apply(now, operation, board.new_key)
        if not isinstance(operation, ops.Transfer) or not isinstance(edited, Edited):
            continue
        done += 1
        at_a_corner += len(edited.leaves) > 2
        if done % 20 == 0:  # the rings are traced then
            before, after = unwoven(now), edited.partition
            assert edited.leaves <= beside(before, {*operation.givers, operation.receiver})
            assert np.array_equal(after.frame.xy, frame)
            assert int(areas2(after.leaf_rings).sum()) == total
            xy = after.leaf_rings.xy
            edge = (xy[:, 0] % 200_000 == 0) | (xy[:, 1] % 150_000 == 0)
            on_the_outline = max(on_the_outline, len(np.unique(xy[edge], axis=0)))
        if done % 100 == 0:
            proof = prove(edited.partition)
            assert proof.ok, proof.faults
            assert (proof.rings_recut, proof.vertices_inserted) == (0, 0)
        now = edited.topology
    assert on_the_outline > 14 + 10  # borders ended where nobody had drawn a vertex
    assert at_a_corner > 100


def test_case_3_the_same_edit_back_and_forth_a_hundred_times_does_not_drift(boards: Any, same_chains: Any) -> None:
    """The corner of four grids goes to another place and back; a strip from the outline to it goes over and comes back."""
    board = boards.of(rectangle_of_twelve())
    corner = rectangle_of_twelve()["G11"][0]
    away = (corner[0] + 33.33, corner[1] - 17.17)
    top = rectangle_of_twelve()["G10"][3]
    low = rectangle_of_twelve()["G10"][0]
    strip = board.line((0, -10), (low[0] + 40, -10), (top[0] + 40, top[1] + 60), (0, top[1] + 60))
    back = board.line(low, (1200, -10), (1200, 700), top)
    now = board.topology
    for _ in range(100):
        for operation in (
            ops.MoveVertex(board.vertex(*corner), board.spot(*away)),
            ops.MoveVertex(board.vertex(*away), board.spot(*corner)),
            ops.Transfer(board.keys(["G10"]), board.key("G00"), strip),
            ops.Transfer(board.keys(["G00"]), board.key("G10"), back),
        ):
            edited = apply(now, operation, board.new_key)
            assert isinstance(edited, Edited), edited
            now = edited.topology
    assert same_chains(unwoven(now), board.base)


DUMB_BELL = {
    "A": [(0, 100), (0, 0), (300, 0), (300, 100), (200, 100), (200, 50), (100, 50), (100, 100)],
    "B": [
        *((0, 100), (100, 100), (100, 120), (200, 120), (200, 100), (300, 100)),
        *((300, 200), (200, 200), (200, 121), (100, 121), (100, 200), (0, 200)),
    ],
    "C": [(100, 50), (200, 50), (200, 120), (100, 120)],
    "D": [(100, 121), (200, 121), (200, 200), (100, 200)],
}


def test_case_4a_a_transfer_that_parts_a_dumb_bell_is_refused_with_the_part_shown(boards: Any) -> None:
    """
    BDDB
    B--B    two squares of 100 m joined by a corridor of 1 m; taking the corridor leaves two parts
    BCCB
    AAAA
    """
    board = boards.of(DUMB_BELL)
    refusal = board.refused(ops.Transfer((board.key("B"),), board.key("C"), board.box(120, 110, 180, 130)))
    assert refusal.code == "edit.parts"
    assert refusal.units == board.keys("B")
    assert refusal.values["parts"] == 2
    assert shapely.area(refusal.geometry) == pytest.approx(refusal.values["area_m2"])
    assert refusal.values["area_m2"] == 100 * 100 + 20  # the smaller half with its piece of corridor
    board.do(board.split("B", [(110, 110), (110, 130)], board.part("E", 250, 150)))  # as a split it is fine
    assert board.areas()["E"] == 100 * 100 + 90


def test_case_4b_two_squares_meeting_in_a_corner_are_not_joined(boards: Any) -> None:
    board = boards.of("AD\nEC")
    refusal = board.refused(board.merge("A", "C"))
    assert refusal.code == "edit.only_a_point"
    assert refusal.values == {"unit": "A", "parts": 2, "area_m2": 100.0}


def test_case_4c_an_enclave_grows_until_it_touches_the_outline_in_a_point_then_along_a_line(boards: Any) -> None:
    """
    AAAA      AAAA      AAAA      AAAA
    AAAA      ANNA      ANN-      ANNN      a residual round a dedicated grid; nobody may move the outline
    AAAA  ->  ANNA  ->  ANN-  ->  ANNN
    AAAA      AAAA      AAAA      AAAA
    """
    board = boards.of("AAAA\nAAAA\nAAAA\nAAAA", level=2)
    board.do(ops.Carve(board.keys("A"), board.box(10, 10, 30, 30), 3, "N", "", UnitKind.DEDICATED))
    assert board.areas(3) == {"N": 400.0, "~": 1200.0}
    assert board.areas(2) == {"A": 1600.0}
    onto_the_outline = ops.MoveVertex(board.vertex(30, 10), board.spot(40, 10))
    assert board.refused(onto_the_outline).code == "edit.off_frame"  # a vertex of the outline lies there already
    board.do(board.take(board.line((30, 10), (40, 10), (30, 20)), "N", "A"))
    assert board.areas(3) == {"N": 450.0, "~": 1150.0}
    assert board.parts(None) == 1
    board.do(board.take(board.line((30, 20), (40, 10), (40, 20)), "N", "A"))
    assert board.areas(3) == {"N": 500.0, "~": 1100.0}
    assert board.areas(2) == {"A": 1600.0}
    board.do(board.merge("A", "N"))
    assert board.areas() == {"A": 1600.0}


def test_case_4d_an_island_unit_in_two_parts_may_lose_land_but_not_fall_into_three(boards: Any) -> None:
    """
    AABA      both parts of A belong to it; its left one can be cut, not parted
    """
    board = boards.of("AABA\nAABA")
    assert board.parts("A") == 2
    board.do(board.take(board.box(15, -5, 20, 10), "B", "A"))
    assert board.parts("A") == 2
    refusal = board.refused(board.take(board.box(8, -5, 12, 25), "B", "A"))
    assert refusal.code == "edit.parts"
    assert refusal.values["parts"] == 3


def test_case_4e_merging_the_enclave_back_leaves_no_trace(boards: Any, same_chains: Any) -> None:
    """
    AAAA      AAAA      AAAA
    AAAA  ->  ABBA  ->  AAAA
    AAAA      AAAA      AAAA
    """
    board = boards.of("AAAA\nAAAA\nAAAA")
    board.do(ops.Carve(board.keys("A"), board.box(10, 10, 30, 20), 1, "B"))
    assert board.areas() == {"A": 1000.0, "B": 200.0}
    board.do(board.merge("A", "B"))
    assert same_chains(board.partition, board.base)


def test_case_5_a_strip_from_village_to_village_carries_three_levels(boards: Any) -> None:
    """
    Village 1 has level-2 grids L (r s), M (t u), N (p, q); village 2 has X (x), Y (y), both level-3 grids alone.

    rrrppxxx        rrr|pxxxx       the strip takes half of p (to X), all of q (to Y, with its identity),
    sssppxxx        sss|pxxxx
    tttqqyyy   ->   tttqqyyy        and Y, X are divided: what they take in part is residual
    uuuqqyyy        uuuqqyyy
    """
    board = boards.cascade()
    assert board.areas(1) == {"1": 2000.0, "2": 1200.0}
    q = board.key("q")
    strip = board.line((40, 50), (40, 20), (30, 20), (30, -10), (55, -10), (55, 50))
    done = board.do(
        ops.Transfer(board.keys("1"), board.key("2"), strip, into=board.keys("XY"), codes=(ops.NewCode(q, "q2"),))
    )
    assert board.key("q2") == q
    assert board.unit("q2").parent == board.key("Y")
    assert board.areas(1) == {"1": 1400.0, "2": 1800.0}
    assert board.areas(2) == {"L": 600.0, "M": 600.0, "N": 200.0, "X": 800.0, "Y": 1000.0}
    assert board.areas(3) == {
        "p": 200.0,
        "q2": 400.0,
        "r": 300.0,
        "s": 300.0,
        "t": 300.0,
        "u": 300.0,
        "x": 600.0,
        "y": 600.0,
        "~": 200.0,
    }
    assert q in done.units
    rest = next(unit for unit in board.partition.units if unit.kind is UnitKind.RESIDUAL)
    assert (rest.code, rest.parent) == (None, board.key("X"))


def test_case_9_undo_is_the_state_before_and_a_replay_from_json_gives_the_same(boards: Any, same_chains: Any) -> None:
    board = boards.cascade()
    before = board.topology
    steps = [
        board.split("r", [(15, 20), (16.01, 50)], board.part("r2", 25, 35)),
        ops.MoveVertex(board.vertex(30, 30), board.spot(31.5, 29)),
        ops.InsertVertex(board.segment((30, 10), (30, 20), (30, 15)), board.spot(28, 15)),
        board.merge("t", "u"),
    ]
    board.do(*steps)
    again = boards.on(board.base)
    again.origin = board.origin
    for step in steps:
        again.do(from_json(to_json(step)))
        rebuilt = boards.on(again.partition)  # as a store hands it out
        again.topology = rebuilt.topology
    assert same_chains(again.partition, board.partition)
    assert again.partition.units == board.partition.units
    assert same_chains(unwoven(before), board.base)
