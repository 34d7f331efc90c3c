"""Who is taken in when: large files wait for each other, small ones of other agencies never wait for them.

A submission holds a database connection and a thread while it is taken in. Without an order, one agency's eight files
would hold all of them and everybody else would wait; so waiting happens here, where it costs neither.

1. One submission per dataset at a time: the database lets no more go on anyway.
2. One large submission per agency, so that agencies take turns whatever each has queued.
3. At most `LARGE_AT_ONCE` large and `SMALL_AT_ONCE` small ones in this process.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from connectors.model.datasets import Dataset

LARGE_BYTES = 256 * 1024  # a few thousand rows: a second or less to take in
LARGE_AT_ONCE = 2
SMALL_AT_ONCE = 4


def is_large(announced: str | None) -> bool:
    """Tell whether a body may be large: it says so in its Content-Length, or does not say how long it is."""
    return not (announced or "").isdecimal() or int(announced or "") > LARGE_BYTES


class IntakeGate:
    """The order of intakes in one process."""

    def __init__(self) -> None:
        """Let nobody wait yet."""
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._small = asyncio.Semaphore(SMALL_AT_ONCE)

    @asynccontextmanager
    async def admit(self, dataset: Dataset, size: int) -> AsyncIterator[None]:
        """Hold a place for a submission of `size` bytes for the length of the block."""
        large = size > LARGE_BYTES
        agency = self._lane(f"agency:{dataset.agency}") if large else asyncio.Lock()
        async with agency, self._lane(f"dataset:{dataset.dataset}"), self._large if large else self._small:
            yield

    def _lane(self, name: str) -> asyncio.Lock:
        return self._lanes.setdefault(name, asyncio.Lock())
