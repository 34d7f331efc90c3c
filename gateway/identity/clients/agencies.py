"""What the register of clients says of an agency that hands something in."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_FIND = text("""
    SELECT s.stopped, c.must_sign FROM client c JOIN client_standing s USING (client_id)
    WHERE c.client_id = :agency AND c.kind = 'agency'
""")
_STATUSES = text("SELECT client_id, status FROM client WHERE kind = 'agency'")


@dataclass(frozen=True)
class AgencyStanding:
    """Why an agency is stopped, None where it is not; whether what it hands in must be signed."""

    stopped: str | None = None
    must_sign: bool = False


async def find_standing(session: AsyncSession, agency: str) -> AgencyStanding:
    """Return how an agency stands; one that has no client yet is free."""
    row = (await session.execute(_FIND, {"agency": agency})).one_or_none()
    return AgencyStanding(row.stopped, row.must_sign) if row else AgencyStanding()


async def load_statuses(session: AsyncSession) -> dict[str, str]:
    """Return the status of every agency that has a client."""
    return {row.client_id: row.status for row in await session.execute(_STATUSES)}
