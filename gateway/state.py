"""What a running instance is made of, opened once per process and handed down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from audit.recorder import Recorder, find_log
from gateway.database import Database
from gateway.delivery.gate import IntakeGate
from gateway.embedded import resolve_urls
from gateway.errors import NotInitialisedError
from gateway.identity.access import AccessCache
from gateway.identity.nonces import Nonces
from gateway.identity.replay import ReplayWindow
from gateway.keystore import KeyStore, load_kek
from gateway.settings import Settings


@dataclass(frozen=True)
class Gateway:
    """One instance: its settings, database, keys, audit recorder, outgoing HTTP client, and what guards its doors."""

    settings: Settings
    database: Database
    keys: KeyStore
    audit: Recorder
    http: httpx.AsyncClient
    access: AccessCache
    nonces: Nonces
    replay: ReplayWindow
    gate: IntakeGate


@asynccontextmanager
async def open_gateway(settings: Settings, database: Database | None = None) -> AsyncIterator[Gateway]:
    """Open an initialised instance. Raises NotInitialisedError where `xinqiao init` has not run."""
    database = database or Database(resolve_urls(settings), settings.database_pool_size)
    try:
        kek = load_kek(settings)
        async with database.begin("open") as session:
            keys = KeyStore(kek)
            await keys.load(session)
            log_id = await find_log(session, settings.log_origin)
        if log_id is None:
            raise NotInitialisedError(f"there is no audit log named {settings.log_origin}: was XINQIAO_ORIGIN changed?")
        recorder = Recorder(log_id, settings.log_origin, kek)
        async with httpx.AsyncClient(timeout=httpx.Timeout(10.0), follow_redirects=False) as http:
            access = AccessCache(database, keys)
            yield Gateway(settings, database, keys, recorder, http, access, Nonces(kek), ReplayWindow(), IntakeGate())
    finally:
        await database.close()
