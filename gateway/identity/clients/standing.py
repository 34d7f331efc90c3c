"""Suspending, resuming and closing institutions and clients: each an event, acting on the next request."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from audit.events import Event
from audit.recorder import Recorder
from gateway.identity.clients.registry import RegistrationError
from gateway.identity.tables import Client, Institution

STATUSES = {"suspend": "suspended", "resume": "active", "close": "closed"}


async def change_standing(
    session: AsyncSession, recorder: Recorder, *, actor: str, whose: str, change: str, reason: str, now: datetime
) -> str:
    """Suspend, resume or close the institution or client `whose` ("institution:…" or "client:…"); return its status.

    Closing is for good. Raises RegistrationError. Who calls lets `gateway.access` expire after the commit.
    """
    kind, _, identifier = whose.partition(":")
    row: Institution | Client | None
    if kind == "institution":
        row = await session.get(Institution, identifier, with_for_update=True)
    else:
        row = await session.get(Client, identifier, with_for_update=True)
    if row is None:
        raise RegistrationError(f"there is no {kind} {identifier}")
    if row.status == "closed":
        raise RegistrationError(f"{identifier} is closed: closing is for good, register a new one")
    if row.status == STATUSES[change]:
        return row.status
    row.status = STATUSES[change]
    event = Event(
        f"{kind}.{STATUSES[change] if change != 'resume' else 'resumed'}", actor, institution=row.institution_id,
        account=identifier if isinstance(row, Client) and row.institution_id else None,
        payload={kind: identifier, "reason": reason},
    )  # fmt: skip
    await recorder.record(session, event, now)
    await session.flush()
    return row.status
