"""What waits and what is searched is found by indexes: an agency's objections, enterprises by how their names begin."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes."""
    op.execute("CREATE INDEX record_act_objection ON record_act (agency, act_id) WHERE kind = 'object'")
    op.execute("CREATE INDEX subject_name ON subject (name text_pattern_ops)")


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP INDEX record_act_objection")
    op.execute("DROP INDEX subject_name")
