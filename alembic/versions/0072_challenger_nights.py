"""A challenger beside the card in force, each night: what came of it, or why nothing did."""

from alembic import op

revision = "0072"
down_revision = "0066"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE challenger_night (
        as_of date NOT NULL, challenger text NOT NULL, champion text NOT NULL, told jsonb, fault text,
        computed_at timestamptz NOT NULL, event_id uuid NOT NULL,
        PRIMARY KEY (as_of, challenger), CHECK ((told IS NULL) <> (fault IS NULL)))""",
    "GRANT SELECT, INSERT ON challenger_night TO xinqiao_app",
)


def upgrade() -> None:
    """Create the table."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop it: the figures can be computed again of the newest day alone."""
    op.execute("DROP TABLE challenger_night")
