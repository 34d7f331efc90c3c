"""Internet-finance platforms: the register by site or app, whose they are, what was found, and the days judged."""

from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE site (
        key text PRIMARY KEY, platforms text[] NOT NULL, others text[] NOT NULL, record_id uuid)""",
    """CREATE TABLE site_firm (
        site text NOT NULL, known_by text NOT NULL, value text NOT NULL, subject bigint, record_id uuid NOT NULL,
        PRIMARY KEY (site, known_by, value))""",
    "CREATE INDEX site_firm_subject ON site_firm (subject) WHERE subject IS NOT NULL",
    """CREATE TABLE site_finding (
        site text NOT NULL, series text NOT NULL CHECK (series IN ('traffic', 'pages', 'complaints', 'opinion')),
        kind text NOT NULL CHECK (kind IN ('spike', 'fall', 'unreported')), since date NOT NULL,
        seen_on date NOT NULL CHECK (seen_on >= since), ended date CHECK (ended > since), usual boolean NOT NULL,
        value bigint NOT NULL, expected bigint NOT NULL, low bigint NOT NULL, high bigint NOT NULL,
        version integer NOT NULL, PRIMARY KEY (site, series, kind, since))""",
    "CREATE UNIQUE INDEX site_finding_standing ON site_finding (site, series, kind) WHERE ended IS NULL",
    "CREATE INDEX site_finding_ended ON site_finding (ended) WHERE ended IS NOT NULL",
    """CREATE TABLE site_day (
        day date PRIMARY KEY, judged_at timestamptz NOT NULL, version integer NOT NULL, rules text NOT NULL,
        sites integer NOT NULL, unplaced integer NOT NULL, reported integer NOT NULL, silent boolean NOT NULL,
        opened integer NOT NULL, ended integer NOT NULL, standing integer NOT NULL, digest bytea NOT NULL,
        event_id uuid NOT NULL)""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON site, site_firm, site_finding, site_day TO xinqiao_app",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE site_day, site_finding, site_firm, site")
