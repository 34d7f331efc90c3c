"""The agency's servers, one of each for a module, and the secrets that configurations name."""

import pytest

from tests import database_server
from tests.connectors.sources import paged, provincial_server, servers


@pytest.fixture(autouse=True)
def secrets_in_the_environment(monkeypatch):
    for name, value in {
        "TEST_SFTP_PASSWORD": servers.PASSWORD,
        "TEST_S3_KEY": servers.KEY_ID,
        "TEST_S3_SECRET": servers.SECRET,
        "TEST_REST_TOKEN": "geheim-token",
        "TEST_APP_SECRET": provincial_server.APP_SECRET,
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def sftp(tmp_path_factory):
    with servers.sftp_server(tmp_path_factory.mktemp("sftp")) as server:
        yield server


@pytest.fixture(scope="module")
def objects(tmp_path_factory):
    with servers.object_store(tmp_path_factory.mktemp("objects")) as store:
        yield store


@pytest.fixture(scope="module")
def mariadb():
    with servers.mariadb() as connect:
        yield connect


@pytest.fixture(scope="module")
def agency_database(socket_folder):
    """An agency's PostgreSQL database: its address."""
    with database_server.fresh_database(socket_folder) as urls:
        yield urls.owner.render_as_string(hide_password=False).replace("+psycopg", "")


@pytest.fixture
def interface():
    with paged.interface() as state:
        yield state


@pytest.fixture
def province():
    with provincial_server.province() as state:
        yield state
