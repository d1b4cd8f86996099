"""The ground: the store and its plane, roots, frames, units, their versions, codes, ledger, boards, jobs."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from data import geopackage
from data.geometry import Geom
from data.tables.columns import Document, Instant, Whole

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BELIEVED = sa.text("seq_to IS NULL")
LAYERS = {"unit_version": "网格各版本 unit_version", "root_frame": "边界框 root_frame"}
TABLES = ("job", "board", "ledger", "code_registry", "unit_version", "unit", "root_frame", "partition_root", "store")


def upgrade() -> None:
    embedded = op.get_bind().dialect.name == "sqlite"
    if embedded:
        geopackage.make_tables(op.get_bind())
    else:
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    _store_and_roots(embedded)
    _units(embedded)
    _registry_and_ledger()
    _boards_and_jobs()
    for table, identifier in LAYERS.items():
        if embedded:
            geopackage.add_layer(op.get_bind(), table, "MULTIPOLYGON", identifier)
        else:
            op.create_index(f"{table}_geom", table, ["geom"], postgresql_using="gist")


def downgrade() -> None:
    connection = op.get_bind()
    for table in geopackage.layers(connection):
        op.execute(f'DROP TABLE "{geopackage.index_of(table)}"')
    for table in TABLES:
        op.drop_table(table)
    if connection.dialect.name == "sqlite":
        for table in ("gpkg_extensions", "gpkg_geometry_columns", "gpkg_contents", "gpkg_spatial_ref_sys"):
            op.drop_table(table)
    else:
        for table in TABLES[1:]:
            op.execute(f'DROP FUNCTION IF EXISTS "guard_{table}"()')


def _blob_check(table: str, embedded: bool) -> list[sa.CheckConstraint]:
    check = sa.CheckConstraint("substr(geom, 1, 2) = x'4750'", name=f"{table}_geom_is_gpkg")
    return [check] if embedded else []


def _clocks() -> list[sa.Column[Any]]:
    return [
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date, nullable=False),
        sa.Column("seq_from", Whole, nullable=False),
        sa.Column("seq_to", Whole),
    ]


def _shape() -> list[sa.Column[Any]]:
    return [
        sa.Column("geom_hash", sa.Text, nullable=False),
        sa.Column("area2", Whole, nullable=False),
        sa.Column("vertex_kinds", sa.LargeBinary, nullable=False),
        sa.Column("geom", Geom("MULTIPOLYGON"), nullable=False),
    ]


def _root() -> sa.Column[Any]:
    return sa.Column("root_id", Whole, sa.ForeignKey("partition_root.id"), nullable=False)


def _store_and_roots(embedded: bool) -> None:
    op.create_table(
        "store",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("plane", sa.Text),
        sa.Column("srid", sa.Integer),
        sa.Column("pipeline", sa.Text),
        sa.Column("wkt", sa.Text),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    op.create_table(
        "partition_root",
        sa.Column("id", Whole, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("plane", sa.Text, nullable=False),
        sa.Column("origin_x", Whole, nullable=False),
        sa.Column("origin_y", Whole, nullable=False),
        sa.Column("grid_step_cm", sa.Integer, nullable=False),
        sa.Column("frame_kind", sa.Text, nullable=False),
        sa.Column("code_policy", sa.Text, nullable=False),
        sa.Column("level_rules", Document, nullable=False),
        sa.Column("head_seq", Whole, nullable=False),
        sa.Column("head_hash", sa.Text, nullable=False),
    )
    op.create_table(
        "root_frame",
        sa.Column("id", Whole, primary_key=True),
        _root(),
        sa.Column("which", sa.Text, nullable=False),
        *_clocks(),
        *_shape(),
        *_blob_check("root_frame", embedded),
    )
    op.create_index(
        "one_frame",
        "root_frame",
        ["root_id", "which", "valid_from"],
        unique=True,
        sqlite_where=BELIEVED,
        postgresql_where=BELIEVED,
    )


def _units(embedded: bool) -> None:
    op.create_table(
        "unit",
        sa.Column("id", Whole, primary_key=True),
        _root(),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("created_seq", Whole, nullable=False),
        sa.Column("abolished_seq", Whole),
    )
    op.create_index("ix_unit_root_id", "unit", ["root_id"])
    op.create_table(
        "unit_version",
        sa.Column("id", Whole, primary_key=True),
        _root(),
        sa.Column("unit_id", Whole, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("parent_id", Whole, sa.ForeignKey("unit.id")),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("is_leaf", sa.Boolean, nullable=False),
        sa.Column("major", sa.Integer, nullable=False),
        sa.Column("minor", sa.Integer, nullable=False),
        *_clocks(),
        *_shape(),
        sa.CheckConstraint("valid_from < valid_to", name="days_in_order"),
        *_blob_check("unit_version", embedded),
    )
    believed: dict[str, Any] = {"sqlite_where": BELIEVED, "postgresql_where": BELIEVED}
    op.create_index("ix_unit_version_unit_id", "unit_version", ["unit_id"])
    op.create_index("version_by_root", "unit_version", ["root_id", "seq_from"])
    op.create_index("one_version", "unit_version", ["unit_id", "valid_from"], unique=True, **believed)
    op.create_index("one_code", "unit_version", ["root_id", "code", "valid_from"], unique=True, **believed)


def _registry_and_ledger() -> None:
    op.create_table(
        "code_registry",
        sa.Column("id", Whole, primary_key=True),
        _root(),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("unit_id", Whole, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("first_seq", Whole, nullable=False),
        sa.Column("last_seq", Whole),
        sa.Column("reason", sa.Text, nullable=False),
        sa.UniqueConstraint("root_id", "code", name="code_for_ever"),
    )
    op.create_index("ix_code_registry_unit_id", "code_registry", ["unit_id"])
    op.create_table(
        "ledger",
        sa.Column("root_id", Whole, sa.ForeignKey("partition_root.id"), primary_key=True),
        sa.Column("seq", Whole, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("state_hash", sa.Text, nullable=False),
        sa.Column("prev_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("engine_versions", Document, nullable=False),
    )


def _boards_and_jobs() -> None:
    op.create_table(
        "board",
        sa.Column("id", Whole, primary_key=True),
        sa.Column("code", sa.Text, nullable=False, unique=True),
        sa.Column("unit_id", Whole, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version_date", sa.Date, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("issued_at", Instant, nullable=False),
        sa.Column("issued_by", sa.Text, nullable=False),
    )
    op.create_index("ix_board_unit_id", "board", ["unit_id"])
    op.create_table(
        "job",
        sa.Column("id", Whole, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("args", Document, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("done", Whole, nullable=False),
        sa.Column("total", Whole, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("lease_until", Instant),
    )
