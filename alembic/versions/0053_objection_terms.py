"""Objections: by when each is marked, answered and closed, as it was told. Imports: no number of a person."""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; objections from before have none, and keep the days that they were told.

    Rows of imports that made no consent may name something else than an enterprise: it is not kept any more.
    """
    op.execute("ALTER TABLE record_act ADD COLUMN term jsonb")
    op.execute("UPDATE consent_import_row SET subject = '' WHERE consent_id IS NULL")


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE record_act DROP COLUMN term")
