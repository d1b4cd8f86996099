"""Operations as JSON: every kind there and back, and what is no operation is refused by name."""

import json
import math
from typing import Any

import pytest

from geo.errors import InputError
from geo.partition import operations as ops
from geo.partition.model import UnitKind
from geo.partition.operationjson import TYPES, from_json, to_json

pytestmark = pytest.mark.pure

VERTEX = ops.VertexRef(1, 2)
ON = ops.SegmentRef(0, 0, 10, 0, 5, 1)
BORDER = ops.BorderRef(0, 0, 10, 0)
PART = ops.NewPart(ops.Spot(3, 3), "103", "新", UnitKind.DEDICATED)
SPLIT = ops.Split("u", (ops.Spot(-1, 2), VERTEX, ON), (PART,), (ops.CutUnit("c", "104"),))
CODES = (ops.NewCode("u", "105"),)

EVERY: tuple[ops.Operation, ...] = (
    ops.MoveVertex(VERTEX, ops.Spot(3, 4)),
    ops.InsertVertex(ON),
    ops.InsertVertex(ON, ops.Spot(5, 3)),
    ops.DeleteVertex(VERTEX),
    ops.ReshapeBorder(BORDER, (VERTEX, ops.Spot(5, 5), ON)),
    ops.MoveBorder(BORDER, -3, 4),
    SPLIT,
    ops.Merge(("a", "b"), "a", True, CODES),
    ops.Transfer(("a",), "b", (VERTEX, ON, ops.Spot(0, 0)), ("c",), ("d",), CODES),
    ops.Carve(("a",), (VERTEX, ON, ops.Spot(0, 0)), 3, "106", "", UnitKind.DEDICATED, "p"),
    ops.Divide("a", ((VERTEX, ON), (ops.Spot(1, 1), ON)), (PART,)),
    ops.Undivide("a"),
    ops.Renumber("a", "107"),
    ops.Rename("a", "名"),
    ops.ChangeKind("a", UnitKind.ORDINARY),
    ops.Reparent("a", "b", CODES),
    ops.Correction(SPLIT, "描错了"),
)


def test_every_kind_of_operation_comes_back_the_same() -> None:
    assert {type(operation) for operation in EVERY} == set(TYPES)
    for operation in EVERY:
        assert from_json(json.loads(json.dumps(to_json(operation)))) == operation


MOVE: dict[str, Any] = {"op": "move_vertex", "vertex": {"vertex": [1, 2]}, "to": [3, 4]}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"op": "explode"}, "operation.unknown"),
        ({}, "operation.unknown"),
        ([], "operation.bad_field"),
        (MOVE | {"to": [math.nan, 4]}, "operation.bad_field"),
        (MOVE | {"to": [1.5, 4]}, "operation.bad_field"),
        (MOVE | {"to": [10**30, 4]}, "operation.bad_field"),
        (MOVE | {"to": [True, 4]}, "operation.bad_field"),
        (MOVE | {"to": [1, 2, 3]}, "operation.bad_field"),
        (MOVE | {"vertex": [1, 2]}, "operation.bad_field"),
        (MOVE | {"polygon": []}, "operation.bad_field"),
        ({"op": "move_vertex", "to": [3, 4]}, "operation.bad_field"),
        ({"op": "change_kind", "unit": "a", "kind": "residual"}, "operation.bad_field"),
        (to_json(EVERY[-1]) | {"operation": to_json(EVERY[-1])}, "operation.bad_field"),
    ],
)
def test_what_is_no_operation_is_refused_by_name(given: object, code: str) -> None:
    with pytest.raises(InputError) as refused:
        from_json(given)
    assert refused.value.code == code
