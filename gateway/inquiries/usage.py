"""What institutions did with answers: reported once, corrected by version, told to the city."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from audit.events import Event
from gateway.gateway import Gateway
from gateway.inquiries.tables import Inquiry
from gateway.platforms.outbox import deliver
from gateway.platforms.tables import UsageResult
from gateway.runtime.actor import Actor
from signing.canonical import canonical_bytes

_NEWEST = text("""
    SELECT result_id, version FROM usage_result WHERE inquiry_id = :inquiry ORDER BY version DESC LIMIT 1
""")
_LOCK = text("SELECT pg_advisory_xact_lock(7135, hashtext(CAST(:inquiry AS text)))")


async def report_usage(
    gateway: Gateway, session: AsyncSession, caller: Actor, inquiry_id: UUID, content: Mapping[str, Any]
) -> tuple[UsageResult, bool] | None:
    """Store a usage result and queue its delivery; return it and whether it is new.

    None where the caller's institution was given no such answer. Other content for the same answer is a new version.
    """
    inquiry = await session.get(Inquiry, inquiry_id)
    if inquiry is None or inquiry.institution != caller.institution_id or inquiry.state != "answered":
        return None
    await session.execute(_LOCK, {"inquiry": str(inquiry_id)})
    newest = (await session.execute(_NEWEST, {"inquiry": inquiry_id})).one_or_none()
    canonical = canonical_bytes(dict(content))
    if newest is not None:
        stored = await session.get_one(UsageResult, (newest.result_id, newest.version))
        if stored.content == canonical:
            return stored, False
    return await _add(gateway, session, caller, inquiry, canonical, newest), True


async def _add(
    gateway: Gateway,
    session: AsyncSession,
    caller: Actor,
    inquiry: Inquiry,
    canonical: bytes,
    newest: Any,  # noqa: ANN401 - a row of _NEWEST, or None
) -> UsageResult:
    now, exchange = datetime.now(UTC), uuid7()
    result_id, version = (newest.result_id, newest.version + 1) if newest else (uuid7(), 1)
    item = {
        "result": str(result_id), "version": version, "inquiry": str(inquiry.inquiry_id), "subject": inquiry.uscc,
        "institution": inquiry.institution, "product": inquiry.product, "entry": str(inquiry.event_id),
        **orjson.loads(canonical),
    }  # fmt: skip
    event = Event(
        "usage.reported", caller.name, institution=inquiry.institution, account=caller.client_id,
        subject=str(inquiry.subject_id), outcome=str(item["outcome"]), exchange=str(exchange), payload=item,
    )  # fmt: skip
    entry = await gateway.audit.record(session, event, now)
    row = UsageResult(
        result_id=result_id, version=version, inquiry_id=inquiry.inquiry_id, account=caller.client_id,
        institution=inquiry.institution, uscc=inquiry.uscc, content=canonical, exchange=exchange, recorded_at=now,
        event_id=entry,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await deliver(gateway, session, kind="usage-results", role="city", items=[item], exchange=exchange, event_id=entry)
    return row
