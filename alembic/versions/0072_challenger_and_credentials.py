"""A challenger beside the card in force, each night: what came of it, or why nothing did. Credentials given at the
console: for whom, of what, until when, and whether they were taken back.
"""

from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE challenger_night (
        as_of date NOT NULL, challenger text NOT NULL, champion text NOT NULL, told jsonb, fault text,
        computed_at timestamptz NOT NULL, event_id uuid NOT NULL,
        PRIMARY KEY (as_of, challenger), CHECK ((told IS NULL) <> (fault IS NULL)))""",
    "GRANT SELECT, INSERT ON challenger_night TO xinqiao_app",
    """CREATE TABLE shared_credential (
        credential_id uuid PRIMARY KEY, uscc text NOT NULL, institution text NOT NULL REFERENCES institution,
        members text[] NOT NULL, digest text NOT NULL, given_by text NOT NULL, given_at timestamptz NOT NULL,
        until timestamptz NOT NULL, taken_back_at timestamptz, event_id uuid NOT NULL, CHECK (given_at < until))""",
    "CREATE INDEX shared_credential_uscc ON shared_credential (uscc, credential_id)",
    "GRANT SELECT, INSERT ON shared_credential TO xinqiao_app",
    "GRANT UPDATE (taken_back_at) ON shared_credential TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them: the figures can be computed again of the newest day alone, and what was given holds until it ends."""
    op.execute("DROP TABLE shared_credential")
    op.execute("DROP TABLE challenger_night")
