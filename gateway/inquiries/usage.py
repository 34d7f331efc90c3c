"""What institutions did with answers: reported once, corrected by version, told to the city."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from connectors.model.calendar import day_of
from gateway.inquiries.obligations import end_report
from gateway.inquiries.tables import Inquiry
from gateway.platforms.outbox import deliver
from gateway.platforms.reading import find_sent
from gateway.platforms.tables import Delivery, UsageResult
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork
from signing.canonical import canonical_bytes

_NEWEST = text("""
    SELECT result_id, version FROM usage_result WHERE inquiry_id = :inquiry ORDER BY version DESC LIMIT 1
""")


async def report_usage(
    work: UnitOfWork, inquiry_id: UUID, decided_on: date, content: Mapping[str, Any]
) -> tuple[UsageResult, bool]:
    """Store a usage result and queue its delivery; return it and whether it is new.

    Other content for the same answer is a new version. Raises DeniedError where the institution was given no such
    answer, or the day it decided on has not come.
    """
    if decided_on > day_of(work.now):
        reason = "不能晚于今天 not later than today"
        raise DeniedError("invalid-request", reason, invalid_params=[{"name": "body.decided_on", "reason": reason}])
    session = work.session
    inquiry = await session.get(Inquiry, inquiry_id)
    if inquiry is None or inquiry.institution != work.actor.institution_id or inquiry.state != "answered":
        raise DeniedError("inquiry-not-found", "贵机构没有此应答。Your institution was given no such answer.")
    await take(session, Lock.USAGE_RESULT, str(inquiry_id))
    newest = (await session.execute(_NEWEST, {"inquiry": inquiry_id})).one_or_none()
    canonical = canonical_bytes(dict(content))
    if newest is not None:
        stored = await session.get_one(UsageResult, (newest.result_id, newest.version))
        if stored.content == canonical:
            return stored, False
    return await _add(work, inquiry, canonical, newest), True


async def read_usage(work: UnitOfWork, result_id: UUID) -> tuple[Sequence[UsageResult], Sequence[Delivery]]:
    """Return every version of a usage result and its deliveries; that they were read is recorded.

    Raises DeniedError where the acting account's institution reported no such result.
    """
    query = select(UsageResult).where(
        col(UsageResult.result_id) == result_id, col(UsageResult.institution) == work.actor.institution_id
    )
    versions = (await work.session.execute(query.order_by(col(UsageResult.version)))).scalars().all()
    if not versions:
        raise DeniedError("usage-result-not-found")
    await work.record(
        "usage.read", {"result": str(result_id)}, institution=work.actor.institution_id, account=work.actor.client_id,
        outcome="read", exchange=versions[-1].exchange,
    )  # fmt: skip
    return versions, await find_sent(work.session, versions)


async def _add(
    work: UnitOfWork,
    inquiry: Inquiry,
    canonical: bytes,
    newest: Any,  # noqa: ANN401 - a row of _NEWEST, or None
) -> UsageResult:
    exchange = uuid7()
    result_id, version = (newest.result_id, newest.version + 1) if newest else (uuid7(), 1)
    item = {
        "result": str(result_id), "version": version, "inquiry": str(inquiry.inquiry_id), "subject": inquiry.uscc,
        "institution": inquiry.institution, "product": inquiry.product, "entry": str(inquiry.event_id),
        **orjson.loads(canonical),
    }  # fmt: skip
    entry = await work.record(
        "usage.reported", item, institution=inquiry.institution, account=work.actor.client_id,
        subject=inquiry.subject_id, outcome=str(item["outcome"]), exchange=exchange,
    )  # fmt: skip
    row = UsageResult(
        result_id=result_id, version=version, inquiry_id=inquiry.inquiry_id, account=work.actor.client_id,
        institution=inquiry.institution, uscc=inquiry.uscc, content=canonical, exchange=exchange, recorded_at=work.now,
        event_id=entry,
    )  # fmt: skip
    work.session.add(row)
    await work.session.flush()
    await end_report(work.session, inquiry.inquiry_id)
    await deliver(work, kind="usage-results", role="city", items=[item], exchange=exchange)
    return row
