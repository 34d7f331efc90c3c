"""An opened instance: what doors of every room are given parts of. Use cases never take it whole."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property

import httpx
from psycopg.errors import UndefinedTable
from sqlalchemy.exc import ProgrammingError

from audit.recorder import Recorder, find_log, list_logs
from connectors.catalogue.load import get_catalogue
from connectors.errors import ConnectorError
from connectors.personal.sealing import Protector
from gateway.runtime.database import Database
from gateway.runtime.embedded import resolve_urls
from gateway.runtime.errors import CatalogueUnsoundError, NotInitialisedError
from gateway.runtime.keystore import KeyStore, load_kek
from gateway.runtime.personal_master import load_protector
from gateway.runtime.settings import Settings
from gateway.runtime.work import UnitsOfWork


@dataclass(frozen=True)
class Instance:
    """One instance: settings, database, keys, the log's recorder, an HTTP client, and what seals personal data."""

    settings: Settings
    database: Database
    keys: KeyStore
    audit: Recorder
    http: httpx.AsyncClient
    protector: Protector

    @cached_property
    def units(self) -> UnitsOfWork:
        """What opens units of work on it."""
        settings = self.settings
        return UnitsOfWork(self.database, self.audit, self.keys, settings.issuer, settings.jurisdiction, self.protector)


@asynccontextmanager
async def open_instance(settings: Settings, database: Database | None = None) -> AsyncIterator[Instance]:
    """Open an initialised instance.

    Raises CatalogueUnsoundError with file and line, NotInitialisedError where `xinqiao init` has not run.
    """
    try:
        get_catalogue()
    except ConnectorError as fault:
        raise CatalogueUnsoundError(f"数据目录有误 the catalogue is wrong: {fault}") from fault
    database = database or Database(resolve_urls(settings), settings.database_pool_size, settings.database_wait_seconds)
    try:
        kek = load_kek(settings)
        try:
            async with database.begin("open") as session:
                keys = KeyStore(kek)
                await keys.load(session)
                log_id = await find_log(session, settings.log_origin)
                protector = await load_protector(session, kek)
                if log_id is None:
                    raise _another_log(settings, await list_logs(session))
        except ProgrammingError as fault:
            if isinstance(fault.orig, UndefinedTable):  # a database that nothing was set up in
                raise NotInitialisedError from fault
            raise
        recorder = Recorder(log_id, settings.log_origin, kek)
        async with httpx.AsyncClient(timeout=httpx.Timeout(10.0), follow_redirects=False) as http:
            yield Instance(settings, database, keys, recorder, http, protector)
    finally:
        await database.close()


def _another_log(settings: Settings, logs: Sequence[str]) -> NotInitialisedError:
    """Say that the address was changed after `init`, and what to set: a log keeps its name."""
    named = " / ".join(logs)
    return NotInitialisedError(
        f"没有名为 {settings.log_origin} 的审计日志，本库的是 {named}：地址（XINQIAO_ISSUER、XINQIAO_PORT）在初始化后"
        f"改过的，请设 XINQIAO_ORIGIN={named} there is no audit log named {settings.log_origin}, this database holds "
        f"{named}: where the address was changed after init, set XINQIAO_ORIGIN={named}, as a log keeps its name"
    )
