"""Suspending, resuming and closing institutions and clients: each an event, acting on the next request.

Who changes a row holds it (FOR UPDATE). What must not outlive a suspension holds it too, shared with others of its
kind: the suspension waits for its commit, or is seen by it.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.clients.unknown import no_client, no_institution
from gateway.identity.tables import Client, Institution
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

STATUSES = {"suspend": "suspended", "resume": "active", "close": "closed"}
_HOLD = text("""
    WITH held AS MATERIALIZED (
        SELECT FROM client WHERE client_id = ANY(CAST(:clients AS text[])) ORDER BY client_id FOR KEY SHARE),
    houses AS MATERIALIZED (
        SELECT FROM institution WHERE institution_id = ANY(CAST(:institutions AS text[]))
        ORDER BY institution_id FOR KEY SHARE),
    people AS MATERIALIZED (
        SELECT FROM person WHERE person_id = ANY(CAST(:people AS text[])) ORDER BY person_id FOR KEY SHARE),
    delegations AS MATERIALIZED (
        SELECT FROM delegation WHERE account = ANY(CAST(:clients AS text[]))
            AND intermediary = ANY(CAST(:institutions AS text[])) AND ended_at IS NULL
        ORDER BY delegation_id FOR KEY SHARE)
    SELECT clock_timestamp()
    WHERE (SELECT count(*) FROM held) + (SELECT count(*) FROM houses) + (SELECT count(*) FROM people)
        + (SELECT count(*) FROM delegations) >= 0
""")


async def hold_standing(
    session: AsyncSession, clients: Collection[str], institutions: Collection[str], people: Collection[str]
) -> datetime:
    """Let nobody suspend, close or limit these clients, institutions or people until the transaction ends; people by
    their names in the log.

    Waits for whoever is at it, and returns the database's clock after that: what is read then holds until the commit.
    """
    named = [one.removeprefix("person:") for one in people]
    values = {"clients": list(clients), "institutions": list(institutions), "people": named}
    moment: datetime = (await session.execute(_HOLD, values)).scalar_one()
    return moment


async def change_standing(work: UnitOfWork, *, whose: str, change: str, reason: str) -> str:
    """Suspend, resume or close the institution or client `whose` ("institution:…" or "client:…"); return its status.

    Closing is for good. Raises DeniedError. The door lets its AccessCache expire after the commit.
    """
    kind, _, identifier = whose.partition(":")
    row: Institution | Client | None
    if kind == "institution":
        row = await work.session.get(Institution, identifier, with_for_update=True)
    else:
        row = await work.session.get(Client, identifier, with_for_update=True)
    if row is None:
        raise await (no_institution if kind == "institution" else no_client)(work, identifier)
    if row.status == "closed":
        raise DeniedError(
            "change-refused", f"已注销，不能恢复 {identifier} is closed: closing is for good, register a new one"
        )
    if row.status == STATUSES[change]:
        return row.status
    row.status = STATUSES[change]
    await work.record(
        f"{kind}.{STATUSES[change] if change != 'resume' else 'resumed'}", {kind: identifier, "reason": reason},
        institution=row.institution_id, account=identifier if isinstance(row, Client) and row.institution_id else None,
        outcome=row.status,
    )  # fmt: skip
    await work.session.flush()
    return row.status
