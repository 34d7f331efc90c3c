"""The providers that questions may name: the embedded card, and those that are registered, as they stand."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from scoring_adapter.providers.joint import EMBEDDED, Joint, joint_terms_of
from scoring_adapter.providers.terms import Provider, terms_of

__all__ = ["EMBEDDED", "Registered", "find_registered"]
_LAST = text("""
    (SELECT DISTINCT ON (provider) provider, version, status, terms, false AS joint FROM provider_version
     ORDER BY provider, version DESC)
    UNION ALL
    (SELECT DISTINCT ON (provider) provider, version, status, terms, true FROM joint_version
     ORDER BY provider, version DESC)
""")


@dataclass(frozen=True)
class Registered:
    """A registered provider, or a joint answer of several, and whether it is suspended."""

    provider: Provider | Joint
    suspended: bool


async def find_registered(session: AsyncSession) -> dict[str, Registered]:
    """Return every registered provider by its name, as it stands; joint answers among them."""
    rows = (await session.execute(_LAST)).all()
    alone = {row.provider: Provider(row.provider, row.version, terms_of(row.terms)) for row in rows if not row.joint}
    suspended = {row.provider for row in rows if row.status == "suspended"}
    found = {name: Registered(one, name in suspended) for name, one in alone.items()}
    for row in rows:
        if row.joint:
            terms = joint_terms_of(row.terms)
            names = [one.provider for one in terms.parts if one.provider in alone.keys() - suspended]
            joint = Joint(row.provider, row.version, terms, {name: alone[name] for name in names})
            found[row.provider] = Registered(joint, row.provider in suspended)
    return found
