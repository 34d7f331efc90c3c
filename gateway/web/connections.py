"""The connections of one process: how many there may be, in all and from one address, and who makes room.

A connection that has no request under way is waited for: by us, for its next one. Where all places are taken, the one
that has been waited for longest makes room for the new one; where every one is at work, the new one is refused.
"""

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Callable
from typing import Protocol

import structlog

from gateway.runtime.open_files import fitting_connections
from gateway.runtime.settings import Settings
from gateway.web.addresses import place_of

CONNECTIONS = "connections"  # the name in the state of the application that the server hands to its protocol
LOOK_SECONDS = 1.0
TOLD_EVERY_SECONDS = 10.0
_LOG = structlog.get_logger("gateway.connections")


class Connection(Protocol):
    """What is asked of a connection."""

    def make_room(self) -> None:
        """Close."""

    def look(self, now: float) -> None:
        """Close where what is under way takes too long; called about once a second with the loop's time."""


class Connections:
    """The open connections. `count` is told what was refused or ended, for the metrics."""

    def __init__(self, settings: Settings, count: Callable[[str], None]) -> None:
        """Take the caps, and the limits of time that connections read here, from the settings."""
        self.settings = settings
        self._most = fitting_connections(settings.max_connections)
        self._count = count
        self._waiting: dict[Connection, None] = {}  # in the order in which they began to wait
        self._working: set[Connection] = set()
        self._parties: Counter[str] = Counter()
        self._told: Counter[str] = Counter()
        self._tell_at = 0.0
        self._looking: asyncio.TimerHandle | None = None

    def admit(self, connection: Connection, address: str | None) -> bool:
        """Let a new connection in, which waits for its first request; False where there is no place for it."""
        party = self._party_of(address)
        if party is not None and self._parties[party] >= self.settings.max_connections_per_address:
            self.note("refused-address")
            return False
        if len(self._waiting) + len(self._working) >= self._most:
            if not self._waiting:
                self.note("refused-full")
                return False
            self.note("made-room")
            oldest = next(iter(self._waiting))
            del self._waiting[oldest]
            oldest.make_room()
        if party is not None:
            self._parties[party] += 1
        self._waiting[connection] = None
        if self._looking is None:
            self._looking = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)
        return True

    def leave(self, connection: Connection, address: str | None) -> None:
        """Forget a connection that was let in."""
        self._waiting.pop(connection, None)
        self._working.discard(connection)
        party = self._party_of(address)
        if party is not None:
            self._parties[party] -= 1
            if not self._parties[party]:
                del self._parties[party]

    def begin(self, connection: Connection) -> None:
        """Note that a request is under way."""
        self._waiting.pop(connection, None)
        self._working.add(connection)

    def end(self, connection: Connection) -> None:
        """Note that none is."""
        if connection in self._working:
            self._working.discard(connection)
            self._waiting[connection] = None

    def note(self, what: str) -> None:
        """Count what was refused or ended; the log gets a line every few seconds, whatever the number."""
        self._count(what)
        self._told[what] += 1

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in (*self._waiting, *self._working):
            connection.look(now)
        if self._told and now >= self._tell_at:
            _LOG.warning("connections refused or ended", open=len(self._waiting) + len(self._working), **self._told)
            self._told.clear()
            self._tell_at = now + TOLD_EVERY_SECONDS
        alive = self._waiting or self._working or self._told
        self._looking = loop.call_later(LOOK_SECONDS, self._look) if alive else None

    def _party_of(self, address: str | None) -> str | None:
        """Return whose a connection is; None for our own proxies."""
        if address is None:
            return None
        peer = ipaddress.ip_address(address.partition("%")[0])
        if any(peer in network for network in self.settings.trusted_proxies):
            return None
        return place_of(peer)
