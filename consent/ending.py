"""Consents that end soon: of one institution, so that it may ask for another before."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from consent.reading import read_terms
from consent.terms import Terms

_ACTIVE = text("""
    SELECT v.terms FROM consent_head h CROSS JOIN LATERAL (
        SELECT n.status, n.terms FROM consent_version n WHERE n.consent_id = h.consent_id
        ORDER BY n.version DESC LIMIT 1) v
    WHERE h.institution = :institution AND v.status = 'active' AND h.ends_at > :now AND h.ends_at <= :until
    ORDER BY h.ends_at, h.consent_id LIMIT :most
""")


@dataclass(frozen=True)
class Ending:
    """A consent in force and when it ends."""

    consent_id: UUID
    uscc: str
    until: datetime
    terms: Terms


async def find_ending(
    session: AsyncSession, institution: str, now: datetime, until: datetime, most: int
) -> list[Ending]:
    """Return an institution's consents that are in force and end by `until`, the next to end first."""
    values = {"institution": institution, "now": now, "until": until, "most": most}
    rows = (await session.execute(_ACTIVE, values)).scalars()
    return [_read(terms) for terms in rows]


def _read(canonical: bytes) -> Ending:
    terms = read_terms(canonical)
    return Ending(terms.consent_id, terms.uscc, terms.valid_until, terms)
