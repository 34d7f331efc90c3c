"""What lets callers in: the parts of the open instance that every request with a token goes past."""

from typing import Protocol

from gateway.identity.clients.access import AccessCache
from gateway.identity.refusals import Refusals
from gateway.identity.tokens.issuer import TokenIssuer
from gateway.identity.tokens.known_tokens import KnownTokens
from gateway.identity.tokens.replay import ReplayWindow
from gateway.rates.limiter import Limiter
from gateway.runtime.group_commit import GroupCommit
from gateway.runtime.settings import Settings
from gateway.runtime.work import UnitsOfWork


class Doorkeeper(Protocol):
    """The open instance as this room sees it. Read directly: one dependency for each part costs every request more."""

    @property
    def settings(self) -> Settings:
        """What the operator has set."""

    @property
    def units(self) -> UnitsOfWork:
        """What opens units of work."""

    @property
    def groups(self) -> GroupCommit:
        """The group commits."""

    @property
    def access(self) -> AccessCache:
        """Who is stopped, and what was taken back."""

    @property
    def limiter(self) -> Limiter:
        """How fast callers ask."""

    @property
    def issuer(self) -> TokenIssuer:
        """The authorization server."""

    @property
    def tokens(self) -> KnownTokens:
        """The access tokens this process has verified."""

    @property
    def replay(self) -> ReplayWindow:
        """The proofs this process has seen."""

    @property
    def refusals(self) -> Refusals:
        """How many refusals of each caller were recorded."""
