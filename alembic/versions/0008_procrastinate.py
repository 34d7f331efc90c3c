"""The job queue's own schema, as its release ships it; a new release brings its changes in a migration of ours."""

from procrastinate.schema import SchemaManager

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

RIGHTS = """
DO $$
DECLARE item record;
BEGIN
    FOR item IN SELECT relname, relkind FROM pg_class
                WHERE relname LIKE 'procrastinate\\_%' AND relkind IN ('r', 'S') LOOP
        EXECUTE format('GRANT ALL ON %s %I TO xinqiao_app',
                       CASE item.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, item.relname);
    END LOOP;
END $$
"""
DROP = """
DO $$
DECLARE item text;
BEGIN
    FOR item IN SELECT oid::regclass::text FROM pg_class WHERE relname LIKE 'procrastinate\\_%' AND relkind = 'r' LOOP
        EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', item);
    END LOOP;
    FOR item IN SELECT oid::regprocedure::text FROM pg_proc WHERE proname LIKE 'procrastinate\\_%' LOOP
        EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', item);
    END LOOP;
    FOR item IN SELECT oid::regtype::text FROM pg_type
                WHERE typname LIKE 'procrastinate\\_%' AND typtype IN ('e', 'c') LOOP
        EXECUTE format('DROP TYPE IF EXISTS %s CASCADE', item);
    END LOOP;
END $$
"""


def upgrade() -> None:
    """Create the queue."""
    # Through the driver: the file holds many statements, and per cent signs that are not parameters.
    op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema())
    op.execute(RIGHTS)


def downgrade() -> None:
    """Drop the queue."""
    op.execute(DROP)
