"""uvicorn's HTTP protocol with an end to everything: to a head, a body, trailers, a reader, a connection.

The parser below it would gather a head or trailers for ever, and nothing would end a request that never comes.
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from gateway.web.connections import CONNECTIONS, Connections

LARGEST_HEAD = 64 * 1024  # two certificates in a header and a proof fit well
MOST_HEADERS = 100
SLOWEST_BODY = 1024  # bytes a second, beyond the seconds every body may take
UNREAD_SECONDS = 5.0  # how long the rest of a body that nobody reads may take before the connection ends
UNREAD_BYTES = 1 << 20  # how much of it is thrown away; what is sent beyond waits, and costs nothing, until then
STALLED_SECONDS = 60.0  # how long a reader may take nothing of what is sent to it
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_NO_PLACE = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 5\r\nconnection: close\r\n\r\n"


class _TooManyError(Exception):
    """A head or a body's end holds more fields than it may."""


class BoundedProtocol(HttpToolsProtocol):
    """Answers 431 (RFC 6585 5) to a head that is too large, 408 to what is too slow, 503 where there is no place."""

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*arguments, **named)
        self._places: Connections = self.app_state[CONNECTIONS]
        self._admitted, self._refused = False, False
        self._heads, self._in_head, self._head_bytes, self._fields = 0, False, 0, 0
        self._in_body, self._body_bytes, self._fruitless_bytes, self._read_bytes = False, 0, 0, 0
        # Since when we wait for a head, a body, the end of a body nobody reads, a reader; by the loop's clock.
        self._head_since: float | None = None
        self._body_since = self._unread_since = self._stalled_since = 0.0
        self._unsent, self._looked = 0, 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a place, or hang up where there is none."""
        super().connection_made(cast("asyncio.Transport", transport))
        self._admitted = self._places.admit(self, self._address)
        self._head_since = self._looked = self.loop.time()
        if not self._admitted:
            self._refuse(_NO_PLACE)

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave the place."""
        if self._admitted:
            self._places.leave(self, self._address)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; count what belongs to a head that has not ended, or brings a body nothing."""
        if self._refused:
            return
        before_head, heads, body_bytes = not self._in_body, self._heads, self._body_bytes
        if before_head and self._head_since is None:
            self._head_since = self.loop.time()
        super().data_received(data)
        if before_head and self._heads == heads:
            self._head_bytes += len(data)
            if self._head_bytes > LARGEST_HEAD:
                self._refuse(_TOO_LARGE, "large-head")
        elif self._in_body:
            # What brings no content: trailers and extensions of chunks, which the parser gathers.
            self._fruitless_bytes = self._fruitless_bytes + len(data) if self._body_bytes == body_bytes else 0
            if self._fruitless_bytes > LARGEST_HEAD:
                self._refuse(_TOO_LARGE, "large-trailers")

    def on_message_begin(self) -> None:
        """Begin a head."""
        self._in_head, self._fields = True, 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Gather a header; trailers are not looked at, and must not come to stand among the headers."""
        self._fields += 1
        if self._fields > MOST_HEADERS:
            self._refuse(_TOO_LARGE, "large-head" if self._in_head else "large-trailers")
            raise _TooManyError  # the rest of the piece is not parsed
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """End the head; one that came in a single piece is measured here."""
        self._in_head, self._head_since, self._heads = False, None, self._heads + 1
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > LARGEST_HEAD:
            self._refuse(_TOO_LARGE, "large-head")
            return
        self._in_body, self._body_bytes, self._fruitless_bytes, self._fields = True, 0, 0, 0
        self._body_since, self._unread_since = self.loop.time(), 0.0
        self._places.begin(self)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Pass the body on, unless the request was refused."""
        self._body_bytes += len(body)
        if not self._refused:
            super().on_body(body)
            if self.cycle.response_complete and self._body_bytes - self._read_bytes > UNREAD_BYTES:
                self.flow.pause_reading()

    def on_message_complete(self) -> None:
        """End the message, unless it was refused."""
        if not self._refused:
            self._head_bytes, self._in_body = 0, False
            super().on_message_complete()
            self._end_request()

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be parsed, where nothing has been answered yet."""
        if not self._refused:
            super().send_400_response(msg)

    def on_response_complete(self) -> None:
        """End the request where its body has been read too."""
        super().on_response_complete()
        self._read_bytes = self._body_bytes
        self._end_request()

    def make_room(self) -> None:
        """Close: nothing is under way."""
        self.transport.close()

    def look(self, now: float) -> None:
        """Close what takes too long."""
        elapsed, self._looked = now - self._looked, now
        if self._refused or self.transport.is_closing():
            return
        if self._head_since is not None:
            self._look_at_head(now - self._head_since)
        elif self._in_body:
            self._look_at_body(now, elapsed)
        self._look_at_reader(now)

    def _look_at_head(self, taken: float) -> None:
        if taken > self._places.settings.head_timeout_seconds:
            # Nothing is said to who said nothing: browsers open connections that they may not need.
            self._refuse(*((_TOO_SLOW, "slow-head") if self._head_bytes else (b"", "silent")))

    def _look_at_body(self, now: float, elapsed: float) -> None:
        if self.cycle.response_complete:
            self._unread_since = self._unread_since or now
            if now - self._unread_since > UNREAD_SECONDS:
                self.transport.close()
        elif self.flow.read_paused or self.cycle.waiting_for_100_continue:
            self._body_since += elapsed  # it waits for the application
        elif now - self._body_since > self._places.settings.body_timeout_seconds + self._body_bytes / SLOWEST_BODY:
            self._refuse(_TOO_SLOW, "slow-body")

    def _look_at_reader(self, now: float) -> None:
        unsent = self.transport.get_write_buffer_size()
        if unsent != self._unsent or not unsent:
            self._unsent, self._stalled_since = unsent, now
        elif now - self._stalled_since > STALLED_SECONDS:
            self._places.note("slow-reader")
            self.transport.abort()

    def _end_request(self) -> None:
        if not self._in_body and self.cycle.response_complete and not self.pipeline:
            self._places.end(self)

    @property
    def _address(self) -> str | None:
        return self.client[0] if self.client else None

    def _refuse(self, answer: bytes, reason: str | None = None) -> None:
        self._refused = True
        if reason:
            self._places.note(reason)
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is None or cycle.response_complete or not cycle.response_started:
            self.transport.write(answer)
        self.transport.close()
