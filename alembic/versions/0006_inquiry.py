"""Inquiries and their idempotency keys."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = (
    # An inquiry is written once when admitted and changes once, when settled; what it was is in the log.
    """CREATE TABLE inquiry (
        inquiry_id uuid PRIMARY KEY, account text NOT NULL, institution text NOT NULL, intermediary text,
        subject_id uuid, uscc text NOT NULL, product text NOT NULL, purpose text NOT NULL,
        provider text NOT NULL, consent_id uuid, consent_version integer,
        state text NOT NULL CHECK (state IN ('admitted', 'answered', 'denied', 'failed', 'expired')),
        outcome text NOT NULL, units integer NOT NULL CHECK (units >= 0), answer text,
        created_at timestamptz NOT NULL, expires_at timestamptz, settled_at timestamptz, event_id uuid NOT NULL,
        CHECK ((state = 'answered') = (answer IS NOT NULL)), CHECK ((state = 'admitted') = (settled_at IS NULL))
    ) PARTITION BY RANGE (inquiry_id)""",
    "CREATE INDEX inquiry_subject ON inquiry (subject_id, inquiry_id)",
    "CREATE INDEX inquiry_institution ON inquiry (institution, inquiry_id)",
    "CREATE INDEX inquiry_open ON inquiry (expires_at) WHERE state = 'admitted'",
    """CREATE TABLE idempotency (
        account text, key text, request_digest bytea NOT NULL, inquiry_id uuid NOT NULL,
        created_at timestamptz NOT NULL, PRIMARY KEY (account, key))""",
    "CREATE INDEX idempotency_created_at ON idempotency (created_at)",
    "SELECT xinqiao_partition('inquiry')",
    "GRANT SELECT, INSERT ON inquiry TO xinqiao_app",
    "GRANT UPDATE (state, outcome, units, answer, settled_at) ON inquiry TO xinqiao_app",
    "GRANT SELECT, INSERT, DELETE ON idempotency TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    op.execute("DELETE FROM xinqiao_partitioned WHERE name = 'inquiry'")
    op.execute("DROP TABLE idempotency")
    op.execute("DROP TABLE inquiry")
