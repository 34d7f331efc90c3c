"""What all rows of a submitted file were, and which: titles, blank lines, footers, dropped persons, contradictions."""

from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; batches of before have none."""
    op.execute("ALTER TABLE batch ADD COLUMN counting jsonb")


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE batch DROP COLUMN counting")
