"""Bad input to a change: each is refused by its own name, on either store, and nothing is written."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from api.services.redraw import drafts, filing, publishing
from data.tables import ChangeEventRow, ChangeRow, LedgerRow, UnitVersion
from geo.errors import ConflictError, InputError, NotFoundError

Make = Callable[..., dict[str, Any]]
TABLES = (ChangeRow, ChangeEventRow, LedgerRow, UnitVersion)


def cm(right: float, up: float) -> list[int]:
    return [round((400_000 + right) * 100), round((300_000 + up) * 100)]


def written(office: Any) -> list[int]:
    """Return how many rows there are of all that a change writes."""
    with office.store.read() as view:
        return [view.connection.execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES]


def refused(office: Any, work: Callable[[], object]) -> str:
    """Return the code of a refusal that wrote nothing."""
    before = written(office)
    with pytest.raises((ConflictError, InputError, NotFoundError)) as caught:
        work()
    assert written(office) == before
    return caught.value.code


BORDER = {"border": [cm(100, 0), cm(100, 100)]}
OPERATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "a unit that does not exist": ({"op": "rename", "unit": "no-such-key", "name": "x"}, "edit.unit_gone"),
    "a coordinate that is no number": (
        {"op": "split", "unit": "A", "line": [[float("nan"), 0], cm(50, 150)], "parts": []},
        "operation.bad_field",
    ),
    "a million vertices": (
        {
            "op": "split",
            "unit": "A",
            "line": [cm(50, n / 1000) for n in range(1_000_000)],
            "parts": [{"at": cm(75, 50), "code": "Z"}],
        },
        "edit.too_many_vertices",
    ),
    "a line wholly on a border": (
        {
            "op": "split",
            "unit": "A",
            "line": [{"vertex": cm(100, 0)}, {"vertex": cm(100, 100)}],
            "parts": [{"at": cm(75, 50), "code": "Z"}],
        },
        "edit.line_on_border",
    ),
    "a transfer that empties a unit": (
        {
            "op": "transfer",
            "givers": ["A"],
            "receiver": "B",
            "area": [cm(-10, -10), cm(100, -10), cm(100, 110), cm(-10, 110)],
        },
        "edit.emptied",
    ),
    "an outline that is the town's": (
        {"op": "move_border", "border": {"border": [cm(0, 0), cm(100, 0)]}, "dx": 0, "dy": 500},
        "edit.frame_fixed",
    ),
    "a corner of the town": ({"op": "move_vertex", "vertex": {"vertex": cm(0, 0)}, "to": cm(-5, 0)}, "edit.off_frame"),
    "a code in use": ({"op": "renumber", "unit": "A", "code": "B"}, "edit.code_taken"),
}


@pytest.mark.parametrize("what", OPERATIONS)
def test_a_bad_operation_is_refused_by_its_name(office: Any, what: str) -> None:
    operation, code = OPERATIONS[what]
    change = office.draft("2026-10-01", "2026-12-01")
    hand = office.hand("2026-10-01")
    assert refused(office, lambda: drafts.operate(hand, change.id, change.rev, operation)) == code
    assert hand.change(change.id) == change


def test_a_unit_that_is_gone_since_and_one_of_another_town_are_refused(
    office: Any, split: Make, other_town: Any
) -> None:
    keys = office.keys()
    merge = {"op": "merge", "units": [keys["A"], keys["B"]], "survivor": keys["A"]}
    office.published("2026-10-05", office.draft("2026-10-01", "2026-11-01", merge))
    late = office.draft("2026-10-06", "2026-12-01")
    hand = office.hand("2026-10-06")
    gone = {"op": "rename", "unit": keys["B"], "name": "x"}
    assert refused(office, lambda: drafts.operate(hand, late.id, late.rev, gone)) == "edit.unit_gone"
    theirs = {"op": "rename", "unit": other_town["X"], "name": "x"}
    assert refused(office, lambda: drafts.operate(hand, late.id, late.rev, theirs)) == "edit.unit_gone"
    across = {"op": "merge", "units": [keys["A"], other_town["X"]], "survivor": keys["A"]}
    assert refused(office, lambda: drafts.operate(hand, late.id, late.rev, across)) == "edit.unit_gone"
    assert refused(office, lambda: office.draft("2026-10-06", None, root="不存在的镇")) == "store.no_root"


def test_a_stale_revision_and_a_day_that_is_past_are_refused(office: Any, split: Make) -> None:
    keys = office.keys()
    change = office.draft("2026-10-01", "2026-10-03", split(keys["B"], 150, "E"))
    hand = office.hand("2026-10-05")
    rename = {"op": "rename", "unit": keys["A"], "name": "x"}
    for work in (
        lambda: drafts.operate(hand, change.id, 1, rename),
        lambda: drafts.edit(hand, change.id, 1, {"title": "x"}),
        lambda: drafts.undo(hand, change.id, 1),
    ):
        assert refused(office, work) == "change.stale"
    change = office.papers("2026-10-05", change, "2026-10-02")
    assert refused(office, lambda: filing.submit(hand, change.id, change.rev)) == "change.not_ready"
    later = drafts.edit(hand, change.id, change.rev, {"effective_from": date(2026, 10, 5)})
    assert refused(office, lambda: filing.submit(hand, later.id, later.rev - 1)) == "change.stale"
    assert filing.submit(hand, later.id, later.rev).case.state == "submitted"


def test_what_was_decided_after_its_first_day_cannot_be_published_though_it_was_filed_in_time(
    office: Any, split: Make
) -> None:
    """It was sent before its first day, and is put on record and published after it: that is no back-dating."""
    change = office.draft("2026-10-01", "2026-10-20", split(office.keys()["B"], 150, "E"))
    change = office.papers("2026-10-05", change, "2026-10-21")
    hand = office.hand("2026-10-22")
    assert refused(office, lambda: filing.submit(hand, change.id, change.rev)) == "change.not_ready"


def test_sent_twice_is_one_step_and_without_the_key_the_second_is_refused(office: Any, split: Make) -> None:
    change = office.papers("2026-10-05", office.draft("2026-10-01", "2026-12-01", split(office.keys()["B"], 150, "E")))
    keyed = office.hand("2026-10-05", key="once")
    sent = filing.submit(keyed, change.id, change.rev)
    before = written(office)
    assert filing.submit(keyed, change.id, change.rev) == sent
    assert written(office) == before
    bare = office.hand("2026-10-05")
    assert refused(office, lambda: filing.submit(bare, change.id, change.rev)) == "change.state"
    done = filing.file(office.city("2026-10-05"), sent.id, sent.rev, "1")
    published = publishing.publish(bare, done.id, done.rev)
    assert refused(office, lambda: publishing.publish(bare, published.id, published.rev)) == "change.state"
