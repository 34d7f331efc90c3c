"""Lists of other supervisors, and checks of who stands at a level of risk against them, in plain or in private."""

from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE supervisor_list (
        list_id uuid PRIMARY KEY, supervisor text NOT NULL, digest bytea NOT NULL, rows integer NOT NULL,
        sound integer NOT NULL, faulty integer NOT NULL, received_by text NOT NULL, received_at timestamptz NOT NULL,
        event_id uuid NOT NULL, UNIQUE (supervisor, digest))""",
    """CREATE TABLE supervisor_list_row (
        list_id uuid NOT NULL REFERENCES supervisor_list, place integer NOT NULL, code text, fault text,
        PRIMARY KEY (list_id, place), CHECK ((code IS NULL) = (fault IS NOT NULL)))""",
    "CREATE UNIQUE INDEX supervisor_list_row_code ON supervisor_list_row (list_id, code) WHERE code IS NOT NULL",
    """CREATE TABLE cross_check (
        check_id uuid PRIMARY KEY, way text NOT NULL CHECK (way IN ('plain', 'private')), purpose text NOT NULL,
        type text, level text NOT NULL CHECK (level IN ('notice', 'warning', 'restriction')), lists uuid[] NOT NULL,
        counterpart text REFERENCES client, learner text CHECK (learner IN ('gateway', 'counterpart')),
        state text NOT NULL CHECK (state IN ('proposed', 'rejected', 'approved', 'committed', 'done')),
        proposed_by text NOT NULL, proposed_person text NOT NULL, proposed_at timestamptz NOT NULL,
        decided_by text, decided_at timestamptz,
        reason text, day date, as_of date, suspects integer, cap integer, commitment text, message text,
        their_size integer, their_commitment text, their_message text, found integer, result text,
        done_at timestamptz, event_id uuid NOT NULL,
        CHECK ((way = 'private') = (counterpart IS NOT NULL AND learner IS NOT NULL)))""",
    "CREATE UNIQUE INDEX cross_check_once_a_day ON cross_check (counterpart, day) WHERE counterpart IS NOT NULL",
    """CREATE TABLE cross_check_member (
        check_id uuid NOT NULL REFERENCES cross_check, code text NOT NULL, subject bigint NOT NULL, level text NOT NULL,
        types text[] NOT NULL, lists uuid[] NOT NULL, found boolean, PRIMARY KEY (check_id, code))""",
    """CREATE TABLE cross_check_exchange (
        check_id uuid PRIMARY KEY REFERENCES cross_check, salt bytea NOT NULL, statement text NOT NULL,
        theirs text, sealed bytea)""",
    "SELECT xinqiao_make_evidence('supervisor_list')",
    "SELECT xinqiao_make_evidence('supervisor_list_row')",
    "GRANT SELECT, INSERT ON cross_check, cross_check_member, cross_check_exchange TO xinqiao_app",
    """GRANT UPDATE (state, decided_by, decided_at, reason, day, as_of, suspects, cap, commitment, message, their_size,
        their_commitment, their_message, found, result, done_at, event_id) ON cross_check TO xinqiao_app""",
    "GRANT UPDATE (found) ON cross_check_member TO xinqiao_app",
    "GRANT UPDATE (theirs, sealed) ON cross_check_exchange TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE cross_check_exchange, cross_check_member, cross_check, supervisor_list_row, supervisor_list")
