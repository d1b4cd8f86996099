"""Check-ins at the centres, which retention removes; and the salt that names of radio networks are hashed with."""

import secrets

import sqlalchemy as sa
from alembic import op

from data.tables.columns import Instant, Whole

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLE = "check_in"
SALT_BYTES = 32


def upgrade() -> None:
    op.add_column("store", sa.Column("salt", sa.Text))
    op.execute(sa.text("UPDATE store SET salt = :salt").bindparams(salt=secrets.token_hex(SALT_BYTES)))
    op.create_table(
        TABLE,
        sa.Column("id", Whole, primary_key=True),
        sa.Column("receipt", Whole, sa.ForeignKey("receipt.seq"), nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("centre", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("means", sa.Text, nullable=False),
    )
    op.create_index("ix_check_in_day", TABLE, ["day", "centre"])
    op.create_index("ix_check_in_receipt", TABLE, ["receipt"])


def downgrade() -> None:
    op.drop_table(TABLE)
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f'DROP FUNCTION IF EXISTS "guard_{TABLE}"()')
    else:
        op.execute("DROP TRIGGER guard_store_update")  # it names the column; made anew after the step
    op.drop_column("store", "salt")
