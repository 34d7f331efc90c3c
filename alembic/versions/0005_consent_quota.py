"""Consents, and quota: plans, counters, reservations and the ledger."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE consent_version (
        consent_id uuid, version integer CHECK (version >= 1),
        status text NOT NULL CHECK (status IN ('requested', 'active', 'rejected', 'paused', 'revoked')),
        terms bytea NOT NULL, actor text NOT NULL, approval text, receipt text NOT NULL,
        recorded_at timestamptz NOT NULL, event_id uuid NOT NULL, PRIMARY KEY (consent_id, version))""",
    """CREATE TABLE consent_head (
        consent_id uuid PRIMARY KEY, institution text NOT NULL, uscc text NOT NULL, version integer NOT NULL,
        uses integer NOT NULL CHECK (uses >= 0))""",
    "CREATE INDEX consent_head_grantee ON consent_head (institution, uscc)",
    "CREATE INDEX consent_head_uscc ON consent_head (uscc)",
    """CREATE TABLE consent_use (
        inquiry_id uuid PRIMARY KEY, consent_id uuid NOT NULL, version integer NOT NULL, account text NOT NULL,
        institution text NOT NULL, product text NOT NULL, purpose text NOT NULL, used_at timestamptz NOT NULL,
        event_id uuid NOT NULL)""",
    "CREATE INDEX consent_use_consent ON consent_use (consent_id, used_at)",
    # A plan is never edited: a change is a new row from now on, and past periods stay as they were counted.
    """CREATE TABLE quota_plan (
        scope text CHECK (scope IN ('account', 'institution')), scope_id text, effective_from timestamptz,
        per_day bigint NOT NULL CHECK (per_day BETWEEN 0 AND 1099511627776),
        per_month bigint NOT NULL CHECK (per_month BETWEEN 0 AND 1099511627776),
        event_id uuid NOT NULL, PRIMARY KEY (scope, scope_id, effective_from))""",
    """CREATE TABLE quota_period (
        scope text, scope_id text, period text CHECK (period IN ('day', 'month')), starts date,
        used bigint NOT NULL CHECK (used >= 0), PRIMARY KEY (scope, scope_id, period, starts))""",
    """CREATE TABLE quota_reservation (
        inquiry_id uuid PRIMARY KEY, account text NOT NULL, institution text NOT NULL, product text NOT NULL,
        units integer NOT NULL CHECK (units > 0), day date NOT NULL, expires_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'settled', 'released')))""",
    "CREATE INDEX quota_reservation_open ON quota_reservation (institution, account) WHERE state = 'open'",
    """CREATE TABLE quota_ledger (
        entry_id uuid PRIMARY KEY, inquiry_id uuid NOT NULL, account text NOT NULL, institution text NOT NULL,
        product text NOT NULL, units integer NOT NULL, day date NOT NULL, event_id uuid NOT NULL
    ) PARTITION BY RANGE (entry_id)""",
    "CREATE INDEX quota_ledger_account ON quota_ledger (account, day)",
    "SELECT xinqiao_partition('quota_ledger')",
    "SELECT xinqiao_make_evidence('consent_version')",
    "SELECT xinqiao_make_evidence('consent_use')",
    "SELECT xinqiao_make_evidence('quota_plan')",
    "SELECT xinqiao_make_evidence('quota_ledger')",
    "GRANT SELECT, INSERT ON consent_head, quota_period, quota_reservation TO xinqiao_app",
    "GRANT UPDATE (version, uses) ON consent_head TO xinqiao_app",
    "GRANT UPDATE (used) ON quota_period TO xinqiao_app",
    "GRANT UPDATE (state) ON quota_reservation TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    op.execute("DELETE FROM xinqiao_partitioned WHERE name = 'quota_ledger'")
    for table in ("quota_ledger", "quota_reservation", "quota_period", "quota_plan"):
        op.execute(f"DROP TABLE {table}")
    for table in ("consent_use", "consent_head", "consent_version"):
        op.execute(f"DROP TABLE {table}")
