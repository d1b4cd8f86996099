"""Hard case 7 of the boundaries: what is valid when, as known when; and what is never published across a later change."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from api.services.redraw import differences, drafts, filing, history, publishing, reading, rebasing, replaying
from api.services.redraw.differences import Moment
from data import audit
from data.store import Actor, create_store, open_store
from geo.errors import ConflictError, NotFoundError

CITY = Actor("丙", "city_grid_office")
Make = Callable[..., dict[str, Any]]


def refused(work: Callable[[], object]) -> str:
    with pytest.raises((ConflictError, NotFoundError)) as caught:
        work()
    return caught.value.code


@pytest.fixture
def story(office: Any, split: Make, strip: Make) -> Any:
    """P: split of B from 2027-01-01. Q: a strip of B to C from 2026-12-01, once P is void. P again. R: a correction."""
    keys = office.keys()
    p = office.published("2026-10-05", office.draft("2026-10-01", "2027-01-01", split(keys["B"], 150, "E"), title="P"))
    q = office.filed(
        "2026-10-20", office.draft("2026-10-06", "2026-12-01", strip(keys["B"], keys["C"], 190, 200), title="Q")
    )
    assert refused(lambda: publishing.publish(office.hand("2026-10-20"), q.id, q.rev)) == "change.touches_later"
    publishing.void(office.hand("2026-10-21"), p.id, p.rev, "先让Q")
    assert refused(lambda: publishing.publish(office.hand("2026-10-21"), q.id, q.rev)) == "change.behind"
    q = rebasing.rebase(office.hand("2026-10-22"), q.id, q.rev)
    assert q.case.state == "filed"  # nothing of what was sent has changed
    q = publishing.publish(office.hand("2026-10-22"), q.id, q.rev)
    again = office.published(
        "2026-10-25", office.draft("2026-10-24", "2027-01-01", split(keys["B"], 150, "F"), title="P2")
    )
    moves = [
        {
            "op": "correction",
            "reason": "图上画错",
            "operation": {"op": "move_vertex", "vertex": {"vertex": cm(190, up)}, "to": cm(190.5, up)},
        }
        for up in (0, 100)
    ]  # the border is named by its vertices, so the same holds where B has been split
    r = office.draft("2027-02-10", "2026-12-01", *moves, title="R", is_correction=True)
    r = drafts.add_document(office.hand("2027-02-10"), r.id, r.rev, drafts.Document("basis", "测量记录"))
    r = filing.submit(office.hand("2027-02-10"), r.id, r.rev)
    r = filing.file(office.hand("2027-02-10", CITY), r.id, r.rev, "更1")
    r = publishing.publish(office.hand("2027-02-10"), r.id, r.rev)
    return {"office": office, "P": p, "Q": q, "P2": again, "R": r}


def test_every_picture_of_the_two_clocks(story: Any) -> None:
    office = story["office"]
    plain = {"A": 10_000, "D": 10_000}
    assert office.units("2026-11-30") == {**plain, "B": 10_000, "C": 10_000}
    assert office.units("2026-12-15", "2026-11-01") == {**plain, "B": 9_000, "C": 11_000}
    assert office.units("2026-12-15", "2027-03-01") == {**plain, "B": 9_050, "C": 10_950}
    assert office.units("2027-01-15", "2026-10-10") == {**plain, "B": 5_000, "E": 5_000, "C": 10_000}
    assert office.units("2027-01-15", "2026-10-22") == {**plain, "B": 9_000, "C": 11_000}
    assert office.units("2026-12-31") == {**plain, "B": 9_050, "C": 10_950}
    assert office.units("2027-01-01") == {**plain, "B": 5_000, "F": 4_050, "C": 10_950}
    with office.store.read() as view:
        assert audit.verify(view).doubts == ()


def test_what_was_void_is_told_and_its_code_is_never_given_again(story: Any, split: Make) -> None:
    office = story["office"]
    document = reading.shown(office.store, story["P"].id, date(2027, 3, 1))
    assert (document["state"], document["in_force"]) == ("void", False)
    answer = history.history(office.store, "E")
    assert answer["current"] is None
    assert [row["believed_until"] is not None for row in answer["versions"]] == [True]
    change = office.draft("2027-03-01", "2027-04-01")
    again = split(office.keys("2027-03-01")["A"], 50, "E")
    assert (
        refused(lambda: drafts.operate(office.hand("2027-03-01"), change.id, change.rev, again)) == "edit.code_retired"
    )


def test_a_change_in_force_is_not_made_void_but_taken_back_by_a_new_one(story: Any) -> None:
    office = story["office"]
    done = story["R"]
    hand = office.hand("2027-03-01")
    assert refused(lambda: publishing.void(hand, done.id, done.rev, "x")) == "change.in_force"
    p2 = story["P2"]
    begun = drafts.Begun("枣林镇", "恢复B", "拆错", effective_from=date(2027, 4, 1))
    assert refused(lambda: drafts.revert(hand, p2.id, begun)) == "edit.touched_since"


def test_a_published_change_is_taken_back_exactly(office: Any, split: Make) -> None:
    keys = office.keys()
    change = office.published("2026-10-05", office.draft("2026-10-01", "2026-12-01", split(keys["B"], 150, "E")))
    begun = drafts.Begun("枣林镇", "恢复B", "拆错", effective_from=date(2027, 2, 1))
    back = drafts.revert(office.hand("2027-01-10"), change.id, begun)
    assert back.case.reverts == change.key
    office.published("2027-01-10", back)
    assert office.units("2027-01-31") == {"A": 10_000, "B": 5_000, "E": 5_000, "C": 10_000, "D": 10_000}
    assert office.units("2027-02-01") == office.units("2026-11-30")
    with office.store.read() as view:
        assert audit.verify(view).doubts == ()
    answer = history.history(office.store, "E")
    assert [(heir["code"], heir["area_share"]) for heir in answer["successors"]] == [("B", 1.0)]


def test_an_old_code_answers_with_its_successors_and_their_shares(office: Any, split: Make) -> None:
    """Hard case 6: A and B of 100 m, cut again at 60 and 140 into three. Households at exactly 60 count once."""
    office.houses((60, 50), (60, 100), (10, 10), (120, 50), (150, 50), (199, 50))
    keys = office.keys()
    carve = {
        "op": "carve",
        "givers": [keys["A"], keys["B"]],
        "area": [cm(60, -50), cm(140, -50), cm(140, 150), cm(60, 150)],
        "level": 2,
        "code": "M",
        "name": "中格",
    }
    change = office.draft("2026-10-01", "2026-12-01", carve)
    document = reading.shown(office.store, change.id, date(2026, 10, 1))
    flows = {(f["before"]["code"], f["after"]["code"]): f for f in document["lineage"] if f["level"] == 2}
    areas = {pair: flow["area_m2"] for pair, flow in flows.items()}
    assert areas == {("A", "A"): 6_000, ("A", "M"): 4_000, ("B", "M"): 4_000, ("B", "B"): 6_000}
    moved_out = sum(f["households"] for pair, f in flows.items() if pair[0] != pair[1])
    before = {
        m["before"]["code"]: m["households"]["before"] for m in document["members"] if m["before"] and m["level"] == 2
    }
    after = {
        m["after"]["code"]: m["households"]["after"] for m in document["members"] if m["after"] and m["level"] == 2
    }
    assert sum(before.values()) == sum(after.values()) == 6
    assert after["M"] == moved_out
    assert all(line["closes"] for line in document["numbers"]["levels"])
    office.published("2026-10-05", change)
    merge = {
        "op": "merge",
        "units": [keys["A"], office.keys("2026-12-02")["M"]],
        "survivor": office.keys("2026-12-02")["M"],
    }
    office.published("2026-12-05", office.draft("2026-12-02", "2027-01-01", merge, title="并"))
    answer = history.history(office.store, "A", valid_on=date(2027, 2, 1))
    assert [(heir["code"], heir["area_share"]) for heir in answer["successors"]] == [("M", 1.0)]
    assert [row["code"] for row in answer["codes"]] == ["A"]


def cm(right: float, up: float) -> list[int]:
    return [round((400_000 + right) * 100), round((300_000 + up) * 100)]


def test_the_difference_of_two_pictures_and_the_biography_of_a_border(story: Any) -> None:
    office = story["office"]
    answer = differences.difference(
        office.store, None, Moment(date(2026, 12, 15), date(2026, 11, 1)), Moment(date(2026, 12, 15), date(2027, 3, 1))
    )
    moved = {m["after"]["code"]: m["area_m2"]["difference"] for m in answer["members"] if m["level"] == 2}
    assert moved == {"B": 50.0, "C": -50.0}
    border = differences.border(office.store, "B", "C")
    spans = [(span["valid_from"], span["valid_to"], span["length_m"]) for span in border["spans"]]
    assert spans == [(None, "2026-12-01", 100.0), ("2026-12-01", "2027-01-01", 100.0)]
    then = differences.border(office.store, "B", "C", known_on=date(2026, 11, 1))
    assert len(then["spans"]) == 2
    assert then["spans"][1]["hash"] != border["spans"][1]["hash"]
    assert refused(lambda: differences.border(office.store, "B", "nowhere")) == "store.no_code"


def test_every_change_done_again_is_what_is_stored(story: Any) -> None:
    office = story["office"]
    for name in ("Q", "P2", "R"):
        answer = replaying.replay_change(office.store, story[name].id, date(2027, 3, 1))
        assert (answer["ok"], answer["differs"]) == (True, [])


def test_the_ledger_done_again_in_an_empty_store_of_the_other_kind_is_the_same_at_every_entry(
    story: Any, engine_name: str, request: pytest.FixtureRequest, tmp_path: Any
) -> None:
    if engine_name == "sqlite":
        server = request.getfixturevalue("server")
        other = open_store(server.database())
    else:
        other = create_store(str(tmp_path / "other.gpkg"))
    with other:
        answer = replaying.replay_ledgers(story["office"].store, other)
        assert [(line["seq"], line["kind"], line["same"]) for line in answer["entries"]] == [
            (1, "import", True),
            (2, "publish", True),
            (3, "void", True),
            (4, "publish", True),
            (5, "publish", True),
            (6, "correction", True),
        ]
        with other.read() as view:
            assert audit.verify(view).doubts == ()
