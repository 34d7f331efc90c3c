"""Quality back to the agency: corrected rows, what deliveries look like, held deliveries and alerts."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

UP = (
    # The columns of an accepted delivery as headings are compared, in their order, and the mapping they fitted first.
    """CREATE TABLE layout (
        layout_id bytea PRIMARY KEY, agency text NOT NULL, dataset text NOT NULL, header_key text[] NOT NULL,
        mapping text NOT NULL, first_seen timestamptz NOT NULL)""",
    "CREATE INDEX layout_first_seen ON layout (agency, dataset, first_seen)",
    # NULL before this migration. `corrects` is the first batch, never one between.
    "ALTER TABLE batch ADD COLUMN corrects uuid REFERENCES batch, ADD COLUMN layout_id bytea REFERENCES layout",
    "CREATE INDEX batch_received ON batch (agency, dataset, received_at)",
    "CREATE UNIQUE INDEX batch_corrects ON batch (corrects, digest) WHERE corrects IS NOT NULL",
    # A row of the first batch is corrected once; what comes after that is an ordinary new version.
    """CREATE TABLE corrected_row (
        batch_id uuid, row_number integer, corrected_by uuid NOT NULL, PRIMARY KEY (batch_id, row_number))""",
    """CREATE TABLE batch_profile (
        batch_id uuid, field text, looked_at integer NOT NULL, filled integer NOT NULL CHECK (filled <= looked_at),
        rejected integer NOT NULL, median numeric, first_date date, last_date date, PRIMARY KEY (batch_id, field))""",
    """CREATE TABLE held_delivery (
        held_id uuid PRIMARY KEY, agency text NOT NULL, dataset text NOT NULL, sender_batch text NOT NULL,
        digest bytea NOT NULL, way text NOT NULL, actor text NOT NULL, agency_signature text,
        file_digest bytea NOT NULL, findings jsonb NOT NULL, held_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        status text NOT NULL CHECK (status IN ('waiting', 'accepted', 'discarded', 'expired')),
        decided_by text, decided_at timestamptz, batch_id uuid, event_id uuid NOT NULL,
        CHECK ((status = 'waiting') = (decided_by IS NULL)), CHECK ((status = 'accepted') = (batch_id IS NOT NULL)))""",
    """CREATE UNIQUE INDEX held_delivery_waiting ON held_delivery (agency, dataset, sender_batch, digest)
        WHERE status = 'waiting'""",
    "CREATE INDEX held_delivery_held_at ON held_delivery (agency, dataset, held_at)",
    """CREATE TABLE alert (
        alert_id uuid PRIMARY KEY, agency text NOT NULL, dataset text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('silent', 'late', 'errors', 'drift')), seen jsonb NOT NULL,
        opened_at timestamptz NOT NULL, closed_at timestamptz, event_id uuid NOT NULL, closing_event_id uuid,
        CHECK ((closed_at IS NULL) = (closing_event_id IS NULL)))""",
    "CREATE UNIQUE INDEX alert_open ON alert (agency, dataset, kind) WHERE closed_at IS NULL",
    "SELECT xinqiao_make_evidence('layout')",
    "SELECT xinqiao_make_evidence('corrected_row')",
    "SELECT xinqiao_make_evidence('batch_profile')",
    "GRANT SELECT, INSERT ON held_delivery, alert TO xinqiao_app",
    "GRANT UPDATE (status, decided_by, decided_at, batch_id, event_id) ON held_delivery TO xinqiao_app",
    "GRANT UPDATE (closed_at, closing_event_id) ON alert TO xinqiao_app",
)
DOWN = (
    "DROP TABLE alert",
    "DROP TABLE held_delivery",
    "DROP TABLE batch_profile",
    "DROP TABLE corrected_row",
    "DROP INDEX batch_corrects",
    "DROP INDEX batch_received",
    "ALTER TABLE batch DROP COLUMN corrects, DROP COLUMN layout_id",
    "DROP TABLE layout",
)


def upgrade() -> None:
    """Change and create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    for statement in DOWN:
        op.execute(statement)
