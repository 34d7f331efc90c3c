"""Who signs in for an agency."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

_CLERKS = text("""
    SELECT person_id, name, role, status, agency FROM person
    WHERE agency IS NOT NULL AND (:agency = '' OR agency = :agency) ORDER BY agency, person_id
""")


async def clerks_of(session: AsyncSession, agency: str = "") -> Sequence[Row[Any]]:
    """Return person_id, name, role, status and agency of an agency's clerks; "" is of every agency."""
    return (await session.execute(_CLERKS, {"agency": agency})).all()
