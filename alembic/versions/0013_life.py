"""Life of a record: acts upon it, lists of acts, and the one definition of what may be shown."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE record_act (
        act_id uuid PRIMARY KEY, dataset text NOT NULL, agency text NOT NULL, business_key text NOT NULL,
        record_id uuid NOT NULL, version integer NOT NULL, number integer NOT NULL,
        kind text NOT NULL CHECK (kind IN ('withdraw', 'reinstate', 'repair', 'object', 'uphold', 'reject')),
        state text NOT NULL CHECK (state IN ('current', 'objected', 'withdrawn', 'repaired', 'annulled')),
        hides boolean NOT NULL, lasting boolean NOT NULL, effective_on date NOT NULL, reason text NOT NULL,
        document text, actor text NOT NULL, act_batch uuid, recorded_at timestamptz NOT NULL,
        event_id uuid NOT NULL)""",
    # Hashed: keys are compared for equality alone, and may be longer than a tree takes.
    "CREATE INDEX record_act_key ON record_act USING hash (business_key)",
    "CREATE INDEX record_act_record ON record_act (record_id)",
    """CREATE TABLE act_batch (
        act_batch uuid PRIMARY KEY, agency text NOT NULL, dataset text NOT NULL, sender_batch text NOT NULL,
        digest bytea NOT NULL, kind text NOT NULL, recorded_at timestamptz NOT NULL, row_count integer NOT NULL,
        done integer NOT NULL, already integer NOT NULL, unknown integer NOT NULL, refused jsonb NOT NULL,
        event_id uuid NOT NULL, UNIQUE (agency, dataset, sender_batch))""",
    # What was replaced, for those who ask about the past; a first load pays nothing for it.
    "CREATE INDEX record_past ON record USING hash (business_key) WHERE superseded_at IS NOT NULL",
    "CREATE INDEX record_subject_past ON record (subject_id) WHERE superseded_at IS NOT NULL",
    "SELECT xinqiao_make_evidence('record_act')",
    "SELECT xinqiao_make_evidence('act_batch')",
)

# connectors/records/life.py is the same in Python; a property test holds both together. A function that returns rows
# is opened up by the planner like a view: with known_at NULL, the indices of current records serve.
VISIBLE = """
CREATE FUNCTION record_visible(as_of date, known_at timestamptz) RETURNS SETOF public.record LANGUAGE sql STABLE AS $$
    SELECT r.* FROM public.record r
    WHERE (r.superseded_at IS NULL OR r.superseded_at > known_at)
      AND (known_at IS NULL OR r.recorded_at <= known_at)
      AND (r.event_date IS NULL OR r.event_date <= as_of)
      AND (r.publish_until IS NULL OR r.publish_until >= as_of)
      AND NOT EXISTS (
        SELECT FROM public.record_act a
        WHERE a.business_key = r.business_key AND a.dataset = r.dataset AND a.agency = r.agency
          AND a.hides AND (a.lasting OR a.version >= r.version)
          AND a.effective_on <= as_of AND (known_at IS NULL OR a.recorded_at <= known_at)
          AND NOT EXISTS (
            SELECT FROM public.record_act b
            WHERE b.business_key = a.business_key AND b.dataset = a.dataset AND b.agency = a.agency
              AND b.number > a.number
              AND b.effective_on <= as_of AND (known_at IS NULL OR b.recorded_at <= known_at)))
$$
"""


def upgrade() -> None:
    """Create the tables, the indices of the past and the definition."""
    for statement in (*TABLES, VISIBLE, "GRANT EXECUTE ON FUNCTION record_visible(date, timestamptz) TO xinqiao_app"):
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP FUNCTION record_visible(date, timestamptz)")
    op.execute("DROP INDEX record_past")
    op.execute("DROP INDEX record_subject_past")
    op.execute("DROP TABLE act_batch")
    op.execute("DROP TABLE record_act")
