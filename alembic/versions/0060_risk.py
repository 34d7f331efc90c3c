"""The risk watch: days on which all were judged, and who stands at which level of which type of risk."""

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE risk_day (
        as_of date PRIMARY KEY, judged_at timestamptz NOT NULL, version integer NOT NULL, watch text NOT NULL,
        subjects integer NOT NULL, budget integer NOT NULL, notice integer NOT NULL, warning integer NOT NULL,
        restriction integer NOT NULL, opened integer NOT NULL, raised integer NOT NULL, lowered integer NOT NULL,
        ended integer NOT NULL, digest bytea NOT NULL, event_id uuid NOT NULL)""",
    """CREATE TABLE risk_standing (
        subject bigint NOT NULL, type text NOT NULL, holds_from date NOT NULL,
        holds_to date CHECK (holds_to > holds_from), seen_on date NOT NULL,
        level text NOT NULL CHECK (level IN ('notice', 'warning', 'restriction')),
        before_level text CHECK (before_level IN ('notice', 'warning', 'restriction')), score integer NOT NULL,
        version integer NOT NULL, points jsonb NOT NULL, PRIMARY KEY (subject, type, holds_from))""",
    "CREATE UNIQUE INDEX risk_standing_current ON risk_standing (subject, type) WHERE holds_to IS NULL",
    "CREATE INDEX risk_standing_from ON risk_standing (holds_from)",
    "CREATE INDEX risk_standing_to ON risk_standing (holds_to) WHERE holds_to IS NOT NULL",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON risk_day, risk_standing TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE risk_standing, risk_day")
