"""Many questions put at once: batches and their rows."""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE inquiry_batch (
        batch_id uuid PRIMARY KEY, account text NOT NULL, institution text NOT NULL, person text, through text,
        intermediary text, key text NOT NULL,
        digest bytea NOT NULL, partial boolean NOT NULL, total integer NOT NULL CHECK (total > 0), day date NOT NULL,
        held_until timestamptz CHECK ((held_until IS NULL) = partial), created_at timestamptz NOT NULL,
        event_id uuid NOT NULL, turn_until timestamptz, UNIQUE (account, key))""",
    "CREATE INDEX inquiry_batch_institution ON inquiry_batch (institution, batch_id)",
    """CREATE TABLE inquiry_batch_row (
        batch_id uuid NOT NULL, number integer NOT NULL, question jsonb NOT NULL, inquiry_id uuid NOT NULL,
        PRIMARY KEY (batch_id, number))""",
    "GRANT SELECT, INSERT ON inquiry_batch, inquiry_batch_row TO xinqiao_app",
    "GRANT UPDATE (turn_until) ON inquiry_batch TO xinqiao_app",
    "GRANT UPDATE (expires_at) ON quota_reservation TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("REVOKE UPDATE (expires_at) ON quota_reservation FROM xinqiao_app")
    op.execute("DROP TABLE inquiry_batch_row, inquiry_batch")
