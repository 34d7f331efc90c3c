"""Proposals of whose a record known by a name alone is; a person's decision about an identifier can be taken back.

A record that leaves an enterprise makes that one's tags due as well: what is due names who was left.
"""

from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

_SCORES_DUE = """CREATE OR REPLACE FUNCTION xinqiao_scores_due() RETURNS trigger
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
            {left}
        ) AS touched ORDER BY number
        ON CONFLICT (subject) DO UPDATE SET mark = excluded.mark;
        RETURN NULL;
    END $$"""
UP = (
    """CREATE TABLE match_run (
        run_id uuid PRIMARY KEY, made_at timestamptz NOT NULL, digest text NOT NULL, versions jsonb NOT NULL,
        names integer NOT NULL, subjects integer NOT NULL, proposals integer NOT NULL, event_id uuid NOT NULL)""",
    "SELECT xinqiao_make_evidence('match_run')",
    """CREATE TABLE match_proposal (
        proposal_id uuid PRIMARY KEY, run_id uuid NOT NULL REFERENCES match_run, agency text NOT NULL,
        kind text NOT NULL, value text NOT NULL, subject_id uuid NOT NULL REFERENCES subject,
        weight numeric(8, 3) NOT NULL, levels jsonb NOT NULL,
        status text NOT NULL CHECK (status IN
            ('open', 'accepted', 'confirmed', 'rejected', 'taken_back', 'outdated')),
        accepted_by text, accepted_at timestamptz, decided_by text, decided_at timestamptz, reason text,
        event_id uuid NOT NULL)""",
    """CREATE UNIQUE INDEX match_proposal_once ON match_proposal (agency, kind, value, subject_id)
        WHERE status <> 'outdated'""",
    """CREATE INDEX match_proposal_waiting ON match_proposal (weight DESC, proposal_id)
        WHERE status IN ('open', 'accepted')""",
    "CREATE INDEX match_proposal_identifier ON match_proposal (kind, value)",
    "CREATE INDEX match_proposal_run ON match_proposal (run_id)",
    "GRANT SELECT, INSERT ON match_proposal TO xinqiao_app",
    """GRANT UPDATE (status, accepted_by, accepted_at, decided_by, decided_at, reason, event_id) ON match_proposal
       TO xinqiao_app""",
    "ALTER TABLE subject_identifier ADD COLUMN ended_at timestamptz",
    "CREATE INDEX subject_identifier_ended ON subject_identifier (subject_id) WHERE ended_at IS NOT NULL",
    "GRANT UPDATE (ended_at) ON subject_identifier TO xinqiao_app",
    """CREATE OR REPLACE VIEW subject_known AS
        SELECT kind, value, subject_id, CASE WHEN former_since IS NULL THEN confidence ELSE least(confidence, 70) END
            AS confidence, source, batch_id, recorded_at, former_since FROM subject_identifier WHERE ended_at IS NULL
        UNION ALL
        SELECT 'organisation_code', substr(uscc, 9, 9), subject_id, 100::smallint, 'GB 32100-2015', NULL, created_at,
            NULL FROM subject WHERE uscc IS NOT NULL""",
    "ALTER TABLE column_due ADD COLUMN left_by bigint",  # the number of the subject that these leaves are no longer of
    """CREATE FUNCTION xinqiao_records_left(records uuid[], subject uuid) RETURNS void
        LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
            INSERT INTO column_due (dataset, batch_id, leaves, left_by)
            SELECT b.dataset, b.batch_id, array_agg(r.leaf_index), s.number
            FROM record r JOIN batch b USING (batch_id) CROSS JOIN subject s
            WHERE r.record_id = ANY($1) AND s.subject_id = $2 GROUP BY b.batch_id, s.number
        $$""",
    "REVOKE ALL ON FUNCTION xinqiao_records_left(uuid[], uuid) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION xinqiao_records_left(uuid[], uuid) TO xinqiao_app",
    _SCORES_DUE.format(left="UNION SELECT t.left_by FROM taken t WHERE t.left_by IS NOT NULL"),
)


def upgrade() -> None:
    """Create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them: what was taken back is known again."""
    op.execute(_SCORES_DUE.format(left=""))
    op.execute("DROP FUNCTION xinqiao_records_left(uuid[], uuid)")
    op.execute("ALTER TABLE column_due DROP COLUMN left_by")
    op.execute("""CREATE OR REPLACE VIEW subject_known AS
        SELECT kind, value, subject_id, CASE WHEN former_since IS NULL THEN confidence ELSE least(confidence, 70) END
            AS confidence, source, batch_id, recorded_at, former_since FROM subject_identifier
        UNION ALL
        SELECT 'organisation_code', substr(uscc, 9, 9), subject_id, 100::smallint, 'GB 32100-2015', NULL, created_at,
            NULL FROM subject WHERE uscc IS NOT NULL""")
    op.execute("ALTER TABLE subject_identifier DROP COLUMN ended_at")
    op.execute("DROP TABLE match_proposal")
    op.execute("DROP TABLE match_run")
