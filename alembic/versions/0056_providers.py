"""Outside providers of scores as versions of their terms, and what each answered, day by day."""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE provider_version (
        provider text, version integer CHECK (version > 0),
        status text NOT NULL CHECK (status IN ('serving', 'suspended')),
        terms jsonb NOT NULL, reason text NOT NULL, recorded_at timestamptz NOT NULL, event_id uuid NOT NULL,
        PRIMARY KEY (provider, version))""",
    "SELECT xinqiao_make_evidence('provider_version')",
    """CREATE TABLE provider_day (
        provider text, day date, outcome text, within_ms integer, shard smallint,
        calls bigint NOT NULL, attempts bigint NOT NULL,
        PRIMARY KEY (provider, day, outcome, within_ms, shard))""",
    "GRANT SELECT, INSERT, UPDATE (calls, attempts) ON provider_day TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them: no outside provider is asked."""
    op.execute("DROP TABLE provider_day")
    op.execute("DROP TABLE provider_version")
