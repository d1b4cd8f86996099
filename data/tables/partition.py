"""Roots, their frames, units and the versions of units with both clocks."""

from datetime import date
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from data.geometry import Geom
from data.tables.base import Base
from data.tables.columns import Document, Whole

BELIEVED = text("seq_to IS NULL")


def blob_check(name: str) -> CheckConstraint:
    """Return the check that keeps other tools' blobs (SpatiaLite's) out of a GeoPackage column."""
    check = CheckConstraint("substr(geom, 1, 2) = x'4750'", name=f"{name}_geom_is_gpkg")
    return check.ddl_if(dialect="sqlite")


class PartitionRoot(Base):
    """One town: the unit of locking and publishing. ``head_seq`` and ``head_hash`` are the end of its ledger."""

    __tablename__ = "partition_root"

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    plane: Mapped[str] = mapped_column(Text)
    origin_x: Mapped[int] = mapped_column(Whole)  # centimetres
    origin_y: Mapped[int] = mapped_column(Whole)
    grid_step_cm: Mapped[int]
    frame_kind: Mapped[str] = mapped_column(Text)  # given or derived
    code_policy: Mapped[str] = mapped_column(Text)
    level_rules: Mapped[Any] = mapped_column(Document)
    head_seq: Mapped[int] = mapped_column(Whole)
    head_hash: Mapped[str] = mapped_column(Text)


class RootFrame(Base):
    """A frame of a root: ``legal`` (drawn vertices only, no edit changes it) or ``noded`` (with junction vertices)."""

    __tablename__ = "root_frame"
    __table_args__ = (
        blob_check("root_frame"),
        Index(
            "one_frame", "root_id", "which", "valid_from", unique=True, sqlite_where=BELIEVED, postgresql_where=BELIEVED
        ),
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    root_id: Mapped[int] = mapped_column(Whole, ForeignKey("partition_root.id"))
    which: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    seq_from: Mapped[int] = mapped_column(Whole)
    seq_to: Mapped[int | None] = mapped_column(Whole)
    geom_hash: Mapped[str] = mapped_column(Text)
    area2: Mapped[int] = mapped_column(Whole)
    vertex_kinds: Mapped[bytes] = mapped_column(LargeBinary)
    geom: Mapped[BaseGeometry] = mapped_column(Geom("MULTIPOLYGON"))


class UnitRow(Base):
    """The identity of a grid: it outlives every code, name and shape."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    root_id: Mapped[int] = mapped_column(Whole, ForeignKey("partition_root.id"), index=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    level: Mapped[int]
    created_seq: Mapped[int] = mapped_column(Whole)
    abolished_seq: Mapped[int | None] = mapped_column(Whole)


class UnitVersion(Base):
    """What a grid is between two days, as believed between two entries of the ledger. Never changed but for ``seq_to``.

    ``valid_from`` <= day < ``valid_to``; ``seq_from`` <= entry < ``seq_to`` (null: still believed). ``geom`` is in metres of the
    plane, each coordinate a whole centimetre; ``area2`` twice the area in square centimetres; ``vertex_kinds`` one byte for
    each vertex, ring by ring as stored; ``major`` rises with a legal change, ``minor`` with an incidental one.
    """

    __tablename__ = "unit_version"
    __table_args__ = (
        blob_check("unit_version"),
        CheckConstraint("valid_from < valid_to", name="days_in_order"),
        Index("one_version", "unit_id", "valid_from", unique=True, sqlite_where=BELIEVED, postgresql_where=BELIEVED),
        Index(
            "one_code", "root_id", "code", "valid_from", unique=True, sqlite_where=BELIEVED, postgresql_where=BELIEVED
        ),
        Index("version_by_root", "root_id", "seq_from"),
        Index("version_by_day", "root_id", "valid_to", "valid_from", "seq_from", "seq_to"),
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    root_id: Mapped[int] = mapped_column(Whole, ForeignKey("partition_root.id"))
    unit_id: Mapped[int] = mapped_column(Whole, ForeignKey("unit.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(Whole, ForeignKey("unit.id"))
    level: Mapped[int]
    kind: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    is_leaf: Mapped[bool]
    major: Mapped[int]
    minor: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    seq_from: Mapped[int] = mapped_column(Whole)
    seq_to: Mapped[int | None] = mapped_column(Whole)
    area2: Mapped[int] = mapped_column(Whole)
    geom_hash: Mapped[str] = mapped_column(Text)
    vertex_kinds: Mapped[bytes] = mapped_column(LargeBinary)
    geom: Mapped[BaseGeometry] = mapped_column(Geom("MULTIPOLYGON"))


class CodeRow(Base):
    """A code belongs to one unit of its root for ever; it is never given to another."""

    __tablename__ = "code_registry"
    __table_args__ = (UniqueConstraint("root_id", "code", name="code_for_ever"),)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    root_id: Mapped[int] = mapped_column(Whole, ForeignKey("partition_root.id"))
    code: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int] = mapped_column(Whole, ForeignKey("unit.id"), index=True)
    first_seq: Mapped[int] = mapped_column(Whole)
    last_seq: Mapped[int | None] = mapped_column(Whole)
    reason: Mapped[str] = mapped_column(Text)
