"""Scorecards as they were released: each from a moment on."""

from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE card_release (
        number integer PRIMARY KEY CHECK (number > 0),
        model text NOT NULL, digest text NOT NULL, source text NOT NULL, report text NOT NULL, reason text NOT NULL,
        in_force_from timestamptz NOT NULL, recorded_at timestamptz NOT NULL, event_id uuid NOT NULL,
        CHECK (in_force_from >= recorded_at))""",
    "SELECT xinqiao_make_evidence('card_release')",
)


def upgrade() -> None:
    """Create the table: until a row stands in it, the card that the program ships is in force."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop it: the shipped card is in force."""
    op.execute("DROP TABLE card_release")
