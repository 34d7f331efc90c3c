"""The audit log: events are only ever added, the sequencer alone touches the tree."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE audit_log (
        log_id smallint PRIMARY KEY, origin text NOT NULL UNIQUE, opened_at timestamptz NOT NULL)""",
    """CREATE TABLE audit_event (
        event_id uuid PRIMARY KEY, log_id smallint NOT NULL,
        leaf bytea NOT NULL CHECK (octet_length(leaf) BETWEEN 1 AND 65535),
        leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
        ts timestamptz NOT NULL, type text NOT NULL, actor text NOT NULL,
        institution text, account text, subject text, outcome text
    ) PARTITION BY RANGE (event_id)""",
    "CREATE INDEX audit_event_ts ON audit_event (ts)",
    "CREATE INDEX audit_event_institution ON audit_event (institution, event_id)",
    "CREATE INDEX audit_event_subject ON audit_event (subject, event_id)",
    """CREATE TABLE audit_dek (
        key_id uuid PRIMARY KEY, subject_ref text NOT NULL UNIQUE, wrapped_key bytea, destroyed_at timestamptz)""",
    "CREATE TABLE audit_payload (event_id uuid PRIMARY KEY, key_id uuid NOT NULL, sealed bytea)",
    "CREATE TABLE audit_pending (event_id uuid PRIMARY KEY, log_id smallint NOT NULL, leaf_hash bytea NOT NULL)",
    """CREATE TABLE audit_leaf (
        log_id smallint, leaf_index bigint, event_id uuid NOT NULL UNIQUE, PRIMARY KEY (log_id, leaf_index))""",
    """CREATE TABLE audit_tile (
        log_id smallint, level smallint, n bigint, PRIMARY KEY (log_id, level, n),
        hashes bytea NOT NULL CHECK (octet_length(hashes) BETWEEN 32 AND 8192 AND octet_length(hashes) % 32 = 0))""",
    "CREATE TABLE audit_state (log_id smallint PRIMARY KEY, size bigint NOT NULL, root bytea NOT NULL)",
    """CREATE TABLE audit_checkpoint (
        log_id smallint, size bigint, note text NOT NULL, signed_at timestamptz NOT NULL,
        PRIMARY KEY (log_id, size))""",
)

# A full tile never changes, and a tile never loses a hash.
KEEP_TILES = (
    """CREATE FUNCTION xinqiao_keep_tile() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF substr(NEW.hashes, 1, octet_length(OLD.hashes)) IS DISTINCT FROM OLD.hashes THEN
            RAISE EXCEPTION 'a tile only grows' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END $$""",
    "CREATE TRIGGER keep_tile BEFORE UPDATE ON audit_tile FOR EACH ROW EXECUTE FUNCTION xinqiao_keep_tile()",
)

RIGHTS = (
    "SELECT xinqiao_make_evidence('audit_event')",
    "SELECT xinqiao_make_evidence('audit_leaf')",
    "SELECT xinqiao_make_evidence('audit_checkpoint')",
    "SELECT xinqiao_partition('audit_event')",
    "REVOKE INSERT ON audit_leaf, audit_checkpoint FROM xinqiao_app",
    "GRANT SELECT ON audit_log, audit_tile, audit_state TO xinqiao_app",
    "GRANT SELECT, INSERT ON audit_dek, audit_payload, audit_pending TO xinqiao_app",
    "GRANT SELECT ON audit_log, audit_event TO xinqiao_sequencer",
    "GRANT SELECT, DELETE ON audit_pending TO xinqiao_sequencer",
    "GRANT SELECT, INSERT ON audit_leaf, audit_checkpoint TO xinqiao_sequencer",
    "GRANT SELECT, INSERT, UPDATE ON audit_tile TO xinqiao_sequencer",
    "GRANT SELECT, UPDATE ON audit_state TO xinqiao_sequencer",
)


def upgrade() -> None:
    """Create the tables and the rights."""
    for statement in (*TABLES, *KEEP_TILES, *RIGHTS):
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    op.execute("DELETE FROM xinqiao_partitioned WHERE name = 'audit_event'")
    for table in ("checkpoint", "state", "tile", "leaf", "pending", "payload", "dek", "event", "log"):
        op.execute(f"DROP TABLE audit_{table}")
    op.execute("DROP FUNCTION xinqiao_keep_tile()")
