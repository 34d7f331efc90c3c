"""Rows that a source's reads pass over: how many, since when, and why."""

from alembic import op

revision = "0022"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.execute("""
        ALTER TABLE source ADD COLUMN dropped bigint NOT NULL DEFAULT 0, ADD COLUMN dropped_since timestamptz,
            ADD COLUMN last_drop text
    """)


def downgrade() -> None:
    """Take them away."""
    op.execute("ALTER TABLE source DROP COLUMN dropped, DROP COLUMN dropped_since, DROP COLUMN last_drop")
