"""What every provider is held to: asked as the gateway asks, and told apart where it does not keep to the contract.

Permits are shown where somebody stands in for the gateway (contract_permits.py); else whoever checks permits is tried
before it does.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from uuid import uuid4

import httpx

from scoring_adapter.errors import ProviderError
from scoring_adapter.providers.asking import ANSWERED, Call, Providers
from scoring_adapter.providers.contract_permits import StandIn, find_accepted
from scoring_adapter.providers.mapping import Question, RelayAnswer
from scoring_adapter.providers.terms import Provider, Terms
from scoring_adapter.providers.trying import Asked

AT_ONCE = 4
STRANGER = "91330300MA999999X0"  # no enterprise has this code
# What is no question, whatever format is agreed.
NO_QUESTIONS = (b'{"inquiry": ', b"", b"[]", b"{}", b"\xff")


@dataclass(frozen=True)
class Finding:
    """One thing that a provider is held to, whether it keeps to it, and what was seen where it does not."""

    name: str
    kept: bool
    seen: str = ""


@dataclass(frozen=True)
class Trial:
    """What a provider is tried with: its terms, enterprises it knows, the product, purpose and day that are asked."""

    terms: Terms
    subjects: Sequence[str]
    product: str
    purpose: str
    as_of: str
    stand_in: StandIn | None = None

    def asked(self, number: int) -> Asked:
        """Return a question of its own about one of the enterprises."""
        return self.about(self.subjects[number % len(self.subjects)])

    def about(self, subject: str) -> Asked:
        """Return a question about an enterprise, with a permit for each try where somebody signs them."""
        question = Question(str(uuid4()), subject, self.product, self.purpose, self.as_of)
        stand_in = self.stand_in
        return Asked(question, (lambda: stand_in.permit(question)) if stand_in else lambda: "none")


async def check_contract(trial: Trial) -> list[Finding]:
    """Try a provider, and return each thing that it is held to, in a fixed order."""
    providers, provider = Providers(), Provider("provider", 1, trial.terms)
    try:
        answer, first = await _ask(providers, provider, trial.asked(0), "answers")
        if answer is None:
            return [first]
        return [
            first, await _repeats(providers, provider, trial, answer), await _at_once(providers, provider, trial),
            await _refuses(trial), await _knows_nobody(providers, provider, trial),
            *([await _looks_at_permits(trial.stand_in, trial)] if trial.stand_in else []),
        ]  # fmt: skip
    finally:
        await providers.close()


async def _ask(providers: Providers, provider: Provider, asked: Asked, name: str) -> tuple[RelayAnswer | None, Finding]:
    call = Call(ANSWERED)
    try:
        answer = await providers.ask(provider, asked, call)
    except ProviderError as fault:
        return None, Finding(name, kept=False, seen=f"{fault.kind}: {fault}")
    return answer, Finding(name, kept=True, seen=f"{call.ms} ms")


async def _repeats(providers: Providers, provider: Provider, trial: Trial, first: RelayAnswer) -> Finding:
    """Ask the same anew: a question may come twice, and both answers are one."""
    again, finding = await _ask(providers, provider, trial.asked(0), "repeats")
    if again is None or (again.score, again.band, again.model) == (first.score, first.band, first.model):
        return finding
    return Finding("repeats", kept=False, seen="同一问两次应答不同 the same question was answered in two ways")


async def _at_once(providers: Providers, provider: Provider, trial: Trial) -> Finding:
    """Ask about several at once: none gets another one's answer."""
    asked = (_ask(providers, provider, trial.asked(number), "at-once") for number in range(AT_ONCE))
    findings = [finding for _, finding in await asyncio.gather(*asked)]
    return next((one for one in findings if not one.kept), findings[0])


async def _refuses(trial: Trial) -> Finding:
    """Send what is no question: it is refused, neither answered nor a failure of the provider."""
    seen = []
    try:
        async with httpx.AsyncClient(timeout=trial.terms.time_ms / 1000) as http:
            for content in NO_QUESTIONS:
                headers = {"Content-Type": "application/json"}
                seen.append((await http.post(trial.terms.url, content=content, headers=headers)).status_code)
    except httpx.HTTPError as fault:
        return Finding("refuses", kept=False, seen=type(fault).__name__)
    wrong = [one for one in seen if not HTTPStatus.BAD_REQUEST <= one < HTTPStatus.INTERNAL_SERVER_ERROR]
    return Finding("refuses", kept=not wrong, seen=f"HTTP {(wrong or seen)[0]}")


async def _knows_nobody(providers: Providers, provider: Provider, trial: Trial) -> Finding:
    """Ask about an enterprise that there is not: a sound answer about it or a no to it, but no failure."""
    call = Call(ANSWERED)
    try:
        await providers.ask(provider, trial.about(STRANGER), call)
    except ProviderError as fault:
        return Finding("stranger", kept=fault.kind == "refused", seen=f"{fault.kind}: {fault}")
    return Finding("stranger", kept=True, seen=f"{call.ms} ms")


async def _looks_at_permits(stand_in: StandIn, trial: Trial) -> Finding:
    """Show permits that cover nothing: none of them opens anything."""
    try:
        wrong = await find_accepted(stand_in, trial.terms, trial.asked(0).question)
    except httpx.HTTPError as fault:
        return Finding("permits", kept=False, seen=type(fault).__name__)
    return Finding("permits", kept=not wrong, seen="；".join(wrong))
