"""What an operation must be before it is tried: whole centimetres within reach, and not too many of them."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Final

from geo.partition import operations as ops
from geo.partition.outcomes import Rules
from geo.partition.redrawing.refusing import refuse

REACH_CM: Final = 1 << 50  # beyond any plane; keeps all arithmetic far from overflow
NUMBERS: Final = (ops.Spot, ops.VertexRef, ops.SegmentRef, ops.BorderRef)


def require_plausible(operation: ops.Operation, rules: Rules) -> None:
    """Refuse coordinates that are no whole numbers within reach, and lines too long to be meant.

    ``edit.not_whole``, ``edit.too_many_vertices``.
    """
    for name, value in numbers_of(operation, "", rules):
        if type(value) is not int or abs(value) > REACH_CM:
            raise refuse("edit.not_whole", where=name, got=str(value))


def numbers_of(value: object, name: str, rules: Rules) -> Iterator[tuple[str, object]]:
    """Yield the coordinates in an operation, each with the name of the field it stands in."""
    if isinstance(value, tuple):
        if len(value) > rules.most_vertices:
            raise refuse("edit.too_many_vertices", limit=rules.most_vertices, got=len(value))
        for one in value:
            yield from numbers_of(one, name, rules)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            inner = getattr(value, field.name)
            if isinstance(value, NUMBERS) or field.name in ("dx", "dy"):
                yield name or field.name, inner
            else:
                yield from numbers_of(inner, field.name, rules)
