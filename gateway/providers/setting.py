"""Providers are registered, given other terms, suspended and resumed: each time a new version. None is ever changed."""

from typing import Any, Literal

from sqlmodel import col, select

from gateway.providers.registered import EMBEDDED
from gateway.providers.tables import ProviderVersion
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork
from scoring_adapter.providers.terms import Terms, fault_of, terms_of

Act = Literal["registered", "suspended", "resumed"]
STATUSES = {"suspended": "suspended", "resumed": "serving"}


async def set_terms(work: UnitOfWork, provider: str, terms: Terms, reason: str, approved_by: str | None) -> int:
    """Register a provider, or give one other terms, approved by another person than the one who acts; return the
    version. One that is suspended stays so. Raises DeniedError.
    """
    check_terms(provider, terms)
    last = await _lock_last(work, provider)
    if last is not None and terms_of(last.terms) == terms:
        raise DeniedError("change-refused", "内容未变 These are the terms in force.")
    return await _add(work, provider, last, "registered", terms.members(), reason, approved_by)


def check_terms(provider: str, terms: Terms) -> None:
    """Pass where an outside provider may have these terms. Raises DeniedError."""
    if provider == EMBEDDED:
        raise DeniedError("change-refused", f"{EMBEDDED} 是网关自己的 is the gateway's own.")
    if fault := fault_of(terms):
        raise DeniedError("change-refused", fault)


async def set_standing(
    work: UnitOfWork, provider: str, act: Literal["suspended", "resumed"], reason: str, approved_by: str | None
) -> int:
    """Suspend a provider from the next question on, or resume it; return the version. Raises DeniedError."""
    last = await _lock_last(work, provider)
    if last is None:
        raise DeniedError("change-refused", f"没有评分提供方 {provider}: there is no such provider.")
    if last.status == STATUSES[act]:
        raise DeniedError("change-refused", f"{provider} 已是此状态 It is {last.status} already.")
    return await _add(work, provider, last, act, last.terms, reason, approved_by)


async def find_last(work: UnitOfWork, provider: str) -> ProviderVersion | None:
    """Return a provider as it stands."""
    query = select(ProviderVersion).where(col(ProviderVersion.provider) == provider)
    return (await work.session.execute(query.order_by(col(ProviderVersion.version).desc()).limit(1))).scalar()


async def list_versions(work: UnitOfWork, provider: str | None = None) -> list[dict[str, Any]]:
    """Return every version of every provider, or of one, by name, the one in force first."""
    query = select(ProviderVersion).order_by(col(ProviderVersion.provider), col(ProviderVersion.version).desc())
    if provider is not None:
        query = query.where(col(ProviderVersion.provider) == provider)
    rows = (await work.session.execute(query)).scalars().all()
    in_force = {row.provider: row.version for row in reversed(rows)}
    return [
        {
            "provider": row.provider, "version": row.version, "in_force": row.version == in_force[row.provider],
            "status": row.status, "terms": terms_of(row.terms).members(), "reason": row.reason,
            "since": row.recorded_at.isoformat(), "entry": str(row.event_id),
        }
        for row in rows
    ]  # fmt: skip


async def list_in_force(work: UnitOfWork) -> list[dict[str, Any]]:
    """Return every provider as it stands, by name."""
    return [one for one in await list_versions(work) if one["in_force"]]


async def _lock_last(work: UnitOfWork, provider: str) -> ProviderVersion | None:
    """Return a provider as it stands, while nobody else changes it."""
    await take(work.session, Lock.PROVIDER, provider)
    return await find_last(work, provider)


async def _add(
    work: UnitOfWork, provider: str, last: ProviderVersion | None, act: Act, terms: dict[str, Any], reason: str,
    approved_by: str | None,
) -> int:  # fmt: skip
    demand_reason(reason)
    version, now = (last.version if last else 0) + 1, await database_now(work.session)
    status = STATUSES.get(act, last.status if last else "serving")
    entry = await work.record(
        f"provider.{act}",
        {"provider": provider, "version": version, "status": status, "terms": terms, "reason": reason.strip(),
         "approved_by": approved_by},
        outcome=act, at=now,
    )  # fmt: skip
    work.session.add(
        ProviderVersion(
            provider=provider, version=version, status=status, terms=terms, reason=reason.strip(), recorded_at=now,
            event_id=entry,
        )
    )  # fmt: skip
    await work.session.flush()
    return version
