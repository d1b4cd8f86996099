"""The ledger: one chain of entries for each root."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base
from data.tables.columns import Document, Instant, Whole


class LedgerRow(Base):
    """One act on a root. ``content`` holds the digest of every row it added or closed; ``hash`` covers all but itself."""

    __tablename__ = "ledger"

    root_id: Mapped[int] = mapped_column(Whole, ForeignKey("partition_root.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(Instant)  # never earlier than the entry before
    recorded_by: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    standing: Mapped[str] = mapped_column(Text)  # "verified" or "unverified local user"
    content: Mapped[Any] = mapped_column(Document)
    state_hash: Mapped[str] = mapped_column(Text)
    prev_hash: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)
    engine_versions: Mapped[Any] = mapped_column(Document)
