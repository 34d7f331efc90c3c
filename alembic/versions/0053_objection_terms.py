"""Objections: by when each is marked, answered and closed, as it was told."""

from alembic import op

revision = "0053"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; objections from before have none, and keep the days that they were told."""
    op.execute("ALTER TABLE record_act ADD COLUMN term jsonb")


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE record_act DROP COLUMN term")
