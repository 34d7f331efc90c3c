"""Sources that are paused, removed, at fault; and the secrets that all processes of an instance share."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

UP = (
    # A removed source keeps its row: its batches name it, and its id is not given to another.
    """ALTER TABLE source
        ADD COLUMN status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'removed')),
        ADD COLUMN faults integer NOT NULL DEFAULT 0, ADD COLUMN refusals integer NOT NULL DEFAULT 0,
        ADD COLUMN last_refusal text, ADD COLUMN last_read_at timestamptz""",
    # Whoever holds the lease renews the secret; `version` tells the others that it was done.
    """CREATE TABLE source_secret (
        name text PRIMARY KEY, version integer NOT NULL, sealed bytea, holder uuid, lease_until timestamptz,
        changed_at timestamptz NOT NULL)""",
    "GRANT SELECT, INSERT, UPDATE ON source_secret TO xinqiao_app",
)


def upgrade() -> None:
    """Add the columns and the table."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP TABLE source_secret")
    for column in ("last_read_at", "last_refusal", "refusals", "faults", "status"):
        op.execute(f"ALTER TABLE source DROP COLUMN {column}")
