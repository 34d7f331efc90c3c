"""Secrets that sources' interfaces give, held once for all processes: sealed in the database, renewed by one leader.

Several processes that renew at once would invalidate one another's. The leader is whoever takes the lease on the
secret's row; the others wait for its version to change. No transaction is open while the leader asks for the new one.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from uuid_utils.compat import uuid7

from connectors.errors import ConnectorError
from connectors.sources.secret_rows import find_secret, keep_secret, lead_secret, leave_secret
from gateway.runtime.actor import PROGRAM
from gateway.runtime.errors import GatewayError
from gateway.runtime.work import UnitsOfWork
from signing.errors import SealError
from signing.sealing import seal, unseal

LEASE_SECONDS = 60  # longer than asking takes; a leader that died is succeeded after it
POLL_SECONDS = 0.2
Result = TypeVar("Result")


@dataclass(frozen=True)
class StoredSecret:
    """A secret and its version."""

    secret: str | None
    version: int


class SourceSecrets:
    """What connectors, which run in threads, are given: it asks the database on the loop of those who made it."""

    def __init__(self, units: UnitsOfWork) -> None:
        """Take what opens units of work; to be made on its loop."""
        self._units, self._loop = units, asyncio.get_running_loop()

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

    async def _find(self, name: str) -> StoredSecret:
        async with self._units.begin("source-secret.find", PROGRAM) as work:
            row = await find_secret(work.session, name)
        if row is None or row.sealed is None:
            return StoredSecret(None, row.version if row else 0)
        try:
            return StoredSecret(unseal(self._units.keys.kek, row.sealed, _context(name)).decode(), row.version)
        except SealError as fault:
            raise GatewayError(
                "主密钥不是密封来源密钥的那一把 the KEK is not the one the sources' secrets were sealed under"
            ) from fault

    async def _lead(self, name: str, version: int, holder: UUID) -> bool:
        async with self._units.begin("source-secret.lead", PROGRAM) as work:
            return await lead_secret(work.session, name, version, holder, LEASE_SECONDS)

    async def _keep(self, name: str, holder: UUID, fresh: str) -> bool:
        sealed = seal(self._units.keys.kek, fresh.encode(), _context(name))
        async with self._units.begin("source-secret.keep", PROGRAM) as work:
            version = await keep_secret(work.session, name, holder, sealed)
            if version is None:
                return False
            await work.record("source.secret_renewed", {"secret": name, "version": version}, outcome="renewed")
            return True

    async def _leave(self, name: str, holder: UUID) -> None:
        async with self._units.begin("source-secret.leave", PROGRAM) as work:
            await leave_secret(work.session, name, holder)


def _context(name: str) -> bytes:
    return f"source-secret:{name}".encode()
