"""What tests of the scan need: the store kept up, a scan of everybody, rows of a query."""

from sqlalchemy import text

from gateway.runtime.actor import PROGRAM
from gateway.scores.append import append
from gateway.scores.engines import PolarsEngine
from gateway.scores.scan import scan
from gateway.scores.scan_pinned import ScanRequest
from gateway.scores.store import open_store


def silent(_done, _all):
    """No progress to show."""


async def scan_all(gateway, progress=silent, **asked):
    store, folder = open_store(gateway.settings), gateway.settings.scan_folder
    return await scan(gateway.units, store, folder, ScanRequest(**asked), PROGRAM, progress, PolarsEngine())


async def rows(gateway, query):
    async with gateway.database.begin("test.rows") as session:
        return (await session.execute(text(query))).all()


async def take_up(gateway):
    """Have the column store take up what is due."""
    store = open_store(gateway.settings)
    while await append(gateway.units, store.place, store.sources, PROGRAM):
        pass
