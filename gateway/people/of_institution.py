"""Who signs in for an institution."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

_PEOPLE = text("""
    SELECT person_id, name, role, status FROM person WHERE institution_id = :institution ORDER BY person_id LIMIT :most
""")


async def people_of(session: AsyncSession, institution: str, most: int) -> Sequence[Row[Any]]:
    """Return person_id, name, role and status of an institution's people."""
    return (await session.execute(_PEOPLE, {"institution": institution, "most": most})).all()
