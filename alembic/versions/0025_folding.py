"""Which rows of a batch were dropped as natural persons': their numbers, and nothing else of them.

Keys are folded from now on (connectors/conversion/keys.py). What is stored keeps the key it has, and is found by it.
"""

from alembic import op

revision = "0025"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE batch ADD COLUMN natural_person_rows text")


def downgrade() -> None:
    """Forget the numbers."""
    op.execute("ALTER TABLE batch DROP COLUMN natural_person_rows")
