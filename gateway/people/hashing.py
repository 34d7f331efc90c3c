"""Where passwords are hashed: threads of their own, a bounded queue before them, places kept for known addresses.

Each hash takes 64 MiB and a core for some 50 ms. Guessing fills this queue and nothing else: who finds it full is told
to come back, and somebody at an address they signed in from before still finds a place.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from gateway.runtime.errors import GatewayError

AT_ONCE = 2
PLACES = 16
KEPT_FOR_KNOWN = 4
RETRY_SECONDS = 5
Result = TypeVar("Result")


class HashingBusyError(GatewayError):
    """So many passwords wait to be hashed that another one would wait too long."""


class HashQueue:
    """The queue of one process; it lives in one event loop, which is what counts the places."""

    def __init__(self) -> None:
        """Start no thread before the first password."""
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hashing")
        self._taken = 0

    async def run(self, step: Callable[[], Result], *, known: bool) -> Result:
        """Run a step in its turn. Raises HashingBusyError where no place is free for somebody known, or unknown."""
        if self._taken >= (PLACES if known else PLACES - KEPT_FOR_KNOWN):
            raise HashingBusyError
        self._taken += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, step)
        finally:
            self._taken -= 1


QUEUE = HashQueue()
