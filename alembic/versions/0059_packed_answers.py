"""Answers are stored packed, in a small part of what they take as they are sent."""

from alembic import op

revision = "0059"
down_revision = "0055"
branch_labels = None
depends_on = None

# Each can be run again: the last step is a transaction of its own.
STATEMENTS = (
    "ALTER TABLE inquiry ADD COLUMN IF NOT EXISTS packed bytea",
    # Nothing is gained by compressing anew what is packed.
    "ALTER TABLE inquiry ALTER COLUMN packed SET STORAGE EXTERNAL",
    # A release of before writes the text: either stands there, and no row that is there breaks this.
    "ALTER TABLE inquiry DROP CONSTRAINT IF EXISTS inquiry_check, DROP CONSTRAINT IF EXISTS inquiry_answered",
    """ALTER TABLE inquiry ADD CONSTRAINT inquiry_answered
       CHECK ((state = 'answered') = (num_nonnulls(answer, packed) = 1)) NOT VALID""",
    "GRANT UPDATE (packed) ON inquiry TO xinqiao_app",
)


def upgrade() -> None:
    """Add the column; every row is looked at without a lock that others wait for."""
    for statement in STATEMENTS:
        op.execute(statement)
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE inquiry VALIDATE CONSTRAINT inquiry_answered")


def downgrade() -> None:
    """Refuse where answers are packed: no statement of the database unpacks them."""
    op.execute("ALTER TABLE inquiry ADD CONSTRAINT inquiry_check CHECK ((state = 'answered') = (answer IS NOT NULL))")
    op.execute("ALTER TABLE inquiry DROP CONSTRAINT inquiry_answered")
    op.execute("ALTER TABLE inquiry DROP COLUMN packed")
