"""Consents that were collected elsewhere, many in a file: imports and what became of their rows."""

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE consent_import (
        import_id uuid PRIMARY KEY, institution text NOT NULL, account text NOT NULL, person text,
        kind text NOT NULL CHECK (kind IN ('archive', 'signed')), digest bytea NOT NULL,
        total integer NOT NULL CHECK (total > 0), created_at timestamptz NOT NULL, event_id uuid NOT NULL,
        UNIQUE (institution, digest))""",
    """CREATE TABLE consent_import_row (
        import_id uuid NOT NULL, number integer NOT NULL, subject text NOT NULL, outcome text NOT NULL, detail text,
        consent_id uuid, recorded_at timestamptz NOT NULL, PRIMARY KEY (import_id, number))""",
    "GRANT SELECT, INSERT ON consent_import, consent_import_row TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE consent_import_row, consent_import")
