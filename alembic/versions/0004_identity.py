"""The instance's keys, and the clients that may log in."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE instance_key (
        kid text PRIMARY KEY, purpose text NOT NULL,
        status text NOT NULL CHECK (status IN ('next', 'active', 'retiring', 'retired')),
        public jsonb NOT NULL, sealed bytea NOT NULL, created_at timestamptz NOT NULL, event_id uuid NOT NULL)""",
    "CREATE UNIQUE INDEX instance_key_active ON instance_key (purpose) WHERE status = 'active'",
    """CREATE TABLE client (
        client_id text PRIMARY KEY CHECK (client_id ~ '^[a-z0-9][a-z0-9._-]{1,62}$'),
        kind text NOT NULL
            CHECK (kind IN ('account', 'agency', 'signatory', 'platform', 'auditor', 'operator')),
        jwks jsonb NOT NULL, status text NOT NULL CHECK (status IN ('active', 'suspended')),
        created_at timestamptz NOT NULL, event_id uuid NOT NULL)""",
    "GRANT SELECT ON instance_key TO xinqiao_app",
    "GRANT SELECT, INSERT, UPDATE ON client TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    op.execute("DROP TABLE client")
    op.execute("DROP TABLE instance_key")
