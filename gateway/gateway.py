"""What a running instance is made of, opened once per process and handed down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from audit.recorder import Recorder, find_log
from connectors.catalogue.load import get_catalogue
from connectors.errors import ConnectorError
from connectors.personal.sealing import Protector
from gateway.identity.clients.access import AccessCache
from gateway.identity.tokens.nonces import Nonces
from gateway.identity.tokens.replay import ReplayWindow
from gateway.intake.gate import IntakeGate
from gateway.runtime.database import Database
from gateway.runtime.embedded import resolve_urls
from gateway.runtime.errors import CatalogueUnsoundError, NotInitialisedError
from gateway.runtime.group_commit import GroupCommit
from gateway.runtime.keystore import KeyStore, load_kek
from gateway.runtime.personal_master import load_protector
from gateway.runtime.settings import Settings


@dataclass(frozen=True)
class Gateway:
    """One instance: settings, database, group commits, keys, audit recorder, HTTP client, and what guards its door."""

    settings: Settings
    database: Database
    groups: GroupCommit
    keys: KeyStore
    audit: Recorder
    http: httpx.AsyncClient
    access: AccessCache
    nonces: Nonces
    replay: ReplayWindow
    protector: Protector
    gate: IntakeGate


@asynccontextmanager
async def open_gateway(settings: Settings, database: Database | None = None) -> AsyncIterator[Gateway]:
    """Open an initialised instance.

    Raises CatalogueUnsoundError with file and line, NotInitialisedError where `xinqiao init` has not run.
    """
    try:
        get_catalogue()
    except ConnectorError as fault:
        raise CatalogueUnsoundError(f"数据目录有误 the catalogue is wrong: {fault}") from fault
    database = database or Database(resolve_urls(settings), settings.database_pool_size)
    try:
        kek = load_kek(settings)
        async with database.begin("open") as session:
            keys = KeyStore(kek)
            await keys.load(session)
            log_id = await find_log(session, settings.log_origin)
            protector = await load_protector(session, kek)
        if log_id is None:
            raise NotInitialisedError(f"there is no audit log named {settings.log_origin}: was XINQIAO_ORIGIN changed?")
        recorder = Recorder(log_id, settings.log_origin, kek)
        async with httpx.AsyncClient(timeout=httpx.Timeout(10.0), follow_redirects=False) as http:
            access = AccessCache(database, keys)
            groups = GroupCommit(database)
            yield Gateway(
                settings, database, groups, keys, recorder, http, access, Nonces(kek), ReplayWindow(), protector,
                IntakeGate(),
            )  # fmt: skip
    finally:
        await database.close()
