"""The pages of the log are found by type and by actor, newest first."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes."""
    op.execute("CREATE INDEX audit_event_type ON audit_event (type, event_id)")
    op.execute("CREATE INDEX audit_event_actor ON audit_event (actor, event_id)")


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP INDEX audit_event_type")
    op.execute("DROP INDEX audit_event_actor")
