"""Delegations: an intermediary, such as the financial service platform, may ask in an institution's name.

Consent, quota and what is owed stay the institution's; who logs in, and from where, is the intermediary. An institution
may have to ask through one alone (its sole exit).
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from gateway.identity.clients.unknown import no_client, no_institution
from gateway.identity.tables import Client, Delegation, Institution
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

# Of the accounts that are named: those this intermediary may act for, with their institution and their scopes.
IN_FORCE = """
    SELECT d.account, d.intermediary, c.institution_id, c.scopes
    FROM delegation d JOIN client c ON c.client_id = d.account
    WHERE d.ended_at IS NULL AND c.status = 'active' AND d.account = ANY(CAST(:accounts AS text[]))
"""
_ONE = text("""
    SELECT delegation_id FROM delegation WHERE account = :account AND intermediary = :intermediary AND ended_at IS NULL
    FOR UPDATE
""")
_END = text("UPDATE delegation SET ended_at = :now, ended_by = :entry WHERE delegation_id = :delegation")


async def grant_delegation(work: UnitOfWork, *, account: str, intermediary: str) -> UUID:
    """Let an intermediary ask in an account's name; return the delegation, the one in force where there is one.

    Raises DeniedError where either is not registered or is closed, or both are of one institution.
    """
    row = await work.session.get(Client, account, with_for_update=True)  # of two who grant at once, one waits
    if row is None or row.kind != "account" or row.status == "closed":
        raise await no_client(work, account, "account")
    found = await work.session.get(Institution, intermediary)
    if found is None or found.status == "closed":
        raise await no_institution(work, intermediary)
    if row.institution_id == intermediary:
        raise DeniedError("change-refused", "机构不必代自己查询 An institution needs no delegation to ask for itself.")
    named = {"account": account, "intermediary": intermediary}
    existing: UUID | None = (await work.session.execute(_ONE, named)).scalar_one_or_none()
    if existing is not None:
        return existing
    delegation, now = uuid7(), await database_now(work.session)
    entry = await work.record(
        "delegation.granted", {"delegation": str(delegation), **named}, institution=row.institution_id, account=account,
        outcome="granted", exchange=delegation, at=now,
    )  # fmt: skip
    work.session.add(
        Delegation(delegation_id=delegation, account=account, intermediary=intermediary, granted_at=now, event_id=entry)
    )
    await work.session.flush()
    return delegation


async def end_delegation(work: UnitOfWork, *, account: str, intermediary: str, reason: str) -> None:
    """End a delegation from the next question on. Raises DeniedError where none is in force."""
    named = {"account": account, "intermediary": intermediary}
    delegation = (await work.session.execute(_ONE, named)).scalar_one_or_none()
    if delegation is None:
        raise DeniedError("change-refused", "没有有效的代查委托 No such delegation is in force.")
    row, now = await work.session.get_one(Client, account), await database_now(work.session)
    entry = await work.record(
        "delegation.ended", {"delegation": str(delegation), **named, "reason": reason}, institution=row.institution_id,
        account=account, outcome="ended", exchange=delegation, at=now,
    )  # fmt: skip
    await work.session.execute(_END, {"delegation": delegation, "now": now, "entry": entry})


async def set_exit(work: UnitOfWork, *, institution: str, exit_via: str | None) -> None:
    """Say through whom alone an institution's questions come; None: it may ask by itself. Raises DeniedError."""
    row = await work.session.get(Institution, institution, with_for_update=True)
    if row is None:
        raise await no_institution(work, institution)
    if exit_via is not None and await work.session.get(Institution, exit_via) is None:
        raise await no_institution(work, exit_via)
    if exit_via == institution:
        raise DeniedError("change-refused", "出口须为另一机构 The exit is another institution.")
    row.exit_via = exit_via
    await work.record("institution.exit", {"exit_via": exit_via}, institution=institution, outcome="set")
    await work.session.flush()


async def list_delegations(
    work: UnitOfWork, *, limit: int, account: str | None = None, intermediary: str | None = None
) -> Sequence[Delegation]:
    """Return delegations, those in force first and newest first, of an account or an intermediary where asked."""
    wanted = [
        column == value
        for column, value in ((col(Delegation.account), account), (col(Delegation.intermediary), intermediary))
        if value is not None
    ]
    query = select(Delegation).where(*wanted)
    query = query.order_by(col(Delegation.ended_at).is_not(None), col(Delegation.delegation_id).desc()).limit(limit)
    return (await work.session.execute(query)).scalars().all()
