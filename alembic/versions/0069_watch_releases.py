"""Rules of the risk watch and learned models as released; what a model foretells; how far each day has drifted."""

from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE watch_release (
        number integer PRIMARY KEY CHECK (number > 0), kind text NOT NULL CHECK (kind IN ('rules', 'model')),
        version integer NOT NULL CHECK (version >= 0), digest text NOT NULL, source text NOT NULL,
        report text NOT NULL, reason text NOT NULL, recorded_at timestamptz NOT NULL, event_id uuid NOT NULL)""",
    "SELECT xinqiao_make_evidence('watch_release')",
    """CREATE TABLE risk_foretold (
        subject bigint PRIMARY KEY, as_of date NOT NULL, version integer NOT NULL, place integer NOT NULL,
        points integer NOT NULL, chance_ppm integer NOT NULL CHECK (chance_ppm BETWEEN 0 AND 1000000),
        reasons jsonb NOT NULL)""",
    "CREATE INDEX risk_foretold_place ON risk_foretold (place)",
    """CREATE TABLE risk_drift (
        as_of date NOT NULL, measure text NOT NULL, basis text NOT NULL, shares jsonb NOT NULL,
        psi_ppm integer CHECK (psi_ppm >= 0), PRIMARY KEY (as_of, measure))""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON risk_foretold, risk_drift TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables: until a release is written, the shipped rules are in force, and no model."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them: the shipped rules are in force."""
    op.execute("DROP TABLE risk_drift, risk_foretold, watch_release")
