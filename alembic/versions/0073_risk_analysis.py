"""The risk watch analysed: which points cannot be told for whom, who was judged where, and watches tried out."""

from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE risk_open (
        as_of date NOT NULL, point text NOT NULL, subjects integer NOT NULL, PRIMARY KEY (as_of, point))""",
    """CREATE TABLE risk_open_piece (
        first bigint PRIMARY KEY, as_of date NOT NULL, version integer NOT NULL,
        width integer NOT NULL CHECK (width > 0), masks bytea NOT NULL)""",
    # Read by the place of one enterprise: a compressed value would be unpacked whole.
    "ALTER TABLE risk_open_piece ALTER COLUMN masks SET STORAGE EXTERNAL",
    """CREATE TABLE risk_judged (
        as_of date NOT NULL, division text NOT NULL, section smallint NOT NULL, subjects integer NOT NULL,
        PRIMARY KEY (as_of, division, section))""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON risk_open, risk_open_piece, risk_judged TO xinqiao_app",
    """CREATE TABLE risk_trial (
        trial_id uuid PRIMARY KEY, asked_by text NOT NULL, asked_at timestamptz NOT NULL, watch jsonb NOT NULL,
        digest text NOT NULL, state text NOT NULL CHECK (state IN ('waiting', 'running', 'finished', 'failed')),
        done integer NOT NULL, pieces integer NOT NULL, as_of date, finished_at timestamptz, result jsonb,
        moves jsonb, fault text, event_id uuid NOT NULL, closing_event_id uuid)""",
    # One at a time: the machine also answers inquiries.
    """CREATE UNIQUE INDEX risk_trial_under_way ON risk_trial ((true)) WHERE state IN ('waiting', 'running')""",
    """GRANT SELECT, INSERT, DELETE ON risk_trial TO xinqiao_app""",
    """GRANT UPDATE (state, done, pieces, as_of, finished_at, result, moves, fault, closing_event_id) ON risk_trial
       TO xinqiao_app""",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE risk_trial, risk_judged, risk_open_piece, risk_open")
