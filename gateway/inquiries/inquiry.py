"""The one use case: an institution asks about an enterprise and gets a signed answer, or a denial with its reason.

1. Admit, in a transaction: a key used before is answered again; then standing, consent, subject and quota.
2. By the embedded card: score, charge, count the use, record, sign, tell, in that same transaction.
3. By an outside provider: reserve and commit; ask, without a transaction; then, in another one, admit it again as
   things stand by then, turn the reservation into a charge, count the use, record, sign and tell; or release it where
   the provider failed or something has ended meanwhile.
Nothing is answered before its entry is durable. A denial is recorded, and costs nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal
from uuid import UUID

from uuid_utils.compat import uuid7

from connectors.model.calendar import day_of
from consent.decision import Consent
from consent.store import use
from consent.tables import ConsentUse
from gateway.inquiries import store
from gateway.inquiries.admission import Admission, Refusal, admit_inquiry, find_denial
from gateway.inquiries.answers import Result, relayed_result, sign_answer
from gateway.inquiries.computing import compute_result
from gateway.inquiries.evaluations import tell_evaluation
from gateway.inquiries.permits import sign_permit
from gateway.inquiries.providers import EMBEDDED, Providers
from gateway.inquiries.request import InquiryRequest
from gateway.quota.books import Room
from gateway.quota.ledger import close, hold, post
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from scoring_adapter.errors import ProviderUnavailableError, ScoringError
from scoring_adapter.relay import Question
from signing.canonical import sha256_hex

SETTLING = timedelta(seconds=60)  # beyond the provider's time: what a settlement may wait for the database
_LATE = Denial("upstream-unavailable", "应答太迟，未计费。The answer came too late; nothing was charged.")


@dataclass(frozen=True)
class Answered:
    """A signed answer, and what it left of the quota; `replayed` where the key had been answered before."""

    inquiry_id: UUID
    answer: str
    replayed: bool = False
    rooms: Sequence[Room] = ()


@dataclass(frozen=True)
class Intent:
    """What a provider is asked for: the admission as it was then, and until when it holds."""

    admission: Admission
    expires_at: datetime


async def inquire(
    units: UnitsOfWork, providers: Providers, actor: Actor, request: InquiryRequest, asked: store.Asked
) -> Answered | Denial:
    """Answer an inquiry. Raises DeniedError where the proof it is asked with was used before."""
    async with units.begin("inquiry.admit", actor) as work:
        earlier = await store.claim_key(work.session, request, asked)
        if earlier is not None:
            return await _replay(work, request, earlier)
        admission = await admit_inquiry(work, request, asked.reserved)
        if isinstance(admission, Refusal):
            return await _ended(work, request, asked, await _deny(work, request, admission))
        if request.provider == EMBEDDED:
            result = await compute_result(work.session, admission.subject.subject_id, request.product, admission.now)
            return await _ended(work, request, asked, await _answer(work, request, admission, result))
        expires_at = admission.now + timedelta(seconds=providers.timeout_seconds) + SETTLING
        consent = admission.consent.terms.consent_id
        await hold(work.session, request.charge(), admission.day, expires_at, consent)
        await store.add_intent(work, request, admission, expires_at)
    return await _relay(units, providers, actor, request, Intent(admission, expires_at))


async def _ended(
    work: UnitOfWork, request: InquiryRequest, asked: store.Asked, outcome: Answered | Denial
) -> Answered | Denial:
    """Return how it ended; what was held for it beforehand is held no more."""
    if asked.reserved is not None:
        await close(work.session, request.inquiry_id, "settled" if isinstance(outcome, Answered) else "released")
    return outcome


async def _relay(
    units: UnitsOfWork, providers: Providers, actor: Actor, request: InquiryRequest, intent: Intent
) -> Answered | Denial:
    subject, asked_on = intent.admission.subject.subject_id, day_of(intent.admission.now)
    question = Question(str(request.inquiry_id), request.uscc, request.product, request.purpose, asked_on.isoformat())
    try:
        permit = partial(sign_permit, units, request, intent.admission.consent)
        result = relayed_result(await providers.ask(request.provider, question, permit))
    except ScoringError as fault:
        reason = "upstream-unavailable" if isinstance(fault, ProviderUnavailableError) else "upstream-invalid"
        async with units.begin("inquiry.release", actor) as work:
            if not await store.lock_intent(work.session, request.inquiry_id):
                return _about(_LATE, request.inquiry_id)
            await close(work.session, request.inquiry_id, "released")
            detail = f"评分提供方未能应答，未计费。{fault}; nothing was charged."
            return await _deny(work, request, Refusal(Denial(reason, detail), subject))
    async with units.begin("inquiry.settle", actor) as work:
        if not await store.lock_intent(work.session, request.inquiry_id):
            return _about(_LATE, request.inquiry_id)  # that it expired is in the log
        outcome = await _settle(work, request, intent, result)
        ended: Literal["settled", "released"] = "settled" if isinstance(outcome, Answered) else "released"
        await close(work.session, request.inquiry_id, ended)
        return outcome


async def _settle(work: UnitOfWork, request: InquiryRequest, intent: Intent, result: Result) -> Answered | Denial:
    """Answer by what holds now, or deny: an answer that comes when the reservation has expired is late."""
    admission = await admit_inquiry(work, request, reserved=intent.admission.day)
    if isinstance(admission, Refusal):
        return await _deny(work, request, admission)
    if admission.now >= intent.expires_at:
        return await _deny(work, request, Refusal(_LATE, admission.subject.subject_id))
    return await _answer(work, request, admission, result)


async def _answer(work: UnitOfWork, request: InquiryRequest, admission: Admission, result: Result) -> Answered | Denial:
    entry, terms, subject = uuid7(), admission.consent.terms, admission.subject.subject_id
    used = ConsentUse(
        inquiry_id=request.inquiry_id, consent_id=terms.consent_id, version=admission.consent.version,
        account=request.account, institution=request.institution, product=request.product, purpose=request.purpose,
        used_at=admission.now, event_id=entry,
    )  # fmt: skip
    if not await use(work.session, used, terms.max_uses):
        return await _deny(work, request, Refusal(Denial("consent-uses-exhausted"), subject))
    asked = asked_members(request, admission.consent)
    answer = sign_answer(work, asked, result, entry, admission.now)
    payload = {
        **asked, "person": request.person, "answer": sha256_hex(answer.encode()), "score": result.score,
        "model": result.model, "units": request.charge().units, "day": admission.day.isoformat(),
    }  # fmt: skip
    await work.record(
        "inquiry.answered", payload, institution=request.institution, account=request.account, subject=subject,
        outcome="answered", exchange=request.inquiry_id, at=admission.now, event_id=entry,
    )  # fmt: skip
    rooms = await post(work.session, request.charge(), admission.day, entry, terms.consent_id)
    await store.store_answer(work.session, request, admission, entry, answer)
    await tell_evaluation(work, request, result)
    return Answered(request.inquiry_id, answer, rooms=rooms)


async def _deny(work: UnitOfWork, request: InquiryRequest, refusal: Refusal) -> Denial:
    """Record a denial; the key is free again, so that the same question can be asked once the reason is gone."""
    named = str(request.consent_id) if request.consent_id else None
    asked = {**asked_members(request, None), "person": request.person, "named": named}
    entry = await work.record(
        "inquiry.denied", asked, institution=request.institution, account=request.account,
        subject=refusal.subject_id, outcome=refusal.denial.reason, exchange=request.inquiry_id,
    )  # fmt: skip
    await store.close_unanswered(work, request, refusal, entry)
    return _about(refusal.denial, request.inquiry_id)


async def _replay(work: UnitOfWork, request: InquiryRequest, earlier: store.Earlier) -> Answered | Denial:
    """Answer a key again, free; not where standing or consent have ended, nor where it stood for another request."""
    if not earlier.same:
        return _about(Denial("idempotency-key-reused"), earlier.inquiry_id)
    if earlier.answer is None:
        return _about(Denial("request-in-progress", headers={"Retry-After": "5"}), earlier.inquiry_id)
    again = await give_again(work, replace(request, inquiry_id=earlier.inquiry_id), earlier.subject_id, earlier.answer)
    return again if isinstance(again, Denial) else Answered(earlier.inquiry_id, again, replayed=True)


async def give_again(work: UnitOfWork, request: InquiryRequest, subject_id: UUID | None, answer: str) -> str | Denial:
    """Return the answer that was given to a request before, or why it is not given now; either is recorded."""
    denial = await find_denial(work, request)
    await work.record(
        "inquiry.replayed", {"inquiry": str(request.inquiry_id)}, institution=request.institution,
        account=request.account, subject=subject_id, outcome=denial.reason if denial else "replayed",
        exchange=request.inquiry_id,
    )  # fmt: skip
    return _about(denial, request.inquiry_id) if denial else answer


def _about(denial: Denial, inquiry_id: UUID) -> Denial:
    """Return a denial that names the inquiry it concerns."""
    return replace(denial, members={**denial.members, "inquiry": str(inquiry_id)})


def asked_members(request: InquiryRequest, consent: Consent | None) -> dict[str, Any]:
    """Return what was asked, as answers and events name it."""
    return {
        "inquiry": str(request.inquiry_id),
        "subject": request.uscc,
        "institution": request.institution,
        "account": request.account,
        "intermediary": request.intermediary,
        "product": request.product,
        "purpose": request.purpose,
        "provider": request.provider,
        "consent": {"id": str(consent.terms.consent_id), "version": consent.version} if consent else None,
    }
