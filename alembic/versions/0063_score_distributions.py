"""With whom each score is compared, and how the scores of a day lie in each group."""

from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

UP = (
    # Without a default: no row is written anew, the next scan writes them.
    "ALTER TABLE subject_score ADD COLUMN section smallint, ADD COLUMN size smallint",
    """CREATE TABLE score_distribution (
        day date NOT NULL, model text NOT NULL, section text NOT NULL, size text NOT NULL,
        scores smallint[] NOT NULL, counts integer[] NOT NULL CHECK (cardinality(counts) = cardinality(scores)),
        run_id uuid NOT NULL, PRIMARY KEY (model, day, section, size))""",
    "GRANT SELECT, INSERT ON score_distribution TO xinqiao_app",
)


def upgrade() -> None:
    """Create them."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE score_distribution")
    op.execute("ALTER TABLE subject_score DROP COLUMN section, DROP COLUMN size")
