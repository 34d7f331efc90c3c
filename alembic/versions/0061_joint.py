"""Joint answers of several providers, as versions of what is agreed of each; what providers signed is kept."""

from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE joint_version (
        provider text, version integer CHECK (version > 0),
        status text NOT NULL CHECK (status IN ('serving', 'suspended')),
        terms jsonb NOT NULL, reason text NOT NULL, recorded_at timestamptz NOT NULL, event_id uuid NOT NULL,
        PRIMARY KEY (provider, version))""",
    "SELECT xinqiao_make_evidence('joint_version')",
    """CREATE TABLE provider_statement (
        inquiry_id uuid, provider text, version integer NOT NULL, body bytea NOT NULL, signature text NOT NULL,
        event_id uuid NOT NULL, PRIMARY KEY (inquiry_id, provider))""",
    "SELECT xinqiao_make_evidence('provider_statement')",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them: no joint answer is asked for, and nothing that was signed is kept."""
    op.execute("DROP TABLE provider_statement")
    op.execute("DROP TABLE joint_version")
