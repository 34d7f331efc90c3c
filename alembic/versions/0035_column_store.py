"""The column store: numbers of subjects and batches, what is due, and the list of files that belong to the store.

What is due is written by triggers, in the transaction that changes what may be shown: whatever door it came by.
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

UP = (
    "ALTER TABLE subject ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY UNIQUE",
    "ALTER TABLE batch ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY UNIQUE",
    # A batch as a whole, or these leaves of one. Nobody but the triggers adds rows.
    """CREATE TABLE column_due (
        due_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, dataset text NOT NULL, batch_id uuid NOT NULL,
        leaves integer[], since timestamptz NOT NULL DEFAULT now())""",
    """CREATE FUNCTION xinqiao_columns_due_of_batch()
        RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            INSERT INTO column_due (dataset, batch_id) VALUES (NEW.dataset, NEW.batch_id);
            RETURN NULL;
        END $$""",
    # Replaced, given to a subject, erased. Records of a batch that is only being stored come with the batch.
    """CREATE FUNCTION xinqiao_columns_due_of_records()
        RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            INSERT INTO column_due (dataset, batch_id, leaves)
            SELECT b.dataset, b.batch_id, array_agg(c.leaf_index) FROM changed c JOIN batch b USING (batch_id)
            GROUP BY b.batch_id;
            RETURN NULL;
        END $$""",
    """CREATE FUNCTION xinqiao_columns_due_of_acts()
        RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            INSERT INTO column_due (dataset, batch_id, leaves)
            SELECT r.dataset, r.batch_id, array_agg(DISTINCT r.leaf_index) FROM done JOIN record r USING (record_id)
            GROUP BY r.dataset, r.batch_id;
            RETURN NULL;
        END $$""",
    """CREATE TRIGGER columns_due AFTER INSERT ON batch
        FOR EACH ROW EXECUTE FUNCTION xinqiao_columns_due_of_batch()""",
    """CREATE TRIGGER columns_due AFTER UPDATE ON record REFERENCING NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION xinqiao_columns_due_of_records()""",
    """CREATE TRIGGER columns_due AFTER INSERT ON record_act REFERENCING NEW TABLE AS done
        FOR EACH STATEMENT EXECUTE FUNCTION xinqiao_columns_due_of_acts()""",
    "GRANT SELECT, DELETE ON column_due TO xinqiao_app",
    """CREATE TABLE column_file (
        name text PRIMARY KEY, dataset text NOT NULL, day date NOT NULL, gone boolean NOT NULL,
        written bigint NOT NULL, row_count bigint NOT NULL, size bigint NOT NULL, digest bytea NOT NULL,
        event_id uuid NOT NULL, replaced_at timestamptz)""",
    "CREATE INDEX column_file_day ON column_file (dataset, day) WHERE replaced_at IS NULL",
    "CREATE INDEX column_file_replaced ON column_file (replaced_at) WHERE replaced_at IS NOT NULL",
    """CREATE TABLE column_dataset (
        dataset text PRIMARY KEY, declaration text NOT NULL, built_at timestamptz NOT NULL, event_id uuid NOT NULL)""",
    """CREATE TABLE column_day (
        dataset text, day date, row_count bigint NOT NULL, content bytea NOT NULL, event_id uuid NOT NULL,
        PRIMARY KEY (dataset, day))""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON column_file, column_dataset, column_day TO xinqiao_app",
)
DOWN = (
    "DROP TABLE column_day, column_dataset, column_file",
    "DROP TRIGGER columns_due ON record_act",
    "DROP TRIGGER columns_due ON record",
    "DROP TRIGGER columns_due ON batch",
    """DROP FUNCTION xinqiao_columns_due_of_acts(), xinqiao_columns_due_of_records(),
        xinqiao_columns_due_of_batch()""",
    "DROP TABLE column_due",
    "ALTER TABLE batch DROP COLUMN number",
    "ALTER TABLE subject DROP COLUMN number",
)


def upgrade() -> None:
    """Apply. Whatever was sealed before is taken up by the first look at a dataset that has no columns yet."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Undo. The files stay where they are: they are nothing without the list."""
    for statement in DOWN:
        op.execute(statement)
