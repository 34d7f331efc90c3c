"""The providers that questions may name: the embedded card, and those that are registered, as they stand."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from scoring_adapter.providers.terms import Provider, terms_of

EMBEDDED = "embedded"
_LAST = text("""
    SELECT DISTINCT ON (provider) provider, version, status, terms FROM provider_version
    ORDER BY provider, version DESC
""")


@dataclass(frozen=True)
class Registered:
    """A registered provider, and whether it is suspended."""

    provider: Provider
    suspended: bool


async def find_registered(session: AsyncSession) -> dict[str, Registered]:
    """Return every registered provider by its name, as it stands."""
    return {
        row.provider: Registered(Provider(row.provider, row.version, terms_of(row.terms)), row.status == "suspended")
        for row in await session.execute(_LAST)
    }
