"""A proxy between processes and their database, that can go away (refuse) or fall silent (hang)."""

import asyncio
import threading
from contextlib import suppress
from pathlib import Path


class Proxy:
    """Passes connections of a port of its own to a socket, from a thread; `away` and `hang` are what a test does."""

    def __init__(self, target: Path) -> None:
        self._target, self.port = target, 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._open: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Task] = set()
        self._flows = asyncio.Event()
        self._server: asyncio.Server | None = None

    def __enter__(self):
        self._thread.start()
        self._flows.set()
        self.back()
        return self

    def __exit__(self, *_):
        self.away()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def away(self) -> None:
        """Refuse new connections and break those that are open."""
        self._run(self._close())

    def hang(self) -> None:
        """Take connections, and pass nothing on."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def back(self) -> None:
        """Pass everything on, again."""
        self._run(self._listen())

    def _run(self, what) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _listen(self) -> None:
        self._flows.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port, reuse_address=True)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _pass(self, reader, writer) -> None:
        task = asyncio.current_task()
        self._passing.add(task)
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(str(self._target))
            await asyncio.gather(self._copy(reader, far_writer), self._copy(far_reader, writer))
        except (asyncio.CancelledError, OSError):
            pass
        finally:
            self._passing.discard(task)
            writer.transport.abort()
            with suppress(UnboundLocalError):
                far_writer.transport.abort()

    async def _copy(self, reader, writer) -> None:
        try:
            while piece := await reader.read(65536):
                await self._flows.wait()
                writer.write(piece)
                await writer.drain()
        finally:
            writer.transport.abort()
