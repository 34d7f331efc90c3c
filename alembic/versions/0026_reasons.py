"""Why a consent was rejected, paused or revoked, in the words of whoever did it."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; changes of before have none."""
    op.execute("ALTER TABLE consent_version ADD COLUMN reason text")


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE consent_version DROP COLUMN reason")
