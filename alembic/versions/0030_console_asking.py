"""People ask through an account that is meant for it: whether one is, who asked, and which keys are good once."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

UP = (
    "ALTER TABLE client ADD COLUMN for_people boolean NOT NULL DEFAULT false",
    "ALTER TABLE client ADD CHECK (kind = 'account' OR NOT for_people)",
    # Whom an account asked for, by the name that person has in the log.
    "ALTER TABLE inquiry ADD COLUMN person text",
    "ALTER TABLE quota_ledger ADD COLUMN person text",
    # A form is sent once: its key is not free again after a denial, as a program's is.
    "ALTER TABLE idempotency ADD COLUMN once boolean NOT NULL DEFAULT false",
)
DOWN = (
    "ALTER TABLE idempotency DROP COLUMN once",
    "ALTER TABLE quota_ledger DROP COLUMN person",
    "ALTER TABLE inquiry DROP COLUMN person",
    "ALTER TABLE client DROP COLUMN for_people",
)


def upgrade() -> None:
    """Add the columns. What was asked for people before is theirs in the log alone: charges are never changed."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for statement in DOWN:
        op.execute(statement)
