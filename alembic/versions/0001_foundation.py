"""Roles, partitions and the rules that evidence tables obey."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLES = """
DO $$
DECLARE wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['xinqiao_app', 'xinqiao_sequencer'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
                EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', wanted);
    END LOOP;
END $$
"""

REFUSE_CHANGE = """
CREATE FUNCTION xinqiao_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % refused: evidence is only ever added', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$
"""

MAKE_EVIDENCE = """
CREATE FUNCTION xinqiao_make_evidence(wanted regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, xinqiao_app, xinqiao_sequencer', wanted);
    EXECUTE format('GRANT SELECT, INSERT ON %s TO xinqiao_app', wanted);
    EXECUTE format('CREATE TRIGGER evidence_rows BEFORE UPDATE OR DELETE ON %s '
                   'FOR EACH ROW EXECUTE FUNCTION xinqiao_refuse_change()', wanted);
    EXECUTE format('CREATE TRIGGER evidence_table BEFORE TRUNCATE ON %s '
                   'FOR EACH STATEMENT EXECUTE FUNCTION xinqiao_refuse_change()', wanted);
END $$
"""

GRANT_APP = """
CREATE FUNCTION xinqiao_grant_app(wanted regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', wanted);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO xinqiao_app', wanted);
END $$
"""

# A UUIDv7 begins with 48 bits of Unix milliseconds (RFC 9562 5.7): a month is a range of ids.
UUID_AT = """
CREATE FUNCTION xinqiao_uuid_at(moment timestamptz) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT (substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-0000-0000-000000000000')::uuid
    FROM lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') AS h
$$
"""

PARTITIONED = "CREATE TABLE xinqiao_partitioned (name text PRIMARY KEY)"

PARTITION = """
CREATE FUNCTION xinqiao_partition(wanted text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO xinqiao_partitioned (name) VALUES (wanted) ON CONFLICT DO NOTHING;
    PERFORM xinqiao_ensure_partitions();
END $$
"""

ENSURE_PARTITIONS = """
CREATE FUNCTION xinqiao_ensure_partitions() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    parent text;
    month timestamptz;
    partition text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(7133, 1);
    FOR parent IN SELECT name FROM xinqiao_partitioned ORDER BY name LOOP
        FOR ahead IN 0..3 LOOP
            month := date_trunc('month', now(), 'UTC') + make_interval(months => ahead);
            partition := parent || '_p' || to_char(month AT TIME ZONE 'UTC', 'YYYYMM');
            IF to_regclass(partition) IS NULL THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', partition, parent,
                    xinqiao_uuid_at(month), xinqiao_uuid_at(date_trunc('month', month + interval '32 days', 'UTC')));
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


def upgrade() -> None:
    """Create the roles and the functions the later migrations call."""
    for statement in (
        ROLES,
        REFUSE_CHANGE,
        MAKE_EVIDENCE,
        GRANT_APP,
        UUID_AT,
        PARTITIONED,
        ENSURE_PARTITIONS,
        PARTITION,
        "REVOKE ALL ON FUNCTION xinqiao_ensure_partitions() FROM PUBLIC",
        "GRANT EXECUTE ON FUNCTION xinqiao_ensure_partitions() TO xinqiao_app",
        "GRANT SELECT ON xinqiao_partitioned TO xinqiao_app",
        "GRANT SELECT ON alembic_version TO xinqiao_app, xinqiao_sequencer",
    ):
        op.execute(statement)


def downgrade() -> None:
    """Drop the functions; roles belong to the cluster and stay."""
    op.execute("DROP FUNCTION xinqiao_partition(text)")
    op.execute("DROP FUNCTION xinqiao_ensure_partitions()")
    op.execute("DROP TABLE xinqiao_partitioned")
    op.execute("DROP FUNCTION xinqiao_uuid_at(timestamptz)")
    op.execute("DROP FUNCTION xinqiao_grant_app(regclass)")
    op.execute("DROP FUNCTION xinqiao_make_evidence(regclass)")
    op.execute("DROP FUNCTION xinqiao_refuse_change()")
