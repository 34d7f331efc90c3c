"""Secrets that sources' interfaces give, held once for all processes: sealed in the database, renewed by one leader.

Several processes that renew at once would invalidate one another's. The leader is whoever takes the lease on the
secret's row; the others wait for its version to change. No transaction is open while the leader asks for the new one.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text
from uuid_utils.compat import uuid7

from audit.events import Event
from connectors.errors import ConnectorError
from gateway.gateway import Gateway
from gateway.runtime.errors import GatewayError
from signing.errors import SealError
from signing.sealing import seal, unseal

LEASE_SECONDS = 60  # longer than asking takes; a leader that died is succeeded after it
POLL_SECONDS = 0.2
_FIND = text("SELECT sealed, version FROM source_secret WHERE name = :name")
_ADD = text("""
    INSERT INTO source_secret (name, version, changed_at) VALUES (:name, 0, now()) ON CONFLICT DO NOTHING
""")
_LEAD = text("""
    UPDATE source_secret SET holder = :holder, lease_until = now() + make_interval(secs => :lease)
    WHERE name = :name AND version = :version AND (lease_until IS NULL OR lease_until < now())
    RETURNING version
""")
_KEEP = text("""
    UPDATE source_secret
    SET sealed = :sealed, version = version + 1, holder = NULL, lease_until = NULL, changed_at = now()
    WHERE name = :name AND holder = :holder RETURNING version
""")
_LEAVE = text("UPDATE source_secret SET holder = NULL, lease_until = NULL WHERE name = :name AND holder = :holder")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Kept:
    """A secret and its version."""

    secret: str | None
    version: int


class SourceSecrets:
    """What connectors, which run in threads, are given: it asks the instance on its own loop."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the instance; to be made on its loop."""
        self._gateway, self._loop = gateway, asyncio.get_running_loop()

    def find(self, name: str) -> str | None:
        """Return the secret in force. Raises GatewayError under another KEK."""
        return self._on_loop(self._find(name)).secret

    def renew(self, name: str, stale: str | None, fetch: Callable[[str | None], str]) -> str:
        """Replace `stale`; where another process has done so already, return its secret. Raises what `fetch` raises."""
        until = time.monotonic() + 2 * LEASE_SECONDS
        while time.monotonic() < until:
            kept = self._on_loop(self._find(name))
            if kept.secret is not None and kept.secret != stale:
                return kept.secret
            holder = uuid7()
            if self._on_loop(self._lead(name, kept.version, holder)):
                return self._led(name, holder, kept.secret, fetch)
            time.sleep(POLL_SECONDS)
        raise ConnectorError("另一进程正在更新密钥 another process is renewing the secret: tried again later")

    def _led(self, name: str, holder: UUID, stale: str | None, fetch: Callable[[str | None], str]) -> str:
        try:
            fresh = fetch(stale)
        except BaseException:
            self._on_loop(self._leave(name, holder))
            raise
        if not self._on_loop(self._keep(name, holder, fresh)):
            raise ConnectorError("更新密钥太慢，已由另一进程接替 renewing took too long: another process took over")
        return fresh

    def _on_loop(self, step: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(step, self._loop).result()

    async def _find(self, name: str) -> Kept:
        async with self._gateway.database.begin("source-secret.find") as session:
            row = (await session.execute(_FIND, {"name": name})).one_or_none()
        if row is None or row.sealed is None:
            return Kept(None, row.version if row else 0)
        try:
            return Kept(unseal(self._gateway.keys.kek, row.sealed, _context(name)).decode(), row.version)
        except SealError as fault:
            raise GatewayError("the KEK is not the one the sources' secrets were sealed under") from fault

    async def _lead(self, name: str, version: int, holder: UUID) -> bool:
        asked = {"name": name, "version": version, "holder": holder, "lease": LEASE_SECONDS}
        async with self._gateway.database.begin("source-secret.lead") as session:
            await session.execute(_ADD, {"name": name})
            return (await session.execute(_LEAD, asked)).one_or_none() is not None

    async def _keep(self, name: str, holder: UUID, fresh: str) -> bool:
        sealed = seal(self._gateway.keys.kek, fresh.encode(), _context(name))
        async with self._gateway.database.begin("source-secret.keep") as session:
            kept = (await session.execute(_KEEP, {"name": name, "holder": holder, "sealed": sealed})).one_or_none()
            if kept is None:
                return False
            event = Event("source.secret_renewed", "worker", payload={"secret": name, "version": kept.version})
            await self._gateway.audit.record(session, event, datetime.now(UTC))
            return True

    async def _leave(self, name: str, holder: UUID) -> None:
        async with self._gateway.database.begin("source-secret.leave") as session:
            await session.execute(_LEAVE, {"name": name, "holder": holder})


def _context(name: str) -> bytes:
    return f"source-secret:{name}".encode()
