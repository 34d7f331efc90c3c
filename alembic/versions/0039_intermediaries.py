"""Intermediaries: whom they may ask for, and institutions whose questions have to come through one."""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE delegation (
        delegation_id uuid PRIMARY KEY, account text NOT NULL REFERENCES client (client_id),
        intermediary text NOT NULL REFERENCES institution (institution_id), granted_at timestamptz NOT NULL,
        event_id uuid NOT NULL, ended_at timestamptz, ended_by uuid
    )""",
    "CREATE UNIQUE INDEX delegation_in_force ON delegation (account, intermediary) WHERE ended_at IS NULL",
    "CREATE INDEX delegation_intermediary ON delegation (intermediary, delegation_id)",
    "GRANT SELECT, INSERT, UPDATE (ended_at, ended_by) ON delegation TO xinqiao_app",
    "ALTER TABLE institution ADD COLUMN exit_via text REFERENCES institution (institution_id)",
    "GRANT UPDATE (exit_via) ON institution TO xinqiao_app",
)


def upgrade() -> None:
    """Add both."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Forget both."""
    op.execute("ALTER TABLE institution DROP COLUMN exit_via")
    op.execute("DROP TABLE delegation")
