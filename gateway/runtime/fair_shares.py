"""Fair shares of the database: one party's work waits for its own, and others' goes on beside it.

Questions on one consent wait for each other in the database, each with a connection in its hand: without a bound,
sixty of them would hold every connection, and everybody else would wait for that one consent.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from gateway.runtime.denial import DeniedError

MOST_WAITING = 100  # of one party, in one process
RETRY_SECONDS = 5


@dataclass
class _Queue:
    turns: asyncio.Semaphore
    members: int = 0


class FairShares:
    """The queues of one process, by party; a queue is there as long as somebody stands in it."""

    def __init__(self, at_once: int, wait_seconds: float) -> None:
        """Let so many of one party work at once, and the others of it wait so long."""
        self._at_once, self._wait_seconds = at_once, wait_seconds
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def turn(self, party: str | None) -> AsyncIterator[None]:
        """Hold one of the party's turns for the length of the block; None is no party, and never waits.

        Raises DeniedError (service-busy) where too many of the party wait, or this one waited too long.
        """
        if party is None:
            yield
            return
        async with self.place(party) as queue:
            assert queue is not None, "a party has a queue"  # noqa: S101
            try:
                async with asyncio.timeout(self._wait_seconds):
                    await queue.turns.acquire()
            except TimeoutError as fault:
                raise _busy() from fault
            try:
                yield
            finally:
                queue.turns.release()

    @asynccontextmanager
    async def place(self, party: str | None) -> AsyncIterator[_Queue | None]:
        """Stand among the party's for the length of the block, without a turn: in a group that others share.

        Raises DeniedError (service-busy) where too many of the party stand there.
        """
        if party is None:
            yield None
            return
        queue = self._queues.setdefault(party, _Queue(asyncio.Semaphore(self._at_once)))
        if queue.members >= self._at_once + MOST_WAITING:
            raise _busy()
        queue.members += 1
        try:
            yield queue
        finally:
            queue.members -= 1
            if not queue.members:
                del self._queues[party]


def _busy() -> DeniedError:
    return DeniedError("service-busy", headers={"Retry-After": str(RETRY_SECONDS)})
