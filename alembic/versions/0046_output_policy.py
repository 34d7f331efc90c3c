"""What institutions are shown of each product."""

from alembic import op

revision = "0046"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.execute(
        """CREATE TABLE output_policy (
            institution text, product text, version integer CHECK (version > 0),
            form text NOT NULL CHECK (form IN ('raw', 'banded', 'flag')),
            threshold integer CHECK (threshold BETWEEN 1 AND 1000), left_out text[] NOT NULL,
            effective_from timestamptz NOT NULL, event_id uuid NOT NULL,
            PRIMARY KEY (institution, product, version), CHECK ((form = 'flag') = (threshold IS NOT NULL)))"""
    )
    op.execute("SELECT xinqiao_make_evidence('output_policy')")


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TABLE output_policy")
