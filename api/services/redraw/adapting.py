"""A line that ended on a border which a colleague has moved: ended on the new border, where the line itself still leads there.

The line is not bent: its last stretch is made longer, or is cut off where it meets the border. Nothing is guessed beyond that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from math import hypot
from typing import Any, Final

from geo.errors import InputError
from geo.partition import operations as ops
from geo.partition.operationjson import from_json, to_json

REACH_CM: Final = 10_000  # how much longer a last stretch may become: 100 m


def adapted(operation: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return an operation whose lines end freely, each beyond its last place, None where it has no line that ends somewhere.

    The engine cuts what stands out beyond the units, so the line ends where it meets the border as it is now.
    """
    try:
        value = from_json(dict(operation))
    except InputError:
        return None
    inner = value.operation if isinstance(value, ops.Correction) else value
    if not isinstance(inner, ops.Split | ops.Divide):
        return None
    changed: dict[str, Any] = {}
    for field in fields(inner):
        given = getattr(inner, field.name)
        if field.name == "line":
            changed["line"] = _free(given)
        elif field.name == "lines":
            changed["lines"] = tuple(_free(line) for line in given)
    done = replace(inner, **changed)
    return to_json(replace(value, operation=done) if isinstance(value, ops.Correction) else done)


def _free(line: ops.Line) -> ops.Line:
    """Return a line with free places only, its two end stretches made longer where they ended on something."""
    places = [ops.Spot(place.x, place.y) for place in line]
    for end, beside in _ends(len(places)):
        if not isinstance(line[end], ops.Spot):
            places[end] = _beyond(places[beside], places[end])
    return tuple(places)


def _ends(count: int) -> Iterator[tuple[int, int]]:
    if count > 1:
        yield 0, 1
        yield count - 1, count - 2


def _beyond(start: ops.Spot, end: ops.Spot) -> ops.Spot:
    dx, dy = end.x - start.x, end.y - start.y
    length = hypot(dx, dy) or 1.0
    return ops.Spot(end.x + round(dx / length * REACH_CM), end.y + round(dy / length * REACH_CM))
