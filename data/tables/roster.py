"""Who is in charge of what, when they serve, and when they do not: each row with both clocks, written by deliveries."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base
from data.tables.columns import Whole
from data.tables.partition import BELIEVED


class _Entry:
    """What every row of the roster has.

    ``key`` is its identity within its table; a row says what holds from ``valid_from`` up to ``valid_to``, as believed between
    two deliveries, and is never changed but for ``seq_to``.
    """

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    key: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    seq_from: Mapped[int] = mapped_column(Whole)
    seq_to: Mapped[int | None] = mapped_column(Whole)
    row_hash: Mapped[str] = mapped_column(Text)


def _rules(table: str, *more: Index) -> tuple[object, ...]:
    return (
        CheckConstraint("valid_from < valid_to", name=f"{table}_days_in_order"),
        Index(f"one_{table}", "key", unique=True, sqlite_where=BELIEVED, postgresql_where=BELIEVED),
        *more,
    )


class PersonRow(_Entry, Base):
    """A person by the number the office gave: no identity number, no birth date, no phone."""

    __tablename__ = "person"
    __table_args__ = _rules("person")

    person: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)


class AssignmentRow(_Entry, Base):
    """A person in charge of a grid in a role."""

    __tablename__ = "assignment"
    __table_args__ = _rules("assignment", Index("ix_assignment_grid", "grid"))

    person: Mapped[str] = mapped_column(Text)
    grid: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)


class ShiftRow(_Entry, Base):
    """When a person serves: ``place`` is grid or centre; ``weekdays`` digits 1 to 7, empty for working days."""

    __tablename__ = "shift"
    __table_args__ = _rules("shift", Index("ix_shift_person", "person"))

    person: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    grid: Mapped[str] = mapped_column(Text)
    weekdays: Mapped[str] = mapped_column(Text)
    hours: Mapped[str] = mapped_column(Text)


class AbsenceRow(_Entry, Base):
    """Days that are not like the others for a person, or (``person`` empty) for everybody in the grids below ``grid``."""

    __tablename__ = "absence"
    __table_args__ = _rules("absence", Index("ix_absence_person", "person"))

    person: Mapped[str] = mapped_column(Text)
    grid: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    hours: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
