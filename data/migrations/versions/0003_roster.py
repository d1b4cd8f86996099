"""The roster: persons, what they are in charge of, when they serve, and when they do not."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from data.tables.columns import Whole

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BELIEVED: dict[str, Any] = {
    "sqlite_where": sa.text("seq_to IS NULL"),
    "postgresql_where": sa.text("seq_to IS NULL"),
}
TABLES = {
    "person": (("person", "name"), None),
    "assignment": (("person", "grid", "role"), "grid"),
    "shift": (("person", "place", "grid", "weekdays", "hours"), "person"),
    "absence": (("person", "grid", "kind", "hours", "note"), "person"),
}


def upgrade() -> None:
    for table, (texts, indexed) in TABLES.items():
        op.create_table(
            table,
            sa.Column("id", Whole, primary_key=True),
            sa.Column("key", sa.Text, nullable=False),
            *(sa.Column(name, sa.Text, nullable=False) for name in texts),
            sa.Column("valid_from", sa.Date, nullable=False),
            sa.Column("valid_to", sa.Date, nullable=False),
            sa.Column("seq_from", Whole, nullable=False),
            sa.Column("seq_to", Whole),
            sa.Column("row_hash", sa.Text, nullable=False),
            sa.CheckConstraint("valid_from < valid_to", name=f"{table}_days_in_order"),
        )
        op.create_index(f"one_{table}", table, ["key"], unique=True, **BELIEVED)
        if indexed:
            op.create_index(f"ix_{table}_{indexed}", table, [indexed])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
        if op.get_bind().dialect.name != "sqlite":
            op.execute(f'DROP FUNCTION IF EXISTS "guard_{table}"()')
