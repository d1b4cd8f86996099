"""Places and lines by what they are called: for the search box."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import shapely
from sqlalchemy import ColumnElement, func, or_, select

from data.geometry import raw, read_all
from data.places import TABLES
from data.states import believed, on_day
from data.store import Reading

MADE_UP: Final = "~"  # begins the code of a place that came without one


@dataclass(frozen=True, slots=True)
class Called:
    """One place or line: kind, code (empty if it came without one), name, and a point of it in plane metres."""

    subject: str
    kind: str
    code: str
    name: str
    at: tuple[float, float]


def called(s: Reading, subject: str, text: str, on: date, kinds: tuple[str, ...], most: int) -> list[Called]:
    """Return at most ``most`` places or lines of some kinds on a day whose name contains ``text``, or whose code it is.

    Every character of ``text`` stands for itself; capitals do not count. Whole names and codes come first, then short names.
    """
    table = TABLES[subject]
    name, code, asked = func.lower(table.name), func.lower(table.code), text.lower()
    whole: ColumnElement[bool] = or_(name == asked, code == asked)
    fits = or_(name.contains(asked, autoescape=True), (code == asked) & ~table.code.startswith(MADE_UP))
    query = (
        select(table.kind, table.code, table.name, raw(table.geom, s.dialect))
        .where(table.kind.in_(kinds), believed(table, None), on_day(table, on), fits)
        .order_by(whole.desc(), func.length(table.name), table.name, table.id)
        .limit(most)
    )
    rows = s.connection.execute(query).all()
    shapes: Any = read_all([row[3] for row in rows], s.dialect)
    return [
        Called(subject, kind, "" if own.startswith(MADE_UP) else own, words, _point(shape))
        for (kind, own, words, _), shape in zip(rows, shapes, strict=True)
    ]


def _point(shape: Any) -> tuple[float, float]:
    """Return a point that lies on the shape: of a line the middle of its longest part."""
    part = max(shapely.get_parts(shape), key=lambda one: one.length)
    middle = part if part.geom_type == "Point" else part.interpolate(0.5, normalized=True)
    return float(middle.x), float(middle.y)
