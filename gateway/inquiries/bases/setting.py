"""Duty bases: registered for a government body, ended, listed. None is ever changed; what is wrong is ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from connectors.catalogue.load import agencies, datasets, get_catalogue
from consent.terms import PURPOSES
from gateway.identity.clients.unknown import no_institution
from gateway.identity.tables import Institution
from gateway.inquiries.bases.basis import Duty
from gateway.inquiries.bases.tables import DutyBasis
from gateway.quota.products import PRODUCTS
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork

LONGEST_LAW, LONGEST_ARTICLE = 200, 100
ON_DUTY = tuple(product for product, one in PRODUCTS.items() if not (one.public or one.consented))
_SAID = {"law", "article", "purposes", "products", "categories", "sources", "datasets", "approved_by"}
_ONE = text("SELECT institution, ended_at FROM duty_basis WHERE code = :code FOR UPDATE")
_END = text("UPDATE duty_basis SET ended_at = :now, ended_by = :entry WHERE code = :code")


def fault_of(duty: Duty, now: datetime) -> str | None:
    """Return what is wrong with a duty that is to be registered, None where nothing is."""
    if not (duty.law.strip() and duty.article.strip()):
        return "须写明法律法规及条款（law、article） what it rests on is named"
    if len(duty.law) > LONGEST_LAW or len(duty.article) > LONGEST_ARTICLE:
        return f"至多 {LONGEST_LAW}、{LONGEST_ARTICLE} 字（law、article） characters at most"
    if not now < duty.valid_until or not duty.valid_from < duty.valid_until:
        return "valid_until: 已经结束 it would end before it begins, or has ended"
    restricted = {name for name, one in datasets().items() if one.sharing == "restricted"}
    known = {
        "purposes": PURPOSES, "products": ON_DUTY, "categories": get_catalogue().categories, "sources": agencies(),
        "datasets": restricted,
    }  # fmt: skip
    for name, values in known.items():
        given = getattr(duty, name)
        if len(set(given)) != len(given) or not set(given) <= set(values):
            return f"{name}: 各不相同，取自 different ones of {', '.join(sorted(values))}"
    return None if duty.purposes and duty.products else "至少各一（purposes、products） one at least of each"


async def register_duty(work: UnitOfWork, duty: Duty, approved_by: str | None) -> None:
    """Register a duty of a government body, approved by another person than the one who acts. Raises DeniedError.

    A code is never used twice, so that an answer names one duty for ever.
    """
    await take(work.session, Lock.NEW_ID, duty.code)
    row = await work.session.get(Institution, duty.institution)
    if row is None or row.status == "closed":
        raise await no_institution(work, duty.institution)
    if row.class_ != "government":
        raise DeniedError("change-refused", "只有政府部门有职责依据 A government body alone has duty bases.")
    if await work.session.get(DutyBasis, duty.code) is not None:
        raise DeniedError("change-refused", f"编号已用过 {duty.code} was used before.")
    now = await database_now(work.session)
    if fault := fault_of(duty, now):
        raise DeniedError("change-refused", fault)
    registered = DutyBasis(
        code=duty.code, institution=duty.institution, law=duty.law.strip(), article=duty.article.strip(),
        purposes=list(duty.purposes), products=list(duty.products), categories=list(duty.categories),
        sources=list(duty.sources), datasets=list(duty.datasets), valid_from=duty.valid_from,
        valid_until=duty.valid_until, approved_by=approved_by, event_id=uuid7(),
    )  # fmt: skip
    said = registered.model_dump(include=_SAID)
    registered.event_id = await work.record(
        "duty.registered",
        {"duty": duty.code, **said, "from": duty.valid_from.isoformat(), "until": duty.valid_until.isoformat()},
        institution=duty.institution, outcome="registered", at=now,
    )  # fmt: skip
    work.session.add(registered)
    await work.session.flush()


async def end_duty(work: UnitOfWork, code: str, reason: str) -> None:
    """End a duty from the next question on; those under way on it are waited for. Raises DeniedError where none is."""
    demand_reason(reason)
    row = (await work.session.execute(_ONE, {"code": code})).one_or_none()
    if row is None or row.ended_at is not None:
        raise DeniedError("change-refused", f"没有有效的职责依据 {code}: no such duty basis is in force.")
    now = await database_now(work.session)
    entry = await work.record(
        "duty.ended", {"duty": code, "reason": reason.strip()}, institution=row.institution, outcome="ended", at=now
    )
    await work.session.execute(_END, {"code": code, "now": now, "entry": entry})


async def find_duty(work: UnitOfWork, code: str) -> DutyBasis | None:
    """Return a duty, whosever it is."""
    return await work.session.get(DutyBasis, code)


async def list_duties(
    work: UnitOfWork, institution: str | None = None, *, in_force: bool = False
) -> list[dict[str, Any]]:
    """Return the duties of an institution, or of all, by code; `in_force`: those that hold now alone."""
    query = select(DutyBasis).order_by(col(DutyBasis.institution), col(DutyBasis.code))
    if institution is not None:
        query = query.where(col(DutyBasis.institution) == institution)
    rows: Sequence[DutyBasis] = (await work.session.execute(query)).scalars().all()
    now = await database_now(work.session)
    told = [_document(row, now) for row in rows]
    return [one for one in told if one["in_force"] or not in_force]


def _document(row: DutyBasis, now: datetime) -> dict[str, Any]:
    return {
        "duty": row.code, "institution": row.institution, "law": row.law, "article": row.article,
        "purposes": row.purposes, "products": row.products, "categories": row.categories, "sources": row.sources,
        "datasets": row.datasets, "valid_from": row.valid_from.isoformat(), "valid_until": row.valid_until.isoformat(),
        "in_force": row.ended_at is None and row.valid_from <= now < row.valid_until,
        "ended_at": row.ended_at.isoformat() if row.ended_at else None, "entry": str(row.event_id),
    }  # fmt: skip
