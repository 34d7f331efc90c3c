"""The one use case: an institution asks about an enterprise and gets a signed answer, or a denial with its reason.

1. Admit, in a transaction: a key used before is answered again; then standing, consent, subject and quota.
2. By the embedded card: score, charge, count the use, record, sign, in that same transaction.
3. By an outside provider: reserve and commit; ask, without a transaction; then, in another one, check the consent
   again, turn the reservation into a charge, count the use, record and sign; or release it where the provider failed.
Nothing is answered before its entry is durable. A denial is recorded, and costs nothing.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from audit.events import Event
from consent.decision import Consent, Denied
from consent.store import use
from consent.tables import ConsentUse
from gateway.gateway import Gateway
from gateway.inquiries import store as inquiry_store
from gateway.inquiries.admission import Admitted, Refused, Wanted, admit_inquiry, permit
from gateway.inquiries.answers import Result, compute_result, relayed_result, sign_answer, today
from gateway.inquiries.ledger import close, hold, post
from scoring_adapter.errors import ProviderUnavailableError, ScoringError
from scoring_adapter.relay import Provider, Question, ask
from signing.canonical import sha256_hex

EMBEDDED = "embedded"
SETTLING = timedelta(seconds=60)  # beyond the provider's time: what a settlement may wait for the database
EXHAUSTED = Denied("consent-uses-exhausted", 403, "All uses of this consent are spent 授权次数已用完。")
Then = Callable[[AsyncSession, Wanted, Result, UUID], Awaitable[object]]


@dataclass(frozen=True)
class Answered:
    """A signed answer; `replayed` where the key had been answered before."""

    inquiry_id: UUID
    answer: str
    replayed: bool = False


@dataclass(frozen=True)
class Turned:
    """A denial or failure, with the inquiry that records it."""

    denied: Denied
    inquiry_id: UUID
    headers: dict[str, str] = field(default_factory=dict)


async def inquire(gateway: Gateway, wanted: Wanted, key: str, digest: bytes, then: Then) -> Answered | Turned:
    """Answer an inquiry. `key` is the account's idempotency key, `digest` of the request it stands for.

    `then` joins the transaction of the answer, and gets its entry: what else must happen because it was given.
    """
    async with gateway.database.begin("inquiry.admit") as session:
        earlier = await inquiry_store.claim_key(session, wanted, key, digest)
        if earlier is not None:
            return await _replay(gateway, session, wanted, earlier)
        admitted = await admit_inquiry(gateway, session, wanted)
        if isinstance(admitted, Refused):
            return await _deny(gateway, session, wanted, admitted)
        if wanted.provider == EMBEDDED:
            result = await compute_result(session, admitted.subject.subject_id, wanted.product, today(admitted.now))
            return await _answer(gateway, session, wanted, admitted, result, then)
        expires_at = admitted.now + timedelta(seconds=gateway.settings.provider_timeout_seconds) + SETTLING
        await hold(session, wanted.charge(), admitted.day, expires_at)
        await inquiry_store.add_intent(gateway, session, wanted, admitted, expires_at)
    return await _relay(gateway, wanted, admitted, then)


async def _relay(gateway: Gateway, wanted: Wanted, admitted: Admitted, then: Then) -> Answered | Turned:
    settings = gateway.settings
    provider = Provider(wanted.provider, settings.providers[wanted.provider], settings.provider_timeout_seconds)
    question = Question(
        str(wanted.inquiry_id), wanted.uscc, wanted.product, wanted.purpose, today(admitted.now).isoformat()
    )
    try:
        result = relayed_result(await ask(gateway.http, provider, question))
    except ScoringError as fault:
        return await _fail(gateway, wanted, admitted, fault)
    async with gateway.database.begin("inquiry.settle") as session:
        consent, now = await permit(gateway, session, wanted)
        if isinstance(consent, Denied):
            await close(session, wanted.inquiry_id, "released")
            return await _deny(gateway, session, wanted, Refused(consent, admitted.subject.subject_id))
        day = await close(session, wanted.inquiry_id, "settled")
        if day is None:
            late = Denied(
                "upstream-unavailable", 504, "The answer came too late; nothing was charged 应答超时，未计费。"
            )
            return await _deny(gateway, session, wanted, Refused(late, admitted.subject.subject_id))
        return await _answer(gateway, session, wanted, Admitted(admitted.subject, consent, day, now), result, then)


async def _answer(
    gateway: Gateway, session: AsyncSession, wanted: Wanted, admitted: Admitted, result: Result, then: Then
) -> Answered | Turned:
    entry, terms, subject = uuid7(), admitted.consent.terms, admitted.subject.subject_id
    used = ConsentUse(
        inquiry_id=wanted.inquiry_id, consent_id=terms.consent_id, version=admitted.consent.version,
        account=wanted.account, institution=wanted.institution, product=wanted.product, purpose=wanted.purpose,
        used_at=admitted.now, event_id=entry,
    )  # fmt: skip
    if not await use(session, used, terms.max_uses):
        return await _deny(gateway, session, wanted, Refused(EXHAUSTED, subject))
    asked = asked_members(wanted, admitted.consent)
    answer = sign_answer(gateway, asked, result, entry, admitted.now)
    payload = {**asked, "answer": sha256_hex(answer.encode()), "score": result.score, "model": result.model,
               "units": wanted.charge().units}  # fmt: skip
    event = Event(
        "inquiry.answered", wanted.actor, institution=wanted.institution, account=wanted.account,
        subject=str(subject), outcome="answered", exchange=str(wanted.inquiry_id), payload=payload,
    )  # fmt: skip
    await gateway.audit.record(session, event, admitted.now, entry)
    await post(session, wanted.charge(), admitted.day, entry)
    await inquiry_store.store_answer(session, wanted, admitted, entry, answer)
    await then(session, wanted, result, entry)
    return Answered(wanted.inquiry_id, answer)


async def _deny(gateway: Gateway, session: AsyncSession, wanted: Wanted, refused: Refused) -> Turned:
    """Record a denial; the key is free again, so that the same question can be asked once the reason is gone."""
    subject = str(refused.subject_id) if refused.subject_id else None
    event = Event(
        "inquiry.denied", wanted.actor, institution=wanted.institution, account=wanted.account, subject=subject,
        outcome=refused.denied.slug, exchange=str(wanted.inquiry_id), payload=asked_members(wanted, None),
    )  # fmt: skip
    entry = await gateway.audit.record(session, event)
    await inquiry_store.close_unanswered(session, wanted, refused, entry)
    return Turned(refused.denied, wanted.inquiry_id, refused.headers)


async def _fail(gateway: Gateway, wanted: Wanted, admitted: Admitted, fault: ScoringError) -> Turned:
    late = isinstance(fault, ProviderUnavailableError)
    detail = f"{fault}; nothing was charged 评分提供方未能应答，未计费。"
    denied = Denied("upstream-unavailable" if late else "upstream-invalid", 504 if late else 502, detail)
    async with gateway.database.begin("inquiry.release") as session:
        await close(session, wanted.inquiry_id, "released")
        return await _deny(gateway, session, wanted, Refused(denied, admitted.subject.subject_id))


async def _replay(
    gateway: Gateway, session: AsyncSession, wanted: Wanted, earlier: inquiry_store.Earlier
) -> Answered | Turned:
    """Answer a key again, free; not where the consent has ended since, nor where the key stood for another request."""
    if not earlier.same:
        reused = Denied("idempotency-key-reused", 422, "This key was used for another request 幂等键已用于其他请求。")
        return Turned(reused, earlier.inquiry_id)
    if earlier.answer is None:
        busy = Denied("request-in-progress", 409, "The first request is still being answered 请求处理中。")
        return Turned(busy, earlier.inquiry_id, {"Retry-After": "5"})
    consent, _ = await permit(gateway, session, wanted)
    if isinstance(consent, Denied):
        return Turned(consent, earlier.inquiry_id)
    return Answered(earlier.inquiry_id, earlier.answer, replayed=True)


def asked_members(wanted: Wanted, consent: Consent | None) -> dict[str, Any]:
    """Return what was asked, as answers and events name it."""
    return {
        "inquiry": str(wanted.inquiry_id),
        "subject": wanted.uscc,
        "institution": wanted.institution,
        "account": wanted.account,
        "intermediary": wanted.intermediary,
        "product": wanted.product,
        "purpose": wanted.purpose,
        "provider": wanted.provider,
        "consent": {"id": str(consent.terms.consent_id), "version": consent.version} if consent else None,
    }
