"""Whether a provider looks at permits: shown what no permit is, another's, an old one, or one twice, it answers 401.

A key of whoever tries stands in for the gateway's: the provider is told to believe it while it is tried.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import httpx

from scoring_adapter.providers.mapping import Question, write_question
from scoring_adapter.providers.terms import Terms

SECONDS = 60
REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


@dataclass(frozen=True)
class StandIn:
    """Who permits questions while a provider is tried: its address, the provider's name, and what signs claims."""

    issuer: str
    provider: str
    sign: Callable[[Mapping[str, Any]], str]

    def permit(self, question: Question, **changes: object) -> str:
        """Return a permit for a question, with some of its claims changed."""
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": self.provider, "jti": str(uuid4()), "iat": now, "exp": now + SECONDS,
            "inquiry": question.inquiry, "subject": question.subject, "product": question.product,
            "purpose": question.purpose,
        }  # fmt: skip
        return self.sign({**claims, **changes})


async def find_accepted(stand_in: StandIn, terms: Terms, question: Question) -> list[str]:
    """Return which of the permits that cover nothing a provider accepted, and "good" where it refused a sound one."""
    now = int(time.time())
    once = stand_in.permit(question)
    tried = {
        "none": None, "no permit": "x.y.z", "good": once, "shown twice": once,
        "another provider's": stand_in.permit(question, aud=f"not-{stand_in.provider}"),
        "another gateway's": stand_in.permit(question, iss=f"{stand_in.issuer}/other"),
        "expired": stand_in.permit(question, iat=now - 2 * SECONDS, exp=now - SECONDS),
        "another enterprise's": stand_in.permit(question, subject=f"{question.subject[:-1]}?"),
        "another inquiry's": stand_in.permit(question, inquiry=str(uuid4())),
    }  # fmt: skip
    wrong = []
    async with httpx.AsyncClient(timeout=terms.time_ms / 1000) as http:
        for name, permit in tried.items():
            headers = {"Content-Type": "application/json"}
            headers |= {"Authorization": f"Bearer {permit}"} if permit else {}
            status = (await http.post(terms.url, content=write_question(terms, question), headers=headers)).status_code
            kept = status == HTTPStatus.OK if name == "good" else status in REFUSED
            wrong += [] if kept else [f"{name}: HTTP {status}"]
    return wrong
