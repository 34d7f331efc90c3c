"""Load on an HTTP service over keep-alive connections: as fast as it answers, or at a pace whatever it answers."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast

import uvloop

Requests = Iterator[bytes]


@dataclass
class Taken:
    """What came of a load: the seconds of each answer, the statuses, for how long it ran."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds


class _Connection(asyncio.Protocol):
    """Sends a request, waits for its whole answer, and says so."""

    def __init__(self, answered: Callable[["_Connection", int], None]) -> None:
        self._answered, self._read, self._whole = answered, b"", 0
        self.transport: asyncio.Transport | None = None
        self.since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes, since: float) -> None:
        self.since = since
        assert self.transport is not None
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._read += data
        if not self._whole:
            end = self._read.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._read[:end].lower()
            at = head.index(b"content-length:") + 15
            length = head[at : (head.find(b"\r\n", at) + 1 or len(head) + 1) - 1]
            self._whole = end + 4 + int(length)
        if len(self._read) >= self._whole:
            status = int(self._read[9:12])
            self._read, self._whole = b"", 0
            self._answered(self, status)


async def _connect(port: int, count: int, answered: Callable[[_Connection, int], None]) -> list[_Connection]:
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(lambda: _Connection(answered), "127.0.0.1", port) for _ in range(count)]
    return [connection for _, connection in made]


def closed(port: int, requests: Requests, seconds: float, connections: int) -> Taken:
    """Ask over so many connections, each again as soon as it is answered."""

    async def run() -> Taken:
        taken, ended, open_ones = Taken(seconds), asyncio.Event(), connections

        def answered(connection: _Connection, status: int) -> None:
            nonlocal open_ones
            now = time.perf_counter()
            taken.statuses[status] = taken.statuses.get(status, 0) + 1
            taken.latencies.append(now - connection.since)
            if now < ends:
                connection.send(next(requests), now)
                return
            open_ones -= 1
            if not open_ones:
                ended.set()

        made, started = await _connect(port, connections, answered), time.perf_counter()
        ends = started + seconds
        for connection in made:
            connection.send(next(requests), time.perf_counter())
        await ended.wait()
        taken.seconds = time.perf_counter() - started  # those under way at the end are waited for, and counted
        _close(made)
        return taken

    return uvloop.run(run())


def paced(port: int, requests: Requests, seconds: float, rate: float, connections: int = 256) -> Taken:
    """Ask at a rate, whatever is answered; a latency is from when the request was due, not from when it was sent."""

    async def run() -> Taken:
        taken, idle, due, all_in = Taken(seconds), list[_Connection](), deque[float](), asyncio.Event()
        total = int(rate * seconds)

        def send_what_is_due() -> None:
            while due and idle:
                idle.pop().send(next(requests), due.popleft())

        def answered(connection: _Connection, status: int) -> None:
            taken.latencies.append(time.perf_counter() - connection.since)
            taken.statuses[status] = taken.statuses.get(status, 0) + 1
            idle.append(connection)
            send_what_is_due()
            if len(taken.latencies) == total:
                all_in.set()

        idle += await _connect(port, connections, answered)
        made, started, sent = list(idle), time.perf_counter(), 0
        while sent < total:
            ready = min(total, int((time.perf_counter() - started) * rate) + 1)
            due.extend(started + number / rate for number in range(sent, ready))
            sent = ready
            send_what_is_due()
            await asyncio.sleep(0.0005)
        await all_in.wait()
        _close(made)
        return taken

    return uvloop.run(run())


def _close(made: list[_Connection]) -> None:
    for connection in made:
        if connection.transport is not None:
            connection.transport.close()
