"""Rates: limits of how fast and how much at once, and how far ahead of them each party is; cases of abnormal use."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

# As in 0021, and held for abnormal use.
STANDING = """
    CREATE OR REPLACE VIEW client_standing AS
        SELECT c.client_id, c.institution_id, CASE
            WHEN c.status = 'closed' THEN 'account-closed'
            WHEN c.status <> 'active' OR p.status = 'suspended' THEN 'account-suspended' {held}
            WHEN i.status = 'closed' THEN 'institution-closed' WHEN i.status <> 'active' THEN 'institution-suspended'
            WHEN (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date NOT BETWEEN
                coalesce(i.agreement_from, '-infinity') AND coalesce(i.agreement_until, 'infinity')
                THEN 'agreement-not-in-force' END AS stopped
        FROM client c LEFT JOIN institution i USING (institution_id) LEFT JOIN person p USING (person_id)
"""
HELD = """
            WHEN EXISTS (SELECT FROM abnormal_use a WHERE a.account = c.client_id AND a.status = 'held')
                THEN 'abnormal-usage-detected'"""
UP = (
    """CREATE TABLE abnormal_use (
        case_id uuid PRIMARY KEY, account text NOT NULL REFERENCES client, institution text NOT NULL,
        rule text NOT NULL CHECK (rule IN ('denials', 'subjects')), counted integer NOT NULL, most integer NOT NULL,
        since timestamptz NOT NULL, until timestamptz NOT NULL, sample jsonb NOT NULL,
        status text NOT NULL CHECK (status IN ('held', 'lifted', 'suspended')), held_at timestamptz NOT NULL,
        ended_at timestamptz CHECK ((ended_at IS NULL) = (status = 'held')), reason text, event_id uuid NOT NULL)""",
    "CREATE UNIQUE INDEX abnormal_use_held ON abnormal_use (account) WHERE status = 'held'",
    "CREATE INDEX abnormal_use_account ON abnormal_use (account, case_id)",
    "CREATE INDEX abnormal_use_institution ON abnormal_use (institution, case_id)",
    "GRANT SELECT, INSERT ON abnormal_use TO xinqiao_app",
    "GRANT UPDATE (status, ended_at, reason) ON abnormal_use TO xinqiao_app",
    STANDING.format(held=HELD),
    """CREATE TABLE rate_limit (
        scope text NOT NULL CHECK (scope IN ('account', 'institution', 'signatory')), scope_id text NOT NULL,
        measure text NOT NULL, effective_from timestamptz NOT NULL, most integer CHECK (most > 0),
        event_id uuid NOT NULL, PRIMARY KEY (scope, scope_id, measure, effective_from))""",
    "SELECT xinqiao_make_evidence('rate_limit')",
    """CREATE UNLOGGED TABLE rate_use (
        scope text NOT NULL, scope_id text NOT NULL, arrival numeric NOT NULL, PRIMARY KEY (scope, scope_id))
        WITH (fillfactor = 50)""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON rate_use TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute(STANDING.format(held=""))
    op.execute("DROP TABLE abnormal_use, rate_use, rate_limit")
