"""The versions of a root by day: the rows of a map are found without passing by all that were ever written."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    clocks = ["valid_to", "valid_from", "seq_from", "seq_to"]
    op.create_index("version_by_day", "unit_version", ["root_id", *clocks])


def downgrade() -> None:
    op.drop_index("version_by_day", "unit_version")
