"""Records found by a digest of their key; subjects by the organisation code inside their own; how a batch was mapped.

A previous release running beside this one cannot take deliveries in any more (key_id is missing): they are refused, and
sent again. Everything else it does goes on.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UPGRADE = (
    # Checked by the verifier instead: for every row the foreign key locked a subject, half of what storing cost.
    "ALTER TABLE record DROP CONSTRAINT record_subject_id_fkey",
    "ALTER TABLE record ADD COLUMN key_id bytea, ADD COLUMN row_number integer",
    """UPDATE record SET row_number = leaf_index, key_id = substr(sha256(convert_to(
        dataset || '|' || agency || '|' || business_key, 'UTF8')), 1, 16)""",
    "ALTER TABLE record ALTER COLUMN key_id SET NOT NULL, ALTER COLUMN row_number SET NOT NULL",
    "DROP INDEX record_current",
    "CREATE UNIQUE INDEX record_current ON record (key_id) WHERE superseded_at IS NULL",
    # Positions 9 to 17 of a unified code are the organisation code (GB 32100-2015 4): no row of its own is needed.
    "DELETE FROM subject_identifier WHERE kind = 'organisation_code'",
    "CREATE INDEX subject_organisation ON subject (substr(uscc, 9, 9))",
    "ALTER TABLE subject_identifier ADD COLUMN batch_id uuid, ADD COLUMN recorded_at timestamptz",
    "ALTER TABLE batch ADD COLUMN mapping jsonb NOT NULL DEFAULT '{}'",
)
DOWNGRADE = (
    "ALTER TABLE batch DROP COLUMN mapping",
    "ALTER TABLE subject_identifier DROP COLUMN batch_id, DROP COLUMN recorded_at",
    "DROP INDEX subject_organisation",
    """INSERT INTO subject_identifier (kind, value, subject_id, source, confidence)
       SELECT 'organisation_code', substr(uscc, 9, 9), subject_id, 'uscc', 100 FROM subject WHERE uscc IS NOT NULL""",
    "DROP INDEX record_current",
    """CREATE UNIQUE INDEX record_current ON record (dataset, agency, business_key) WHERE superseded_at IS NULL""",
    "ALTER TABLE record DROP COLUMN key_id, DROP COLUMN row_number",
    "ALTER TABLE record ADD CONSTRAINT record_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES subject",
)


def upgrade() -> None:
    """Apply."""
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    for statement in DOWNGRADE:
        op.execute(statement)
