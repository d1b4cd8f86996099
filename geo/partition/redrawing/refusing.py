"""How the engine gives up in the middle of an operation: `apply` turns it into the refusal it carries."""

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from geo.partition.lattice import CM
from geo.partition.outcomes import Refusal, Value
from geo.partition.topology import Point


class RefusedError(Exception):
    """An operation cannot be done; ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def refuse(
    code: str,
    *where: BaseGeometry,
    units: Sequence[str] = (),
    at: Point | None = None,
    **values: Value,
) -> RefusedError:
    """Return the error that carries a refusal; ``where`` in metres, ``at`` in centimetres."""
    shape = where[0] if len(where) == 1 else shapely.union_all(where) if where else None
    spot: tuple[float, float] | None = (at[0] / CM, at[1] / CM) if at is not None else None
    if shape is None and at is not None:
        shape = shapely.Point(at[0] / CM, at[1] / CM)
    if spot is None and shape is not None and not shape.is_empty:
        inner = shapely.point_on_surface(shape)
        spot = (float(inner.x), float(inner.y))
    return RefusedError(Refusal(code, values, tuple(units), shape, spot))


def line_in_metres(*points: Point) -> BaseGeometry:
    """Return a line (or the point it shrinks to) through places in centimetres."""
    metres = [(x / CM, y / CM) for x, y in points]
    return shapely.LineString(metres) if len(set(metres)) > 1 else shapely.Point(metres[0])


def polygon_in_metres(points: Sequence[Point]) -> BaseGeometry:
    """Return the polygon of an open ring in centimetres."""
    return shapely.make_valid(shapely.Polygon([(x / CM, y / CM) for x, y in points]))
