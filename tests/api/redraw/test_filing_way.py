"""The way of a change from the first line to the ledger, on both stores."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from api.services.redraw import drafts, filing, publishing, reading
from data import audit, changes
from data.store import Actor
from geo.errors import ConflictError, InputError

CITY = Actor("丙", "city_grid_office")
Make = Callable[..., dict[str, Any]]


def refused(work: Callable[[], object]) -> str:
    with pytest.raises((ConflictError, InputError)) as caught:
        work()
    return caught.value.code


def doubts(office: Any) -> list[str]:
    with office.store.read() as view:
        return [doubt.code for doubt in audit.verify(view).doubts]


def test_a_split_is_drawn_sent_filed_published_and_in_force_from_its_first_day(office: Any, split: Make) -> None:
    office.houses((110, 50), (120, 50), (180, 50))
    change = office.draft("2026-10-01", "2026-12-01", split(office.keys()["B"], 150, "E"))
    document = reading.shown(office.store, change.id, date(2026, 10, 1))
    assert (document["format"], document["state"], document["cursor"]) == ("change/1", "draft", 1)
    change = office.published("2026-10-05", change)
    assert (change.case.state, change.case.published_seq) == ("published", 2)
    assert office.units("2026-11-30") == {"A": 10_000, "B": 10_000, "C": 10_000, "D": 10_000}
    assert office.units("2026-12-01") == {"A": 10_000, "B": 5_000, "E": 5_000, "C": 10_000, "D": 10_000}
    assert office.units("2026-12-01", "2026-10-04") == office.units("2026-11-30")
    assert doubts(office) == []
    document = reading.shown(office.store, change.id, date(2026, 12, 1))
    assert document["in_force"] is True
    assert document["ledger"]["seq"] == 2
    assert {m["after"]["code"]: m["households"]["after"] for m in document["members"] if m["level"] == 2} == {
        "B": 2,
        "E": 1,
    }


def test_states_go_only_where_they_may(office: Any, split: Make) -> None:
    town, city = office.hand("2026-10-05"), office.hand("2026-10-05", CITY)
    change = office.draft("2026-10-01", "2026-12-01", split(office.keys()["B"], 150, "E"))
    number = change.id
    assert refused(lambda: filing.file(city, number, change.rev, "1")) == "change.state"
    assert refused(lambda: publishing.publish(town, number, change.rev)) == "change.state"
    assert refused(lambda: filing.submit(town, number, change.rev)) == "change.not_ready"
    change = office.papers("2026-10-05", change)
    change = filing.submit(town, number, change.rev)
    assert (change.case.state, change.case.submitted_on) == ("submitted", date(2026, 10, 5))
    assert refused(lambda: filing.return_(city, number, change.rev, " ")) == "change.text"
    change = filing.return_(city, number, change.rev, "缺村级意见")
    assert (change.case.state, change.case.returned_reason) == ("returned", "缺村级意见")
    change = filing.submit(town, number, change.rev)
    assert (change.case.round, change.case.state) == (2, "submitted")
    change = drafts.edit(town, number, change.rev, {"title": "改了名"})
    assert (change.case.state, change.case.package_hash) == ("draft", "")
    change = filing.submit(town, number, change.rev)
    change = filing.file(city, number, change.rev, "海备17")
    assert (change.case.state, change.case.filing_no) == ("filed", "海备17")
    assert refused(lambda: drafts.edit(town, number, change.rev, {"title": "x"})) == "change.state"
    assert refused(lambda: filing.return_(city, number, change.rev, "x")) == "change.state"
    change = filing.withdraw(town, number, change.rev, "缓办")
    assert refused(lambda: publishing.publish(town, number, change.rev)) == "change.state"
    with office.store.read() as view:
        kinds = [event.kind for event in changes.events(view, number)]
    assert kinds[-4:] == ["edited", "submitted", "filed", "withdrawn"]
    assert doubts(office) == []


def test_a_filing_number_belongs_to_one_change(office: Any, split: Make) -> None:
    one = office.draft("2026-10-01", "2026-12-01", split(office.keys()["B"], 150, "E"))
    other = office.draft("2026-10-01", "2026-12-01", split(office.keys()["A"], 50, "F"))
    office.filed("2026-10-05", one, "海备17")
    assert refused(lambda: office.filed("2026-10-05", other, "海备17")) == "change.filing_no"


def test_nothing_is_dated_back(office: Any, split: Make) -> None:
    change = office.draft("2026-10-01", "2026-10-02", split(office.keys()["B"], 150, "E"))
    change = office.papers("2026-10-05", change)
    hand = office.hand("2026-10-05")
    with pytest.raises(ConflictError) as caught:
        filing.submit(hand, change.id, change.rev)
    assert (caught.value.code, caught.value.values["findings"]) == ("change.not_ready", ["filing.decided"])
    change = drafts.edit(hand, change.id, change.rev, {"effective_from": date(2026, 10, 5)})
    assert filing.submit(hand, change.id, change.rev).case.state == "submitted"


def test_undo_and_redo_move_a_cursor_and_a_new_operation_leaves_the_undone_behind(office: Any, split: Make) -> None:
    keys = office.keys()
    change = office.draft("2026-10-01", "2026-12-01", split(keys["B"], 150, "E"), split(keys["A"], 50, "F"))
    hand = office.hand("2026-10-01")
    change = drafts.undo(hand, change.id, change.rev)
    change = drafts.undo(hand, change.id, change.rev)
    assert (len(change.case.applied), len(change.case.operations)) == (0, 2)
    assert refused(lambda: drafts.undo(hand, change.id, change.rev)) == "change.nothing_to_undo"
    change = drafts.redo(hand, change.id, change.rev)
    change = drafts.operate(hand, change.id, change.rev, split(keys["C"], 250, "G"))
    assert [one.operation["unit"] for one in change.case.applied] == [keys["B"], keys["C"]]
    assert refused(lambda: drafts.redo(hand, change.id, change.rev)) == "change.nothing_to_redo"


def test_bad_operations_are_refused_by_name_and_write_nothing(office: Any, split: Make) -> None:
    keys = office.keys()
    change = office.draft("2026-10-01", "2026-12-01", split(keys["B"], 150, "E"))
    hand = office.hand("2026-10-01")

    def code_of(operation: dict[str, Any], rev: int | None = None) -> str:
        return refused(lambda: drafts.operate(hand, change.id, change.rev if rev is None else rev, operation))

    bad = {
        "operation.unknown": {"op": "explode"},
        "operation.bad_field": {"op": "renumber", "unit": keys["A"], "code": float("nan")},
        "change.not_a_correction": {
            "op": "correction",
            "reason": "x",
            "operation": {"op": "rename", "unit": keys["A"], "name": "y"},
        },
        "edit.code_taken": {"op": "renumber", "unit": keys["A"], "code": "C"},
    }
    assert {code: code_of(operation) for code, operation in bad.items()} == {code: code for code in bad}
    assert code_of({"op": "renumber", "unit": "no-such-unit", "code": "Q"}).startswith("edit.")
    assert code_of(split(keys["A"], 50, "F"), rev=1) == "change.stale"
    assert hand.change(change.id) == change


def test_a_correction_may_be_dated_back_and_needs_no_lineage(office: Any) -> None:
    keys = office.keys()
    rename = {
        "op": "correction",
        "reason": "错字",
        "operation": {"op": "rename", "unit": keys["A"], "name": "石榴网格"},
    }
    change = office.draft("2027-02-10", "2026-10-01", rename, is_correction=True)
    hand = office.hand("2027-02-10")
    change = drafts.add_document(hand, change.id, change.rev, drafts.Document("basis", "现场照片"))
    change = filing.submit(hand, change.id, change.rev)
    change = filing.file(office.hand("2027-02-10", CITY), change.id, change.rev, "更1")
    change = publishing.publish(hand, change.id, change.rev)
    assert change.case.published_seq == 2
    assert doubts(office) == []


def test_the_same_request_twice_is_one_step(office: Any, split: Make) -> None:
    change = office.filed("2026-10-05", office.draft("2026-10-01", "2026-12-01", split(office.keys()["B"], 150, "E")))
    hand = office.hand("2026-10-05", key="click-1")
    once = publishing.publish(hand, change.id, change.rev)
    again = publishing.publish(hand, change.id, change.rev)
    assert once == again
    other = office.draft("2026-10-06", "2026-12-01", split(office.keys()["A"], 50, "F"))
    assert refused(lambda: publishing.publish(hand, other.id, other.rev)) == "request.key_used"
    with office.store.read() as view:
        assert [event.kind for event in changes.events(view, change.id)].count("published") == 1


def test_a_warning_is_accepted_with_a_reason_and_then_waived(office: Any, split: Make) -> None:
    change = office.draft("2026-10-01", "2026-12-01", split(office.keys()["B"], 150, "E"))
    hand = office.hand("2026-10-01")
    assert (
        refused(lambda: drafts.accept(hand, change.id, change.rev, "filing.reason.fail", "x")) == "change.not_a_warning"
    )
    before = reading.shown(office.store, change.id, date(2026, 10, 1))["findings"]
    assert {f["message"]: f["level"] for f in before}["filing.heard.warn"] == "WARN"
    drafts.accept(hand, change.id, change.rev, "filing.heard.warn", "村里已口头同意")
    after = reading.shown(office.store, change.id, date(2026, 10, 1))["findings"]
    assert {f["message"]: f["level"] for f in after}["filing.heard.warn"] == "WAIVED"


def test_documents_are_kept_by_their_hash_and_known_by_their_first_bytes(office: Any, split: Make) -> None:
    change = office.draft("2026-10-01", "2026-12-01", split(office.keys()["B"], 150, "E"))
    hand = office.hand("2026-10-01")
    pdf = drafts.Document("decision", "会议纪要", file="a.exe", content=b"%PDF-1.7 text")
    change = drafts.add_document(hand, change.id, change.rev, pdf)
    (paper,) = change.case.papers
    assert paper.mime == "application/pdf"
    with office.store.read() as view:
        assert changes.document(view, change.id, paper.sha256) == b"%PDF-1.7 text"
    exe = drafts.Document("decision", "x", file="a.pdf", content=b"MZ")
    assert refused(lambda: drafts.add_document(hand, change.id, change.rev, exe)) == "document.kind"
    odd = drafts.Document("poem", "x")
    assert refused(lambda: drafts.add_document(hand, change.id, change.rev, odd)) == "document.role"
    village = drafts.Document("opinion", "村意见", party="Z")
    assert refused(lambda: drafts.add_document(hand, change.id, change.rev, village)) == "document.party"
    change = drafts.remove_document(hand, change.id, change.rev, paper.id)
    assert change.case.papers == ()
    assert doubts(office) == []
