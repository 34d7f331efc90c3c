"""The migrations: they agree with the models, and running them again changes nothing."""

from pathlib import Path

import psycopg
import pytest

from alembic import command
from gateway.runtime import schema
from gateway.runtime.database import DatabaseUrls


def test_the_models_and_the_migrations_agree(database_urls: DatabaseUrls) -> None:
    command.check(schema.alembic_config(database_urls.owner))


def test_every_module_of_tables_is_in_the_list_that_a_process_of_its_own_imports():
    root = Path(__file__).parents[2]
    found = {
        ".".join(path.relative_to(root).with_suffix("").parts)
        for package in ("audit", "connectors", "consent", "gateway")
        for path in (root / package).rglob("*.py") if "(SQLModel, table=True)" in path.read_text("utf-8")
    }  # fmt: skip
    assert found == set(schema.TABLE_MODULES)


def test_migrating_twice_changes_nothing(database_urls: DatabaseUrls) -> None:
    schema.migrate(database_urls.owner)
    assert schema.current_revision(database_urls.owner) == schema.newest_revision()


def test_a_consent_whose_pointer_was_set_back_stands_where_its_newest_version_says(database_urls: DatabaseUrls) -> None:
    """A database from before migration 0019, in which somebody let a revoked consent point to its approval."""
    config, owner = schema.alembic_config(database_urls.owner), database_urls.owner
    command.downgrade(config, "0018")
    with psycopg.connect(owner.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        connection.execute("""
            INSERT INTO consent_version (consent_id, version, status, terms, actor, receipt, recorded_at, event_id)
            SELECT '019f0000-0000-7000-8000-000000000001', n, s, '{"valid_until": "2026-03-15T00:00:00Z"}', 'bank-1',
                '', now(), gen_random_uuid()
            FROM (VALUES (1, 'requested'), (2, 'active'), (3, 'revoked')) AS v (n, s)""")
        connection.execute("""
            INSERT INTO consent_head (consent_id, institution, uscc, version, uses)
            SELECT consent_id, 'bank', 'code', 2, 7 FROM consent_version LIMIT 1""")
    schema.migrate(owner)
    with psycopg.connect(owner.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        heads = connection.execute("SELECT institution, uscc, uses FROM consent_head").fetchall()
        newest = connection.execute("SELECT status FROM consent_version ORDER BY version DESC LIMIT 1").fetchall()
    assert (heads, newest) == ([("bank", "code", 7)], [("revoked",)])
    command.downgrade(config, "0018")
    with psycopg.connect(owner.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        assert connection.execute("SELECT version, uses FROM consent_head").fetchall() == [(3, 7)]
    schema.migrate(owner)


def test_clients_that_share_a_key_already_keep_it_and_whoever_migrates_is_told(
    database_urls: DatabaseUrls, capsys: pytest.CaptureFixture[str]
) -> None:
    """A database from before migration 0027, in which two clients had one public key."""
    config, owner = schema.alembic_config(database_urls.owner), database_urls.owner
    command.downgrade(config, "0026")
    with psycopg.connect(owner.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        connection.execute("""
            INSERT INTO client (client_id, kind, status, created_at, event_id, redirect_uris, must_sign)
            SELECT name, 'platform', 'active', now(), gen_random_uuid(), '{}', false
            FROM unnest(ARRAY['first', 'second', 'third']) AS n (name)""")
        connection.execute("""
            INSERT INTO client_key (client_id, kid, public, status, created_at, event_id)
            SELECT client_id, client_id, jsonb_build_object('kty', 'OKP', 'crv', 'Ed25519', 'kid', client_id, 'x',
                CASE client_id WHEN 'third' THEN 'other' ELSE 'same' END), 'active', now(), gen_random_uuid()
            FROM client""")
    schema.migrate(owner)
    told = capsys.readouterr().err
    assert ("one public key" in told.lower(), "first, second" in told, "third" in told) == (True, True, False)
    with psycopg.connect(owner.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        assert connection.execute("SELECT count(*) FROM client_key").fetchone() == (3,)
