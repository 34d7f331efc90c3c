"""One try at a provider over HTTP: with a permit of its own, a limit of size, and what it ended in told apart."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

import httpx
from opentelemetry import propagate, trace

from scoring_adapter.errors import ProviderAnswerError, ProviderUnavailableError
from scoring_adapter.providers.mapping import Question, RelayAnswer, read_answer, write_question
from scoring_adapter.providers.terms import Provider

LARGEST_ANSWER = 64 * 1024
_TRACER = trace.get_tracer("xinqiao")
_AGAIN = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})
# Nothing of the question, but of how the provider is: it is busy.
_BUSY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class TransientError(Exception):
    """The try failed in a way that may pass; `kind` is one of FAULTS."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Asked:
    """What a provider is asked, what gives each try a permit of its own (it may be shown once), and for whom."""

    question: Question
    permit: Callable[[], str]
    asked_for: str = ""


async def try_once(http: httpx.AsyncClient, provider: Provider, asked: Asked) -> RelayAnswer:
    """Ask a provider once. Raises TransientError, ProviderUnavailableError or ProviderAnswerError."""
    with _TRACER.start_as_current_span("provider.ask"):
        body = await _post(http, provider, asked)
    return read_answer(provider.name, provider.terms, asked.question, body)


async def _post(http: httpx.AsyncClient, provider: Provider, asked: Asked) -> bytes:
    headers = {
        "Content-Type": "application/json", "Accept": "application/json", "Authorization": f"Bearer {asked.permit()}",
    }  # fmt: skip
    propagate.inject(headers)
    content = write_question(provider.terms, asked.question)
    try:
        async with http.stream("POST", provider.terms.url, content=content, headers=headers) as response:
            _check_status(provider, response.status_code)
            body = b""
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise ProviderAnswerError(
                        "shape",
                        f"{provider.name} 的答复超过 {LARGEST_ANSWER} 字节 sent more than {LARGEST_ANSWER} bytes",
                    )
            return body
    except httpx.HTTPError as fault:
        raise TransientError("unreachable", type(fault).__name__) from fault


def _check_status(provider: Provider, status: int) -> None:
    if status in _AGAIN:
        raise TransientError("status", f"HTTP {status}")
    if status != HTTPStatus.OK:
        refused = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _BUSY
        raise ProviderUnavailableError(
            "refused" if refused else "status", f"{provider.name} 答复了 answered {status}"
        )  # fmt: skip
