"""Patrols: receipts of tracks, their files and lines, deletions; verdicts in versions and what was said to them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from data import geopackage
from data.geometry import Geom
from data.tables.columns import Document, Instant, Whole

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LAYER = "track_hour"
TABLES = ("verdict_step", "verdict", LAYER, "track_part", "deletion", "receipt")


def upgrade() -> None:
    embedded = op.get_bind().dialect.name == "sqlite"
    _chain(
        "receipt", sa.Column("key", sa.Text, nullable=False, unique=True), sa.Column("person", sa.Text, nullable=False)
    )
    op.create_index("ix_receipt_person", "receipt", ["person"])
    _chain("deletion")
    op.create_table(
        "track_part",
        sa.Column("id", Whole, primary_key=True),
        sa.Column("receipt", Whole, sa.ForeignKey("receipt.seq"), nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("town", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("points", Whole, nullable=False),
        sa.Column("deletion", Whole, sa.ForeignKey("deletion.seq")),
    )
    op.create_index("ix_track_part_day", "track_part", ["day", "person"])
    _lines(embedded)
    _verdicts()


def downgrade() -> None:
    embedded = op.get_bind().dialect.name == "sqlite"
    if embedded:
        op.execute(f'DROP TABLE "{geopackage.index_of(LAYER)}"')
        for place in ("gpkg_extensions", "gpkg_geometry_columns", "gpkg_contents"):
            op.execute(sa.text(f"DELETE FROM {place} WHERE table_name = :table").bindparams(table=LAYER))  # noqa: S608
    for table in TABLES:
        op.drop_table(table)
        if not embedded:
            op.execute(f'DROP FUNCTION IF EXISTS "guard_{table}"()')


def _chain(table: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        table,
        sa.Column("seq", Whole, primary_key=True, autoincrement=False),
        *columns,
        sa.Column("at", Instant, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("prev_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )


def _lines(embedded: bool) -> None:
    check = sa.CheckConstraint("substr(geom, 1, 2) = x'4750'", name=f"{LAYER}_geom_is_gpkg")
    op.create_table(
        LAYER,
        sa.Column("id", Whole, primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("hour", Whole, nullable=False),
        sa.Column("points", Whole, nullable=False),
        sa.Column("geom", Geom("MULTILINESTRINGM"), nullable=False),
        *([check] if embedded else []),
    )
    op.create_index("ix_track_hour_day", LAYER, ["day", "person"])
    if embedded:
        geopackage.add_layer(op.get_bind(), LAYER, "MULTILINESTRING", "轨迹 track")
        op.execute(sa.text("UPDATE gpkg_geometry_columns SET m = 1 WHERE table_name = :t").bindparams(t=LAYER))
    else:
        op.create_index(f"{LAYER}_geom", LAYER, ["geom"], postgresql_using="gist")


def _verdicts() -> None:
    op.create_table(
        "verdict",
        sa.Column("id", Whole, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("root", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("grid", sa.Text, nullable=False),
        sa.Column("version", Whole, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("why", Document, nullable=False),
        sa.Column("inputs_hash", sa.Text, nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.UniqueConstraint("day", "person", "grid", "version", name="one_verdict"),
    )
    op.create_index("ix_verdict_person", "verdict", ["person", "day"])
    steps = sa.Column("verdict_id", Whole, sa.ForeignKey("verdict.id"), nullable=False)
    _chain("verdict_step", steps, sa.Column("kind", sa.Text, nullable=False))
    op.create_index("ix_verdict_step_verdict_id", "verdict_step", ["verdict_id"])
