"""Hard case 8 of the boundaries: two planners, one head. Nothing is lost, dropped in silence, or done twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from api.services.redraw import drafts, filing, publishing, reading, rebasing
from data import audit, ledger, partitions
from geo.errors import ConflictError, InputError

Make = Callable[..., dict[str, Any]]
DAY = "2026-10-05"


def cm(right: float, up: float) -> list[int]:
    return [round((400_000 + right) * 100), round((300_000 + up) * 100)]


def refused(work: Callable[[], object]) -> str:
    with pytest.raises((ConflictError, InputError)) as caught:
        work()
    return caught.value.code


def border_moved(to: float) -> list[dict[str, Any]]:
    """Return the operations that move the border of A and B from 90 to ``to`` metres; its ends slide along the outline."""
    return [{"op": "move_vertex", "vertex": {"vertex": cm(90, up)}, "to": cm(to, up)} for up in (0, 100)]


def from_border(unit: str, reach: float, code: str) -> dict[str, Any]:
    """Return a cut that begins on the border of A and B half way up, runs east, and leaves B to the north at ``reach``."""
    start = {"on": [cm(100, 0), cm(100, 100)], "at": cm(100, 50)}
    line = [start, cm(reach, 50), cm(reach, 150)]
    return {
        "op": "split",
        "unit": unit,
        "line": line,
        "parts": [{"at": cm(reach - 10, 75), "code": code, "name": "新格"}],
    }


def doubts(office: Any) -> list[str]:
    with office.store.read() as view:
        return [doubt.code for doubt in audit.verify(view).doubts]


def test_a_line_that_still_reaches_the_moved_border_ends_there_and_is_shown_first(office: Any, strip: Make) -> None:
    keys = office.keys()
    second = office.filed(DAY, office.draft("2026-10-01", "2026-12-01", from_border(keys["B"], 150, "E")))
    office.published(DAY, office.draft("2026-10-01", "2026-11-01", strip(keys["A"], keys["B"], 90, 100)))
    hand = office.hand(DAY)
    assert refused(lambda: publishing.publish(hand, second.id, second.rev)) == "change.behind"
    look = rebasing.look(hand, second.id)
    assert [line["outcome"] for line in look["operations"]] == ["adapted"]
    assert (look["possible"], look["package_holds"], look["head_seq"]) == (True, False, 2)
    assert [one["title"] for one in look["published_since"]] == ["调整"]
    assert refused(lambda: rebasing.rebase(hand, second.id, second.rev)) == "change.rebase_differs"
    moved = rebasing.rebase(hand, second.id, second.rev, accept=True)
    assert (moved.case.state, moved.case.base_seq, moved.case.filing_no) == ("draft", 2, "")
    office.published(DAY, moved)
    assert office.units("2026-12-01") == {"A": 9_000, "B": 8_000, "E": 3_000, "C": 10_000, "D": 10_000}
    assert doubts(office) == []


def test_a_broken_operation_is_shown_three_times_and_dropped_only_by_choice(office: Any, split: Make) -> None:
    keys = office.keys()
    operations = (split(keys["B"], 150, "E"), {"op": "rename", "unit": keys["C"], "name": "丙格"})
    second = office.filed(DAY, office.draft("2026-10-01", "2026-12-01", *operations))
    merge = {"op": "merge", "units": [keys["A"], keys["B"]], "survivor": keys["A"]}
    office.published(DAY, office.draft("2026-10-01", "2026-11-01", merge))
    hand = office.hand(DAY)
    look = rebasing.look(hand, second.id)
    broken = look["operations"][0]
    assert (look["possible"], broken["outcome"]) == (False, "broken")
    assert broken["refused"]["code"].startswith("edit.")
    assert {unit["code"] for unit in broken["panes"]["base"]} >= {"B"}
    assert {unit["code"] for unit in broken["panes"]["mine"]} >= {"B", "E"}
    assert "B" not in {unit["code"] for unit in broken["panes"]["theirs"]}
    assert refused(lambda: rebasing.rebase(hand, second.id, second.rev, accept=True)) == "change.rebase_broken"
    assert refused(lambda: rebasing.rebase(hand, second.id, second.rev, {"x": "drop"})) == "change.choice"
    kept = rebasing.rebase(hand, second.id, second.rev, {broken["id"]: "drop"}, accept=True)
    assert [one.operation["op"] for one in kept.case.applied] == ["rename"]
    third = office.draft("2026-10-06", "2026-12-01", split(keys["A"], 150, "E"))
    assert third.case.base_seq == 2


def test_a_colleague_elsewhere_changes_nothing_of_what_was_filed(office: Any, split: Make) -> None:
    keys = office.keys()
    second = office.filed(DAY, office.draft("2026-10-01", "2026-12-01", split(keys["B"], 150, "E")))
    office.published(DAY, office.draft("2026-10-01", "2026-11-01", split(keys["D"], 350, "H")))
    hand = office.hand(DAY)
    look = rebasing.look(hand, second.id)
    assert (look["possible"], look["same_units"], look["package_holds"]) == (True, True, True)
    moved = rebasing.rebase(hand, second.id, second.rev)
    assert (moved.case.state, moved.case.filing_no) == ("filed", second.case.filing_no)
    publishing.publish(hand, moved.id, moved.rev)
    assert doubts(office) == []


def test_a_junction_that_someone_else_made_on_the_border_is_no_conflict(office: Any) -> None:
    """A cut of A that ends on the border of A and B is incidental for B."""
    keys = office.keys()
    cut = {
        "op": "split",
        "unit": keys["A"],
        "line": [cm(-50, 30), cm(100, 33)],
        "parts": [{"at": cm(50, 70), "code": "K", "name": "北格"}],
    }
    second = office.filed(
        DAY, office.draft("2026-10-01", "2026-12-01", {"op": "rename", "unit": keys["B"], "name": "乙"})
    )
    office.published(DAY, office.draft("2026-10-01", "2026-11-01", cut))
    hand = office.hand(DAY)
    moved = rebasing.rebase(hand, second.id, second.rev)
    assert moved.case.state == "filed"
    publishing.publish(hand, moved.id, moved.rev)
    assert doubts(office) == []


def test_both_move_the_same_corner_and_the_second_is_told(office: Any, strip: Make) -> None:
    keys = office.keys()
    office.published(DAY, office.draft("2026-10-01", "2026-10-10", strip(keys["A"], keys["B"], 90, 100)))
    second = office.filed(DAY, office.draft(DAY, "2026-12-01", *border_moved(95)))
    office.published(DAY, office.draft(DAY, "2026-11-01", *border_moved(80)))
    look = rebasing.look(office.hand(DAY), second.id)
    assert [line["outcome"] for line in look["operations"]] == ["broken"]
    assert look["operations"][0]["refused"]["code"] == "edit.vertex_gone"
    anew = {
        operation.id: {"op": "move_vertex", "vertex": {"vertex": cm(80, up)}, "to": cm(95, up)}
        for operation, up in zip(second.case.applied, (0, 100), strict=True)
    }
    moved = rebasing.rebase(office.hand(DAY), second.id, second.rev, anew, accept=True)
    office.published(DAY, moved)
    assert office.units("2026-12-01") == {"A": 9_500, "B": 10_500, "C": 10_000, "D": 10_000}


def test_drafts_never_block_each_other_and_a_stale_tab_is_told(office: Any, split: Make) -> None:
    keys = office.keys()
    one = office.draft("2026-10-01", "2026-12-01", split(keys["B"], 150, "E"))
    other = office.draft("2026-10-01", "2026-12-01", split(keys["B"], 130, "F"))
    hand = office.hand("2026-10-01")
    drafts.undo(hand, one.id, one.rev)
    assert refused(lambda: drafts.operate(hand, one.id, one.rev, split(keys["A"], 50, "G"))) == "change.stale"
    assert reading.shown(office.store, other.id, date(2026, 10, 1))["cursor"] == 1


def test_of_two_who_publish_at_the_same_moment_one_wins(office: Any, split: Make) -> None:
    keys = office.keys()
    ready = [
        office.filed(DAY, office.draft("2026-10-01", "2026-12-01", split(keys[unit], at, code)))
        for unit, at, code in (("B", 150, "E"), ("D", 350, "F"))
    ]

    def go(change: Any) -> str:
        try:
            return str(publishing.publish(office.hand(DAY), change.id, change.rev).case.state)
        except ConflictError as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        answers = set(pool.map(go, ready))
    assert "published" in answers
    assert answers - {"published"} <= {"change.behind", "store.head_moved"}
    assert len(answers) == 2
    with office.store.read() as view:
        root = partitions.find_root(view, "枣林镇")
        assert [entry.kind for entry in ledger.entries(view, root.id)] == ["import", "publish"]
    assert doubts(office) == []


def test_a_double_click_on_publish_at_the_same_moment_is_one_entry(office: Any, split: Make) -> None:
    change = office.filed(DAY, office.draft("2026-10-01", "2026-12-01", split(office.keys()["B"], 150, "E")))

    def click(_: int) -> str:
        try:
            return str(publishing.publish(office.hand(DAY, key="click"), change.id, change.rev).case.state)
        except ConflictError as error:
            return error.code

    with ThreadPoolExecutor(3) as pool:
        answers = set(pool.map(click, range(3)))
    assert "published" in answers
    assert answers <= {"published", "store.head_moved", "change.stale", "request.key_used", "change.state"}
    assert publishing.publish(office.hand(DAY, key="click"), change.id, change.rev).case.state == "published"
    with office.store.read() as view:
        assert len(ledger.entries(view, partitions.find_root(view).id)) == 2


def test_a_submitted_package_that_would_do_something_else_is_not_filed(office: Any, split: Make) -> None:
    keys = office.keys()
    change = office.papers(DAY, office.draft("2026-10-01", "2026-12-01", split(keys["B"], 150, "E")))
    sent = filing.submit(office.hand(DAY), change.id, change.rev)
    assert len(sent.case.package_hash) == 64
    touched = drafts.undo(office.hand(DAY), sent.id, sent.rev)
    assert (touched.case.state, touched.case.package_hash) == ("draft", "")
    again = drafts.redo(office.hand(DAY), touched.id, touched.rev)
    assert filing.submit(office.hand(DAY), again.id, again.rev).case.package_hash == sent.case.package_hash
