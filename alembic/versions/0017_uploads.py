"""Resumable uploads, and whose deliveries have to be signed."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE upload (
        upload_id uuid PRIMARY KEY, client_id text NOT NULL REFERENCES client, dataset text NOT NULL,
        sender_batch text NOT NULL, signature text, digest bytea, length bigint NOT NULL CHECK (length > 0),
        received bigint NOT NULL CHECK (received BETWEEN 0 AND length),
        state text NOT NULL CHECK (state IN ('open', 'stored', 'refused')), fault text,
        batch_id uuid CHECK ((state = 'stored') = (batch_id IS NOT NULL)),
        created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, event_id uuid NOT NULL)""",
    "CREATE INDEX upload_client ON upload (client_id) WHERE state = 'open'",
    "CREATE INDEX upload_expires_at ON upload (expires_at)",
    "GRANT SELECT, INSERT, DELETE ON upload TO xinqiao_app",
    "GRANT UPDATE (received, state, fault, batch_id, expires_at) ON upload TO xinqiao_app",
    # An agency whose deliveries must be signed is refused without a signature.
    "ALTER TABLE client ADD COLUMN must_sign boolean NOT NULL DEFAULT false",
    # Lists of an agency's batches, newest first.
    "CREATE INDEX batch_agency ON batch (agency, batch_id)",
)


def upgrade() -> None:
    """Create them."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP INDEX batch_agency")
    op.execute("ALTER TABLE client DROP COLUMN must_sign")
    op.execute("DROP TABLE upload")
