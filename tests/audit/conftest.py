"""A log on a database of its own."""

import pytest

from tests import database_server
from tests.audit.hand_log import Log


@pytest.fixture
async def log(socket_folder, tmp_path):
    with database_server.fresh_database(socket_folder) as urls:
        opened = await Log(urls, tmp_path).open()
        yield opened
        await opened.database.close()
