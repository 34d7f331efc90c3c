"""Edges of the network are kept with the reading that found them and the one that found them no more, so that a network
can be looked at again as it was read; that edges went with contents that were erased is kept, without
them.

Who was erased loses its edges of every reading, as before, and so does a record whose contents were kept long enough.
"""

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

ERASED = """
    CREATE OR REPLACE FUNCTION xinqiao_network_erased() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE others bigint[];
        BEGIN
            {noted}
            WITH gone AS (DELETE FROM network_edge WHERE ref = NEW.ref RETURNING source, target)
            SELECT array_agg(-n.number) INTO others FROM gone CROSS JOIN LATERAL (VALUES (source), (target)) n (number)
            WHERE n.number < 0;
            DELETE FROM network_party p WHERE p.number = ANY(others) AND NOT EXISTS (
                SELECT FROM network_edge e WHERE e.source = -p.number OR e.target = -p.number);
            RETURN NULL;
        END $$
"""
NOTED = """INSERT INTO network_erasure (said_by, erased_at)
            SELECT DISTINCT said_by, now() FROM network_edge WHERE ref = NEW.ref
            ON CONFLICT (said_by) DO UPDATE SET erased_at = excluded.erased_at;"""
EXPUNGED = """
    CREATE FUNCTION xinqiao_network_expunged() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            WITH gone AS (DELETE FROM network_edge WHERE record_id = NEW.record_id RETURNING said_by)
            INSERT INTO network_erasure (said_by, erased_at) SELECT DISTINCT said_by, now() FROM gone
            ON CONFLICT (said_by) DO UPDATE SET erased_at = excluded.erased_at;
            RETURN NULL;
        END $$
"""
UP = (
    """CREATE TABLE network_reading (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, read_at timestamptz NOT NULL DEFAULT now())""",
    "CREATE TABLE network_erasure (said_by bigint PRIMARY KEY, erased_at timestamptz NOT NULL)",
    """ALTER TABLE network_edge ADD COLUMN taken bigint NOT NULL DEFAULT 0, ADD COLUMN dropped bigint,
        ADD CONSTRAINT network_edge_dropped CHECK (dropped > taken)""",
    "GRANT SELECT, INSERT ON network_reading TO xinqiao_app",
    "GRANT SELECT ON network_erasure TO xinqiao_app",
    "GRANT UPDATE (dropped) ON network_edge TO xinqiao_app",
    ERASED.format(noted=NOTED),
    EXPUNGED,
    """CREATE TRIGGER network_expunged AFTER INSERT ON record_tombstone FOR EACH ROW
        EXECUTE FUNCTION xinqiao_network_expunged()""",
)


def upgrade() -> None:
    """Add the readings; what was read before counts as the first one's."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Keep the newest reading alone, as before."""
    op.execute("DROP TRIGGER network_expunged ON record_tombstone")
    op.execute("DROP FUNCTION xinqiao_network_expunged()")
    op.execute(ERASED.format(noted=""))
    op.execute("DELETE FROM network_edge WHERE dropped IS NOT NULL")
    op.execute("ALTER TABLE network_edge DROP COLUMN taken, DROP COLUMN dropped")
    op.execute("DROP TABLE network_reading, network_erasure")
