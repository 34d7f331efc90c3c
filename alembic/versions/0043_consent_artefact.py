"""The whole artefact of a consent: what is gathered for it, its files, templates, mandates, how it ends."""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_STATUSES = (
    "requested", "active", "rejected", "paused", "revoked", "lapsed", "expired", "exhausted", "superseded",
    "invalidated",
)  # fmt: skip
_TERMS = "convert_from(v.terms, 'UTF8')::jsonb"

UP = (
    "ALTER TABLE consent_version ADD COLUMN gathered text",
    "ALTER TABLE consent_version DROP CONSTRAINT consent_version_status_check",
    f"""ALTER TABLE consent_version ADD CONSTRAINT consent_version_status_check
        CHECK (status IN {_STATUSES})""",
    "ALTER TABLE consent_head ADD COLUMN ends_at timestamptz, ADD COLUMN most integer",
    # Terms that cannot be read permit nothing: they end where they begin.
    f"""UPDATE consent_head h SET (ends_at, most) = (
        SELECT CASE v.terms WHEN '' THEN v.recorded_at ELSE ({_TERMS} ->> 'valid_until')::timestamptz END,
            CASE v.terms WHEN '' THEN NULL ELSE ({_TERMS} ->> 'max_uses')::integer END
        FROM consent_version v WHERE v.consent_id = h.consent_id AND v.version = 1)""",  # noqa: S608 - our own words
    "ALTER TABLE consent_head ALTER COLUMN ends_at SET NOT NULL",
    "CREATE TABLE consent_due (consent_id uuid PRIMARY KEY, due_at timestamptz NOT NULL)",
    "CREATE INDEX consent_due_at ON consent_due (due_at)",
    """INSERT INTO consent_due (consent_id, due_at)
        SELECT h.consent_id, CASE n.status WHEN 'requested' THEN n.recorded_at + interval '72 hours' ELSE h.ends_at END
        FROM consent_head h CROSS JOIN LATERAL (
            SELECT status, recorded_at FROM consent_version v WHERE v.consent_id = h.consent_id
            ORDER BY version DESC LIMIT 1) n
        WHERE n.status IN ('requested', 'active', 'paused')""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON consent_due TO xinqiao_app",
    """CREATE TABLE consent_file (
        consent_id uuid, sha256 text, sealed bytea NOT NULL, event_id uuid NOT NULL,
        PRIMARY KEY (consent_id, sha256))""",
    "ALTER TABLE consent_file ALTER COLUMN sealed SET STORAGE EXTERNAL",  # it is sealed: there is nothing to compress
    "SELECT xinqiao_make_evidence('consent_file')",
    """CREATE TABLE consent_template (
        template text, version integer CHECK (version > 1), effective_from timestamptz NOT NULL,
        content text NOT NULL, event_id uuid NOT NULL, PRIMARY KEY (template, version))""",
    "SELECT xinqiao_make_evidence('consent_template')",
    # A mandate is never edited: another one of the same signatory takes its place from then on.
    """CREATE TABLE signatory_mandate (
        signatory text, version integer CHECK (version >= 1), role text NOT NULL CHECK (role IN ('legal_rep', 'agent')),
        reference text, valid_until timestamptz, holder text, recorded_at timestamptz NOT NULL,
        event_id uuid NOT NULL, PRIMARY KEY (signatory, version),
        CHECK (role = 'legal_rep' OR valid_until IS NOT NULL))""",
    "SELECT xinqiao_make_evidence('signatory_mandate')",
)
DOWN = (
    "DROP TABLE signatory_mandate, consent_template, consent_file, consent_due",
    "ALTER TABLE consent_head DROP COLUMN ends_at, DROP COLUMN most",
    "ALTER TABLE consent_version DROP COLUMN gathered",
    "ALTER TABLE consent_version DROP CONSTRAINT consent_version_status_check",
    """ALTER TABLE consent_version ADD CONSTRAINT consent_version_status_check
        CHECK (status IN ('requested', 'active', 'rejected', 'paused', 'revoked')) NOT VALID""",
)


def upgrade() -> None:
    """Apply."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    for statement in DOWN:
        op.execute(statement)
