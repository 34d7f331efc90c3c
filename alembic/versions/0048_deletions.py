"""What is owed for an answer that may be kept for a time: that its data is deleted, and said to be."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

UP = (
    "ALTER TABLE inquiry ADD COLUMN delete_by timestamptz",
    "ALTER TABLE inquiry ADD COLUMN deleted_at timestamptz",
    """CREATE INDEX inquiry_delete_by ON inquiry (institution, delete_by)
       WHERE delete_by IS NOT NULL AND deleted_at IS NULL""",
    "GRANT UPDATE (delete_by, deleted_at) ON inquiry TO xinqiao_app",
    # What was given before is owed nothing that has passed already: its grace begins now.
    """UPDATE inquiry i SET delete_by = greatest(i.created_at + (v.terms ->> 'data_life')::interval, now())
       FROM (SELECT DISTINCT ON (consent_id) consent_id, convert_from(terms, 'UTF8')::jsonb AS terms
             FROM consent_version ORDER BY consent_id, version) v
       WHERE v.consent_id = i.consent_id AND i.state = 'answered' AND v.terms ->> 'access_mode' = 'STORE'
           AND v.terms ->> 'data_life' !~ '^P0[DWMY]$'""",
    """CREATE TABLE deletion_attestation (
        inquiry_id uuid PRIMARY KEY, institution text NOT NULL, account text NOT NULL, person text,
        due timestamptz NOT NULL, attested_at timestamptz NOT NULL, event_id uuid NOT NULL)""",
    "SELECT xinqiao_make_evidence('deletion_attestation')",
    """CREATE TABLE deletion_reminder (
        institution text, day date, due integer NOT NULL, overdue integer NOT NULL, event_id uuid NOT NULL,
        PRIMARY KEY (institution, day))""",
    "GRANT SELECT, INSERT ON deletion_reminder TO xinqiao_app",
    "CREATE TABLE duty_position (log_id smallint PRIMARY KEY, next_index bigint NOT NULL)",
    "GRANT SELECT, INSERT, UPDATE (next_index) ON duty_position TO xinqiao_app",
    # What ended before brought nothing forward, and is not to do so now.
    "INSERT INTO duty_position SELECT log_id, max(leaf_index) + 1 FROM audit_leaf GROUP BY log_id",
)


def upgrade() -> None:
    """Note of each answer until when it may be kept; make the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Forget it."""
    op.execute("DROP TABLE duty_position, deletion_reminder, deletion_attestation")
    op.execute("ALTER TABLE inquiry DROP COLUMN delete_by, DROP COLUMN deleted_at")
