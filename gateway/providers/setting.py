"""Providers are registered, given other terms, suspended and resumed: each time a new version. None is ever changed.

A joint answer of several stands beside them under a name of its own, and goes the same way.
"""

from collections.abc import Sequence
from typing import Any, Literal, TypeVar

from sqlmodel import col, select

from gateway.providers.registered import EMBEDDED, find_registered
from gateway.providers.tables import JointVersion, ProviderVersion
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork
from scoring_adapter.card import load_card
from scoring_adapter.providers.joint import Joint, JointTerms, fault_of_joint, joint_terms_of
from scoring_adapter.providers.terms import Terms, fault_of, terms_of

Act = Literal["registered", "suspended", "resumed"]
STATUSES = {"suspended": "suspended", "resumed": "serving"}
Version = ProviderVersion | JointVersion
Table = type[ProviderVersion] | type[JointVersion]
Row = TypeVar("Row", ProviderVersion, JointVersion)


async def set_terms(
    work: UnitOfWork, provider: str, terms: Terms | JointTerms, reason: str, approved_by: str | None
) -> int:
    """Register a provider or a joint answer, or give one other terms, approved by another person than the one who acts;
    return the version. One that is suspended stays so. Raises DeniedError.
    """
    await check_terms(work, provider, terms)
    table = JointVersion if isinstance(terms, JointTerms) else ProviderVersion
    last = await _lock_last(work, provider)
    if last is not None and not isinstance(last, table):
        raise DeniedError("change-refused", f"{provider} 已另有所指 This name stands for something else already.")
    if last is not None and agreed_of(last) == terms:
        raise DeniedError("change-refused", "内容未变 These are the terms in force.")
    return await _add(work, table, provider, last, "registered", terms.members(), reason, approved_by)


async def check_terms(work: UnitOfWork, provider: str, terms: Terms | JointTerms) -> None:
    """Pass where an outside provider, or a joint answer, may have these terms. Raises DeniedError."""
    if provider == EMBEDDED:
        raise DeniedError("change-refused", f"{EMBEDDED} 是网关自己的 is the gateway's own.")
    fault = fault_of_joint(terms) if isinstance(terms, JointTerms) else fault_of(terms)
    if fault is None and isinstance(terms, JointTerms):
        fault = await _fault_of_parts(work, terms)
    if fault:
        raise DeniedError("change-refused", fault)


async def terms_before(work: UnitOfWork, provider: str, terms: Terms | JointTerms) -> dict[str, Any]:
    """Return the terms in force, which these would replace, {} of none. Raises DeniedError where these will not do."""
    await check_terms(work, provider, terms)
    row = await find_last(work, provider)
    return agreed_of(row).members() if row else {}


async def _fault_of_parts(work: UnitOfWork, terms: JointTerms) -> str | None:
    """Return what is wrong with the parts of a joint answer, None where each may be asked and ranked."""
    registered, names = await find_registered(work.session), [one.provider for one in terms.parts]
    for name in names:
        if name != EMBEDDED and (name not in registered or isinstance(registered[name].provider, Joint)):
            return f"`parts`：没有评分提供方 {name} there is no such provider"
    own = [one.id for one in load_card().bands]
    if EMBEDDED in names and terms.order and not set(own) <= set(terms.order):
        return f"`order` 须含评分卡的各档 the card's bands are among them: {', '.join(own)}"
    return None


async def set_standing(
    work: UnitOfWork, provider: str, act: Literal["suspended", "resumed"], reason: str, approved_by: str | None
) -> int:
    """Suspend a provider or a joint answer from the next question on, or resume it; return the version.

    Raises DeniedError.
    """
    last = await _lock_last(work, provider)
    if last is None:
        raise DeniedError("change-refused", f"没有评分提供方 {provider}: there is no such provider.")
    if last.status == STATUSES[act]:
        raise DeniedError("change-refused", f"{provider} 已是此状态 It is {last.status} already.")
    return await _add(work, type(last), provider, last, act, last.terms, reason, approved_by)


async def find_last(work: UnitOfWork, provider: str) -> Version | None:
    """Return a provider, or a joint answer, as it stands."""
    return next(iter(await _versions(work, provider)), None)


def agreed_of(row: Version) -> Terms | JointTerms:
    """Return the terms that a version has."""
    return joint_terms_of(row.terms) if isinstance(row, JointVersion) else terms_of(row.terms)


async def list_versions(work: UnitOfWork, provider: str | None = None) -> list[dict[str, Any]]:
    """Return every version of every provider and every joint answer, or of one, by name, the one in force first."""
    rows = await _versions(work, provider)
    in_force = {row.provider: row.version for row in reversed(rows)}
    return [
        {
            "provider": row.provider, "kind": "joint" if isinstance(row, JointVersion) else "provider",
            "version": row.version, "in_force": row.version == in_force[row.provider],
            "status": row.status, "terms": agreed_of(row).members(), "reason": row.reason,
            "since": row.recorded_at.isoformat(), "entry": str(row.event_id),
        }
        for row in rows
    ]  # fmt: skip


async def list_in_force(work: UnitOfWork) -> list[dict[str, Any]]:
    """Return every provider, and every joint answer after them, as it stands, by name."""
    return [one for one in await list_versions(work) if one["in_force"]]


async def _versions(work: UnitOfWork, provider: str | None) -> list[Version]:
    return [*await _of(work, ProviderVersion, provider), *await _of(work, JointVersion, provider)]


async def _of(work: UnitOfWork, table: type[Row], provider: str | None) -> Sequence[Row]:
    query = select(table).order_by(col(table.provider), col(table.version).desc())
    if provider is not None:
        query = query.where(col(table.provider) == provider)
    return (await work.session.execute(query)).scalars().all()


async def _lock_last(work: UnitOfWork, provider: str) -> Version | None:
    """Return a provider, or a joint answer, as it stands, while nobody else changes it."""
    await take(work.session, Lock.PROVIDER, provider)
    return await find_last(work, provider)


async def _add(
    work: UnitOfWork, table: Table, provider: str, last: Version | None, act: Act,
    terms: dict[str, Any], reason: str, approved_by: str | None,
) -> int:  # fmt: skip
    demand_reason(reason)
    version, now = (last.version if last else 0) + 1, await database_now(work.session)
    status = STATUSES.get(act, last.status if last else "serving")
    entry = await work.record(
        f"{'joint' if table is JointVersion else 'provider'}.{act}",
        {"provider": provider, "version": version, "status": status, "terms": terms, "reason": reason.strip(),
         "approved_by": approved_by},
        outcome=act, at=now,
    )  # fmt: skip
    work.session.add(
        table(
            provider=provider, version=version, status=status, terms=terms, reason=reason.strip(), recorded_at=now,
            event_id=entry,
        )
    )  # fmt: skip
    await work.session.flush()
    return version
