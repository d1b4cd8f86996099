"""Every refusal by name, with its values, where it hurts, and a sentence in both languages."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from api import messages
from geo.partition import operations as ops
from geo.partition.model import UnitKind
from geo.partition.outcomes import FREE, Refusal
from geo.partition.redrawing import laying

pytestmark = pytest.mark.pure

CODES = tomllib.loads((Path(messages.__file__).parent / "edits.toml").read_text("utf-8"))
Case = Callable[[Any], ops.Operation]

# top row first; squares of 10 m, the lower left corner is (0, 0)
FLAT = """
    AAABBB
    AAABBB
    CCCCCC
"""


def flat(boards: Any) -> Any:
    board = boards.of(FLAT)
    board.rules = replace(
        FREE,
        fits=lambda code, level, parent: not code.startswith("?"),
        retired=lambda code: code == "OLD",
        least_area_m2=20.0,
        correction_m2=50.0,
    )
    return board


def nested(boards: Any) -> Any:
    return boards.cascade()


def halved(b: Any, *parts: ops.NewPart) -> ops.Operation:
    """A cut in two at x = 15."""
    return b.split("A", [(15, 5), (15, 35)], *parts)


FLAT_CASES: list[tuple[str, Case]] = [
    ("edit.unit_gone", lambda b: ops.Rename("nobody", "x")),
    ("edit.nothing", lambda b: ops.Rename(b.key("A"), b.unit("A").name)),
    ("edit.nothing", lambda b: ops.MoveVertex(b.vertex(30, 20), b.spot(30, 20))),
    ("edit.nothing", lambda b: ops.Undivide(b.key("A"))),
    ("edit.not_whole", lambda b: ops.MoveVertex(b.vertex(30, 20), ops.Spot(float("nan"), 0))),  # type: ignore[arg-type]
    ("edit.not_whole", lambda b: ops.MoveBorder(b.border((30, 20), (30, 30)), 1 << 60, 0)),
    ("edit.not_whole", lambda b: ops.MoveBorder(b.border((30, 20), (30, 30)), 0.5, 0)),  # type: ignore[arg-type]
    ("edit.vertex_gone", lambda b: ops.MoveVertex(b.vertex(31, 21), b.spot(30, 20))),
    ("edit.segment_gone", lambda b: ops.MoveBorder(b.border((30, 20), (30, 29)), 10, 10)),
    ("edit.vertex_exists", lambda b: ops.InsertVertex(b.segment((30, 20), (30, 30), (30, 30)))),
    ("edit.is_junction", lambda b: ops.DeleteVertex(b.vertex(30, 10))),
    ("edit.off_frame", lambda b: ops.MoveVertex(b.vertex(10, 30), b.spot(10, 29))),
    ("edit.off_frame", lambda b: ops.MoveVertex(b.vertex(30, 20), b.spot(30, 40))),
    ("edit.frame_fixed", lambda b: ops.InsertVertex(b.segment((10, 30), (20, 30), (15, 30)))),
    ("edit.frame_fixed", lambda b: ops.DeleteVertex(b.vertex(10, 30))),
    ("edit.frame_fixed", lambda b: ops.MoveBorder(b.border((10, 30), (20, 30)), 0, 100)),
    ("edit.crosses_border", lambda b: ops.MoveVertex(b.vertex(30, 20), b.spot(15, 5))),
    ("edit.crosses_border", lambda b: ops.MoveBorder(b.border((30, 20), (30, 30)), -2000, -1200)),
    ("edit.folds_over", lambda b: ops.MoveVertex(b.vertex(30, 20), b.spot(30, 10))),
    ("edit.not_on_border", lambda b: ops.ReshapeBorder(b.border((30, 20), (30, 30)), b.line((25, 20), (30, 25)))),
    ("edit.not_on_border", lambda b: ops.ReshapeBorder(b.border((30, 20), (30, 30)), b.line((10, 10), (30, 25)))),
    (
        "edit.crosses_border",  # the new line leaves the two grids
        lambda b: ops.ReshapeBorder(b.border((30, 20), (30, 30)), b.line((30, 12), (15, 5), (30, 25))),
    ),
    ("edit.no_line", lambda b: b.split("A", [(15, 15), (15, 15)], b.part("N", 1, 15))),
    ("edit.no_line", lambda b: ops.ReshapeBorder(b.border((30, 20), (30, 30)), b.line((30, 20)))),
    ("edit.too_many_vertices", lambda b: ops.Split(b.key("A"), (b.spot(15, 15),) * 10**6, (b.part("N", 1, 15),))),
    ("edit.line_on_border", lambda b: b.split("A", [(0, 10), (30, 10)], b.part("N", 1, 15))),
    ("edit.line_on_border", lambda b: b.split("A", [(5, 30), (30, 30), (30, 12)], b.part("N", 1, 15))),
    ("edit.line_not_cutting", lambda b: b.split("A", [(10, 15), (20, 25)], b.part("N", 1, 15))),
    ("edit.line_not_cutting", lambda b: b.split("A", [(40, 15), (50, 25)], b.part("N", 1, 15))),
    ("edit.part_not_inside", lambda b: halved(b, b.part("N", 40, 15))),
    ("edit.two_names", lambda b: halved(b, b.part("N", 1, 15), b.part("M", 2, 15))),
    ("edit.none_keeps_code", lambda b: halved(b, b.part("N", 1, 15), b.part("M", 20, 15))),
    (
        "edit.part_without_name",
        lambda b: b.split("A", [(5, 5), (5, 35), (15, 35), (15, 5)], b.part("N", 1, 15)),
    ),
    ("edit.too_small", lambda b: b.split("A", [(0.5, 5), (0.5, 35)], b.part("N", 0.2, 15))),
    ("edit.code_taken", lambda b: ops.Renumber(b.key("A"), "B")),
    ("edit.code_taken", lambda b: halved(b, b.part("C", 1, 15))),
    ("edit.code_retired", lambda b: ops.Renumber(b.key("A"), "OLD")),
    ("edit.code_unfit", lambda b: ops.Renumber(b.key("A"), "?9")),
    ("edit.survivor_not_chosen", lambda b: ops.Merge(b.keys("AB"), b.key("C"))),
    ("edit.survivor_not_chosen", lambda b: ops.Merge(b.keys("A"), b.key("A"))),
    ("edit.emptied", lambda b: b.take(b.box(-5, 5, 30, 35), "B", "A")),
    ("edit.parts", lambda b: b.take(b.box(20, -5, 40, 10), "A", "C")),
    ("edit.nothing_inside", lambda b: b.take(b.box(31, 11, 39, 19), "B", "A")),
    ("edit.area_not_simple", lambda b: b.take(b.line((1, 11), (9, 19), (9, 11), (1, 19)), "B", "A")),
    ("edit.area_not_simple", lambda b: b.take(b.line((1, 11), (9, 19)), "B", "A")),
    ("edit.gives_to_itself", lambda b: b.take(b.box(1, 11, 9, 19), "A", "A")),
    ("edit.reaches_others", lambda b: ops.Carve(b.keys("A"), b.box(20, 12, 40, 28), 1, "N")),
    ("edit.levels_differ", lambda b: ops.Carve(b.keys("A"), b.box(1, 12, 9, 28), 3, "N")),
    ("edit.uncovered", lambda b: ops.Divide(b.key("A"), (b.line((15, 5), (15, 35)),), (b.part("N", 1, 15),))),
    (
        "edit.chain_open",
        lambda b: ops.Divide(
            b.key("A"), (b.line((15, 5), (15, 35)), b.line((15, 20), (20, 20))), (b.part("N", 1, 15),)
        ),
    ),
    (
        "edit.correction_too_large",
        lambda b: ops.Correction(ops.MoveVertex(b.vertex(30, 20), b.spot(20, 20)), "描错了"),
    ),
]

NESTED_CASES: list[tuple[str, Case]] = [
    ("edit.levels_differ", lambda b: b.merge("r", "X")),
    ("edit.parents_differ", lambda b: b.merge("p", "x")),
    ("edit.parents_differ", lambda b: b.merge("L", "X")),
    ("edit.cut_unit_needs_code", lambda b: b.split("L", [(15, 15), (15, 45)], b.part("N2", 5, 25))),
    ("edit.cannot_divide", lambda b: ops.Divide(b.key("L"), (), (b.part("z", 5, 25),))),
    ("edit.cannot_divide", lambda b: ops.Divide(b.key("r"), (), (b.part("z", 5, 35),))),
    ("edit.into_needed", lambda b: b.take(b.box(45, -5, 55, 15), "2", "1")),
    ("edit.into_not_below", lambda b: ops.Transfer(b.keys("1"), b.key("2"), b.box(45, -5, 55, 15), into=b.keys("L"))),
    ("edit.not_of_giver", lambda b: ops.Transfer(b.keys("L"), b.key("N"), (), b.keys("x"))),
    ("edit.emptied", lambda b: ops.Transfer(b.keys("L"), b.key("N"), (), b.keys("rs"))),
    ("edit.emptied", lambda b: ops.Reparent(b.key("x"), b.key("N"))),
    (
        "edit.not_moved",
        lambda b: ops.Transfer(b.keys("L"), b.key("N"), (), b.keys("r"), codes=(ops.NewCode(b.key("t"), "T"),)),
    ),
    ("edit.levels_differ", lambda b: ops.Reparent(b.key("r"), b.key("2"))),
    ("edit.nothing", lambda b: ops.Reparent(b.key("r"), b.key("L"))),
    ("edit.parts", lambda b: ops.Reparent(b.key("r"), b.key("X"))),
]


def require_told(refusal: Refusal) -> None:
    """Hold a refusal against the message file: both sentences can be filled."""
    for lang in ("zh", "en"):
        wanted = {field for _, field, _, _ in Formatter().parse(CODES[refusal.code][lang]) if field}
        assert wanted <= set(refusal.values)
        assert messages.sentence(refusal.code, lang, refusal.values)


@pytest.mark.parametrize(("code", "case"), FLAT_CASES, ids=[f"{n}-{code}" for n, (code, _) in enumerate(FLAT_CASES)])
def test_on_a_flat_map_it_is_refused_by_name_and_nothing_changes(boards: Any, code: str, case: Case) -> None:
    board = flat(boards)
    refusal = board.refused(case(board))
    assert refusal.code == code, refusal
    require_told(refusal)
    assert board.partition is board.base


@pytest.mark.parametrize(
    ("code", "case"), NESTED_CASES, ids=[f"{n}-{code}" for n, (code, _) in enumerate(NESTED_CASES)]
)
def test_on_three_levels_it_is_refused_by_name(boards: Any, code: str, case: Case) -> None:
    board = nested(boards)
    refusal = board.refused(case(board))
    assert refusal.code == code, refusal
    require_told(refusal)


def test_a_residual_is_nobodys_to_change(boards: Any) -> None:
    board = boards.of("AAAA\nAAAA", level=2)
    board.do(ops.Carve(board.keys("A"), board.box(5, 5, 15, 15), 3, "N", "", UnitKind.DEDICATED))
    rest = next(unit for unit in board.partition.units if unit.kind is UnitKind.RESIDUAL)
    refusal = board.refused(ops.Rename(rest.key, "x"))
    assert (refusal.code, refusal.values) == ("edit.residual", {"unit": "A~"})
    require_told(refusal)


NEEDLE = {
    "A": [(0, 0), (0, -50), (100, -50), (100, 0.5)],
    "S": [(0, 0), (100, 0.5), (100, 0.51)],
    "B": [(0, 0), (100, 0.51), (100, 50), (0, 50)],
}


def test_a_junction_finds_no_room_where_another_border_runs_half_a_millimetre_beside(boards: Any) -> None:
    """
    BBBBBBBB      S is a needle of 100 m, 1 cm wide at its end. A cut of A that ends on it at 9.5 m would bend the border
    SSSSSSSS      by 2.5 mm to the next lattice point, across S, which is 1 mm wide there; so it would 12 cm to either side
    AAAAAAAA
    """
    board = boards.of(NEEDLE)

    def cut_at(x: float) -> ops.Operation:
        end = board.segment((0, 0), (100, 0.5), (x, x / 200))
        return ops.Split(board.key("A"), (end, board.spot(x, -60)), (board.part("N", x - 1, -20),))

    refusal = board.refused(cut_at(9.5))
    assert (refusal.code, refusal.at) == ("edit.no_room", (9.5, 0.05))
    assert refusal.geometry.length == pytest.approx(100, abs=0.01)  # the segment that has none
    require_told(refusal)
    board.do(cut_at(10))  # a lattice point lies on the border there


def test_a_crossing_of_two_lines_cannot_follow_a_line_that_no_longer_crosses(boards: Any) -> None:
    """
    AAABBB      A2 and B2 are cut off by one line through (20, 15) and (40, 15), which crosses the border of A and B at x = 30.
    AAABBB      Its corner drawn to (35, 17) would leave the crossing on neither line
    A2__B2
    """
    board = boards.of("AAABBB\nAAABBB\nAAABBB", level=2, parents={"A": ("V",), "B": ("V",)})
    cut = {"A": "A2", "B": "B2"}
    board.do(board.split("V", [(-5, 5), (20, 15), (40, 15), (65, 5)], board.part("W", 30, 25), cut=cut))
    refusal = board.refused(ops.MoveVertex(board.vertex(20, 15), board.spot(35, 17)))
    place = (30 + board.origin[0], 15 + board.origin[1])
    assert (refusal.code, refusal.at) == ("edit.junction_off", place)
    require_told(refusal)
    board.do(ops.MoveVertex(board.vertex(20, 15), board.spot(20, 17)))  # it still crosses: the junction slides up
    assert (30, 16) in board.ring("A")


FAN = {
    "P": [(0, 0), (1, 0), (1, 0.02), (0.5, 0.01)],
    "Q": [(0, 0), (0.5, 0.01), (1, 0.02), (1, 0.03)],
    "R": [(0, 0), (1, 0.03), (1, 0.06)],
    "S": [(0, 0), (1, 0.06), (1, 0.07)],
    "D": [(-20, -20), (1, -20), (1, 0), (0, 0), (-20, 0)],
    "T": [(-20, 0), (0, 0), (1, 0.07), (1, 20), (-20, 20)],
}


def test_a_line_that_meets_something_else_each_time_its_ends_come_to_the_lattice_is_given_up(
    boards: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    TTTTTT      P, Q, R, S are needles of 1 m within 7 cm; the line through them is looked at again where it was bent to
    T-PQRS      lattice points. No drawing is known that needs more than the four looks there are, so the number is cut
    DDDDDD
    """
    board = boards.of(FAN)
    area = board.line((-13.32, -0.02), (-0.12, 0.02), (0.7, 0.09), (-12.17, -4.58))
    carve = ops.Carve(board.keys("PQRSDT"), area, 1, "N")
    with monkeypatch.context() as fewer:
        fewer.setattr(laying, "ROUNDS", 0)
        refusal = board.refused(carve)
    assert refusal.code == "edit.too_narrow"
    assert refusal.geometry.geom_type == "MultiLineString"  # the piece of the line, and what is in its way
    require_told(refusal)
    board.do(carve)


def test_a_divided_unit_and_one_that_is_not_do_not_become_one_at_the_top(boards: Any) -> None:
    """
    abBB      A is divided into a and b, B is not: B's land would belong to no unit of level 2
    """
    board = boards.of("AABB")
    board.do(
        ops.Divide(board.key("A"), (board.line((10, -5), (10, 15)),), (board.part("a", 5, 5), board.part("b", 15, 5)))
    )
    for operation in (board.merge("A", "B"), board.merge("B", "A"), ops.Reparent(board.key("a"), board.key("B"))):
        refusal = board.refused(operation)
        assert (refusal.code, refusal.values, refusal.units) == ("edit.not_divided", {"unit": "B"}, board.keys("B"))
        require_told(refusal)
    board.do(ops.Undivide(board.key("A")), board.merge("A", "B"))


def test_two_squares_that_meet_in_a_corner_do_not_merge(boards: Any) -> None:
    """
    AD
    EC
    """
    board = boards.of("AD\nEC")
    refusal = board.refused(board.merge("A", "C"))
    assert (refusal.code, refusal.values["parts"]) == ("edit.only_a_point", 2)
    require_told(refusal)


def test_every_refusal_the_engine_knows_is_drawn_in_this_file() -> None:
    drawn = set(re.findall(r"edit\.[a-z_]+", Path(__file__).read_text("utf-8")))
    assert {code for code in CODES if code.startswith("edit.")} <= drawn


def test_what_hurts_is_shown(boards: Any) -> None:
    board = flat(boards)
    parted = board.refused(board.take(board.box(20, -5, 40, 10), "A", "C"))
    assert parted.values == {"unit": "C", "parts": 2, "area_m2": 200.0}
    assert parted.geometry.area == pytest.approx(200.0)
    assert parted.units == board.keys("C")
    crossing = board.refused(ops.MoveVertex(board.vertex(30, 20), board.spot(15, 5)))
    assert crossing.geometry.geom_type == "MultiLineString"
    assert crossing.at is not None
    on_border = board.refused(board.split("A", [(0, 10), (30, 10)], board.part("N", 1, 15)))
    assert on_border.geometry.length == pytest.approx(30.0)
    small = board.refused(board.split("A", [(0.5, 5), (0.5, 35)], board.part("N", 0.2, 15)))
    assert small.values == {"unit": "N", "area_m2": 10.0, "limit_m2": 20.0}


def test_every_sentence_about_edits_is_of_a_refusal_the_engine_knows() -> None:
    source = "".join(
        p.read_text("utf-8") for p in (Path(messages.__file__).parents[2] / "geo" / "partition").rglob("*.py")
    )
    known = set(re.findall(r"edit\.[a-z_]+", source))
    assert {code for code in CODES if code.startswith("edit.")} == known
