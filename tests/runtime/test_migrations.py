"""The migrations: they agree with the models, and running them again changes nothing."""

from alembic import command
from gateway.runtime import schema
from gateway.runtime.database import DatabaseUrls


def test_the_models_and_the_migrations_agree(database_urls: DatabaseUrls) -> None:
    command.check(schema.alembic_config(database_urls.owner))


def test_migrating_twice_changes_nothing(database_urls: DatabaseUrls) -> None:
    schema.migrate(database_urls.owner)
    assert schema.current_revision(database_urls.owner) == schema.newest_revision()
