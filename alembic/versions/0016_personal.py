"""Personal data: a salt per party, whose loss is erasure; the master secret; what is left of expunged records."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE personal_key (
        ref text PRIMARY KEY, salt bytea, created_at timestamptz NOT NULL, erased_at timestamptz,
        CHECK ((salt IS NULL) = (erased_at IS NOT NULL)))""",
    "CREATE TABLE personal_master (master_id smallint PRIMARY KEY CHECK (master_id = 1), sealed bytea NOT NULL)",
    """CREATE TABLE record_tombstone (
        record_id uuid PRIMARY KEY, batch_id uuid NOT NULL, digest bytea NOT NULL, erased_at timestamptz NOT NULL,
        event_id uuid NOT NULL)""",
    "REVOKE ALL ON personal_key, personal_master FROM PUBLIC",
    "GRANT SELECT, INSERT ON personal_key, personal_master TO xinqiao_app",
    "GRANT UPDATE (salt, erased_at) ON personal_key TO xinqiao_app",
    "ALTER TABLE record ALTER COLUMN canonical DROP NOT NULL",
    "SELECT xinqiao_make_evidence('record_tombstone')",
    "REVOKE INSERT ON record_tombstone FROM xinqiao_app",
)

# A salt is destroyed or kept, never changed: else what it opens would be lost without anybody having decided so.
KEEP_SALT = (
    """CREATE FUNCTION xinqiao_keep_salt() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.salt IS NULL OR NEW.salt IS NOT NULL OR NEW.erased_at IS NULL THEN
            RAISE EXCEPTION 'a salt is destroyed or kept' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END $$""",
    "CREATE TRIGGER keep_salt BEFORE UPDATE ON personal_key FOR EACH ROW EXECUTE FUNCTION xinqiao_keep_salt()",
)

# The only way content leaves: of records nobody may be shown any more, with a tombstone, leaving digest and leaf index.
ERASE_CONTENT = """
CREATE FUNCTION xinqiao_erase_content(wanted uuid[], event uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE erased integer;
BEGIN
    IF EXISTS (SELECT FROM record_visible((now() AT TIME ZONE 'Asia/Shanghai')::date, NULL) r
               WHERE r.record_id = ANY(wanted)) THEN
        RAISE EXCEPTION 'a record that may be shown keeps its content' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (SELECT FROM audit_event e WHERE e.event_id = event AND e.type = 'record.expunged') THEN
        RAISE EXCEPTION 'content is erased with its event' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO record_tombstone (record_id, batch_id, digest, erased_at, event_id)
    SELECT record_id, batch_id, digest, now(), event FROM record
    WHERE record_id = ANY(wanted) AND canonical IS NOT NULL;
    GET DIAGNOSTICS erased = ROW_COUNT;
    UPDATE record SET canonical = NULL WHERE record_id = ANY(wanted) AND canonical IS NOT NULL;
    RETURN erased;
END $$
"""


def upgrade() -> None:
    """Create the tables and the two functions."""
    for statement in (
        *TABLES,
        *KEEP_SALT,
        ERASE_CONTENT,
        "REVOKE ALL ON FUNCTION xinqiao_erase_content(uuid[], uuid) FROM PUBLIC",
        "GRANT EXECUTE ON FUNCTION xinqiao_erase_content(uuid[], uuid) TO xinqiao_app",
    ):
        op.execute(statement)


def downgrade() -> None:
    """Drop them. Records whose content was erased keep an empty one."""
    op.execute("DROP FUNCTION xinqiao_erase_content(uuid[], uuid)")
    op.execute("DROP TABLE record_tombstone")
    op.execute("UPDATE record SET canonical = '' WHERE canonical IS NULL")
    op.execute("ALTER TABLE record ALTER COLUMN canonical SET NOT NULL")
    op.execute("DROP TABLE personal_master")
    op.execute("DROP TABLE personal_key")
    op.execute("DROP FUNCTION xinqiao_keep_salt()")
