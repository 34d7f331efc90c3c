"""Duty bases, government bodies among the institutions, and on which basis each answer was given."""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_CLASSES = "'bank', 'guarantee', 'micro_loan', 'other'"
STATEMENTS = (
    "SET LOCAL lock_timeout = '4s'",
    "ALTER TABLE institution DROP CONSTRAINT institution_class_check",
    f"ALTER TABLE institution ADD CONSTRAINT institution_class_check CHECK (class IN ({_CLASSES}, 'government'))",
    """CREATE TABLE duty_basis (
        code text PRIMARY KEY, institution text NOT NULL REFERENCES institution (institution_id),
        law text NOT NULL, article text NOT NULL, purposes text[] NOT NULL, products text[] NOT NULL,
        categories text[] NOT NULL, sources text[] NOT NULL, datasets text[] NOT NULL,
        valid_from timestamptz NOT NULL, valid_until timestamptz NOT NULL, approved_by text,
        event_id uuid NOT NULL, ended_at timestamptz, ended_by uuid, CHECK (valid_from < valid_until)
    )""",
    "CREATE INDEX duty_basis_institution ON duty_basis (institution, code)",
    "GRANT SELECT, INSERT, UPDATE (ended_at, ended_by) ON duty_basis TO xinqiao_app",
    # An answer of before, or of a release of before, has none: it rests on a consent.
    "ALTER TABLE inquiry ADD COLUMN legal_basis text, ADD COLUMN duty text",
)


def upgrade() -> None:
    """Add them."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Forget them; an institution that is a government body is another one then."""
    op.execute("ALTER TABLE inquiry DROP COLUMN legal_basis, DROP COLUMN duty")
    op.execute("DROP TABLE duty_basis")
    op.execute("UPDATE institution SET class = 'other' WHERE class = 'government'")
    op.execute("ALTER TABLE institution DROP CONSTRAINT institution_class_check")
    op.execute(f"ALTER TABLE institution ADD CONSTRAINT institution_class_check CHECK (class IN ({_CLASSES}))")
