"""One try at a provider over HTTP: with a permit of its own, a limit of size, and what it ended in told apart."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

import httpx
from msgspec.structs import asdict
from opentelemetry import propagate, trace

from scoring_adapter.errors import ProviderAnswerError, ProviderUnavailableError
from scoring_adapter.providers.mapping import (
    Question,
    RelayAnswer,
    SignedAnswer,
    Statement,
    read_answer,
    write_question,
)
from scoring_adapter.providers.terms import Provider
from signing.detached import verify_detached
from signing.errors import SignatureError

LARGEST_ANSWER = 64 * 1024
SIGNATURE = "X-JWS-Signature"  # the header in which an answer's signature comes (signing/detached.py)
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
        body, signature = await _post(http, provider, asked)
    if provider.terms.signing is None:
        return read_answer(provider.name, provider.terms, asked.question, body)
    try:
        verify_detached(signature, body, provider.terms.signing)
    except SignatureError as fault:
        raise ProviderAnswerError(
            "signature", f"{provider.name} 的答复没有合格的签名 is not signed: {fault}"
        ) from fault
    answer = read_answer(provider.name, provider.terms, asked.question, body)
    return SignedAnswer(**asdict(answer), statement=Statement(provider.version, body, signature))


async def _post(http: httpx.AsyncClient, provider: Provider, asked: Asked) -> tuple[bytes, str]:
    """Return the body of the answer, and the signature that came with it, "" where there was none."""
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
            return body, response.headers.get(SIGNATURE, "")
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
