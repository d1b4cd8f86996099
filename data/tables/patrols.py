"""What was sent, where it lies, what was deleted; verdicts in versions, and what people said to them. Nothing is changed."""

from datetime import date, datetime
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.geometry import Geom
from data.tables.base import Base
from data.tables.columns import Document, Instant, Whole
from data.tables.partition import blob_check


class _Link:
    """One link of a chain of hashes: who, when, and all it says; numbered from 1 without a gap."""

    seq: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    standing: Mapped[str] = mapped_column(Text)
    content: Mapped[Any] = mapped_column(Document)
    prev_hash: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)


class ReceiptRow(_Link, Base):
    """The receipt of one batch of tracks: ``content`` accounts for every point of it; ``key`` names it for the sender."""

    __tablename__ = "receipt"

    key: Mapped[str] = mapped_column(Text, unique=True)
    person: Mapped[str] = mapped_column(Text, index=True)


class DeletionRow(_Link, Base):
    """One deletion of fixes past their retention day: ``content`` lists every file with its hash, and the rule."""

    __tablename__ = "deletion"


class TrackPartRow(Base):
    """A file of the archive with fixes of one person and day out of one batch; ``deletion`` is the deletion that took it away."""

    __tablename__ = "track_part"
    __table_args__ = (Index("ix_track_part_day", "day", "person"),)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    receipt: Mapped[int] = mapped_column(Whole, ForeignKey("receipt.seq"))
    person: Mapped[str] = mapped_column(Text)
    day: Mapped[date]
    town: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    points: Mapped[int] = mapped_column(Whole)
    deletion: Mapped[int | None] = mapped_column(Whole, ForeignKey("deletion.seq"))


class TrackHourRow(Base):
    """The fixes of one person and hour as lines, M in seconds since 1970; made from the archive, and again with late data."""

    __tablename__ = "track_hour"
    __table_args__ = (blob_check("track_hour"), Index("ix_track_hour_day", "day", "person"))

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    person: Mapped[str] = mapped_column(Text)
    day: Mapped[date]
    hour: Mapped[int] = mapped_column(Whole)
    points: Mapped[int] = mapped_column(Whole)
    geom: Mapped[BaseGeometry] = mapped_column(Geom("MULTILINESTRINGM"))


class CheckInRow(Base):
    """A check-in at a centre: who, where, when; ``event`` is in, again or out, ``means`` what it was told by."""

    __tablename__ = "check_in"
    __table_args__ = (Index("ix_check_in_day", "day", "centre"),)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    receipt: Mapped[int] = mapped_column(Whole, ForeignKey("receipt.seq"), index=True)
    person: Mapped[str] = mapped_column(Text)
    centre: Mapped[str] = mapped_column(Text)
    day: Mapped[date]
    at: Mapped[datetime] = mapped_column(Instant)
    event: Mapped[str] = mapped_column(Text)
    means: Mapped[str] = mapped_column(Text)


class VerdictRow(Base):
    """One version of the verdict on a person's day in a grid: the document, its hash, and why there is a new version."""

    __tablename__ = "verdict"
    __table_args__ = (
        UniqueConstraint("day", "person", "grid", "version", name="one_verdict"),
        Index("ix_verdict_person", "person", "day"),
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    day: Mapped[date]
    root: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    grid: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Whole)
    level: Mapped[str] = mapped_column(Text)
    why: Mapped[Any] = mapped_column(Document)
    inputs_hash: Mapped[str] = mapped_column(Text)
    content: Mapped[Any] = mapped_column(Document)
    content_hash: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(Text)


class QuestionRow(_Link, Base):
    """A question that tracks raise, or its answer: ``subject`` names what it is about, ``kind`` whether it asks or answers."""

    __tablename__ = "question"

    subject: Mapped[str] = mapped_column(Text, index=True)
    kind: Mapped[str] = mapped_column(Text)


class VerdictStepRow(_Link, Base):
    """What somebody said to a verdict: an appeal, evidence, a review. The machine's verdict stays as it is."""

    __tablename__ = "verdict_step"

    verdict_id: Mapped[int] = mapped_column(Whole, ForeignKey("verdict.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
