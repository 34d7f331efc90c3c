"""The providers of scores that an inquiry may name: the embedded card, and those of the settings, asked over HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from scoring_adapter.relay import Provider, Question, RelayAnswer, ask

EMBEDDED = "embedded"


@dataclass(frozen=True)
class Providers:
    """Addresses by name, how long each may take, and the HTTP client they are asked with."""

    addresses: Mapping[str, str]
    timeout_seconds: float
    http: httpx.AsyncClient

    def names(self) -> list[str]:
        """Return every name an inquiry may give."""
        return [EMBEDDED, *self.addresses]

    async def ask(self, name: str, question: Question, permit: Callable[[], str]) -> RelayAnswer:
        """Ask an outside provider, with a permit for each try; no transaction may be open.

        Raises ScoringError where it does not answer soundly.
        """
        return await ask(self.http, Provider(name, self.addresses[name], self.timeout_seconds), question, permit)
