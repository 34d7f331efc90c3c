"""A question to an outside provider: admitted, asked and settled; nothing is open while the provider is asked.

1. Admit as any other, reserve its units, write down that the provider will be asked, and commit.
2. Ask, without a transaction.
3. In another one admit it again as things stand by then, turn the reservation into a charge, count the use, record,
   sign and tell; or release it where the provider failed or something has ended meanwhile.
Where several are asked for a joint answer, they are asked at once, and brought together in step 3 (joining.py).
The transactions before and after are shared by the questions that come while one of them is under way; what would hold
the others up goes by itself, as by the embedded card.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from math import ceil
from time import monotonic
from uuid import UUID

from connectors.model.calendar import day_of
from consent.decision import Consent
from gateway.inquiries import store
from gateway.inquiries.admission import Admission, Refusal, admit_inquiries
from gateway.inquiries.answering import Given, about, deny, give_answers
from gateway.inquiries.answers import Answered, Result, relayed_result
from gateway.inquiries.claiming import BRIEFLY, claim, claim_together
from gateway.inquiries.joining import Joined, bring_together, is_charged
from gateway.inquiries.permits import sign_permit
from gateway.inquiries.provider_statements import keep_statements
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.store import Member
from gateway.providers.days import count_calls
from gateway.quota.books import Held
from gateway.quota.ledger import Holding, close, hold
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.group_commit import RolledBackError
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from scoring_adapter.errors import ProviderError, ProviderUnavailableError
from scoring_adapter.providers.asking import ANSWERED, Call, Providers
from scoring_adapter.providers.joint import Joint
from scoring_adapter.providers.mapping import Question
from scoring_adapter.providers.terms import Provider
from scoring_adapter.providers.together import ask_together, outcome_of
from scoring_adapter.providers.trying import Asked

ADMIT, SETTLE = "inquiry.admit-relayed", "inquiry.settle"
SETTLING = timedelta(seconds=60)  # beyond the provider's time: what a settlement may wait for the database
_LATE = Denial("upstream-unavailable", "应答太迟，未计费。The answer came too late; nothing was charged.")


@dataclass(frozen=True)
class Intent:
    """What a provider is asked for: the admission as it was then, and until when it holds."""

    member: Member
    admission: Admission
    consent: Consent
    provider: Provider | Joint
    expires_at: datetime

    @property
    def inquiry_id(self) -> UUID:
        """The inquiry that it is."""
        return self.member.request.inquiry_id

    @property
    def held(self) -> Held:
        """What is reserved for it."""
        return Held(self.admission.day, self.admission.taken.charge.units)


@dataclass(frozen=True)
class Told:
    """What a provider answered, or several did, or why it did not, and what is counted of the call."""

    intent: Intent
    answer: Result | Joined | Refusal
    call: Call

    def calls(self) -> list[tuple[str, Call, datetime]]:
        """Return what is counted: of which provider, how it ended, and when it was asked."""
        said = self.answer.said if isinstance(self.answer, Joined) else ()
        counted = [(one.provider, one.call) for one in said if one.call]
        own = (self.intent.member.request.provider, self.call)
        return [(*one, self.intent.admission.now) for one in (own, *counted)]


async def ask_provider(units: UnitsOfWork, providers: Providers, member: Member) -> Answered | Denial:
    """Answer a question by the provider that it names. Raises DeniedError where its proof was used before."""
    intent = await _admit(units, member)
    if not isinstance(intent, Intent):
        return intent
    told = await _ask(units, providers, intent)
    try:
        outcome = await units.join(SETTLE, _settle_together, told, member.actor)
    except RolledBackError:
        outcome = None
    if outcome is not None:
        return outcome
    async with units.begin(SETTLE, member.actor, short=True) as work:
        [settled] = await _settle(work, [told], waits=True)
        assert settled is not None, "it waits for what is locked"  # noqa: S101
        return settled


async def _admit(units: UnitsOfWork, member: Member) -> Intent | Answered | Denial:
    if member.asked.reserved is None:
        try:
            found = await units.join(ADMIT, _admit_together, member, member.actor)
        except RolledBackError:
            pass  # it may be another member's fault
        else:
            if found is not None:
                return found
            member = replace(member, asked=replace(member.asked, proof=None))  # which was claimed with the group
    async with units.begin(ADMIT, member.actor, short=True) as work:
        earlier = await claim(work, member)
        if earlier is not None:
            return earlier
        [intended] = await _intend(work, [member], waits=True)
        assert intended is not None, "it waits for what is locked"  # noqa: S101
        if isinstance(intended, Denial) and member.asked.reserved is not None:
            await close(work.session, [member.request.inquiry_id], "released")
        return intended


async def _admit_together(work: UnitOfWork, members: Sequence[Member]) -> list[Intent | Denial | DeniedError | None]:
    """Admit a group; None stands for a member that is to be admitted by itself, its proof claimed, its key not."""
    return await claim_together(work, members, lambda claimed: _intend(work, claimed, waits=False))


async def _intend(work: UnitOfWork, members: Sequence[Member], *, waits: bool) -> list[Intent | Denial | None]:
    """Admit questions, and reserve and write down what is admitted; None for one that somebody else holds up, without
    `waits`.
    """
    reserved = [one.asked.reserved for one in members if one.asked.reserved]
    admissions = await admit_inquiries(work, [one.request for one in members], reserved, waits=waits)
    found: dict[UUID, Intent | Denial] = {}
    intents = [
        _intent_of(one, admission) for one, admission in zip(members, admissions, strict=True)
        if isinstance(admission, Admission)
    ]  # fmt: skip
    await hold(work.session, [
        Holding(one.admission.taken.charge, one.admission.day, one.expires_at, one.consent.terms.consent_id)
        for one in intents
    ])  # fmt: skip
    await store.add_intents(work, [(one.member, one.admission, one.expires_at) for one in intents])
    found.update((one.inquiry_id, one) for one in intents)
    refused = [
        (member, admission) for member, admission in zip(members, admissions, strict=True)
        if isinstance(admission, Refusal)
    ]  # fmt: skip
    for (member, _), denial in zip(refused, await deny(work, refused), strict=True):
        found[member.request.inquiry_id] = denial
    return [found.get(one.request.inquiry_id) for one in members]


def _intent_of(member: Member, admission: Admission) -> Intent:
    consent, provider = admission.consent, admission.provider
    assert consent is not None, "a provider is asked on a consent alone"  # noqa: S101 - see check_provider
    assert provider is not None, "one that is not registered is denied"  # noqa: S101 - see check_registered
    expires_at = admission.now + timedelta(milliseconds=provider.terms.time_ms) + SETTLING
    return Intent(member, admission, consent, provider, expires_at)


async def _ask(units: UnitsOfWork, providers: Providers, intent: Intent) -> Told:
    request, asked_on = intent.member.request, day_of(intent.admission.now)
    question = Question(str(request.inquiry_id), request.uscc, request.product, request.purpose, asked_on.isoformat())
    asked_for, call = _asked_for(request, intent.consent), Call(ANSWERED)

    def asked(provider: str) -> Asked:
        own = replace(request, provider=provider)
        return Asked(question, partial(sign_permit, units, own, intent.consent), asked_for)

    if isinstance(intent.provider, Joint):
        began = monotonic()
        said = await ask_together(providers, intent.provider, asked)
        ms = int((monotonic() - began) * 1000)
        return Told(intent, Joined(intent.provider, said), Call(outcome_of(intent.provider, said), ms, 1))
    try:
        answer = await providers.ask(intent.provider, asked(request.provider), call)
        return Told(intent, relayed_result(answer), call)
    except ProviderError as fault:
        return Told(intent, Refusal(_denial_for(fault), intent.admission.subject.subject_id), call)


def _asked_for(request: InquiryRequest, consent: Consent) -> str:
    """Return for whom and on what a question is asked: an answer that a provider lets us keep is given to no other."""
    return f"{request.institution} {request.account} {consent.terms.consent_id} {consent.version}"


def _denial_for(fault: ProviderError) -> Denial:
    unavailable = isinstance(fault, ProviderUnavailableError)
    wait = fault.wait if isinstance(fault, ProviderUnavailableError) else 0
    return Denial(
        "upstream-unavailable" if unavailable else "upstream-invalid",
        f"评分提供方未能应答，未计费。{fault}; nothing was charged.",
        headers={"Retry-After": str(ceil(wait))} if wait else {},
    )


async def _settle_together(work: UnitOfWork, group: Sequence[Told]) -> list[Answered | Denial | None]:
    """Settle a group; None stands for a member that is to be settled by itself."""
    await work.session.execute(BRIEFLY)
    return await _settle(work, group, waits=False)


async def _settle(work: UnitOfWork, group: Sequence[Told], *, waits: bool) -> list[Answered | Denial | None]:
    """Answer by what holds now, or deny: an answer that comes when the reservation has expired is late.

    None for one that somebody else holds up, without `waits`, and for one that was reserved on another day than the
    first: counters are locked day by day.
    """
    still = await store.lock_intents(work.session, [one.intent.inquiry_id for one in group])
    # That it expired is in the log.
    outcomes: dict[UUID, Answered | Denial] = {
        one.intent.inquiry_id: about(_LATE, one.intent.inquiry_id)
        for one in group if one.intent.inquiry_id not in still
    }  # fmt: skip
    open_ = [one for one in group if one.intent.inquiry_id in still]
    refused = [(one.intent.member, one.answer) for one in open_ if isinstance(one.answer, Refusal)]
    answered = [(one.intent, one.answer) for one in open_ if not isinstance(one.answer, Refusal)]
    answered = [(intent, result) for intent, result in answered if intent.held.day == answered[0][0].held.day]
    admissions = await admit_inquiries(
        work, [intent.member.request for intent, _ in answered], [intent.held for intent, _ in answered], waits=waits
    )
    admitted = []
    for (intent, result), found in zip(answered, admissions, strict=True):
        if isinstance(found, Refusal):
            refused.append((intent.member, found))
        elif found is not None and found.now >= intent.expires_at:
            refused.append((intent.member, Refusal(_LATE, found.subject.subject_id)))
        elif found is not None:
            admitted.append((intent.member, found, result))
    given, faults = await _bring_together(work, admitted)
    refused += faults
    if given:
        answers = await give_answers(work, given, intended=True)
        outcomes.update((one.request.inquiry_id, answer) for one, answer in zip(given, answers, strict=True))
        told = [one for one, answer in zip(given, answers, strict=True) if isinstance(answer, Answered)]
        await keep_statements(work, told)
    denials = await deny(work, refused, intended=True)
    outcomes.update((member.request.inquiry_id, one) for (member, _), one in zip(refused, denials, strict=True))
    ended = {inquiry: one for inquiry, one in outcomes.items() if inquiry in still}
    await close(work.session, [i for i, one in ended.items() if isinstance(one, Answered)], "settled")
    await close(work.session, [i for i, one in ended.items() if isinstance(one, Denial)], "released")
    counted = [one for one in group if one.intent.inquiry_id in outcomes]
    await count_calls(work.session, [call for one in counted for call in one.calls()])
    return [outcomes.get(one.intent.inquiry_id) for one in group]


async def _bring_together(
    work: UnitOfWork, admitted: Sequence[tuple[Member, Admission, Result | Joined]]
) -> tuple[list[Given], list[tuple[Member, Refusal]]]:
    """Return what is answered, joint answers brought together, and which of them cannot be given."""
    several = [(one.request, found, joined) for one, found, joined in admitted if isinstance(joined, Joined)]
    joint = iter(await bring_together(work, several))
    given, refused = [], []
    for member, found, result in admitted:
        made = next(joint) if isinstance(result, Joined) else result
        if isinstance(made, ProviderError):
            refused.append((member, Refusal(_denial_for(made), found.subject.subject_id)))
        else:
            given.append(Given(member, found if is_charged(made) else found.waived(), made))
    return given, refused
