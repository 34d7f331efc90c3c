"""Files that are looked at before they are handed in."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE preview (
        preview_id uuid PRIMARY KEY, agency text NOT NULL, dataset text NOT NULL, sender_batch text NOT NULL,
        file_name text NOT NULL, size bigint NOT NULL, digest bytea NOT NULL, actor text NOT NULL,
        state text NOT NULL CHECK (state IN ('judging', 'ready', 'refused', 'stored', 'held')),
        done integer NOT NULL DEFAULT 0, rows integer NOT NULL DEFAULT 0, catalogue bytea NOT NULL, mapping bytea,
        ignored jsonb NOT NULL DEFAULT '[]', told bytea CHECK ((state IN ('ready', 'refused')) = (told IS NOT NULL)),
        batch_id uuid CHECK ((state = 'stored') = (batch_id IS NOT NULL)),
        held_id uuid CHECK ((state = 'held') = (held_id IS NOT NULL)),
        created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, event_id uuid NOT NULL)""",
    "CREATE INDEX preview_agency ON preview (agency)",
    "CREATE INDEX preview_expires_at ON preview (expires_at)",
    "GRANT SELECT, INSERT, DELETE ON preview TO xinqiao_app",
    "GRANT UPDATE (state, done, rows, catalogue, mapping, ignored, told, batch_id, held_id) ON preview TO xinqiao_app",
)


def upgrade() -> None:
    """Create them."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE preview")
