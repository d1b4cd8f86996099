"""Long work and how far it is."""

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base
from data.tables.columns import Document, Instant, Whole


class JobRow(Base):
    """One job. ``lease_until`` is the moment after which its worker counts as lost."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    args: Mapped[Any] = mapped_column(Document)
    state: Mapped[str] = mapped_column(Text)
    done: Mapped[int] = mapped_column(Whole)
    total: Mapped[int] = mapped_column(Whole)
    note: Mapped[str] = mapped_column(Text)
    error: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
