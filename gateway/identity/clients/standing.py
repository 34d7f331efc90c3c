"""Suspending, resuming and closing institutions and clients: each an event, acting on the next request."""

from gateway.identity.tables import Client, Institution
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

STATUSES = {"suspend": "suspended", "resume": "active", "close": "closed"}


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
        raise DeniedError("change-refused", f"不存在 there is no {kind} {identifier}")
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
