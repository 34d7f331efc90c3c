"""People who sign in to the console, and their sessions."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE person (
        person_id text PRIMARY KEY CHECK (person_id ~ '^[a-z0-9][a-z0-9._-]{1,62}$'), name text NOT NULL,
        role text NOT NULL CHECK (role IN ('operator', 'auditor', 'regulator', 'clerk', 'staff')),
        institution_id text REFERENCES institution CHECK ((role = 'staff') = (institution_id IS NOT NULL)),
        agency text CHECK ((role = 'clerk') = (agency IS NOT NULL)),
        status text NOT NULL CHECK (status IN ('invited', 'active', 'suspended')),
        password_hash text, totp_sealed bytea, totp_step integer NOT NULL, invitation bytea,
        invited_until timestamptz, oidc_subject text UNIQUE, failures integer NOT NULL, locked_until timestamptz,
        created_at timestamptz NOT NULL, event_id uuid NOT NULL)""",
    """CREATE TABLE person_session (
        session_hash bytea PRIMARY KEY, person_id text NOT NULL REFERENCES person, created_at timestamptz NOT NULL,
        seen_at timestamptz NOT NULL, expires_at timestamptz NOT NULL)""",
    "CREATE INDEX person_session_expires_at ON person_session (expires_at)",
    "GRANT SELECT, INSERT, UPDATE ON person TO xinqiao_app",
    "GRANT SELECT, INSERT, DELETE ON person_session TO xinqiao_app",
    "GRANT UPDATE (seen_at) ON person_session TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    op.execute("DROP TABLE person_session")
    op.execute("DROP TABLE person")
