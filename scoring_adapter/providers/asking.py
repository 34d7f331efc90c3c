"""Asking outside providers: each by itself, so that one that is slow or broken costs the others nothing.

1. An answer that its provider lets us keep is given again, to whom it was given (keeping.py).
2. As many as agreed are under way at once, in this process; one more is refused at once.
3. A provider that failed too often is left alone for a time (breaker.py).
4. All tries have one time together. What may pass is tried again after a random wait, as long as the budget lasts;
   where the provider allows it, a second try is sent beside a slow one.
5. Only an answer to this question counts (mapping.py), and what it ended in is told with how long it took.

What is known of a provider is this process's own, and begins anew with each version of its terms.
"""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import httpx
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from scoring_adapter.errors import ProviderError, ProviderUnavailableError
from scoring_adapter.providers.breaker import Breaker, Budget
from scoring_adapter.providers.keeping import Kept
from scoring_adapter.providers.mapping import RelayAnswer
from scoring_adapter.providers.terms import Provider, Terms
from scoring_adapter.providers.trying import Asked, TransientError, try_once

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tenacity import RetryCallState

# How a question may end: answered, by an answer that was kept, or by one of the faults.
ANSWERED, KEPT = "answered", "kept"
NOT_ASKED = ("busy", "open")
FAULTS = ("timeout", "unreachable", "status", "refused", "signature", "shape", "subject", "range", *NOT_ASKED)
_WAIT = wait_random_exponential(multiplier=0.05, max=0.5)  # anything from nothing on: no two come back together
_LONGEST_SECONDS = 35.0  # beyond the longest time that is agreed, which ends a question before


@dataclass
class Call:
    """How asking ended, how long it took, and how many tries it was."""

    outcome: str
    ms: int = 0
    attempts: int = 0


class _State:
    """What this process knows of a provider, under one version of its terms."""

    def __init__(self, version: int, terms: Terms) -> None:
        self.version = version
        self.breaker = Breaker(terms.open_after, terms.open_seconds)
        self.budget = Budget(terms.retry_percent)
        self.kept = Kept(terms.keep_seconds)


class Providers:
    """What asks the providers: an HTTP client for each, and what is known of each."""

    def __init__(self) -> None:
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._states: dict[str, _State] = {}
        self._under_way: dict[str, int] = {}

    async def close(self) -> None:
        """Close what was opened."""
        for client in self._clients.values():
            await client.aclose()

    async def ask(self, provider: Provider, asked: Asked, call: Call) -> RelayAnswer:
        """Ask a provider; `call` is told how it ended. No transaction may be open.

        Raises ProviderError where it does not answer soundly, or is not asked.
        """
        began, state = monotonic(), self._state_of(provider)
        if (kept := state.kept.find(asked, began)) is not None:
            call.outcome = KEPT
            return kept
        try:
            async with self._admitted(provider, state):
                state.budget.add()
                answer = await self._ask(provider, state, asked, call)
        except ProviderError as fault:
            call.outcome = fault.kind
            raise
        finally:
            call.ms = int((monotonic() - began) * 1000)
        state.kept.keep(asked, answer, began)
        return answer

    @asynccontextmanager
    async def _admitted(self, provider: Provider, state: _State) -> "AsyncIterator[None]":
        """Hold a place at a provider, with the leave of its breaker, which is told how it ended."""
        name = provider.name
        if self._is_full(provider):
            raise ProviderUnavailableError("busy", f"{name} 正在应答的已满 is asked as much at once as agreed", 1)
        passage = state.breaker.pass_through(monotonic())
        if passage is None:
            left = max(1.0, state.breaker.wait(monotonic()))
            raise ProviderUnavailableError(
                "open", f"{name} 屡次出错，暂不询问 failed too often and is left alone", left
            )
        sound: bool | None = None  # whoever asked has gone: nothing is known
        self._under_way[name] = self._under_way.get(name, 0) + 1
        try:
            yield
            sound = True
        except ProviderError as fault:
            sound = fault.kind == "refused"  # it is there, and says no to this question
            raise
        finally:
            self._under_way[name] -= 1
            state.breaker.end(passage, monotonic(), sound=sound)

    def _is_full(self, provider: Provider) -> bool:
        return self._under_way.get(provider.name, 0) >= provider.terms.most_at_once

    async def _ask(self, provider: Provider, state: _State, asked: Asked, call: Call) -> RelayAnswer:
        def is_over(retried: "RetryCallState") -> bool:
            return stop_after_attempt(provider.terms.attempts)(retried) or not state.budget.take()

        try:
            async with asyncio.timeout(provider.terms.time_ms / 1000):
                async for attempt in AsyncRetrying(
                    stop=is_over, wait=_WAIT, reraise=True, retry=retry_if_exception_type(TransientError)
                ):
                    with attempt:
                        return await self._try(provider, state, asked, call)
        except TimeoutError as fault:
            seconds = f"{provider.terms.time_ms / 1000:g}"
            raise ProviderUnavailableError(
                "timeout", f"{provider.name} 未在 {seconds} 秒内答复 did not answer within {seconds} s"
            ) from fault
        except TransientError as fault:
            raise ProviderUnavailableError(fault.kind, f"{provider.name} 未能答复 gave no answer: {fault}") from fault
        raise AssertionError("the last try returns or raises")

    async def _try(self, provider: Provider, state: _State, asked: Asked, call: Call) -> RelayAnswer:
        """Try once; where the provider allows it, a second time beside a try that is slow. The first answer counts."""
        client, hedge = self._client_of(provider), provider.terms.hedge_ms
        call.attempts += 1
        if not hedge:
            return await try_once(client, provider, asked)
        tries = {asyncio.create_task(try_once(client, provider, asked))}
        try:
            done, _ = await asyncio.wait(tries, timeout=hedge / 1000)
            if not done and not self._is_full(provider) and state.budget.take():
                call.attempts += 1
                self._under_way[provider.name] += 1
                tries.add(asyncio.create_task(try_once(client, provider, asked)))
            for ended in asyncio.as_completed(tries):
                try:
                    return await ended
                except (TransientError, ProviderError) as fault:
                    last = fault
            raise last
        finally:
            self._under_way[provider.name] -= len(tries) - 1
            for one in tries:
                one.cancel()
            await asyncio.gather(*tries, return_exceptions=True)

    def _state_of(self, provider: Provider) -> _State:
        state = self._states.get(provider.name)
        if state is None or state.version < provider.version:
            state = self._states[provider.name] = _State(provider.version, provider.terms)
        return state

    def _client_of(self, provider: Provider) -> httpx.AsyncClient:
        if provider.name not in self._clients:
            self._clients[provider.name] = httpx.AsyncClient(
                timeout=_LONGEST_SECONDS,
                follow_redirects=False,
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
            )  # fmt: skip - how many are under way is bounded above
        return self._clients[provider.name]
