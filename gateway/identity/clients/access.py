"""What may end a token before its time, and how late the log is, kept in memory, never older than their bound.

Each worker reads it anew at most every `BOUND_SECONDS`, and at once where the change was made by that worker itself.
"""

import asyncio
import ipaddress
import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.lag import unsigned_seconds
from gateway.rates.limits import RateLimits, read_rate_limits
from gateway.runtime.database import Database
from gateway.runtime.keystore import KeyStore
from gateway.web.addresses import Address

BOUND_SECONDS = 0.5
_REVOKED = text("SELECT jti FROM issued_token WHERE revoked_at IS NOT NULL AND expires_at > now()")
_STOPPED = text("SELECT client_id, stopped FROM client_standing WHERE stopped IS NOT NULL")
_NETWORKS = text("SELECT client_id, networks FROM client WHERE networks IS NOT NULL")
_SUSPENDED = text("SELECT 'person:' || person_id FROM person WHERE status <> 'active'")
_KEYS = text("SELECT kid, status FROM instance_key")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Access:
    """Who is stopped and why, which tokens were taken back, from where clients may come and how fast they may ask, how
    late the log is.
    """

    revoked: frozenset[UUID]
    stopped: Mapping[str, str]  # the reasons of the error table
    networks: Mapping[str, tuple[Network, ...]]
    suspended: frozenset[str]  # people, as tokens name them
    rates: RateLimits
    unsigned_seconds: float  # how long the oldest entry waits for a signed checkpoint

    def admits(self, client_id: str, address: Address | None) -> bool:
        """Tell whether a client may come from an address: from anywhere, unless it has a list."""
        allowed = self.networks.get(client_id)
        return allowed is None or (address is not None and any(address in network for network in allowed))


class AccessCache:
    """The snapshot of one worker. A read that fails is raised to the caller: without it nobody is let in."""

    def __init__(self, database: Database, keys: KeyStore, log_id: int) -> None:
        """Read from `database`, and have `keys` loaded again where they have changed."""
        self._database, self._keys, self._log_id = database, keys, log_id
        self._access: Access | None = None
        self._good_until = 0.0
        self._reading = asyncio.Lock()

    async def current(self) -> Access:
        """Return a snapshot at most BOUND_SECONDS old."""
        if self._access is not None and time.monotonic() < self._good_until:
            return self._access
        async with self._reading:
            if self._access is None or time.monotonic() >= self._good_until:
                started = time.monotonic()  # what is committed after the read began is seen by the next one
                async with self._database.begin("access", role="watch") as session:
                    self._access = await read_access(session, self._log_id)
                    if not self._keys.is_current({r.kid: r.status for r in await session.execute(_KEYS)}):
                        await self._keys.load(session)
                self._good_until = started + BOUND_SECONDS
            return self._access

    def expire(self) -> None:
        """Read anew at the next request: something was changed here."""
        self._good_until = 0.0


async def read_access(session: AsyncSession, log_id: int) -> Access:
    """Read the snapshot."""
    revoked = frozenset((await session.execute(_REVOKED)).scalars())
    stopped = {row.client_id: row.stopped for row in await session.execute(_STOPPED)}
    networks = {
        row.client_id: tuple(ipaddress.ip_network(network) for network in row.networks)
        for row in await session.execute(_NETWORKS)
    }
    suspended = frozenset((await session.execute(_SUSPENDED)).scalars())
    rates, unsigned = await read_rate_limits(session), await unsigned_seconds(session, log_id)
    return Access(revoked, stopped, networks, suspended, rates, unsigned)
