"""Joint answers of several providers, as versions of what is agreed of each."""

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE joint_version (
        provider text, version integer CHECK (version > 0),
        status text NOT NULL CHECK (status IN ('serving', 'suspended')),
        terms jsonb NOT NULL, reason text NOT NULL, recorded_at timestamptz NOT NULL, event_id uuid NOT NULL,
        PRIMARY KEY (provider, version))""",
    "SELECT xinqiao_make_evidence('joint_version')",
)


def upgrade() -> None:
    """Create the table."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop it: no joint answer is asked for."""
    op.execute("DROP TABLE joint_version")
