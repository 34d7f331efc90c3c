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
    """ALTER TABLE subject_identifier
        ADD COLUMN batch_id uuid, ADD COLUMN recorded_at timestamptz, ADD COLUMN former_since timestamptz""",
    # Each agency's word stands by itself, and a person's decision beside them.
    "ALTER TABLE subject_identifier DROP CONSTRAINT subject_identifier_pkey",
    "ALTER TABLE subject_identifier ADD PRIMARY KEY (kind, value, subject_id, source)",
    "GRANT UPDATE (former_since) ON subject_identifier TO xinqiao_app",
    # How a subject is known, and how far that can be trusted. A former name yields to whoever bears it now.
    """CREATE VIEW subject_known AS
        SELECT kind, value, subject_id, CASE WHEN former_since IS NULL THEN confidence ELSE least(confidence, 70) END
            AS confidence, source, batch_id, recorded_at, former_since FROM subject_identifier
        UNION ALL
        SELECT 'organisation_code', substr(uscc, 9, 9), subject_id, 100::smallint, 'GB 32100-2015', NULL, created_at,
            NULL FROM subject WHERE uscc IS NOT NULL""",
    "GRANT SELECT ON subject_known TO xinqiao_app",
    "ALTER TABLE batch ADD COLUMN mapping jsonb NOT NULL DEFAULT '{}'",
)
DOWNGRADE = (
    "DROP VIEW subject_known",
    "ALTER TABLE batch DROP COLUMN mapping",
    "ALTER TABLE subject_identifier DROP COLUMN batch_id, DROP COLUMN recorded_at, DROP COLUMN former_since",
    """DELETE FROM subject_identifier a USING subject_identifier b
       WHERE (a.kind, a.value, a.subject_id) = (b.kind, b.value, b.subject_id) AND a.source > b.source""",
    "ALTER TABLE subject_identifier DROP CONSTRAINT subject_identifier_pkey",
    "ALTER TABLE subject_identifier ADD PRIMARY KEY (kind, value, subject_id)",
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
