"""Changes: case files with their events and documents; places and lines with the deliveries that wrote them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from data import geopackage
from data.geometry import Geom
from data.tables.columns import Document, Instant, Whole

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BELIEVED: dict[str, Any] = {
    "sqlite_where": sa.text("seq_to IS NULL"),
    "postgresql_where": sa.text("seq_to IS NULL"),
}
LAYERS = {"place": ("POINT", "地点 place"), "line": ("MULTILINESTRING", "线 line")}
TABLES = ("document", "change_event", "change", "line", "place", "delivery")


def upgrade() -> None:
    embedded = op.get_bind().dialect.name == "sqlite"
    _deliveries()
    for table, (kind, identifier) in LAYERS.items():
        _layer(table, kind, identifier, embedded)
    _changes()


def downgrade() -> None:
    connection = op.get_bind()
    embedded = connection.dialect.name == "sqlite"
    for table in LAYERS:
        if embedded:
            op.execute(f'DROP TABLE "{geopackage.index_of(table)}"')
            for place in ("gpkg_extensions", "gpkg_geometry_columns", "gpkg_contents"):
                op.execute(sa.text(f"DELETE FROM {place} WHERE table_name = :table").bindparams(table=table))  # noqa: S608
    for table in TABLES:
        op.drop_table(table)
        if not embedded:
            op.execute(f'DROP FUNCTION IF EXISTS "guard_{table}"()')


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("seq", Whole, primary_key=True, autoincrement=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("prev_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )


def _layer(table: str, kind: str, identifier: str, embedded: bool) -> None:
    quantity = [sa.Column("quantity", Whole, nullable=False)] if table == "place" else []
    check = sa.CheckConstraint("substr(geom, 1, 2) = x'4750'", name=f"{table}_geom_is_gpkg")
    op.create_table(
        table,
        sa.Column("id", Whole, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        *quantity,
        sa.Column("attributes", Document, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date, nullable=False),
        sa.Column("seq_from", Whole, nullable=False),
        sa.Column("seq_to", Whole),
        sa.Column("row_hash", sa.Text, nullable=False),
        sa.Column("geom", Geom(kind), nullable=False),
        sa.CheckConstraint("valid_from < valid_to", name=f"{table}_days_in_order"),
        *([check] if embedded else []),
    )
    op.create_index(f"one_{table}", table, ["kind", "code", "valid_from"], unique=True, **BELIEVED)
    if embedded:
        geopackage.add_layer(op.get_bind(), table, kind, identifier)
    else:
        op.create_index(f"{table}_geom", table, ["geom"], postgresql_using="gist")


def _changes() -> None:
    op.create_table(
        "change",
        sa.Column("id", Whole, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("root_id", Whole, sa.ForeignKey("partition_root.id"), nullable=False),
        sa.Column("rev", Whole, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("effective_from", sa.Date),
        sa.Column("filing_no", sa.Text, unique=True),
        sa.Column("published_seq", Whole),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
    )
    op.create_index("ix_change_root_id", "change", ["root_id"])
    op.create_table(
        "change_event",
        sa.Column("change_id", Whole, sa.ForeignKey("change.id"), primary_key=True),
        sa.Column("rev", Whole, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("request_key", sa.Text),
        sa.Column("prev_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.UniqueConstraint("request_key", name="one_request"),
    )
    op.create_table(
        "document",
        sa.Column("id", Whole, primary_key=True),
        sa.Column("change_id", Whole, sa.ForeignKey("change.id"), nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("mime", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_index("document_of", "document", ["change_id"])
