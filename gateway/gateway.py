"""The service's own instance: what is opened once per process that serves HTTP, and what guards its doors."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields

from gateway.identity.clients.access import AccessCache
from gateway.identity.refusals import Refusals
from gateway.identity.tokens.issuer import TokenIssuer
from gateway.identity.tokens.known_tokens import KnownTokens
from gateway.identity.tokens.nonces import Nonces
from gateway.identity.tokens.replay import ReplayWindow
from gateway.intake.submission import Intake, intake_of
from gateway.rates.limiter import Limiter, uncounted
from gateway.runtime.database import Database
from gateway.runtime.group_commit import GroupCommit
from gateway.runtime.instance import Instance, open_instance
from gateway.runtime.keystore import load_kek
from gateway.runtime.settings import Settings
from gateway.telemetry.shared_look import SharedLook
from scoring_adapter.providers.asking import Providers


@dataclass(frozen=True)
class Gateway(Instance):
    """An instance with its group commits, its memory of tokens and proofs, its callers' rates, its intake, what
    probes look at, and what asks outside providers.
    """

    access: AccessCache
    limiter: Limiter
    issuer: TokenIssuer
    tokens: KnownTokens
    replay: ReplayWindow
    refusals: Refusals
    intake: Intake
    look: SharedLook
    providers: Providers

    @property
    def groups(self) -> GroupCommit:
        """The group commits of this process."""
        return self.units.groups


@asynccontextmanager
async def open_gateway(
    settings: Settings, database: Database | None = None, count: Callable[[str, str], None] = uncounted
) -> AsyncIterator[Gateway]:
    """Open an initialised instance to serve it; `count` is told of requests that came too fast, for the metrics.

    Raises as open_instance.
    """
    async with open_instance(settings, database) as instance:
        parts = {field.name: getattr(instance, field.name) for field in fields(Instance)}
        access = AccessCache(instance.database, instance.keys, instance.audit.log_id)
        issuer = TokenIssuer(
            settings.issuer, instance.keys, settings.token_lifetime_seconds, Nonces(load_kek(settings))
        )
        limiter, providers = Limiter(instance.database, count), Providers()
        try:
            yield Gateway(**parts, access=access, limiter=limiter, issuer=issuer,
                          tokens=KnownTokens(instance.keys, settings.issuer), replay=ReplayWindow(),
                          refusals=Refusals(), intake=intake_of(instance),
                          look=SharedLook(instance.units, settings), providers=providers)  # fmt: skip
        finally:
            await providers.close()
            await limiter.close()
