"""Changes: the case file's head, the events that are its truth, and its documents."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base
from data.tables.columns import Document, Instant, Whole


class ChangeRow(Base):
    """The head of a case file: what its events add up to (``data.casefile``), kept for lists. ``rev`` is the last event."""

    __tablename__ = "change"

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    root_id: Mapped[int] = mapped_column(Whole, ForeignKey("partition_root.id"), index=True)
    rev: Mapped[int] = mapped_column(Whole)
    state: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    effective_from: Mapped[date | None]
    filing_no: Mapped[str | None] = mapped_column(Text, unique=True)
    published_seq: Mapped[int | None] = mapped_column(Whole)
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)


class ChangeEventRow(Base):
    """One thing that was done to a change: never changed, never deleted, each covering the one before.

    ``request_key`` is what the asker named the request, so that the same request twice is one event.
    """

    __tablename__ = "change_event"
    __table_args__ = (UniqueConstraint("request_key", name="one_request"),)

    change_id: Mapped[int] = mapped_column(Whole, ForeignKey("change.id"), primary_key=True)
    rev: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    standing: Mapped[str] = mapped_column(Text)
    content: Mapped[Any] = mapped_column(Document)
    request_key: Mapped[str | None] = mapped_column(Text)
    prev_hash: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)


class DocumentRow(Base):
    """The bytes of a document, by their hash; who it belongs to stands in the events."""

    __tablename__ = "document"
    __table_args__ = (Index("document_of", "change_id"),)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    change_id: Mapped[int] = mapped_column(Whole, ForeignKey("change.id"))
    sha256: Mapped[str] = mapped_column(Text)
    mime: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)
