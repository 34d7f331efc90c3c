"""The network of enterprises: parties that are no enterprises here, edges with their days, whose are read anew, and
what was computed of all together.

Whose edges are to be read anew is written by a trigger, with what the column store takes up: what was delivered, acted
upon, given to a subject or erased. Who is erased loses its edges in the same transaction, whatever door that came by.
"""

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

OF_NETWORK = """ARRAY['shareholder_contrib', 'outbound_investment', 'annual_report_guarantee', 'ent_legal_rep',
    'soe_supervision', 'ent_registration']"""
UP = (
    """CREATE TABLE network_party (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, known_by text NOT NULL, value text NOT NULL,
        UNIQUE (known_by, value))""",
    """CREATE TABLE network_edge (
        edge_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, said_by bigint NOT NULL, record_id uuid NOT NULL,
        dataset text NOT NULL, kind text NOT NULL, source bigint NOT NULL, target bigint NOT NULL,
        share integer CHECK (share BETWEEN 0 AND 1000000), position text, starts date NOT NULL,
        ends date CHECK (ends > starts), ref text)""",
    "CREATE INDEX network_edge_source ON network_edge (source, kind)",
    "CREATE INDEX network_edge_target ON network_edge (target, kind)",
    "CREATE INDEX network_edge_said_by ON network_edge (said_by)",
    "CREATE INDEX network_edge_record ON network_edge (record_id)",
    "CREATE INDEX network_edge_ref ON network_edge (ref) WHERE ref IS NOT NULL",
    """CREATE TABLE network_due (
        subject bigint PRIMARY KEY, mark bigint NOT NULL UNIQUE, since timestamptz NOT NULL DEFAULT now())""",
    "CREATE SEQUENCE network_due_mark",
    """CREATE FUNCTION xinqiao_network_due() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            INSERT INTO network_due (subject, mark)
            SELECT number, nextval('network_due_mark') FROM (
                SELECT s.number FROM taken t JOIN record r ON r.batch_id = t.batch_id JOIN subject s USING (subject_id)
                WHERE t.leaves IS NULL AND t.dataset = ANY(OF_NETWORK)
                UNION
                SELECT s.number FROM taken t CROSS JOIN LATERAL unnest(t.leaves) AS l (leaf)
                JOIN record r ON r.batch_id = t.batch_id AND r.leaf_index = l.leaf
                JOIN subject s USING (subject_id) WHERE t.dataset = ANY(OF_NETWORK)
                UNION
                SELECT e.said_by FROM taken t CROSS JOIN LATERAL unnest(t.leaves) AS l (leaf)
                JOIN record r ON r.batch_id = t.batch_id AND r.leaf_index = l.leaf
                JOIN network_edge e USING (record_id)
            ) AS touched ORDER BY number
            ON CONFLICT (subject) DO UPDATE SET mark = excluded.mark;
            RETURN NULL;
        END $$""",
    """CREATE TRIGGER network_due AFTER DELETE ON column_due REFERENCING OLD TABLE AS taken
        FOR EACH STATEMENT EXECUTE FUNCTION xinqiao_network_due()""",
    # What was sealed before.
    """INSERT INTO network_due (subject, mark)
        SELECT number, nextval('network_due_mark') FROM (
            SELECT DISTINCT s.number FROM batch b JOIN record r USING (batch_id) JOIN subject s USING (subject_id)
            WHERE b.dataset = ANY(OF_NETWORK)) AS held""",
    """CREATE FUNCTION xinqiao_network_erased() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE others bigint[];
        BEGIN
            WITH gone AS (DELETE FROM network_edge WHERE ref = NEW.ref RETURNING source, target)
            SELECT array_agg(-n.number) INTO others FROM gone CROSS JOIN LATERAL (VALUES (source), (target)) n (number)
            WHERE n.number < 0;
            DELETE FROM network_party p WHERE p.number = ANY(others) AND NOT EXISTS (
                SELECT FROM network_edge e WHERE e.source = -p.number OR e.target = -p.number);
            RETURN NULL;
        END $$""",
    """CREATE TRIGGER network_erased AFTER UPDATE OF salt ON personal_key FOR EACH ROW
        WHEN (OLD.salt IS NOT NULL AND NEW.salt IS NULL) EXECUTE FUNCTION xinqiao_network_erased()""",
    """CREATE TABLE network_standing (
        subject bigint PRIMARY KEY, holders integer NOT NULL, holdings integer NOT NULL, component bigint NOT NULL,
        component_size integer NOT NULL, circle bigint, circle_size integer CHECK ((circle IS NULL) =
        (circle_size IS NULL)), control_group bigint, group_size integer CHECK ((control_group IS NULL) =
        (group_size IS NULL)), controllers bigint[] NOT NULL, shares integer[] NOT NULL)""",
    """CREATE TABLE network_night (
        as_of date PRIMARY KEY, computed_at timestamptz NOT NULL, parties integer NOT NULL, edges integer NOT NULL,
        components integer NOT NULL, circles integer NOT NULL, groups integer NOT NULL, digest bytea NOT NULL,
        event_id uuid NOT NULL)""",
    "GRANT SELECT, INSERT, DELETE ON network_party, network_edge TO xinqiao_app",
    "GRANT SELECT, INSERT, DELETE, UPDATE (mark, since) ON network_due TO xinqiao_app",
    "GRANT USAGE ON SEQUENCE network_due_mark TO xinqiao_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON network_standing, network_night TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables; whoever has records of these datasets is read first."""
    for statement in UP:
        op.execute(statement.replace("OF_NETWORK", OF_NETWORK))


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TRIGGER network_erased ON personal_key")
    op.execute("DROP TRIGGER network_due ON column_due")
    op.execute("DROP FUNCTION xinqiao_network_erased(), xinqiao_network_due()")
    op.execute("DROP TABLE network_night, network_standing, network_due, network_edge, network_party")
    op.execute("DROP SEQUENCE network_due_mark")
