"""The one use case: an institution asks about an enterprise and gets a signed answer, or a denial with its reason.

1. Admit, in a transaction: a key used before is answered again; then standing, basis (a consent, a duty, or that the
   data are public), subject and quota.
2. By the embedded card: score, charge, count the use, record, sign, tell, in that same transaction. Questions that come
   while one such transaction is under way share the next one. What would hold the others up goes by itself: a consent
   or a duty that somebody else has locked, a key that stands for another question; and so does each of a group that
   failed.
3. By an outside provider: reserve and commit; ask, without a transaction; then, in another one, admit it again as
   things stand by then, turn the reservation into a charge, count the use, record, sign and tell; or release it where
   the provider failed or something has ended meanwhile.
Nothing is answered before its entry is durable. A denial is recorded, and costs nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from math import ceil
from typing import Literal
from uuid import UUID

from sqlalchemy import text

from connectors.model.calendar import day_of
from consent.decision import Consent
from gateway.identity.caller import proof_used
from gateway.inquiries import store
from gateway.inquiries.admission import Admission, Refusal, admit_inquiries, find_denial
from gateway.inquiries.answering import Given, about, deny, give_answers
from gateway.inquiries.answers import Answered, Result, relayed_result
from gateway.inquiries.computing import compute_results
from gateway.inquiries.granting import limits_of
from gateway.inquiries.permits import sign_permit
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.store import Claim, Member
from gateway.providers.days import count_call
from gateway.providers.registered import EMBEDDED
from gateway.quota.books import Held
from gateway.quota.ledger import close, hold
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.group_commit import RolledBackError
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from scoring_adapter.errors import ProviderError, ProviderUnavailableError
from scoring_adapter.providers.asking import ANSWERED, Call, Providers
from scoring_adapter.providers.mapping import Question
from scoring_adapter.providers.terms import Provider
from scoring_adapter.providers.trying import Asked

POINT = "inquiry.admit"
SETTLING = timedelta(seconds=60)  # beyond the provider's time: what a settlement may wait for the database
# A group waits no longer for what somebody else has locked: its members then wait for it by themselves.
_BRIEFLY = text("SET LOCAL lock_timeout = '1s'")
_LATE = Denial("upstream-unavailable", "应答太迟，未计费。The answer came too late; nothing was charged.")


@dataclass(frozen=True)
class Intent:
    """What a provider is asked for: the admission as it was then, and until when it holds."""

    admission: Admission
    consent: Consent
    provider: Provider
    expires_at: datetime


async def inquire(
    units: UnitsOfWork, providers: Providers, actor: Actor, request: InquiryRequest, asked: store.Asked
) -> Answered | Denial:
    """Answer an inquiry. Raises DeniedError where the proof it is asked with was used before."""
    member = Member(actor, request, asked)
    if request.provider != EMBEDDED:
        return await _ask_provider(units, providers, member)
    if asked.reserved is None:
        try:
            outcome = await units.join(POINT, _ask_together, member, actor)
        except RolledBackError:
            pass  # it may be another member's fault
        else:
            if outcome is not None:
                return outcome
            member = replace(member, asked=replace(asked, proof=None))  # which was claimed with the group
    async with units.begin(POINT, actor, short=True) as work:
        earlier = await _claim(work, member)
        if earlier is not None:
            return earlier
        [answered] = await _answer_members(work, [member], asked.reserved)
        assert answered is not None, "it waits for what is locked"  # noqa: S101
        return await _ended(work, member, answered)


async def _ask_together(work: UnitOfWork, members: Sequence[Member]) -> list[Answered | Denial | DeniedError | None]:
    """Answer a group; None stands for a member that is to be asked by itself, its proof claimed, its key not."""
    await work.session.execute(_BRIEFLY)
    claims = await store.claim_keys(work.session, members)
    claimed = [one for one, claim in zip(members, claims, strict=True) if claim is Claim.OWN]
    answers = await _answer_members(work, claimed, waits=False)
    await store.free_keys(work.session, [m for m, a in zip(claimed, answers, strict=True) if a is None], forms=True)
    left = iter(answers)
    return [
        next(left) if claim is Claim.OWN else proof_used() if claim is Claim.PROOF_USED else None for claim in claims
    ]


async def _claim(work: UnitOfWork, member: Member) -> Answered | Denial | None:
    """Claim key and proof of a member; return what its key stands for, None where it stands for it."""
    [claim] = await store.claim_keys(work.session, [member])
    if claim is Claim.PROOF_USED:
        raise proof_used()
    while claim is Claim.KEY_TAKEN:
        if (earlier := await store.find_earlier(work.session, member)) is not None:
            return await _replay(work, member.request, earlier)
        # It was freed between the two statements: it may be claimed now.
        member = replace(member, asked=replace(member.asked, proof=None))
        [claim] = await store.claim_keys(work.session, [member])
    return None


async def _answer_members(
    work: UnitOfWork, members: Sequence[Member], reserved: Held | None = None, *, waits: bool = True
) -> list[Answered | Denial | None]:
    """Answer questions by the embedded card; None for one whose consent somebody else has locked, without `waits`."""
    admissions = await admit_inquiries(work, [one.request for one in members], reserved, waits=waits)
    judged = list(zip(members, admissions, strict=True))
    admitted = [(member, found) for member, found in judged if isinstance(found, Admission)]
    now = admitted[0][1].now if admitted else work.now
    wanted = [
        (found.subject.subject_id, member.request.product, limits_of(found.grant, now)) for member, found in admitted
    ]
    results = await compute_results(work.session, wanted, now)
    given = [Given(*each, result) for each, result in zip(admitted, results, strict=True)]
    refused = [(member, found) for member, found in judged if isinstance(found, Refusal)]
    outcomes: dict[UUID, Answered | Denial] = {}
    for one, answer in zip(given, await give_answers(work, given), strict=True):
        outcomes[one.request.inquiry_id] = answer
    for (member, _), denial in zip(refused, await deny(work, refused), strict=True):
        outcomes[member.request.inquiry_id] = denial
    return [outcomes.get(one.request.inquiry_id) for one in members]


async def _ended(work: UnitOfWork, member: Member, outcome: Answered | Denial) -> Answered | Denial:
    """Return how it ended; what was held for it beforehand is held no more."""
    if member.asked.reserved is not None:
        ended: Literal["settled", "released"] = "settled" if isinstance(outcome, Answered) else "released"
        await close(work.session, member.request.inquiry_id, ended)
    return outcome


async def _ask_provider(units: UnitsOfWork, providers: Providers, member: Member) -> Answered | Denial:
    request = member.request
    async with units.begin(POINT, member.actor, short=True) as work:
        earlier = await _claim(work, member)
        if earlier is not None:
            return earlier
        [admission] = await admit_inquiries(work, [request], member.asked.reserved)
        if isinstance(admission, Refusal):
            [denial] = await deny(work, [(member, admission)])
            return await _ended(work, member, denial)
        assert admission is not None, "it waits for what is locked"  # noqa: S101
        consent, provider = admission.consent, admission.provider
        assert provider is not None, "one that is not registered is denied"  # noqa: S101 - see check_registered
        expires_at = admission.now + timedelta(milliseconds=provider.terms.time_ms) + SETTLING
        assert consent is not None, "a provider is asked on a consent alone"  # noqa: S101 - see check_provider
        await hold(work.session, admission.taken.charge, admission.day, expires_at, consent.terms.consent_id)
        await store.add_intent(work, request, admission, expires_at)
    return await _relay(units, providers, member, Intent(admission, consent, provider, expires_at))


async def _relay(units: UnitsOfWork, providers: Providers, member: Member, intent: Intent) -> Answered | Denial:
    request, asked_on = member.request, day_of(intent.admission.now)
    question = Question(str(request.inquiry_id), request.uscc, request.product, request.purpose, asked_on.isoformat())
    permit, call = partial(sign_permit, units, request, intent.consent), Call(ANSWERED)
    try:
        result = relayed_result(
            await providers.ask(intent.provider, Asked(question, permit, _asked_for(request, intent.consent)), call)
        )
    except ProviderError as fault:
        async with units.begin("inquiry.release", member.actor, short=True) as work:
            denial = await _release(work, member, intent, fault)
            await count_call(work.session, request.provider, call, intent.admission.now)
            return denial
    async with units.begin("inquiry.settle", member.actor, short=True) as work:
        outcome = await _settle(work, member, intent, result)
        await count_call(work.session, request.provider, call, intent.admission.now)
        return outcome


def _asked_for(request: InquiryRequest, consent: Consent) -> str:
    """Return for whom and on what a question is asked: an answer that a provider lets us keep is given to no other."""
    return f"{request.institution} {request.account} {consent.terms.consent_id} {consent.version}"


async def _release(work: UnitOfWork, member: Member, intent: Intent, fault: ProviderError) -> Denial:
    """Deny what a provider did not answer soundly; nothing is held for it any more."""
    inquiry = member.request.inquiry_id
    if not await store.lock_intent(work.session, inquiry):
        return about(_LATE, inquiry)  # that it expired is in the log
    await close(work.session, inquiry, "released")
    unavailable = isinstance(fault, ProviderUnavailableError)
    headers = (
        {"Retry-After": str(ceil(fault.wait))} if isinstance(fault, ProviderUnavailableError) and fault.wait else {}
    )
    refusal = Refusal(
        Denial(
            "upstream-unavailable" if unavailable else "upstream-invalid",
            f"评分提供方未能应答，未计费。{fault}; nothing was charged.", headers=headers,
        ),
        intent.admission.subject.subject_id,
    )  # fmt: skip
    [denial] = await deny(work, [(member, refusal)], intended=True)
    return denial


async def _settle(work: UnitOfWork, member: Member, intent: Intent, result: Result) -> Answered | Denial:
    """Answer by what holds now, or deny: an answer that comes when the reservation has expired is late."""
    inquiry = member.request.inquiry_id
    if not await store.lock_intent(work.session, inquiry):
        return about(_LATE, inquiry)
    outcome = await _answer_relayed(work, member, intent, result)
    ended: Literal["settled", "released"] = "settled" if isinstance(outcome, Answered) else "released"
    await close(work.session, inquiry, ended)
    return outcome


async def _answer_relayed(work: UnitOfWork, member: Member, intent: Intent, result: Result) -> Answered | Denial:
    reserved = Held(intent.admission.day, intent.admission.taken.charge.units)
    [found] = await admit_inquiries(work, [member.request], reserved)
    if isinstance(found, Admission) and found.now >= intent.expires_at:
        found = Refusal(_LATE, found.subject.subject_id)
    if isinstance(found, Admission):
        [outcome] = await give_answers(work, [Given(member, found, result)], intended=True)
        return outcome
    assert found is not None, "it waits for what is locked"  # noqa: S101
    [denial] = await deny(work, [(member, found)], intended=True)
    return denial


async def _replay(work: UnitOfWork, request: InquiryRequest, earlier: store.Earlier) -> Answered | Denial:
    """Answer a key again, free; not where standing or consent have ended, nor where it stood for another request."""
    if not earlier.same:
        return about(Denial("idempotency-key-reused"), earlier.inquiry_id)
    if earlier.answer is None:
        return about(Denial("request-in-progress", headers={"Retry-After": "5"}), earlier.inquiry_id)
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
    return about(denial, request.inquiry_id) if denial else answer
