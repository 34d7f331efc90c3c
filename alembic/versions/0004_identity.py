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
    """CREATE TABLE institution (
        institution_id text PRIMARY KEY CHECK (institution_id ~ '^[a-z0-9][a-z0-9._-]{1,62}$'),
        name text NOT NULL, class text NOT NULL CHECK (class IN ('bank', 'guarantee', 'micro_loan', 'other')),
        status text NOT NULL CHECK (status IN ('active', 'suspended')),
        created_at timestamptz NOT NULL, event_id uuid NOT NULL)""",
    """CREATE TABLE client (
        client_id text PRIMARY KEY CHECK (client_id ~ '^[a-z0-9][a-z0-9._-]{1,62}$'),
        kind text NOT NULL
            CHECK (kind IN ('account', 'agency', 'signatory', 'platform', 'auditor', 'operator')),
        institution_id text REFERENCES institution CHECK ((kind = 'account') = (institution_id IS NOT NULL)),
        subject text CHECK ((kind = 'signatory') = (subject IS NOT NULL)), -- the enterprise a signatory acts for
        jwks jsonb NOT NULL, status text NOT NULL CHECK (status IN ('active', 'suspended')),
        created_at timestamptz NOT NULL, event_id uuid NOT NULL)""",
    # What may happen once: a client assertion. A row outlives what it stands for, then the worker takes it away.
    "CREATE TABLE once (key bytea PRIMARY KEY, expires_at timestamptz NOT NULL)",
    "CREATE INDEX once_expires_at ON once (expires_at)",
    "GRANT SELECT, INSERT, DELETE ON once TO xinqiao_app",
    "GRANT SELECT, INSERT, UPDATE ON institution TO xinqiao_app",
    "GRANT SELECT ON instance_key TO xinqiao_app",
    "GRANT SELECT, INSERT, UPDATE ON client TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    op.execute("DROP TABLE once")
    op.execute("DROP TABLE client")
    op.execute("DROP TABLE institution")
    op.execute("DROP TABLE instance_key")
