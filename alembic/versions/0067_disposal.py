"""Cases of risks and their files; county disposal offices, their people and clients; authorities that cases go to."""

from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

KINDS = "'account', 'agency', 'signatory', 'platform', 'auditor', 'operator', 'system'"
AUTHORITIES = "'market-regulator', 'police', 'supervisor'"
PLATFORMS = "'brain', 'city', 'province'"
ROLES = "'operator', 'auditor', 'regulator', 'clerk', 'staff', 'system', 'owner'"
UP = (
    """CREATE TABLE disposal_case (
        id uuid PRIMARY KEY, subject bigint NOT NULL, type text NOT NULL,
        level text NOT NULL CHECK (level IN ('notice', 'warning', 'restriction')), score integer NOT NULL,
        version integer NOT NULL, points jsonb NOT NULL, found_on date NOT NULL, opened_at timestamptz NOT NULL,
        opened_by text NOT NULL, office text NOT NULL CHECK (office ~ '^[1-9][0-9]{5}$'),
        state text NOT NULL CHECK (state IN ('opened', 'accepted', 'confirmed', 'closed')),
        confirmed_at timestamptz, due_on date NOT NULL, outcome text, closed_at timestamptz, steps integer NOT NULL,
        asks jsonb, event_id uuid NOT NULL,
        CHECK ((state = 'closed') = (closed_at IS NOT NULL)), CHECK ((state = 'closed') = (outcome IS NOT NULL)))""",
    "CREATE UNIQUE INDEX disposal_case_once ON disposal_case (subject, type) WHERE closed_at IS NULL",
    "CREATE INDEX disposal_case_office ON disposal_case (office, due_on) WHERE closed_at IS NULL",
    "CREATE INDEX disposal_case_opened ON disposal_case (opened_at)",
    "GRANT SELECT, INSERT ON disposal_case TO xinqiao_app",
    """GRANT UPDATE (office, state, confirmed_at, due_on, outcome, closed_at, steps, asks, event_id) ON disposal_case
       TO xinqiao_app""",
    """CREATE TABLE disposal_file (
        case_id uuid NOT NULL REFERENCES disposal_case, sha256 text NOT NULL, media_type text NOT NULL,
        size integer NOT NULL, sealed bytea NOT NULL, sealed_sha256 text NOT NULL, taken_by text NOT NULL,
        taken_at timestamptz NOT NULL, event_id uuid NOT NULL, PRIMARY KEY (case_id, sha256))""",
    "SELECT xinqiao_make_evidence('disposal_file')",
    "ALTER TABLE person DROP CONSTRAINT person_role_check",
    f"ALTER TABLE person ADD CONSTRAINT person_role_check CHECK (role IN ({ROLES}, 'office'))",
    """ALTER TABLE person ADD COLUMN office text,
        ADD CONSTRAINT person_office_check CHECK ((role = 'office') = (office IS NOT NULL))""",
    "CREATE INDEX person_office ON person (office) WHERE office IS NOT NULL",
    "ALTER TABLE client DROP CONSTRAINT client_kind_check",
    f"ALTER TABLE client ADD CONSTRAINT client_kind_check CHECK (kind IN ({KINDS}, 'office'))",
    "ALTER TABLE peer DROP CONSTRAINT peer_role_check",
    f"ALTER TABLE peer ADD CONSTRAINT peer_role_check CHECK (role IN ({PLATFORMS}, {AUTHORITIES}))",
)
DOWN = (
    """DELETE FROM delivery WHERE peer_id IN
        (SELECT peer_id FROM peer WHERE role IN ('market-regulator', 'police', 'supervisor'))""",
    "DELETE FROM peer WHERE role IN ('market-regulator', 'police', 'supervisor')",
    "ALTER TABLE peer DROP CONSTRAINT peer_role_check",
    f"ALTER TABLE peer ADD CONSTRAINT peer_role_check CHECK (role IN ({PLATFORMS}))",
    "DELETE FROM client_key WHERE client_id IN (SELECT client_id FROM client WHERE kind = 'office')",
    "DELETE FROM client WHERE kind = 'office'",
    "ALTER TABLE client DROP CONSTRAINT client_kind_check",
    f"ALTER TABLE client ADD CONSTRAINT client_kind_check CHECK (kind IN ({KINDS}))",
    "DELETE FROM person_session WHERE person_id IN (SELECT person_id FROM person WHERE role = 'office')",
    "DELETE FROM person_address WHERE person_id IN (SELECT person_id FROM person WHERE role = 'office')",
    "DELETE FROM saved_view WHERE person_id IN (SELECT person_id FROM person WHERE role = 'office')",
    "DELETE FROM person WHERE role = 'office'",
    "ALTER TABLE person DROP COLUMN office",
    "ALTER TABLE person DROP CONSTRAINT person_role_check",
    f"ALTER TABLE person ADD CONSTRAINT person_role_check CHECK (role IN ({ROLES}))",
    "DROP TABLE disposal_file",
    "DROP TABLE disposal_case",
)


def upgrade() -> None:
    """Create the tables, and let offices be."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables; offices and authorities go."""
    for statement in DOWN:
        op.execute(statement)
