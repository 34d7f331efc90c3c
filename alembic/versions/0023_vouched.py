"""Names that became former, one row for each change; uses of a consent that follow from the uses themselves."""

from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE name_change (
        change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, batch_id uuid NOT NULL, subject_id uuid NOT NULL,
        value text NOT NULL, former boolean NOT NULL)""",
    "SELECT xinqiao_make_evidence('name_change')",
    # Counted by the owner when a use is stored; who serves questions can only lock the row.
    """CREATE FUNCTION xinqiao_count_use() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            UPDATE consent_head SET uses = uses + 1 WHERE consent_id = NEW.consent_id;
            RETURN NULL;
        END $$""",
    """CREATE TRIGGER counted AFTER INSERT ON consent_use
        FOR EACH ROW EXECUTE FUNCTION xinqiao_count_use()""",
    # Whoever may use the owner's rights; the service may not, under whatever name it logs in.
    """CREATE FUNCTION xinqiao_counted_by_the_uses() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER') THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'the uses of a consent are counted as they are stored'
                USING ERRCODE = 'insufficient_privilege';
        END $$""",
    """CREATE TRIGGER counted_by_the_uses BEFORE UPDATE ON consent_head
        FOR EACH ROW EXECUTE FUNCTION xinqiao_counted_by_the_uses()""",
)
DOWN = (
    "DROP TRIGGER counted_by_the_uses ON consent_head",
    "DROP TRIGGER counted ON consent_use",
    "DROP FUNCTION xinqiao_count_use(), xinqiao_counted_by_the_uses()",
    "DROP TABLE name_change",
)


def upgrade() -> None:
    """Apply."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    for statement in DOWN:
        op.execute(statement)
