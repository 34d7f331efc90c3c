"""Subjects, batches, records, rejected rows and the sources that are pulled."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE subject (
        subject_id uuid PRIMARY KEY, uscc text UNIQUE, name text, created_at timestamptz NOT NULL)""",
    # How a subject is known beside its USCC: kind organisation_code, registration_number, tax_number or name.
    """CREATE TABLE subject_identifier (
        kind text, value text, subject_id uuid REFERENCES subject, source text NOT NULL,
        confidence smallint NOT NULL CHECK (confidence BETWEEN 0 AND 100), PRIMARY KEY (kind, value, subject_id))""",
    """CREATE TABLE batch (
        batch_id uuid PRIMARY KEY, agency text NOT NULL, dataset text NOT NULL, sender_batch text NOT NULL,
        digest bytea NOT NULL, way text NOT NULL, received_at timestamptz NOT NULL, row_count integer NOT NULL,
        accepted integer NOT NULL, unresolved integer NOT NULL, corrections integer NOT NULL,
        duplicates integer NOT NULL, natural_persons integer NOT NULL, rejected integer NOT NULL,
        reasons jsonb NOT NULL, statement text NOT NULL, agency_signature text, event_id uuid NOT NULL,
        UNIQUE (agency, dataset, sender_batch),
        CHECK (accepted + unresolved + corrections + duplicates + natural_persons + rejected = row_count))""",
    """CREATE TABLE record (
        record_id uuid PRIMARY KEY, dataset text NOT NULL, agency text NOT NULL, producer text,
        business_key text NOT NULL, version integer NOT NULL, subject_id uuid REFERENCES subject,
        identifier_type text NOT NULL, identifier_value text NOT NULL, event_date date, publish_until date,
        status text NOT NULL CHECK (status IN ('resolved', 'unresolved')),
        recorded_at timestamptz NOT NULL, superseded_at timestamptz,
        batch_id uuid NOT NULL, leaf_index integer NOT NULL, digest bytea NOT NULL, canonical bytea NOT NULL,
        CHECK ((status = 'resolved') = (subject_id IS NOT NULL)))""",
    """CREATE UNIQUE INDEX record_current ON record (dataset, agency, business_key) WHERE superseded_at IS NULL""",
    "CREATE INDEX record_subject ON record (subject_id) WHERE superseded_at IS NULL",
    "CREATE INDEX record_unresolved ON record (identifier_type, identifier_value) WHERE subject_id IS NULL",
    "CREATE UNIQUE INDEX record_leaf ON record (batch_id, leaf_index)",
    """CREATE TABLE rejected_row (
        batch_id uuid, row_number integer, reasons jsonb NOT NULL,
        cells json NOT NULL, -- json, not jsonb: the columns keep their order
        PRIMARY KEY (batch_id, row_number))""",
    """CREATE TABLE source (
        source_id text PRIMARY KEY, agency text NOT NULL, dataset text NOT NULL, connector text NOT NULL,
        config jsonb NOT NULL, every_seconds integer NOT NULL CHECK (every_seconds >= 10), watermark text,
        due_at timestamptz NOT NULL, last_fault text, event_id uuid NOT NULL)""",
    "GRANT SELECT, INSERT ON subject, subject_identifier, record TO xinqiao_app",
    "GRANT UPDATE (name) ON subject TO xinqiao_app",
    # What was signed never changes; whose it is, and what replaced it, is learned later.
    "GRANT UPDATE (subject_id, status, superseded_at) ON record TO xinqiao_app",
    "SELECT xinqiao_make_evidence('batch')",
    "SELECT xinqiao_make_evidence('rejected_row')",
    "GRANT SELECT, INSERT, UPDATE ON source TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    for table in ("source", "rejected_row", "record", "batch", "subject_identifier", "subject"):
        op.execute(f"DROP TABLE {table}")
