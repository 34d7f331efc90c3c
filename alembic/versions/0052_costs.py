"""What a question of each product costs, from an instant on; and why a limit of rates was set."""

from alembic import op

revision = "0052"
down_revision = "0050"
branch_labels = None
depends_on = None

MOST = 10_000  # gateway/quota/costs.py: MOST_COST
UP = (
    f"""CREATE TABLE product_cost (
        product text, version integer CHECK (version > 0), units integer NOT NULL CHECK (units BETWEEN 1 AND {MOST}),
        effective_from timestamptz NOT NULL, reason text NOT NULL, event_id uuid NOT NULL,
        PRIMARY KEY (product, version))""",
    "SELECT xinqiao_make_evidence('product_cost')",
    "ALTER TABLE rate_limit ADD COLUMN reason text",
)


def upgrade() -> None:
    """Create the table."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop it: every product costs again what the program has it cost."""
    op.execute("ALTER TABLE rate_limit DROP COLUMN reason")
    op.execute("DROP TABLE product_cost")
