"""Mandates: an intermediary, such as the financial service platform, may ask in the name of an institution's account.

Consent, quota and what is owed stay the institution's; who logs in, and from where, is the intermediary. An institution
may have to ask through one alone (its sole exit).
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from gateway.identity.clients.unknown import no_client, no_institution
from gateway.identity.tables import Client, Institution, Mandate
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

# Of the accounts that are named: those this intermediary may act for, with their institution and their scopes.
IN_FORCE = """
    SELECT m.account, m.intermediary, c.institution_id, c.scopes FROM mandate m JOIN client c ON c.client_id = m.account
    WHERE m.ended_at IS NULL AND c.status = 'active' AND m.account = ANY(:accounts)
"""
_ONE = text("""
    SELECT mandate_id FROM mandate WHERE account = :account AND intermediary = :intermediary AND ended_at IS NULL
    FOR UPDATE
""")
_END = text("UPDATE mandate SET ended_at = :now, ended_by = :entry WHERE mandate_id = :mandate")


async def grant_mandate(work: UnitOfWork, *, account: str, intermediary: str) -> UUID:
    """Let an intermediary ask in an account's name; return the mandate, the one in force where there is one.

    Raises DeniedError where either is not registered or is closed, or both are of one institution.
    """
    row = await work.session.get(Client, account, with_for_update=True)  # of two who grant at once, one waits
    if row is None or row.kind != "account" or row.status == "closed":
        raise await no_client(work, account, "account")
    found = await work.session.get(Institution, intermediary)
    if found is None or found.status == "closed":
        raise await no_institution(work, intermediary)
    if row.institution_id == intermediary:
        raise DeniedError("change-refused", "机构不必代自己查询 An institution needs no mandate to ask for itself.")
    named = {"account": account, "intermediary": intermediary}
    existing: UUID | None = (await work.session.execute(_ONE, named)).scalar_one_or_none()
    if existing is not None:
        return existing
    mandate, now = uuid7(), await database_now(work.session)
    entry = await work.record(
        "mandate.granted", {"mandate": str(mandate), **named}, institution=row.institution_id, account=account,
        outcome="granted", exchange=mandate, at=now,
    )  # fmt: skip
    work.session.add(
        Mandate(mandate_id=mandate, account=account, intermediary=intermediary, granted_at=now, event_id=entry)
    )
    await work.session.flush()
    return mandate


async def end_mandate(work: UnitOfWork, *, account: str, intermediary: str, reason: str) -> None:
    """End a mandate from the next question on. Raises DeniedError where none is in force."""
    named = {"account": account, "intermediary": intermediary}
    mandate = (await work.session.execute(_ONE, named)).scalar_one_or_none()
    if mandate is None:
        raise DeniedError("change-refused", "没有有效的委托 No such mandate is in force.")
    row, now = await work.session.get_one(Client, account), await database_now(work.session)
    entry = await work.record(
        "mandate.ended", {"mandate": str(mandate), **named, "reason": reason}, institution=row.institution_id,
        account=account, outcome="ended", exchange=mandate, at=now,
    )  # fmt: skip
    await work.session.execute(_END, {"mandate": mandate, "now": now, "entry": entry})


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


async def list_mandates(
    work: UnitOfWork, *, limit: int, account: str | None = None, intermediary: str | None = None
) -> Sequence[Mandate]:
    """Return mandates, those in force first and newest first, of an account or an intermediary where asked."""
    wanted = [
        column == value
        for column, value in ((col(Mandate.account), account), (col(Mandate.intermediary), intermediary))
        if value is not None
    ]
    query = select(Mandate).where(*wanted)
    query = query.order_by(col(Mandate.ended_at).is_not(None), col(Mandate.mandate_id).desc()).limit(limit)
    return (await work.session.execute(query)).scalars().all()
