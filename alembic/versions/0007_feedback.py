"""Usage results, the platforms they go to, deliveries with their receipts, and what this instance received."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE usage_result (
        result_id uuid, version integer CHECK (version >= 1), inquiry_id uuid NOT NULL, account text NOT NULL,
        institution text NOT NULL, uscc text NOT NULL, content bytea NOT NULL, exchange uuid NOT NULL,
        recorded_at timestamptz NOT NULL, event_id uuid NOT NULL, PRIMARY KEY (result_id, version))""",
    "CREATE UNIQUE INDEX usage_result_inquiry ON usage_result (inquiry_id, version)",
    # role: what is delivered there; known: its receipts are believed, but nothing is sent to it from here.
    """CREATE TABLE peer (
        peer_id text PRIMARY KEY, role text NOT NULL CHECK (role IN ('brain', 'city', 'province')),
        url text NOT NULL, jwk jsonb NOT NULL, client_id text NOT NULL,
        status text NOT NULL CHECK (status IN ('active', 'known', 'suspended')), event_id uuid NOT NULL)""",
    """CREATE TABLE delivery (
        delivery_id uuid PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('usage-results', 'evaluations')),
        peer_id text NOT NULL REFERENCES peer, exchange uuid NOT NULL, message text NOT NULL,
        items_digest text NOT NULL, state text NOT NULL
            CHECK (state IN ('pending', 'acknowledged', 'confirmed', 'refused')),
        attempts integer NOT NULL, last_fault text, created_at timestamptz NOT NULL, settled_at timestamptz,
        receipt text, onward_receipt text, event_id uuid NOT NULL)""",
    "CREATE INDEX delivery_exchange ON delivery (exchange)",
    "CREATE INDEX delivery_open ON delivery (created_at) WHERE state IN ('pending', 'acknowledged')",
    """CREATE TABLE received (
        sender text, delivery_id uuid, exchange uuid NOT NULL, kind text NOT NULL, digest bytea NOT NULL,
        message text NOT NULL, receipt text NOT NULL, subjects text[] NOT NULL, received_at timestamptz NOT NULL,
        event_id uuid NOT NULL, PRIMARY KEY (sender, delivery_id))""",
    "CREATE INDEX received_kind ON received (kind, received_at)",
    "SELECT xinqiao_make_evidence('usage_result')",
    "SELECT xinqiao_make_evidence('received')",
    "GRANT SELECT, INSERT, UPDATE ON peer TO xinqiao_app",
    "GRANT SELECT, INSERT ON delivery TO xinqiao_app",
    "GRANT UPDATE (state, attempts, last_fault, settled_at, receipt, onward_receipt) ON delivery TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    for table in ("received", "delivery", "peer", "usage_result"):
        op.execute(f"DROP TABLE {table}")
