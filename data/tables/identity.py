"""The store itself: which plane it has, and the pinned way into it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.tables.base import Base
from data.tables.columns import Instant


class StoreRow(Base):
    """One row. The plane is empty until ``init --plane`` or the first root fixes it, once.

    ``srid`` is the number the geometries carry; ``pipeline`` the PROJ text from lon/lat, pinned so that another PROJ gives the
    same centimetre; ``wkt`` the plane's definition; ``salt`` what the names of radio networks are hashed with, never given out.
    """

    __tablename__ = "store"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    plane: Mapped[str | None] = mapped_column(Text)
    srid: Mapped[int | None]
    pipeline: Mapped[str | None] = mapped_column(Text)
    wkt: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[str | None] = mapped_column(Text)
