"""What the register of clients says of an agency that hands something in."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_OF = "SELECT status, must_sign FROM client WHERE client_id = :agency AND kind = 'agency'"
_FIND = text(_OF)
_HOLD = text(f"{_OF} FOR KEY SHARE")  # of the one row it waits for, it returns what stands there by then
_STOPPED = {"active": None, "suspended": "account-suspended", "closed": "account-closed"}
_STATUSES = text("SELECT client_id, status FROM client WHERE kind = 'agency'")


@dataclass(frozen=True)
class AgencyStanding:
    """Why an agency is stopped, None where it is not; whether what it hands in must be signed."""

    stopped: str | None = None
    must_sign: bool = False


async def find_standing(session: AsyncSession, agency: str, *, hold: bool) -> AgencyStanding:
    """Return how an agency stands; one that has no client yet is free.

    With `hold`, whoever is changing that is waited for, and nobody else changes it until the transaction ends.
    """
    row = (await session.execute(_HOLD if hold else _FIND, {"agency": agency})).one_or_none()
    return AgencyStanding(_STOPPED[row.status], row.must_sign) if row else AgencyStanding()


async def load_statuses(session: AsyncSession) -> dict[str, str]:
    """Return the status of every agency that has a client."""
    return {row.client_id: row.status for row in await session.execute(_STATUSES)}
