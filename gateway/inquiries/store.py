"""Inquiries in the database: keys claimed once, intents written before a provider is asked, each settled once."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from consent.decision import Consent
from gateway.identity.caller import proof_used
from gateway.identity.tokens.marks import CLAIM_ONE, Mark, mark_values
from gateway.inquiries.admission import Admission, Refusal
from gateway.inquiries.obligations import NOTHING_DUE, due_for
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.tables import Inquiry
from gateway.quota.ledger import close
from gateway.runtime.database import rowcount
from gateway.runtime.work import UnitOfWork

# One statement for both: who asks is proven, and what it is asked under.
_CLAIM = text(f"""
    WITH proven AS ({CLAIM_ONE}), claimed AS (
        INSERT INTO idempotency (account, key, request_digest, inquiry_id, created_at, once)
        VALUES (:account, :key, :digest, :inquiry, now(), :once) ON CONFLICT DO NOTHING RETURNING key)
    SELECT CAST(:mark AS bytea) IS NULL OR EXISTS (SELECT FROM proven) AS proven,
           EXISTS (SELECT FROM claimed) AS claimed
""")  # noqa: S608 - a constant of marks.py
_EARLIER = text("""
    SELECT k.inquiry_id, k.request_digest, i.answer, i.subject_id FROM idempotency k JOIN inquiry i USING (inquiry_id)
    WHERE k.account = :account AND k.key = :key
""")
_LOCK_INTENT = text("SELECT 1 FROM inquiry WHERE inquiry_id = :inquiry AND state = 'admitted' FOR UPDATE")
_FREE = text("DELETE FROM idempotency WHERE inquiry_id = :inquiry AND account = :account AND NOT once")
_SETTLE = text("""
    UPDATE inquiry SET state = :state, outcome = :outcome, units = :units, answer = :answer, settled_at = now(),
        report_by = :report_by, delete_by = :delete_by
    WHERE inquiry_id = :inquiry AND state = 'admitted'
""")
_EXPIRED = text("""
    SELECT inquiry_id, account, institution, subject_id FROM inquiry
    WHERE state = 'admitted' AND expires_at <= clock_timestamp() ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED
""")
_PURGE = text("DELETE FROM idempotency WHERE created_at < now() - interval '48 hours'")


@dataclass(frozen=True)
class Asked:
    """What an inquiry is asked under: the account's idempotency key, the digest (SHA-256) of the request it stands for,
    and the proof that came with it, where there was one; the day its units are held on, where they were before.
    """

    key: str
    digest: bytes
    proof: Mark | None
    reserved: date | None = None


@dataclass(frozen=True)
class Earlier:
    """What a key stood for before: the inquiry, whether the request was the same, its answer once there is one, and the
    enterprise it was about.
    """

    inquiry_id: UUID
    same: bool
    answer: str | None
    subject_id: UUID | None


async def claim_key(session: AsyncSession, request: InquiryRequest, asked: Asked) -> Earlier | None:
    """Claim key and proof for this inquiry; a second claimer waits for the first one's commit, and gets what the key
    stands for.

    Raises DeniedError where the proof was used before.
    """
    names = {
        "account": request.account, "key": asked.key, "digest": asked.digest, "inquiry": request.inquiry_id,
        "once": request.by_form,
    }  # fmt: skip
    row = (await session.execute(_CLAIM, {**names, **mark_values(asked.proof)})).one()
    if not row.proven:
        raise proof_used()
    while not row.claimed:
        earlier = (await session.execute(_EARLIER, names)).one_or_none()
        if earlier is not None:
            same = earlier.request_digest == asked.digest
            return Earlier(earlier.inquiry_id, same, earlier.answer, earlier.subject_id)
        # It was freed between the two statements: it may be claimed now.
        row = (await session.execute(_CLAIM, {**names, **mark_values(None)})).one()
    return None


async def add_intent(work: UnitOfWork, request: InquiryRequest, admission: Admission, expires_at: datetime) -> None:
    """Write, before a provider is asked, that it will be."""
    subject = admission.subject.subject_id
    consent = {"id": str(admission.consent.terms.consent_id), "version": admission.consent.version}
    entry = await work.record(
        "inquiry.admitted",
        {"inquiry": str(request.inquiry_id), "person": request.person, "provider": request.provider,
         "consent": consent},
        institution=request.institution, account=request.account, subject=subject, outcome="admitted",
        exchange=request.inquiry_id, at=admission.now,
    )  # fmt: skip
    row = _row(request, subject, entry, admission.now, admission.consent)
    row.expires_at = expires_at
    work.session.add(row)
    await work.session.flush()


async def lock_intent(session: AsyncSession, inquiry_id: UUID) -> bool:
    """Keep an intent from being closed by anybody else; tell whether it is still open.

    Whoever ends a relayed inquiry takes this lock first: its reservation, its row and its key have one end.
    """
    return (await session.execute(_LOCK_INTENT, {"inquiry": inquiry_id})).one_or_none() is not None


async def store_answer(
    session: AsyncSession, request: InquiryRequest, admission: Admission, entry: UUID, answer: str
) -> None:
    """Store an answer: with its intent, or at once where there was none."""
    units = request.charge().units
    due = due_for(admission.consent.terms, admission.now)
    values = {"state": "answered", "outcome": "answered", "units": units, "answer": answer, **due}
    settled = await session.execute(_SETTLE, {**values, "inquiry": request.inquiry_id})
    if not rowcount(settled):
        row = _row(request, admission.subject.subject_id, entry, admission.now, admission.consent)
        row.state, row.outcome, row.settled_at = "answered", "answered", admission.now
        row.units, row.answer = units, answer
        row.report_by, row.delete_by = due["report_by"], due["delete_by"]
        session.add(row)
        await session.flush()


async def close_unanswered(work: UnitOfWork, request: InquiryRequest, refusal: Refusal, entry: UUID) -> None:
    """Settle an inquiry without an answer, with an intent or not, and free its key, unless it is a form's."""
    session, outcome = work.session, refusal.denial.reason
    values = {"state": "denied", "outcome": outcome, "units": 0, "answer": None, **NOTHING_DUE}
    settled = await session.execute(_SETTLE, {**values, "inquiry": request.inquiry_id})
    if not rowcount(settled):
        row = _row(request, refusal.subject_id, entry, work.now, None)
        row.state, row.outcome, row.settled_at = "denied", outcome, row.created_at
        session.add(row)
        await session.flush()
    await session.execute(_FREE, {"inquiry": request.inquiry_id, "account": request.account})


async def expire_intents(work: UnitOfWork) -> None:
    """Close inquiries whose process died while a provider was being asked: nothing was answered, nothing is charged."""
    session = work.session
    for row in (await session.execute(_EXPIRED)).all():
        await work.record(
            "inquiry.expired", institution=row.institution, account=row.account, subject=row.subject_id,
            outcome="expired", exchange=row.inquiry_id, actor=row.account,
        )  # fmt: skip
        await close(session, row.inquiry_id, "released")
        values = {"state": "expired", "outcome": "expired", "units": 0, "answer": None, **NOTHING_DUE}
        await session.execute(_SETTLE, {**values, "inquiry": row.inquiry_id})
        await session.execute(_FREE, {"inquiry": row.inquiry_id, "account": row.account})
    await session.execute(_PURGE)


def _row(
    request: InquiryRequest, subject_id: UUID | None, entry: UUID, now: datetime, consent: Consent | None
) -> Inquiry:
    return Inquiry(
        inquiry_id=request.inquiry_id, account=request.account, person=request.person,
        institution=request.institution, intermediary=request.intermediary, subject_id=subject_id, uscc=request.uscc,
        product=request.product, purpose=request.purpose, provider=request.provider,
        consent_id=consent.terms.consent_id if consent else request.consent_id,
        consent_version=consent.version if consent else None,
        state="admitted", outcome="admitted", units=0, answer=None, created_at=now, expires_at=None,
        settled_at=None, event_id=entry,
    )  # fmt: skip
