"""The enterprise's own people, what a session was opened with, when somebody last signed in, what they are told."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ROLES = "'operator', 'auditor', 'regulator', 'clerk', 'staff', 'system'"
UP = (
    "ALTER TABLE person DROP CONSTRAINT person_role_check",
    f"ALTER TABLE person ADD CONSTRAINT person_role_check CHECK (role IN ({ROLES}, 'owner'))",
    """ALTER TABLE person ADD COLUMN enterprise text, ADD COLUMN acts_from timestamptz,
        ADD COLUMN signed_in_at timestamptz, ADD COLUMN notice jsonb,
        ADD CONSTRAINT person_enterprise_check CHECK ((role = 'owner') = (enterprise IS NOT NULL))""",
    "CREATE INDEX person_enterprise ON person (enterprise) WHERE enterprise IS NOT NULL",
    "ALTER TABLE person_session ADD COLUMN device text NOT NULL DEFAULT ''",
    "ALTER TABLE person_session ALTER COLUMN device DROP DEFAULT",
    "ALTER TABLE change ADD COLUMN decided_person text",
    "GRANT UPDATE (decided_person) ON change TO xinqiao_app",
)
DOWN = (
    "ALTER TABLE change DROP COLUMN decided_person",
    "ALTER TABLE person_session DROP COLUMN device",
    "DELETE FROM person_session WHERE person_id IN (SELECT person_id FROM person WHERE role = 'owner')",
    "DELETE FROM person_address WHERE person_id IN (SELECT person_id FROM person WHERE role = 'owner')",
    "DELETE FROM person WHERE role = 'owner'",
    """ALTER TABLE person DROP COLUMN enterprise, DROP COLUMN acts_from, DROP COLUMN signed_in_at,
        DROP COLUMN notice""",
    "ALTER TABLE person DROP CONSTRAINT person_role_check",
    f"ALTER TABLE person ADD CONSTRAINT person_role_check CHECK (role IN ({ROLES}))",
)


def upgrade() -> None:
    """Add the columns."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Back to people without an enterprise; owners go."""
    for statement in DOWN:
        op.execute(statement)
