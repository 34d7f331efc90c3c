"""Inquiries in the database: keys claimed once, intents written before a provider is asked, each settled once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.events import Event
from consent.decision import Consent
from gateway.gateway import Gateway
from gateway.inquiries.admission import Admitted, Refused, Wanted
from gateway.inquiries.ledger import close
from gateway.inquiries.tables import Inquiry

_CLAIM = text("""
    INSERT INTO idempotency (account, key, request_digest, inquiry_id, created_at)
    VALUES (:account, :key, :digest, :inquiry, now()) ON CONFLICT DO NOTHING
""")
_EARLIER = text("""
    SELECT k.inquiry_id, k.request_digest, i.answer FROM idempotency k JOIN inquiry i USING (inquiry_id)
    WHERE k.account = :account AND k.key = :key
""")
_FREE = text("DELETE FROM idempotency WHERE inquiry_id = :inquiry AND account = :account")
_SETTLE = text("""
    UPDATE inquiry SET state = :state, outcome = :outcome, units = :units, answer = :answer, settled_at = now()
    WHERE inquiry_id = :inquiry AND state = 'admitted'
""")
_EXPIRED = text("""
    SELECT inquiry_id, account, institution, subject_id FROM inquiry
    WHERE state = 'admitted' AND expires_at < now() ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED
""")
_PURGE = text("DELETE FROM idempotency WHERE created_at < now() - interval '48 hours'")


@dataclass(frozen=True)
class Earlier:
    """What a key stood for before: the inquiry, whether the request was the same, and its answer once there is one."""

    inquiry_id: UUID
    same: bool
    answer: str | None


async def claim_key(session: AsyncSession, wanted: Wanted, key: str, digest: bytes) -> Earlier | None:
    """Claim a key for this inquiry; a second claimer waits for the first one's commit, and gets what it stands for."""
    values = {"account": wanted.account, "key": key, "digest": digest, "inquiry": wanted.inquiry_id}
    claimed = await session.execute(_CLAIM, values)
    if getattr(claimed, "rowcount", 0):
        return None
    row = (await session.execute(_EARLIER, values)).one()
    return Earlier(row.inquiry_id, row.request_digest == digest, row.answer)


async def add_intent(
    gateway: Gateway, session: AsyncSession, wanted: Wanted, admitted: Admitted, expires_at: datetime
) -> None:
    """Write, before a provider is asked, that it will be."""
    subject = admitted.subject.subject_id
    event = Event(
        "inquiry.admitted", wanted.actor, institution=wanted.institution, account=wanted.account,
        subject=str(subject), outcome="admitted", exchange=str(wanted.inquiry_id),
        payload={"inquiry": str(wanted.inquiry_id), "provider": wanted.provider},
    )  # fmt: skip
    entry = await gateway.audit.record(session, event, admitted.now)
    row = _row(wanted, subject, entry, admitted.now, admitted.consent)
    row.expires_at = expires_at
    session.add(row)
    await session.flush()


async def store_answer(session: AsyncSession, wanted: Wanted, admitted: Admitted, entry: UUID, answer: str) -> None:
    """Store an answer: with its intent, or at once where there was none."""
    units = wanted.charge().units
    values = {"state": "answered", "outcome": "answered", "units": units, "answer": answer}
    settled = await session.execute(_SETTLE, {**values, "inquiry": wanted.inquiry_id})
    if not getattr(settled, "rowcount", 0):
        row = _row(wanted, admitted.subject.subject_id, entry, admitted.now, admitted.consent)
        row.state, row.outcome, row.settled_at = "answered", "answered", admitted.now
        row.units, row.answer = units, answer
        session.add(row)
        await session.flush()


async def close_unanswered(session: AsyncSession, wanted: Wanted, refused: Refused, entry: UUID) -> None:
    """Settle an inquiry without an answer, with an intent or not, and free its key."""
    values = {"state": "denied", "outcome": refused.denied.slug, "units": 0, "answer": None}
    settled = await session.execute(_SETTLE, {**values, "inquiry": wanted.inquiry_id})
    if not getattr(settled, "rowcount", 0):
        row = _row(wanted, refused.subject_id, entry, datetime.now(UTC), None)
        row.state, row.outcome, row.settled_at = "denied", refused.denied.slug, row.created_at
        session.add(row)
        await session.flush()
    await session.execute(_FREE, {"inquiry": wanted.inquiry_id, "account": wanted.account})


async def expire_intents(gateway: Gateway) -> None:
    """Close inquiries whose process died while a provider was being asked: nothing was answered, nothing is charged."""
    async with gateway.database.begin("inquiry.expire") as session:
        for row in (await session.execute(_EXPIRED)).all():
            event = Event(
                "inquiry.expired", row.account, institution=row.institution, account=row.account,
                subject=str(row.subject_id), outcome="expired", exchange=str(row.inquiry_id),
            )  # fmt: skip
            await gateway.audit.record(session, event)
            await close(session, row.inquiry_id, "released")
            values = {"state": "expired", "outcome": "expired", "units": 0, "answer": None}
            await session.execute(_SETTLE, {**values, "inquiry": row.inquiry_id})
            await session.execute(_FREE, {"inquiry": row.inquiry_id, "account": row.account})
        await session.execute(_PURGE)


def _row(wanted: Wanted, subject_id: UUID | None, entry: UUID, now: datetime, consent: Consent | None) -> Inquiry:
    return Inquiry(
        inquiry_id=wanted.inquiry_id, account=wanted.account, institution=wanted.institution,
        intermediary=wanted.intermediary, subject_id=subject_id, uscc=wanted.uscc, product=wanted.product,
        purpose=wanted.purpose, provider=wanted.provider,
        consent_id=consent.terms.consent_id if consent else wanted.consent_id,
        consent_version=consent.version if consent else None,
        state="admitted", outcome="admitted", units=0, answer=None, created_at=now, expires_at=None,
        settled_at=None, event_id=entry,
    )  # fmt: skip
