"""A draft as the editor follows it: step by step it comes to what the whole draft is, and what is kept in memory may be lost."""

import itertools
import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from api.services.redraw import courses, drafts, ground
from api.services.redraw.courses import Kept
from api.services.redraw.ground import Way
from data.changes import Change
from geo.errors import ConflictError

TODAY = date(2026, 10, 1)
DAY = TODAY.isoformat()
X, Y = 400_000, 300_000


def cm(right: float, up: float) -> list[int]:
    return [round((X + right) * 100), round((Y + up) * 100)]


def vertical(unit: str, at: float, code: str) -> dict[str, Any]:
    return {
        "op": "split",
        "unit": unit,
        "line": [cm(at, -10), cm(at, 110)],
        "parts": [{"at": cm(at + 1, 50), "code": code, "name": code}],
    }


OPERATIONS: tuple[dict[str, Any], ...] = (
    vertical("A", 40, "A2"),
    {
        "op": "reshape_border",
        "border": {"border": [cm(200, 0), cm(200, 100)]},
        "line": [{"vertex": cm(200, 0)}, cm(210, 50), {"vertex": cm(200, 100)}],
    },
    {"op": "rename", "unit": "V", "name": "大村"},
    {"op": "merge", "units": ["C", "D"], "survivor": "D", "reparent": False, "codes": []},
    {
        "op": "divide",
        "unit": "B",
        "lines": [[cm(150, -10), cm(150, 110)]],
        "parts": [{"at": cm(151, 50), "code": "B1", "name": "B1"}],
    },
    {"op": "undivide", "unit": "B"},
    vertical("B", 170, "B2"),
    {
        "op": "transfer",
        "givers": ["B"],
        "receiver": "A",
        "area": [cm(90, 20), cm(120, 20), cm(120, 60), cm(90, 60)],
        "units": [],
        "into": [],
        "codes": [],
    },
    {"op": "renumber", "unit": "D", "code": "D9"},
)


def taken(drawn: dict[str, Any], step: dict[str, Any]) -> dict[str, Any]:
    """Return a draft after a step, as the editor takes it in (maps/editor/src/draft/drawn.ts)."""
    assert (step["from"], step["base"]) == (drawn["rev"], drawn["base"])
    fresh = {*step["gone"], *(unit["key"] for unit in step["units"])}
    leaves = {key: rings for key, rings in drawn["leaves"].items() if key not in fresh}
    return {
        **step,
        "units": [unit for unit in drawn["units"] if unit["key"] not in fresh] + step["units"],
        "leaves": leaves | step["leaves"],
        "gone": [key for key in drawn["gone"] if key not in fresh] + step["gone"],
        "codes": drawn["codes"] if step["codes"] is None else step["codes"],
    }


def seen(office: Any, change: Change, drawn: dict[str, Any]) -> dict[str, Any]:
    """Return the whole map as it is seen: what the draft stands on under what was drawn."""
    base = ground.base(office.store, replace(change, case=replace(change.case, cursor=0)), TODAY)
    under = ground.GraphUnits(base.topology)
    fresh = {*drawn["gone"], *(unit["key"] for unit in drawn["units"])}
    units = {key: ground.unit_document(under[key], under) for key in under if key not in fresh}
    leaves = {key: ground.ring_steps(under.rings(key)) for key in units if under.is_leaf(key)}
    units |= {unit["key"]: unit for unit in drawn["units"]}
    names = ("rev", "cursor", "undone", "codes", "stopped")
    return {"units": units, "leaves": leaves | drawn["leaves"], **{name: drawn[name] for name in names}}


@pytest.mark.parametrize("seed", range(4))
def test_steps_add_up_to_the_draft(office: Any, seed: int) -> None:
    rng, todo = random.Random(seed), iter(OPERATIONS)
    change = office.draft(DAY, DAY)
    drawn = ground.drawn(office.store, change, TODAY)
    hand = office.hand(DAY)
    for _ in range(24):
        case, way = change.case, Way.ON
        if case.cursor and rng.random() < 0.3:
            change, way = drafts.undo(hand, change.id, change.rev), Way.BACK
        elif case.cursor < len(case.operations):
            change = drafts.redo(hand, change.id, change.rev)
        elif (operation := next(todo, None)) is not None:
            try:
                change = drafts.operate(hand, change.id, change.rev, operation)
            except ConflictError:
                continue
        drawn = taken(drawn, ground.step(office.store, change, TODAY, way)) if change.rev != drawn["rev"] else drawn
        assert seen(office, change, drawn) == seen(office, change, ground.drawn(office.store, change, TODAY))
    assert change.case.cursor > 3


def test_a_restart_loses_nothing_and_the_next_step_is_the_same(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hand, change = office.hand(DAY), office.draft(DAY, DAY, *OPERATIONS[:4])
    before = ground.drawn(office.store, change, TODAY)
    for name, size in (("_courses", 2), ("_bases", 1), ("_partitions", 1)):  # another process knows nothing of this one
        monkeypatch.setattr(courses, name, Kept(size))
    assert ground.drawn(office.store, office.hand(DAY).change(change.id), TODAY) == before
    change = drafts.operate(hand, change.id, change.rev, OPERATIONS[4])
    step = ground.step(office.store, change, TODAY, Way.ON)
    whole = ground.drawn(office.store, change, TODAY)
    assert seen(office, change, taken(before, step)) == seen(office, change, whole)


def test_a_draft_of_more_steps_than_are_kept_is_done_once_each(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courses, "_courses", Kept(2))
    done: list[str] = []
    apply = courses.apply

    def counted(*given: Any) -> Any:
        done.append(given[-1].id)
        return apply(*given)

    monkeypatch.setattr(courses, "apply", counted)
    names = itertools.count(1)
    change = office.draft(DAY, DAY)
    for _ in range(12):
        operation = {"op": "rename", "unit": "A", "name": f"甲{next(names)}"}
        change = drafts.operate(office.hand(DAY), change.id, change.rev, operation)
        ground.step(office.store, change, TODAY, Way.ON)
    assert len(done) == len(set(done)) == 12
