"""The scan: its runs, every subject's score by day, and whose is to be computed again.

Whose is to be computed again is written by a trigger, with what the column store takes up: until then it is due there,
from then on here, so that a subject is never taken for unchanged in between.
"""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE score_basis (
        basis_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, digest bytea NOT NULL UNIQUE, model text NOT NULL,
        catalogue text NOT NULL, parts text[] NOT NULL, series text NOT NULL,
        blocked jsonb NOT NULL)""",
    """CREATE TABLE scan_run (
        run_id uuid PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('full', 'incremental', 'as-of')),
        as_of date NOT NULL, engine text NOT NULL,
        state text NOT NULL CHECK (state IN ('running', 'finished', 'failed')),
        basis_id integer NOT NULL REFERENCES score_basis, mark bigint NOT NULL, files text[] NOT NULL,
        since uuid CHECK ((kind = 'incremental') = (since IS NOT NULL)),
        chosen bytea CHECK ((since IS NULL) = (chosen IS NULL)), pieces integer NOT NULL,
        subjects integer NOT NULL, changed integer NOT NULL, rose integer NOT NULL, fell integer NOT NULL,
        digest bytea CHECK ((state = 'finished') = (digest IS NOT NULL)),
        fault text CHECK ((state = 'failed') = (fault IS NOT NULL)),
        started_at timestamptz NOT NULL, finished_at timestamptz CHECK ((state = 'running') = (finished_at IS NULL)),
        event_id uuid NOT NULL, closing_event_id uuid)""",
    "CREATE UNIQUE INDEX scan_run_running ON scan_run ((true)) WHERE state = 'running'",
    "CREATE INDEX scan_run_as_of ON scan_run (as_of, run_id)",
    """CREATE TABLE scan_piece (
        run_id uuid NOT NULL, number integer NOT NULL, subjects integer NOT NULL, changed integer NOT NULL,
        rose integer NOT NULL, fell integer NOT NULL, digest bytea NOT NULL, PRIMARY KEY (run_id, number))""",
    """CREATE TABLE subject_score (
        subject bigint NOT NULL, holds_from date NOT NULL, holds_to date CHECK (holds_to > holds_from),
        known_at timestamptz NOT NULL, written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        run_id uuid, basis_id integer NOT NULL,
        status text NOT NULL CHECK ((status = 'scored') = (score IS NOT NULL)), score smallint,
        band text CHECK ((band IS NULL) = (score IS NULL)), parts bytea NOT NULL, reasons bytea NOT NULL,
        digest bigint NOT NULL, before_score smallint, before_band text, moved jsonb,
        PRIMARY KEY (subject, holds_from))""",
    "CREATE UNIQUE INDEX subject_score_current ON subject_score (subject) WHERE holds_to IS NULL",
    "CREATE INDEX subject_score_holds_to ON subject_score (holds_to) WHERE holds_to IS NOT NULL",
    """CREATE INDEX subject_score_moved ON subject_score (holds_from, abs(score - before_score))
       WHERE moved IS NOT NULL""",
    """CREATE TABLE score_due (
        subject bigint PRIMARY KEY, mark bigint NOT NULL UNIQUE, since timestamptz NOT NULL DEFAULT now())""",
    "CREATE SEQUENCE score_due_mark",
    # An act upon a version concerns what stands under its key now, too.
    """CREATE FUNCTION xinqiao_scores_due() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            INSERT INTO score_due (subject, mark)
            SELECT number, nextval('score_due_mark') FROM (
                SELECT s.number FROM taken t JOIN record r ON r.batch_id = t.batch_id JOIN subject s USING (subject_id)
                WHERE t.leaves IS NULL
                UNION
                SELECT s.number FROM taken t CROSS JOIN LATERAL unnest(t.leaves) AS l (leaf)
                JOIN record r ON r.batch_id = t.batch_id AND r.leaf_index = l.leaf
                JOIN record k ON k.key_id = r.key_id AND (k.record_id = r.record_id OR k.superseded_at IS NULL)
                JOIN subject s ON s.subject_id = k.subject_id
            ) AS touched ORDER BY number
            ON CONFLICT (subject) DO UPDATE SET mark = excluded.mark;
            RETURN NULL;
        END $$""",
    """CREATE TRIGGER scores_due AFTER DELETE ON column_due REFERENCING OLD TABLE AS taken
        FOR EACH STATEMENT EXECUTE FUNCTION xinqiao_scores_due()""",
    "GRANT SELECT, DELETE, UPDATE (since) ON score_due TO xinqiao_app",  # to lock a row is to be let change it
    "GRANT SELECT, INSERT ON score_basis, scan_run, scan_piece TO xinqiao_app",
    """GRANT UPDATE (state, subjects, changed, rose, fell, digest, fault, finished_at, closing_event_id) ON scan_run
       TO xinqiao_app""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON subject_score TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TRIGGER scores_due ON column_due")
    op.execute("DROP FUNCTION xinqiao_scores_due()")
    op.execute("DROP SEQUENCE score_due_mark")
    op.execute("DROP TABLE score_due, subject_score, scan_piece, scan_run, score_basis")
