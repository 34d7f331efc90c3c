"""Who asked about an enterprise is found by the code it was asked about, known here or not."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.execute("CREATE INDEX inquiry_uscc ON inquiry (uscc, inquiry_id)")


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP INDEX inquiry_uscc")
