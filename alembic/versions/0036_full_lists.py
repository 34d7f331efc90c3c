"""Full lists: a batch ends the records that it does not name, and brings back those that it names again."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

KINDS = "'withdraw', 'reinstate', 'repair', 'object', 'uphold', 'reject'"
STATES = "'current', 'objected', 'withdrawn', 'repaired', 'annulled'"


def upgrade() -> None:
    """Allow the acts, and note of a batch what it ended."""
    _allow(f"{KINDS}, 'end', 'return'", f"{STATES}, 'ended'")
    op.execute("CREATE INDEX record_act_ended ON record_act (act_batch) WHERE kind = 'end'")
    op.execute("""
        ALTER TABLE batch ADD COLUMN delivery text NOT NULL DEFAULT 'delta' CHECK (delivery IN ('full_list', 'delta')),
            ADD COLUMN ended integer NOT NULL DEFAULT 0, ADD COLUMN returned integer NOT NULL DEFAULT 0,
            ADD COLUMN not_ended text CHECK (not_ended IN ('unreadable', 'outdated', 'unconfirmed'))
    """)


def downgrade() -> None:
    """Go back, as long as no list has ended anything."""
    op.execute("ALTER TABLE batch DROP COLUMN delivery, DROP COLUMN ended, DROP COLUMN returned, DROP COLUMN not_ended")
    op.execute("DROP INDEX record_act_ended")
    _allow(KINDS, STATES)


def _allow(kinds: str, states: str) -> None:
    for column, values in (("kind", kinds), ("state", states)):
        name = f"record_act_{column}_check"
        op.execute(
            f"ALTER TABLE record_act DROP CONSTRAINT {name}, ADD CONSTRAINT {name} CHECK ({column} IN ({values}))"
        )
