"""Keeps callers within their rate, before anything of theirs is read or written.

Each process decides by what it knows: nobody waits for the database. What was asked is told to the other processes,
through a table, some moments later, together for all parties, and what they asked is learnt by the same statement.
Until then each may let a burst through; what was too much is made up for by a longer wait, so that the rate holds in
the long run. Where the table cannot be used, each process goes by itself: a rate that is not known keeps nobody away.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from gateway.rates.gcra import SECOND, arrive, wait_of
from gateway.rates.limits import RateLimits
from gateway.rates.told import too_fast, too_many_at_once
from gateway.runtime.actor import Actor
from gateway.runtime.database import Database

SHARE_SECONDS = 0.2
_LOG = structlog.get_logger("gateway.rates")
_UNAWAITED = text("SET LOCAL synchronous_commit = off")
# In the order of the keys: two processes that tell of the same parties wait for each other in one direction.
_SHARE = text("""
    INSERT INTO rate_use AS u (scope, scope_id, arrival)
    SELECT scope, scope_id, extract(epoch FROM statement_timestamp()) + taken
    FROM unnest(CAST(:scopes AS text[]), CAST(:ids AS text[]), CAST(:taken AS numeric[]))
         AS told (scope, scope_id, taken)
    ORDER BY scope, scope_id
    ON CONFLICT (scope, scope_id) DO UPDATE
        SET arrival = excluded.arrival
            + greatest(u.arrival - extract(epoch FROM statement_timestamp()), 0)
    RETURNING scope, scope_id, arrival - extract(epoch FROM clock_timestamp()) AS ahead
""")
Party = tuple[str, str]


def uncounted(_step: str, _outcome: str) -> None:
    """Count nothing: for processes whose counts nobody reads."""


class Limiter:
    """The rates and the requests under way of one process. `count` is told of what was refused, for the metrics."""

    def __init__(
        self,
        database: Database,
        count: Callable[[str, str], None] = uncounted,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._database, self._count, self._clock = database, count, clock
        self._arrivals: dict[Party, int] = {}
        self._untold: Counter[Party] = Counter()
        self._flying: Counter[str] = Counter()
        self._sharing: asyncio.Task[None] | None = None

    def admit(self, actor: Actor, limits: RateLimits) -> None:
        """Take one request of a caller's rate, and of its institution's. Raises DeniedError where either has no room:
        then nothing is taken of the other.
        """
        now = self._clock()
        paces = [(party, limits.pace(*party)) for party in parties_of(actor)]
        for party, pace in paces:
            if wait := wait_of(self._arrivals.get(party, 0), now, pace):
                self._count("rate", f"{party[0]}-denied")
                raise too_fast(party[0], pace, wait)
        for party, pace in paces:
            self._arrivals[party] = arrive(self._arrivals.get(party, 0), now, pace)
            self._untold[party] += pace.interval
        if paces and self._sharing is None:
            self._sharing = asyncio.create_task(self._share_while_asked())

    @contextmanager
    def flight(self, account: str, limits: RateLimits) -> Iterator[None]:
        """Hold one of the questions that an account may have under way in this process, for the length of the block.

        Raises DeniedError where it has none left.
        """
        most = limits.most("account", account, "at-once")
        if self._flying[account] >= most:
            self._count("rate", "at-once-denied")
            raise too_many_at_once(most)
        self._flying[account] += 1
        try:
            yield
        finally:
            self._flying[account] -= 1
            if not self._flying[account]:
                del self._flying[account]

    async def share(self) -> None:
        """Tell the other processes what was asked here, and learn what was asked there.

        Raises what the database raises; what was to be told is lost then.
        """
        told, self._untold = self._untold, Counter()
        parties = sorted(told)
        values = {
            "scopes": [scope for scope, _ in parties],
            "ids": [party for _, party in parties],
            "taken": [told[party] / SECOND for party in parties],
        }
        async with self._database.begin("rates.share", role="watch") as session:
            await session.execute(_UNAWAITED)
            rows = (await session.execute(_SHARE, values)).all()
        now = self._clock()
        for row in rows:
            party = (row.scope, row.scope_id)  # what was asked meanwhile is not in the table yet
            self._arrivals[party] = now + int(row.ahead * SECOND) + self._untold[party]
        # Whoever is behind the clock has the whole burst, as one who is not known.
        self._arrivals = {party: arrival for party, arrival in self._arrivals.items() if arrival > now}

    async def close(self) -> None:
        """End what goes on in the background."""
        if self._sharing is not None:
            self._sharing.cancel()
            with suppress(asyncio.CancelledError):
                await self._sharing

    async def _share_while_asked(self) -> None:
        try:
            while self._untold:
                await asyncio.sleep(SHARE_SECONDS)
                try:
                    await self.share()
                except (SQLAlchemyError, OSError) as fault:
                    self._count("rate", "unshared")
                    _LOG.warning("rates not shared", fault=type(fault).__name__)
        finally:
            self._sharing = None


def parties_of(actor: Actor) -> list[Party]:
    """Return whose rates a caller's request is taken of; administrators', agencies' and platforms' are not limited."""
    match actor.kind:
        case "account":
            return [("account", actor.client_id), ("institution", actor.institution_id or "")]
        case "signatory":
            return [("signatory", actor.client_id)]
        case _:
            return []
