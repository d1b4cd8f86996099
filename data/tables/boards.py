"""Issued notice boards."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base
from data.tables.columns import Document, Instant, Whole


class BoardRow(Base):
    """One issued board: its random public code, the unit, and exactly what was printed. Only ``state`` ever changes.

    ``content_hash`` is the SHA-256 of the content's canonical text, as it is stored here.
    """

    __tablename__ = "board"

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    unit_id: Mapped[int] = mapped_column(Whole, ForeignKey("unit.id"), index=True)
    state: Mapped[str] = mapped_column(Text)
    version_date: Mapped[date]
    content_hash: Mapped[str] = mapped_column(Text)
    content: Mapped[Any] = mapped_column(Document)
    issued_at: Mapped[datetime] = mapped_column(Instant)
    issued_by: Mapped[str] = mapped_column(Text)
