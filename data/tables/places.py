"""Places (points) and lines with both clocks, and the deliveries that wrote them: a chain of their own, not a root's."""

from datetime import date, datetime
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.geometry import Geom
from data.tables.base import Base
from data.tables.columns import Document, Instant, Whole
from data.tables.partition import BELIEVED, blob_check


class DeliveryRow(Base):
    """One import of places or lines: what it was, who recorded it, and hashes of every row it wrote or closed."""

    __tablename__ = "delivery"

    seq: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(Text)  # place or line
    kind: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(Instant)  # never earlier than the delivery before
    recorded_by: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    standing: Mapped[str] = mapped_column(Text)
    content: Mapped[Any] = mapped_column(Document)
    prev_hash: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)


class PlaceRow(Base):
    """One point as it is between two days, as believed between two deliveries. Never changed but for ``seq_to``.

    ``code`` is its identity within its kind; ``quantity`` how many of the kind stand at the point (households of a building).
    """

    __tablename__ = "place"
    __table_args__ = (
        blob_check("place"),
        CheckConstraint("valid_from < valid_to", name="place_days_in_order"),
        Index("one_place", "kind", "code", "valid_from", unique=True, sqlite_where=BELIEVED, postgresql_where=BELIEVED),
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int] = mapped_column(Whole)
    attributes: Mapped[Any] = mapped_column(Document)
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    seq_from: Mapped[int] = mapped_column(Whole)
    seq_to: Mapped[int | None] = mapped_column(Whole)
    row_hash: Mapped[str] = mapped_column(Text)
    geom: Mapped[BaseGeometry] = mapped_column(Geom("POINT"))


class LineRow(Base):
    """One line (a street, a reference line) with both clocks, as `PlaceRow`."""

    __tablename__ = "line"
    __table_args__ = (
        blob_check("line"),
        CheckConstraint("valid_from < valid_to", name="line_days_in_order"),
        Index("one_line", "kind", "code", "valid_from", unique=True, sqlite_where=BELIEVED, postgresql_where=BELIEVED),
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    attributes: Mapped[Any] = mapped_column(Document)
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    seq_from: Mapped[int] = mapped_column(Whole)
    seq_to: Mapped[int | None] = mapped_column(Whole)
    row_hash: Mapped[str] = mapped_column(Text)
    geom: Mapped[BaseGeometry] = mapped_column(Geom("MULTILINESTRING"))
