"""Clients that belong to people, keys that wait, three administrators, slowed sign-ins, the log going out by syslog."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KINDS = "'account', 'agency', 'signatory', 'platform', 'auditor', 'operator'"
ROLES = "'operator', 'auditor', 'regulator', 'clerk', 'staff'"
STANDING = """
    CREATE OR REPLACE VIEW client_standing AS
        SELECT c.client_id, c.institution_id, CASE
            WHEN c.status = 'closed' THEN 'account-closed'
            WHEN c.status <> 'active' {suspended} THEN 'account-suspended'
            WHEN i.status = 'closed' THEN 'institution-closed' WHEN i.status <> 'active' THEN 'institution-suspended'
            WHEN (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date NOT BETWEEN
                coalesce(i.agreement_from, '-infinity') AND coalesce(i.agreement_until, 'infinity')
                THEN 'agreement-not-in-force' END AS stopped
        FROM client c LEFT JOIN institution i USING (institution_id) {person}
"""
UP = (
    "ALTER TABLE change ADD COLUMN act text, ADD COLUMN asked_person text",
    "ALTER TABLE client DROP CONSTRAINT client_kind_check",
    f"ALTER TABLE client ADD CONSTRAINT client_kind_check CHECK (kind IN ({KINDS}, 'system'))",
    "ALTER TABLE person DROP CONSTRAINT person_role_check",
    f"ALTER TABLE person ADD CONSTRAINT person_role_check CHECK (role IN ({ROLES}, 'system'))",
    "ALTER TABLE client ADD COLUMN person_id text",
    # Today's operators are the security administrators. One whose client has the name of their log-in is found by it;
    # the others ask for nothing that takes two people until `xinqiao operator bind`, or two people, say whose they are.
    """UPDATE client c SET person_id = p.person_id FROM person p
        WHERE p.person_id = c.client_id AND p.role = c.kind AND c.kind IN ('operator', 'auditor')""",
    "GRANT UPDATE (person_id) ON client TO xinqiao_app",
    STANDING.format(suspended="OR p.status = 'suspended'", person="LEFT JOIN person p USING (person_id)"),
    """ALTER TABLE client_key ADD COLUMN not_before timestamptz, ADD COLUMN decided_by text,
        ADD COLUMN decided text CHECK (decided IN ('confirmed', 'objected'))""",
    "GRANT UPDATE (not_before, decided, decided_by) ON client_key TO xinqiao_app",
    """ALTER TABLE person DROP COLUMN failures, DROP COLUMN locked_until, ADD COLUMN factor_reset_until timestamptz,
        ADD COLUMN recovery_codes bytea[] NOT NULL DEFAULT '{}'""",
    "ALTER TABLE person ALTER COLUMN recovery_codes DROP DEFAULT",
    """CREATE TABLE sign_in_lane (
        lane bytea PRIMARY KEY, tries integer NOT NULL, free_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL)""",
    "CREATE INDEX sign_in_lane_expires_at ON sign_in_lane (expires_at)",
    """CREATE TABLE person_address (
        mark bytea PRIMARY KEY, person_id text NOT NULL REFERENCES person, expires_at timestamptz NOT NULL)""",
    "CREATE INDEX person_address_expires_at ON person_address (expires_at)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_lane, person_address TO xinqiao_app",
    """CREATE TABLE syslog_position (
        log_id smallint PRIMARY KEY, next_index bigint NOT NULL, holder uuid, held_until timestamptz)""",
    "GRANT SELECT, INSERT, UPDATE ON syslog_position TO xinqiao_app",
)
DOWN = (
    "DROP TABLE syslog_position",
    "DROP TABLE person_address",
    "DROP TABLE sign_in_lane",
    """ALTER TABLE person DROP COLUMN factor_reset_until, DROP COLUMN recovery_codes,
        ADD COLUMN failures integer NOT NULL DEFAULT 0, ADD COLUMN locked_until timestamptz""",
    "ALTER TABLE person ALTER COLUMN failures DROP DEFAULT",
    # A key that still waits stays out, and one that was confirmed stays in.
    "UPDATE client_key SET status = 'pending' WHERE status = 'active' AND not_before > clock_timestamp()",
    "ALTER TABLE client_key DROP COLUMN not_before, DROP COLUMN decided, DROP COLUMN decided_by",
    STANDING.format(suspended="", person=""),
    "ALTER TABLE client DROP COLUMN person_id",
    "DELETE FROM person_session WHERE person_id IN (SELECT person_id FROM person WHERE role = 'system')",
    "DELETE FROM person WHERE role = 'system'",
    "ALTER TABLE person DROP CONSTRAINT person_role_check",
    f"ALTER TABLE person ADD CONSTRAINT person_role_check CHECK (role IN ({ROLES}))",
    "DELETE FROM client_key WHERE client_id IN (SELECT client_id FROM client WHERE kind = 'system')",
    "DELETE FROM client WHERE kind = 'system'",
    "ALTER TABLE client DROP CONSTRAINT client_kind_check",
    f"ALTER TABLE client ADD CONSTRAINT client_kind_check CHECK (kind IN ({KINDS}))",
    "ALTER TABLE change DROP COLUMN act, DROP COLUMN asked_person",
)


def upgrade() -> None:
    """Change and create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Back to one kind of administrator and locks."""
    for statement in DOWN:
        op.execute(statement)
