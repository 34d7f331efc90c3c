"""Answers are stored packed, in a small part of what they take as they are sent."""

from sqlalchemy import text

from alembic import op
from signing.packed import unpack

revision = "0059"
down_revision = "0056"
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
_PACKED = text("SELECT inquiry_id, packed FROM inquiry WHERE packed IS NOT NULL LIMIT 1000")
_UNPACKED = text("UPDATE inquiry SET answer = :answer, packed = NULL WHERE inquiry_id = :inquiry")


def upgrade() -> None:
    """Add the column; every row is looked at without a lock that others wait for."""
    for statement in STATEMENTS:
        op.execute(statement)
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE inquiry VALIDATE CONSTRAINT inquiry_answered")


def downgrade() -> None:
    """Store answers as they are sent, some at a time."""
    connection = op.get_bind()
    op.execute("ALTER TABLE inquiry DROP CONSTRAINT inquiry_answered")
    while rows := connection.execute(_PACKED).all():
        connection.execute(_UNPACKED, [{"inquiry": row.inquiry_id, "answer": unpack(row.packed)} for row in rows])
    op.execute("ALTER TABLE inquiry ADD CONSTRAINT inquiry_check CHECK ((state = 'answered') = (answer IS NOT NULL))")
    op.execute("ALTER TABLE inquiry DROP COLUMN packed")
