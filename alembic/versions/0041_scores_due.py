"""Whose score is to be computed again is found by indexes alone, record by record.

The function asked for the record itself or the current one under its key in one condition: that was answered by going
through all current records once for every record touched. Each is asked for by itself now, and no table is read whole.
"""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_BEGIN = """
    CREATE OR REPLACE FUNCTION xinqiao_scores_due() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"""
_END = """
        ON CONFLICT (subject) DO UPDATE SET mark = excluded.mark;
        RETURN NULL;
    END $$"""
# An act upon a version concerns what stands under its key now, too.
UP = f"""{_BEGIN} SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    BEGIN
        INSERT INTO score_due (subject, mark)
        SELECT number, nextval('score_due_mark') FROM (
            WITH touched AS MATERIALIZED (
                SELECT r.subject_id, r.key_id FROM taken t CROSS JOIN LATERAL unnest(t.leaves) AS l (leaf)
                JOIN record r ON r.batch_id = t.batch_id AND r.leaf_index = l.leaf
            )
            SELECT s.number FROM taken t JOIN record r ON r.batch_id = t.batch_id JOIN subject s USING (subject_id)
            WHERE t.leaves IS NULL
            UNION
            SELECT s.number FROM touched JOIN subject s USING (subject_id)
            UNION
            SELECT s.number FROM touched t JOIN record k ON k.key_id = t.key_id AND k.superseded_at IS NULL
            JOIN subject s ON s.subject_id = k.subject_id
        ) AS concerned ORDER BY number{_END}"""  # noqa: S608 - our own words
DOWN = f"""{_BEGIN} AS $$
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
        ) AS touched ORDER BY number{_END}"""  # noqa: S608


def upgrade() -> None:
    """Find them one by one."""
    op.execute(UP)


def downgrade() -> None:
    """Find them as before."""
    op.execute(DOWN)
