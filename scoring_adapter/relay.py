"""Relaying a question to an outside provider over HTTP: with a limit of time and of size. An answer counts only
if it is to this question about this subject. docs/providers.md is the format.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

import httpx
import msgspec
from opentelemetry import propagate, trace
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random

from scoring_adapter.card import HIGHEST
from scoring_adapter.errors import ProviderAnswerError, ProviderUnavailableError

LARGEST_ANSWER = 64 * 1024
ATTEMPTS = 3
_TRACER = trace.get_tracer("xinqiao")
_AGAIN = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})


class Question(msgspec.Struct, frozen=True):
    """One question: the inquiry's id, the subject's USCC, product, purpose, and the date the score is of."""

    inquiry: str
    subject: str
    product: str
    purpose: str
    as_of: str


class RelayAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider's answer; it repeats inquiry and subject, so that answers cannot be mixed up."""

    inquiry: str
    subject: str
    score: int
    band: str
    model: str
    reasons: list[str] = []


class _TransientError(Exception):
    """The call failed in a way that may pass: it is tried again within the same time."""


@dataclass(frozen=True)
class Provider:
    """An outside provider: its name, its address, and how long an answer may take altogether, in seconds."""

    name: str
    url: str
    timeout_seconds: float


async def ask(
    http: httpx.AsyncClient, provider: Provider, question: Question, permit: Callable[[], str]
) -> RelayAnswer:
    """Ask a provider, up to three times within its time, each with a `permit` of its own: it may be shown once.

    Raises ProviderUnavailableError, or ProviderAnswerError for another shape, subject or inquiry, or a score out of
    range. Neither message holds what the provider sent.
    """
    try:
        async with asyncio.timeout(provider.timeout_seconds):
            async for attempt in AsyncRetrying(
                stop=stop_after_attempt(ATTEMPTS), wait=wait_random(0.02, 0.1), reraise=True,
                retry=retry_if_exception_type(_TransientError),
            ):  # fmt: skip
                with attempt, _TRACER.start_as_current_span("provider.ask"):
                    body = await _post(http, provider, question, permit())
    except TimeoutError as fault:
        raise ProviderUnavailableError(
            f"{provider.name} 未在 {provider.timeout_seconds} 秒内答复 "
            f"did not answer within {provider.timeout_seconds} s"
        ) from fault
    except _TransientError as fault:
        raise ProviderUnavailableError(f"{provider.name} 未能答复 gave no answer: {fault}") from fault
    return _read(provider, question, body)


async def _post(http: httpx.AsyncClient, provider: Provider, question: Question, permit: str) -> bytes:
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Authorization": f"Bearer {permit}",
    }
    propagate.inject(headers)
    try:
        async with http.stream(
            "POST", provider.url, content=msgspec.json.encode(question), headers=headers
        ) as response:
            if response.status_code in _AGAIN:
                raise _TransientError(f"HTTP {response.status_code}")
            if response.status_code != HTTPStatus.OK:
                raise ProviderUnavailableError(f"{provider.name} 答复了 answered {response.status_code}")
            body = b""
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise ProviderAnswerError(
                        f"{provider.name} 的答复超过 {LARGEST_ANSWER} 字节 sent more than {LARGEST_ANSWER} bytes"
                    )
            return body
    except httpx.HTTPError as fault:
        raise _TransientError(type(fault).__name__) from fault


def _read(provider: Provider, question: Question, body: bytes) -> RelayAnswer:
    try:
        answer = msgspec.json.decode(body, type=RelayAnswer)
    except msgspec.DecodeError as fault:
        raise ProviderAnswerError(f"{provider.name} 的答复格式与约定不符 sent another shape than agreed") from fault
    if (answer.inquiry, answer.subject) != (question.inquiry, question.subject):
        raise ProviderAnswerError(f"{provider.name} 答的是另一个问题 answered another question")
    if not 0 <= answer.score <= HIGHEST:
        raise ProviderAnswerError(f"{provider.name} 的评分不在 0 至 {HIGHEST} 之间 gave a score outside 0 to {HIGHEST}")
    return answer
