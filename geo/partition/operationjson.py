"""Operations to and from JSON values: ``{"op": "move_vertex", "vertex": {"vertex": [x, y]}, "to": [x, y]}``.

A free place is ``[x, y]``, a vertex ``{"vertex": [x, y]}``, a place on a segment ``{"on": [[ax, ay], [bx, by]], "at": [x, y]}``,
a border ``{"border": [[ax, ay], [bx, by]]}``; all in whole centimetres.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from types import MappingProxyType
from typing import Any, Final, cast

from geo.errors import InputError
from geo.partition import operations as ops
from geo.partition.model import UnitKind
from geo.partition.redrawing.plausible import REACH_CM

Json = Any

TYPES: Final = (
    ops.MoveVertex,
    ops.InsertVertex,
    ops.DeleteVertex,
    ops.ReshapeBorder,
    ops.MoveBorder,
    ops.Split,
    ops.Merge,
    ops.Transfer,
    ops.Carve,
    ops.Divide,
    ops.Undivide,
    ops.Renumber,
    ops.Rename,
    ops.ChangeKind,
    ops.Reparent,
    ops.Correction,
)


def name_of(operation: ops.Operation | type) -> str:
    """Return the name of an operation's kind, such as ``move_vertex``."""
    kind = operation if isinstance(operation, type) else type(operation)
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


BY_NAME: Final[Mapping[str, type]] = MappingProxyType({name_of(kind): kind for kind in TYPES})


def to_json(operation: ops.Operation) -> dict[str, Json]:
    """Return an operation as a JSON object; `from_json` gives the very same value back."""
    return {"op": name_of(operation)} | {f.name: written(getattr(operation, f.name)) for f in fields(operation)}


def written(value: object) -> Json:
    """Return a field of an operation as a JSON value."""
    match value:
        case ops.Spot(x, y):
            return [x, y]
        case ops.VertexRef(x, y):
            return {"vertex": [x, y]}
        case ops.SegmentRef(ax, ay, bx, by, x, y):
            return {"on": [[ax, ay], [bx, by]], "at": [x, y]}
        case ops.BorderRef(ax, ay, bx, by):
            return {"border": [[ax, ay], [bx, by]]}
        case ops.NewPart() | ops.CutUnit() | ops.NewCode():
            return {f.name: written(getattr(value, f.name)) for f in fields(value)}
        case tuple():
            return [written(one) for one in cast("tuple[object, ...]", value)]
        case UnitKind():
            return str(value)
        case _:
            return to_json(cast("ops.Operation", value)) if type(value) in TYPES else value


def from_json(value: Json) -> ops.Operation:
    """Return the operation of a JSON object.

    Errors: ``operation.unknown`` (no such kind), ``operation.bad_field`` (a field is missing, unknown or of another type; a
    coordinate that is no whole number of centimetres, such as NaN).
    """
    given = as_object(value, "operation")
    kind = BY_NAME.get(str(given.get("op")))
    if kind is None:
        raise InputError("operation.unknown", got=str(given.get("op"))[:40])
    return built(kind, {name: one for name, one in given.items() if name != "op"})


def built(kind: type, given: Mapping[str, Json]) -> Any:
    """Return a value of a dataclass from its fields as JSON."""
    known = {f.name: f for f in fields(kind)}
    for name in given:
        if name not in known:
            raise InputError("operation.bad_field", name[:40], got=str(given[name])[:40])
    made: dict[str, object] = {}
    for name, field in known.items():
        if name in given:
            made[name] = READERS[str(field.type)](given[name], name)
        elif field.default is MISSING:
            raise InputError("operation.bad_field", name, got="")
    return kind(**made)


def typed(as_type: type, value: Json, where: str) -> Json:
    """Return a value that must be of a type. Errors: ``operation.bad_field``."""
    if not isinstance(value, as_type) or (as_type is int and isinstance(value, bool)):
        raise InputError("operation.bad_field", where, got=str(value)[:40])
    return value


def as_object(value: Json, where: str) -> Mapping[str, Json]:
    """Return a JSON object."""
    return cast("Mapping[str, Json]", typed(dict, value, where))


def a_text(value: Json, where: str) -> str:
    """Return a string."""
    return cast("str", typed(str, value, where))


def a_number(value: Json, where: str) -> int:
    """Return a whole number within reach of a plane."""
    number = cast("int", typed(int, value, where))
    if abs(number) > REACH_CM:
        raise InputError("operation.bad_field", where, got=str(number)[:40])
    return number


def a_list(value: Json, where: str) -> list[Json]:
    """Return a list."""
    return cast("list[Json]", typed(list, value, where))


def a_pair(value: Json, where: str) -> tuple[int, int]:
    """Return two whole numbers."""
    pair = a_list(value, where)
    if len(pair) != 2:
        raise InputError("operation.bad_field", where, got=str(pair)[:40])
    return a_number(pair[0], where), a_number(pair[1], where)


def two_ends(value: Json, where: str) -> tuple[int, int, int, int]:
    """Return the ends of a segment."""
    ends = a_list(value, where)
    if len(ends) != 2:
        raise InputError("operation.bad_field", where, got=str(ends)[:40])
    return *a_pair(ends[0], where), *a_pair(ends[1], where)


def a_spot(value: Json, where: str) -> ops.Spot:
    """Return a free place."""
    return ops.Spot(*a_pair(value, where))


def a_vertex(value: Json, where: str) -> ops.VertexRef:
    """Return a vertex."""
    return ops.VertexRef(*a_pair(as_object(value, where).get("vertex"), where))


def a_segment_place(value: Json, where: str) -> ops.SegmentRef:
    """Return a place on a segment."""
    given = as_object(value, where)
    return ops.SegmentRef(*two_ends(given.get("on"), where), *a_pair(given.get("at"), where))


def a_border(value: Json, where: str) -> ops.BorderRef:
    """Return a border."""
    return ops.BorderRef(*two_ends(as_object(value, where).get("border"), where))


def a_place(value: Json, where: str) -> ops.Place:
    """Return a place of a line: free, a vertex, or on a segment."""
    if isinstance(value, dict):
        return a_vertex(value, where) if "vertex" in value else a_segment_place(value, where)
    return a_spot(value, where)


def a_kind(value: Json, where: str) -> UnitKind:
    """Return a kind that a planner may give: ordinary or dedicated."""
    try:
        kind = UnitKind(a_text(value, where))
    except ValueError:
        kind = UnitKind.RESIDUAL
    if kind is UnitKind.RESIDUAL:
        raise InputError("operation.bad_field", where, got=str(value)[:40])
    return kind


def many(reader: Callable[[Json, str], object]) -> Callable[[Json, str], object]:
    """Return a reader of lists as tuples."""
    return lambda value, where: tuple(reader(one, where) for one in a_list(value, where))


def maybe(reader: Callable[[Json, str], object]) -> Callable[[Json, str], object]:
    """Return a reader that lets null be None."""
    return lambda value, where: None if value is None else reader(value, where)


def record(kind: type) -> Callable[[Json, str], object]:
    """Return a reader of a dataclass."""
    return lambda value, where: built(kind, as_object(value, where))


def a_redraw(value: Json, where: str) -> object:
    """Return the operation inside a correction, which is none itself."""
    inner = from_json(as_object(value, where))
    if isinstance(inner, ops.Correction):
        raise InputError("operation.bad_field", where, got="correction")
    return inner


READERS: Final[Mapping[str, Callable[[Json, str], object]]] = MappingProxyType(
    {
        str(ops.Spot): a_spot,
        str(ops.Spot | None): maybe(a_spot),
        str(ops.VertexRef): a_vertex,
        str(ops.SegmentRef): a_segment_place,
        str(ops.BorderRef): a_border,
        str(ops.Line): many(a_place),
        str(tuple[ops.Line, ...]): many(many(a_place)),
        str(tuple[ops.NewPart, ...]): many(record(ops.NewPart)),
        str(tuple[ops.CutUnit, ...]): many(record(ops.CutUnit)),
        str(tuple[ops.NewCode, ...]): many(record(ops.NewCode)),
        str(tuple[str, ...]): many(a_text),
        str(UnitKind): a_kind,
        str(ops.Redraw): a_redraw,
        str(str): a_text,
        str(str | None): maybe(a_text),
        str(int): a_number,
        str(bool): lambda value, where: typed(bool, value, where),
    }
)
