"""A check of the log that finds a difference stops its signing; partitions border on each other in every time zone."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

STOP = (
    """CREATE TABLE audit_stop (
        stop_id uuid PRIMARY KEY, log_id smallint NOT NULL, stopped_at timestamptz NOT NULL,
        differences integer NOT NULL, lifted_at timestamptz, event_id uuid NOT NULL)""",
    "REVOKE ALL ON audit_stop FROM PUBLIC",
    "GRANT SELECT, INSERT ON audit_stop TO xinqiao_app",
    "GRANT UPDATE (lifted_at) ON audit_stop TO xinqiao_app",
    "GRANT SELECT ON audit_stop TO xinqiao_sequencer",
)
# Months are added in UTC: added to a moment, they follow the server's own time zone.
ENSURE_PARTITIONS = """
CREATE OR REPLACE FUNCTION xinqiao_ensure_partitions() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    parent text;
    month {month_type};
    partition text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(7133, 1);
    FOR parent IN SELECT name FROM xinqiao_partitioned ORDER BY name LOOP
        FOR ahead IN 0..3 LOOP
            {month}
            IF to_regclass(partition) IS NULL THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', partition, parent,
                    {bounds});
                IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = parent::regclass AND tgname = 'evidence_table') THEN
                    EXECUTE format('CREATE TRIGGER evidence_table BEFORE TRUNCATE ON %I '
                                   'FOR EACH STATEMENT EXECUTE FUNCTION xinqiao_refuse_change()', partition);
                END IF;
                made := made + 1;
            END IF;
        END LOOP;
    END LOOP;
    RETURN made;
END $$
"""
IN_UTC = {
    "month_type": "timestamp",
    "month": """month := date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => ahead);
            partition := parent || '_p' || to_char(month, 'YYYYMM');""",
    "bounds": """xinqiao_uuid_at(month AT TIME ZONE 'UTC'),
                    xinqiao_uuid_at((month + interval '1 month') AT TIME ZONE 'UTC')""",
}
BEFORE = {
    "month_type": "timestamptz",
    "month": """month := date_trunc('month', now(), 'UTC') + make_interval(months => ahead);
            partition := parent || '_p' || to_char(month AT TIME ZONE 'UTC', 'YYYYMM');""",
    "bounds": "xinqiao_uuid_at(month), xinqiao_uuid_at(date_trunc('month', month + interval '32 days', 'UTC'))",
}


def upgrade() -> None:
    """Create the table, and lay out coming months in UTC."""
    for statement in (*STOP, ENSURE_PARTITIONS.format(**IN_UTC)):
        op.execute(statement)


def downgrade() -> None:
    """Drop the table, and go back to what 0001 said."""
    op.execute("DROP TABLE audit_stop")
    op.execute(ENSURE_PARTITIONS.format(**BEFORE))
