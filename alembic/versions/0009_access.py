"""Keys of clients apart from clients, tokens that can be taken back, pushed requests, codes, agreements."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UP = (
    "ALTER TABLE institution DROP CONSTRAINT institution_status_check",
    """ALTER TABLE institution ADD COLUMN agreement_from date, ADD COLUMN agreement_until date,
        ADD CHECK (status IN ('active', 'suspended', 'closed')), ADD CHECK (agreement_from <= agreement_until)""",
    "ALTER TABLE client DROP CONSTRAINT client_status_check",
    """ALTER TABLE client ADD COLUMN scopes text[], ADD COLUMN products text[], ADD COLUMN networks text[],
        ADD COLUMN redirect_uris text[] NOT NULL DEFAULT '{}', ADD COLUMN last_used_at timestamptz,
        ADD CHECK (status IN ('active', 'suspended', 'closed'))""",
    "ALTER TABLE client ALTER COLUMN redirect_uris DROP DEFAULT",
    """CREATE TABLE client_key (
        client_id text NOT NULL REFERENCES client, kid text NOT NULL, public jsonb NOT NULL,
        status text NOT NULL CHECK (status IN ('pending', 'active', 'retired')), not_after timestamptz,
        created_at timestamptz NOT NULL, event_id uuid NOT NULL, PRIMARY KEY (client_id, kid))""",
    """INSERT INTO client_key SELECT client_id, key ->> 'kid', key, 'active', NULL, created_at, event_id
        FROM client, jsonb_array_elements(jwks -> 'keys') AS key""",
    "ALTER TABLE client DROP COLUMN jwks",
    # Why a client may not act now, NULL where it may: one rule for login, every request, and admission.
    """CREATE VIEW client_standing AS
        SELECT c.client_id, c.institution_id, CASE
            WHEN c.status = 'closed' THEN 'account-closed' WHEN c.status <> 'active' THEN 'account-suspended'
            WHEN i.status = 'closed' THEN 'institution-closed' WHEN i.status <> 'active' THEN 'institution-suspended'
            WHEN (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date NOT BETWEEN
                coalesce(i.agreement_from, '-infinity') AND coalesce(i.agreement_until, 'infinity')
                THEN 'agreement-not-in-force' END AS stopped
        FROM client c LEFT JOIN institution i USING (institution_id)""",
    """CREATE TABLE issued_token (
        jti uuid PRIMARY KEY, client_id text NOT NULL, person_id text, expires_at timestamptz NOT NULL,
        revoked_at timestamptz)""",
    "CREATE INDEX issued_token_expires_at ON issued_token (expires_at)",
    """CREATE TABLE pushed_request (
        request_uri text PRIMARY KEY, client_id text NOT NULL, parameters jsonb NOT NULL,
        expires_at timestamptz NOT NULL)""",
    """CREATE TABLE authorization_code (
        code_hash bytea PRIMARY KEY, client_id text NOT NULL, person_id text NOT NULL, parameters jsonb NOT NULL,
        expires_at timestamptz NOT NULL, used_at timestamptz, jti uuid)""",
    """ALTER TABLE instance_key ADD COLUMN changed_at timestamptz""",
    "GRANT SELECT, INSERT ON client_key TO xinqiao_app",
    "GRANT UPDATE (status, not_after) ON client_key TO xinqiao_app",
    "GRANT SELECT ON client_standing TO xinqiao_app",
    "GRANT SELECT, INSERT, DELETE ON issued_token, pushed_request, authorization_code TO xinqiao_app",
    "GRANT UPDATE (expires_at) ON pushed_request TO xinqiao_app",  # to lock the row while a person decides
    "GRANT UPDATE (revoked_at) ON issued_token TO xinqiao_app",
    "GRANT UPDATE (used_at, jti) ON authorization_code TO xinqiao_app",
    "GRANT INSERT ON instance_key TO xinqiao_app",
    "GRANT UPDATE (status, changed_at) ON instance_key TO xinqiao_app",
)
DOWN = (
    "REVOKE INSERT ON instance_key FROM xinqiao_app",
    "REVOKE UPDATE (status, changed_at) ON instance_key FROM xinqiao_app",
    "ALTER TABLE instance_key DROP COLUMN changed_at",
    "DROP TABLE authorization_code",
    "DROP TABLE pushed_request",
    "DROP TABLE issued_token",
    "DROP VIEW client_standing",
    "ALTER TABLE client ADD COLUMN jwks jsonb",
    """UPDATE client c SET jwks = jsonb_build_object('keys', coalesce(
        (SELECT jsonb_agg(public) FROM client_key k WHERE k.client_id = c.client_id AND k.status = 'active'), '[]'))""",
    "ALTER TABLE client ALTER COLUMN jwks SET NOT NULL",
    "DROP TABLE client_key",
    "ALTER TABLE client DROP CONSTRAINT client_status_check",
    """ALTER TABLE client DROP COLUMN scopes, DROP COLUMN products, DROP COLUMN networks, DROP COLUMN redirect_uris,
        DROP COLUMN last_used_at""",
    "UPDATE client SET status = 'suspended' WHERE status = 'closed'",
    "ALTER TABLE client ADD CHECK (status IN ('active', 'suspended'))",
    "ALTER TABLE institution DROP CONSTRAINT institution_status_check",
    "UPDATE institution SET status = 'suspended' WHERE status = 'closed'",
    """ALTER TABLE institution DROP COLUMN agreement_from, DROP COLUMN agreement_until,
        ADD CHECK (status IN ('active', 'suspended'))""",
)


def upgrade() -> None:
    """Change and create the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Back to keys inside clients."""
    for statement in DOWN:
        op.execute(statement)
