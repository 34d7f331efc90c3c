"""What a change replaces, and why it was rejected: kept beside it, so that it can be read later in words."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

UP = (
    "ALTER TABLE change ADD COLUMN before jsonb, ADD COLUMN reason text",
    "GRANT UPDATE (before, reason) ON change TO xinqiao_app",
)


def upgrade() -> None:
    """Add the columns; changes of before have neither."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("ALTER TABLE change DROP COLUMN before, DROP COLUMN reason")
