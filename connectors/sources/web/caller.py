"""One HTTP call to an agency's interface: to one host only, within limits of time and size, tried a few times."""

import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any, Self

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from connectors.errors import ConnectorError
from connectors.sources.addresses import origin

CALL_SECONDS = 60.0
WALK_SECONDS = 600.0
TRIES = 3
LARGEST_BODY = 32 * 1024 * 1024
Params = Mapping[str, str]


class CallError(ConnectorError):
    """The interface did not answer as it should. `status` is 0 where there was no answer."""

    def __init__(self, message: str, status: int = 0, server_time: datetime | None = None) -> None:
        super().__init__(message)
        self.status, self.server_time = status, server_time


class _PassingError(CallError):
    """Another try may succeed."""


@dataclass(frozen=True)
class Answer:
    """A body, its next link (RFC 8288), and the server's clock."""

    body: Any
    next: str | None
    server_time: datetime | None


class Caller:
    """Calls one origin. Redirects are not followed, so that no answer leads us, or a secret header, elsewhere."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        """Take the origin from `url`. Raises ConnectorError if it is not a web address."""
        self._origin = origin(url)
        self._until = time.monotonic() + WALK_SECONDS
        # Proxies and credentials of this machine's environment are not used for an agency's interface. The certificates
        # this machine trusts are used, those of an internal authority included.
        self._client = httpx.Client(
            headers=dict(headers), timeout=15.0, follow_redirects=False, trust_env=False,
            verify=ssl.create_default_context(),
        )  # fmt: skip

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_fault: object) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, url: str, params: Params) -> Answer:
        """Return the answer to a GET. Raises CallError, whose text holds neither parameters nor headers."""
        if origin(url) != self._origin:
            raise CallError("下一页指向另一主机，拒绝访问 the next page is on another host: refused")
        tries = Retrying(
            stop=stop_after_attempt(TRIES), wait=wait_random_exponential(multiplier=0.2, max=5),
            retry=retry_if_exception_type(_PassingError), reraise=True,
        )  # fmt: skip
        return tries(self._try, url, params)

    def _try(self, url: str, params: Params) -> Answer:
        until = min(self._until, time.monotonic() + CALL_SECONDS)
        try:
            address = httpx.URL(url).copy_merge_params(params)
            with self._client.stream("GET", address) as response:
                told = response.headers.get("Date")
                _judge(response, _date(told))
                return Answer(_json(_body(response, until)), response.links.get("next", {}).get("url"), _date(told))
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            raise _PassingError(f"无法访问 cannot be reached: {type(fault).__name__}") from fault


def _judge(response: httpx.Response, server_time: datetime | None) -> None:
    status = response.status_code
    if status == httpx.codes.OK:
        return
    if response.is_redirect:
        raise CallError("接口要求跳转，拒绝跟随 the interface redirects: give its final address", status)
    kind = _PassingError if status >= 500 or status == httpx.codes.TOO_MANY_REQUESTS else CallError
    raise kind(f"接口应答 the interface answered HTTP {status}", status, server_time)


def _body(response: httpx.Response, until: float) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise CallError(
                f"应答超过 {LARGEST_BODY} 字节，请减小每页条数 the answer is too long: ask for smaller pages"
            )
        if time.monotonic() > until:
            raise CallError("应答超时 the answer took too long to come")
    return bytes(body)


def _json(body: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(body, parse_float=_exact)
    except (ValueError, RecursionError) as fault:
        raise CallError("应答不是 JSON the answer is not JSON") from fault


def _exact(written: str) -> Decimal | str:
    """Return a number as it was written; one whose exponent no decimal can hold stays text, and its cell is refused."""
    try:
        return Decimal(written)
    except InvalidOperation:
        return written


def _date(told: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(told) if told else None
    except ValueError:
        return None
