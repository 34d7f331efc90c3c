"""Notices of records taken back; the ledger closed by the month: charges taken back, each once, and signed totals."""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE recall (
        recall_id uuid NOT NULL UNIQUE, act_entry uuid NOT NULL, inquiry_id uuid NOT NULL, institution text NOT NULL,
        account text NOT NULL, kind text NOT NULL CHECK (kind IN ('repaired', 'annulled', 'withdrawn')),
        told_at timestamptz NOT NULL, event_id uuid NOT NULL, PRIMARY KEY (event_id, inquiry_id),
        UNIQUE (act_entry, inquiry_id))""",
    "CREATE INDEX recall_institution ON recall (institution, recall_id)",
    "SELECT xinqiao_make_evidence('recall')",
    "CREATE INDEX record_act_taken_back ON record_act (event_id) WHERE kind IN ('withdraw', 'repair', 'uphold')",
    # What is taken back is taken back today: more may be given back in a period than was used in it.
    "ALTER TABLE quota_period DROP CONSTRAINT quota_period_used_check",
    """CREATE TABLE quota_reversal (
        charge uuid PRIMARY KEY, entry_id uuid NOT NULL UNIQUE, reason text NOT NULL, event_id uuid NOT NULL)""",
    "SELECT xinqiao_make_evidence('quota_reversal')",
    "CREATE TABLE quota_month (month text PRIMARY KEY, ended_at timestamptz, closed_at timestamptz)",
    "GRANT SELECT, INSERT, UPDATE (ended_at, closed_at) ON quota_month TO xinqiao_app",
    """CREATE TABLE quota_month_total (
        month text, scope text CHECK (scope IN ('platform', 'institution', 'account')), scope_id text,
        charges integer NOT NULL, reversals integer NOT NULL, units bigint NOT NULL, products jsonb NOT NULL,
        signature text NOT NULL, closed_at timestamptz NOT NULL, event_id uuid NOT NULL,
        PRIMARY KEY (month, scope, scope_id))""",
    "CREATE INDEX quota_month_total_holder ON quota_month_total (scope, scope_id, month)",
    "SELECT xinqiao_make_evidence('quota_month_total')",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP INDEX record_act_taken_back")
    op.execute("DROP TABLE recall")
    op.execute("DROP TABLE quota_month_total, quota_month, quota_reversal")
    op.execute("ALTER TABLE quota_period ADD CONSTRAINT quota_period_used_check CHECK (used >= 0) NOT VALID")
