"""Changes by operators: asked for, approved by another person, made."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE change (
        change_id uuid PRIMARY KEY, action jsonb NOT NULL,
        status text NOT NULL CHECK (status IN ('waiting', 'done', 'rejected')),
        asked_by text NOT NULL, asked_at timestamptz NOT NULL, decided_by text, decided_at timestamptz,
        event_id uuid NOT NULL, CHECK ((status = 'waiting') = (decided_by IS NULL)))""",
    "GRANT SELECT, INSERT ON change TO xinqiao_app",
    "GRANT UPDATE (status, decided_by, decided_at, event_id) ON change TO xinqiao_app",
)


def upgrade() -> None:
    """Create the table."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop the table."""
    op.execute("DROP TABLE change")
