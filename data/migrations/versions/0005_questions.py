"""Questions about tracks and their answers: a chain of its own, added to and never changed."""

import sqlalchemy as sa
from alembic import op

from data.tables.columns import Document, Instant, Whole

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLE = "question"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("seq", Whole, primary_key=True, autoincrement=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("content", Document, nullable=False),
        sa.Column("prev_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_index("ix_question_subject", TABLE, ["subject"])


def downgrade() -> None:
    op.drop_table(TABLE)
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f'DROP FUNCTION IF EXISTS "guard_{TABLE}"()')
