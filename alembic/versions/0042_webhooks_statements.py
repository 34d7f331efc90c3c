"""Webhooks: endpoints of institutions, what was sent to them, how far the log was read; inquiries by intermediary."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE webhook_endpoint (
        endpoint_id uuid PRIMARY KEY, institution text NOT NULL REFERENCES institution, url text NOT NULL,
        topics text[] NOT NULL, status text NOT NULL CHECK (status IN ('active', 'disabled', 'removed')),
        failures integer NOT NULL, failing_since timestamptz, paused_until timestamptz, held_until timestamptz,
        created_at timestamptz NOT NULL, event_id uuid NOT NULL)""",
    "CREATE INDEX webhook_endpoint_institution ON webhook_endpoint (institution)",
    """CREATE TABLE webhook_delivery (
        delivery_id uuid PRIMARY KEY, endpoint_id uuid NOT NULL REFERENCES webhook_endpoint, entry uuid NOT NULL,
        type text NOT NULL, body bytea NOT NULL,
        state text NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
        attempts integer NOT NULL, next_at timestamptz NOT NULL, last_status smallint, last_fault text,
        created_at timestamptz NOT NULL, queued_at timestamptz NOT NULL,
        settled_at timestamptz CHECK ((state = 'pending') = (settled_at IS NULL)))""",
    "CREATE INDEX webhook_delivery_endpoint ON webhook_delivery (endpoint_id, delivery_id)",
    "CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, next_at) WHERE state = 'pending'",
    "CREATE UNIQUE INDEX webhook_delivery_told ON webhook_delivery (endpoint_id, entry)",
    "CREATE INDEX webhook_delivery_created ON webhook_delivery (created_at)",
    "CREATE TABLE webhook_position (log_id smallint PRIMARY KEY, next_index bigint NOT NULL)",
    """CREATE TABLE enterprise_statement (
        uscc text NOT NULL, month text NOT NULL, questions integer NOT NULL, content bytea NOT NULL,
        signature text NOT NULL, made_at timestamptz NOT NULL, event_id uuid NOT NULL, PRIMARY KEY (uscc, month))""",
    "CREATE TABLE statement_month (month text PRIMARY KEY, after text NOT NULL, done boolean NOT NULL)",
    "GRANT SELECT, INSERT ON enterprise_statement, statement_month TO xinqiao_app",
    "GRANT UPDATE (after, done) ON statement_month TO xinqiao_app",
    "CREATE INDEX inquiry_intermediary ON inquiry (intermediary, inquiry_id) WHERE intermediary IS NOT NULL",
    "GRANT SELECT, INSERT ON webhook_endpoint, webhook_delivery, webhook_position TO xinqiao_app",
    """GRANT UPDATE (status, failures, failing_since, paused_until, held_until) ON webhook_endpoint TO xinqiao_app""",
    """GRANT UPDATE (state, attempts, next_at, last_status, last_fault, queued_at, settled_at) ON webhook_delivery
       TO xinqiao_app""",
    "GRANT DELETE ON webhook_delivery TO xinqiao_app",
    "GRANT UPDATE (next_index) ON webhook_position TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE statement_month, enterprise_statement")
    op.execute("DROP INDEX inquiry_intermediary")
    op.execute("DROP TABLE webhook_position, webhook_delivery, webhook_endpoint")
