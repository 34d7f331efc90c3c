"""Rates: limits of how fast and how much at once, and how far ahead of them each party is."""

from alembic import op

revision = "0047"
down_revision = "0044"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE rate_limit (
        scope text NOT NULL CHECK (scope IN ('account', 'institution', 'signatory')), scope_id text NOT NULL,
        measure text NOT NULL, effective_from timestamptz NOT NULL, most integer CHECK (most > 0),
        event_id uuid NOT NULL, PRIMARY KEY (scope, scope_id, measure, effective_from))""",
    "SELECT xinqiao_make_evidence('rate_limit')",
    """CREATE UNLOGGED TABLE rate_use (
        scope text NOT NULL, scope_id text NOT NULL, arrival numeric NOT NULL, PRIMARY KEY (scope, scope_id))
        WITH (fillfactor = 50)""",
    "GRANT SELECT, INSERT, UPDATE ON rate_use TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE rate_use, rate_limit")
