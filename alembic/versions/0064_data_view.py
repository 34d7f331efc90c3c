"""Views: subsets of tags and fields for an institution's own model, in versions."""

from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.execute(
        """CREATE TABLE data_view (
            institution text, name text, version integer CHECK (version > 0), purpose text NOT NULL,
            title text NOT NULL, admission text[] NOT NULL, limit_columns text[] NOT NULL, reason text,
            approved_by text, effective_from timestamptz NOT NULL, event_id uuid NOT NULL,
            PRIMARY KEY (institution, name, version),
            CHECK ((reason IS NULL) = (cardinality(admission) + cardinality(limit_columns) > 0)))"""
    )
    op.execute("SELECT xinqiao_make_evidence('data_view')")


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TABLE data_view")
