"""Hard cases 6 and 8 where grids meet in corners: a row cut again into three, and one junction moved by two planners."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from api.services.redraw import history, publishing, reading, rebasing
from data import audit
from data.store import Store
from geo.errors import ConflictError

ROOT = "枣林镇"
DAY = "2026-10-05"
OfficeOf = Callable[[Store, str], Any]


def cm(right: float, up: float) -> list[int]:
    return [round((400_000 + right) * 100), round((300_000 + up) * 100)]


@pytest.fixture
def office(office_of: OfficeOf, wide_town: Store) -> Any:
    """Return the office of a town of five rows of four squares of 100 m: P0 to P3 in the lowest, then Q, R, S, T."""
    return office_of(wide_town, ROOT)


def test_case_6_a_row_cut_again_into_three_sums_exactly_in_land_and_households(office: Any) -> None:
    """
    Q0   Q1          Q0   Q1       households on the cuts at 60 and 140, and in the corner of four at (100, 100)
    P0---P1    ->    PX-PY-PZ
    """
    houses = [(60, 50), (60, 100), (140, 20), (100, 100), (10, 10), (100, 50), (150, 50), (199, 1)]
    office.houses(*houses)
    keys = office.keys()
    middle = [cm(60, -50), cm(140, -50), cm(140, 100), cm(60, 100)]
    carve = {"op": "carve", "givers": [keys["P0"], keys["P1"]], "area": middle, "level": 2, "code": "PY", "name": "中"}
    renumber = [{"op": "renumber", "unit": keys[old], "code": new} for old, new in (("P0", "PX"), ("P1", "PZ"))]
    change = office.draft("2026-10-01", "2026-12-01", carve, *renumber)
    document = reading.shown(office.store, change.id, date(2026, 10, 1))
    flows = {(f["before"]["code"], f["after"]["code"]): f for f in document["lineage"] if f["level"] == 2}
    areas = {pair: flow["area_m2"] for pair, flow in flows.items()}
    assert areas == {("P0", "PX"): 6_000, ("P0", "PY"): 4_000, ("P1", "PY"): 4_000, ("P1", "PZ"): 6_000}
    for side, of_unit in ((0, {"P0": 10_000, "P1": 10_000}), (1, {"PX": 6_000, "PY": 8_000, "PZ": 6_000})):
        assert {code: sum(a for pair, a in areas.items() if pair[side] == code) for code in of_unit} == of_unit
    members = [member for member in document["members"] if member["level"] == 2 and "incidental" not in member["roles"]]
    before = sum(m["households"]["before"] for m in members if m["before"])
    after = sum(m["households"]["after"] for m in members if m["after"])
    counted = sum(flow["households"] for flow in flows.values())
    assert before == after == counted
    moved_out = sum(f["households"] for pair, f in flows.items() if pair[1] == "PY")
    moved_in = next(m["households"]["after"] for m in members if m["after"] and m["after"]["code"] == "PY")
    assert moved_out == moved_in
    office.published(DAY, change)
    with office.store.read() as view:
        assert audit.verify(view).doubts == ()
    answer = history.history(office.store, "P0", valid_on=date(2026, 12, 2))
    assert sorted((heir["code"], heir["area_share"]) for heir in answer["successors"]) == [("PX", 0.6), ("PY", 0.4)]


def moved(away: tuple[float, float], place: tuple[float, float] = (100, 100)) -> dict[str, Any]:
    """Return a move of the junction of P0, Q0 and Q1."""
    return {"op": "move_vertex", "vertex": {"vertex": cm(*place)}, "to": cm(*away)}


def test_case_8_both_move_the_same_junction_of_three_and_the_second_decides_anew(office: Any) -> None:
    """
    Q0 | Q1      P0 and P1 are one since the head both start from, so that three grids meet at (100, 100)
    ---+---
      P0
    """
    keys = office.keys()
    merge = {"op": "merge", "units": [keys["P0"], keys["P1"]], "survivor": keys["P0"]}
    office.published("2026-10-01", office.draft("2026-10-01", "2026-10-02", merge))
    first = office.draft("2026-10-03", "2026-11-01", moved((110, 95)))
    second = office.filed(DAY, office.draft("2026-10-03", "2026-12-01", moved((90, 105))))
    assert first.case.base_seq == second.case.base_seq
    office.published(DAY, first)
    hand = office.hand(DAY)
    look = rebasing.look(hand, second.id)
    (line,) = look["operations"]
    assert (look["possible"], line["outcome"], line["refused"]["code"]) == (False, "broken", "edit.vertex_gone")
    assert {pane: {unit["code"] for unit in line["panes"][pane]} >= {"P0", "Q0", "Q1"} for pane in line["panes"]} == {
        "base": True,
        "theirs": True,
        "mine": True,
    }
    again = rebasing.rebase(hand, second.id, second.rev, {line["id"]: moved((90, 105), (110, 95))}, accept=True)
    assert again.case.state == "draft"  # what was sent no longer holds
    office.published(DAY, again)
    units = office.units("2026-12-01")
    assert (units["P0"], units["Q0"], units["Q1"]) == (20_000 + 500, 9_250, 10_250)
    assert units["P0"] + units["Q0"] + units["Q1"] == 40_000
    with office.store.read() as view:
        assert audit.verify(view).doubts == ()


def test_case_8_a_line_that_begins_on_a_border_moved_towards_it_is_clipped(office: Any) -> None:
    """P1 gives a strip to P0, so the border that a cut of P1 begins on lies ten metres further along the cut."""
    keys = office.keys()
    start = {"on": [cm(100, 0), cm(100, 100)], "at": cm(100, 50)}
    cut = {
        "op": "split",
        "unit": keys["P1"],
        "line": [start, cm(150, 50), cm(150, -50)],
        "parts": [{"at": cm(140, 25), "code": "PN", "name": "新格"}],
    }
    second = office.filed(DAY, office.draft("2026-10-01", "2026-12-01", cut))
    strip = [cm(90, -50), cm(110, -50), cm(110, 100), cm(90, 100)]
    give = {"op": "transfer", "givers": [keys["P1"]], "receiver": keys["P0"], "area": strip}
    office.published(DAY, office.draft("2026-10-01", "2026-11-01", give))
    hand = office.hand(DAY)
    assert [line["outcome"] for line in rebasing.look(hand, second.id)["operations"]] == ["adapted"]
    office.published(DAY, rebasing.rebase(hand, second.id, second.rev, accept=True))
    units = office.units("2026-12-01")
    assert (units["P0"], units["P1"], units["PN"]) == (11_000, 9_000 - 2_000, 2_000)


def test_a_draft_begun_before_is_not_dropped_in_silence(office: Any) -> None:
    """Its unit is gone: publishing says so, and the draft keeps its operation until somebody decides."""
    keys = office.keys()
    rename = {"op": "rename", "unit": keys["P1"], "name": "东"}
    second = office.filed(DAY, office.draft("2026-10-01", "2026-12-01", rename))
    merge = {"op": "merge", "units": [keys["P0"], keys["P1"]], "survivor": keys["P0"]}
    office.published(DAY, office.draft("2026-10-01", "2026-11-01", merge))
    hand = office.hand(DAY)
    with pytest.raises(ConflictError) as caught:
        publishing.publish(hand, second.id, second.rev)
    assert caught.value.code == "change.behind"
    (line,) = rebasing.look(hand, second.id)["operations"]
    assert (line["outcome"], line["refused"]["code"]) == ("broken", "edit.unit_gone")
    assert hand.change(second.id) == second
