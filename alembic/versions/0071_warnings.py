"""Warnings for banks: subscriptions to customers under consent, what was told of them, and scans of many customers."""

from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE warning_subscription (
        subscription_id uuid PRIMARY KEY, institution text NOT NULL REFERENCES institution, account text NOT NULL,
        person text, through text, intermediary text, subject_id uuid NOT NULL, subject bigint NOT NULL,
        uscc text NOT NULL, consent_id uuid NOT NULL, categories text[] NOT NULL,
        status text NOT NULL CHECK (status IN ('active', 'ended')), reason text,
        stood jsonb NOT NULL, told jsonb NOT NULL, retry_at timestamptz, created_at timestamptz NOT NULL,
        ended_at timestamptz, inquiry_id uuid NOT NULL, event_id uuid NOT NULL,
        CHECK ((status = 'ended') = (ended_at IS NOT NULL AND reason IS NOT NULL)))""",
    """CREATE UNIQUE INDEX warning_subscription_active ON warning_subscription (institution, uscc)
        WHERE status = 'active'""",
    "CREATE INDEX warning_subscription_institution ON warning_subscription (institution, subscription_id)",
    "CREATE INDEX warning_subscription_consent ON warning_subscription (consent_id)",
    "GRANT SELECT, INSERT ON warning_subscription TO xinqiao_app",
    """GRANT UPDATE (consent_id, status, reason, stood, told, retry_at, ended_at, event_id) ON warning_subscription
       TO xinqiao_app""",
    """CREATE TABLE warning (
        warning_id uuid PRIMARY KEY, subscription_id uuid NOT NULL REFERENCES warning_subscription,
        institution text NOT NULL, uscc text NOT NULL, consent_id uuid NOT NULL, inquiry_id uuid NOT NULL,
        change text NOT NULL CHECK (change IN ('opened', 'raised', 'lowered', 'ended')),
        level text CHECK (level IN ('notice', 'warning', 'restriction')), before jsonb NOT NULL, after jsonb NOT NULL,
        judged_on date NOT NULL, told_at timestamptz NOT NULL, seen_at timestamptz, seen_by text,
        event_id uuid NOT NULL)""",
    "CREATE INDEX warning_institution ON warning (institution, warning_id)",
    "CREATE INDEX warning_unseen ON warning (institution, warning_id) WHERE seen_at IS NULL",
    "GRANT SELECT, INSERT ON warning TO xinqiao_app",
    "GRANT UPDATE (seen_at, seen_by) ON warning TO xinqiao_app",
    """CREATE TABLE joint_scan (
        scan_id uuid PRIMARY KEY, institution text NOT NULL REFERENCES institution, account text NOT NULL, person text,
        key text NOT NULL, digest bytea NOT NULL, provider text NOT NULL, total integer NOT NULL,
        created_at timestamptz NOT NULL, UNIQUE (account, key))""",
    "CREATE INDEX joint_scan_institution ON joint_scan (institution, scan_id)",
    """CREATE TABLE joint_scan_batch (
        scan_id uuid NOT NULL REFERENCES joint_scan, place integer NOT NULL,
        batch_id uuid NOT NULL REFERENCES inquiry_batch, PRIMARY KEY (scan_id, place))""",
    "GRANT SELECT, INSERT ON joint_scan, joint_scan_batch TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE joint_scan_batch, joint_scan, warning, warning_subscription")
