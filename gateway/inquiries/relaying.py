"""A question to an outside provider: admitted, asked and settled; nothing is open while the provider is asked.

1. Admit as any other, reserve its units, write down that the provider will be asked, and commit.
2. Ask, without a transaction.
3. In another one admit it again as things stand by then, turn the reservation into a charge, count the use, record,
   sign and tell; or release it where the provider failed or something has ended meanwhile.
The transactions before and after are shared by the questions that come while one of them is under way; what would hold
the others up goes by itself, as by the embedded card.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import text

from connectors.model.calendar import day_of
from consent.decision import Consent
from gateway.identity.caller import proof_used
from gateway.inquiries import store
from gateway.inquiries.admission import Admission, Refusal, admit_inquiries
from gateway.inquiries.answering import Given, about, deny, give_answers
from gateway.inquiries.answers import Answered, Result, relayed_result
from gateway.inquiries.claiming import claim
from gateway.inquiries.permits import sign_permit
from gateway.inquiries.providers import Providers
from gateway.inquiries.store import Claim, Member
from gateway.quota.books import Held
from gateway.quota.ledger import Holding, close, hold
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.group_commit import RolledBackError
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from scoring_adapter.errors import ProviderUnavailableError, ScoringError
from scoring_adapter.relay import Question

ADMIT, SETTLE = "inquiry.admit-relayed", "inquiry.settle"
SETTLING = timedelta(seconds=60)  # beyond the provider's time: what a settlement may wait for the database
# A group waits no longer for what somebody else has locked: its members then wait for it by themselves.
BRIEFLY = text("SET LOCAL lock_timeout = '1s'")
_LATE = Denial("upstream-unavailable", "应答太迟，未计费。The answer came too late; nothing was charged.")


@dataclass(frozen=True)
class Relayed:
    """A question that a provider is to answer, which may take so many seconds."""

    member: Member
    timeout_seconds: float


@dataclass(frozen=True)
class Intent:
    """What a provider is asked for: the admission as it was then, and until when it holds."""

    member: Member
    admission: Admission
    consent: Consent
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
    """What a provider answered, or why it did not."""

    intent: Intent
    answer: Result | Refusal


async def ask_provider(units: UnitsOfWork, providers: Providers, member: Member) -> Answered | Denial:
    """Answer a question by the provider that it names. Raises DeniedError where its proof was used before."""
    intent = await _admit(units, Relayed(member, providers.timeout_seconds))
    if not isinstance(intent, Intent):
        return intent
    told = Told(intent, await _ask(units, providers, intent))
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


async def _admit(units: UnitsOfWork, relayed: Relayed) -> Intent | Answered | Denial:
    member = relayed.member
    if member.asked.reserved is None:
        try:
            found = await units.join(ADMIT, _admit_together, relayed, member.actor)
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
        [intended] = await _intend(work, [replace(relayed, member=member)], waits=True)
        assert intended is not None, "it waits for what is locked"  # noqa: S101
        if isinstance(intended, Denial) and member.asked.reserved is not None:
            await close(work.session, [member.request.inquiry_id], "released")
        return intended


async def _admit_together(work: UnitOfWork, group: Sequence[Relayed]) -> list[Intent | Denial | DeniedError | None]:
    """Admit a group; None stands for a member that is to be admitted by itself, its proof claimed, its key not."""
    await work.session.execute(BRIEFLY)
    claims = await store.claim_keys(work.session, [one.member for one in group])
    claimed = [one for one, found in zip(group, claims, strict=True) if found is Claim.OWN]
    intended = await _intend(work, claimed, waits=False)
    alone = [one.member for one, found in zip(claimed, intended, strict=True) if found is None]
    await store.free_keys(work.session, alone, forms=True)
    left = iter(intended)
    return [
        next(left) if found is Claim.OWN else proof_used() if found is Claim.PROOF_USED else None for found in claims
    ]


async def _intend(work: UnitOfWork, group: Sequence[Relayed], *, waits: bool) -> list[Intent | Denial | None]:
    """Admit questions, and reserve and write down what is admitted; None for one that somebody else holds up, without
    `waits`.
    """
    members = [one.member for one in group]
    reserved = [one.asked.reserved for one in members if one.asked.reserved]
    admissions = await admit_inquiries(work, [one.request for one in members], reserved, waits=waits)
    found: dict[UUID, Intent | Denial] = {}
    intents = [
        _intent_of(one, admission) for one, admission in zip(group, admissions, strict=True)
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


def _intent_of(relayed: Relayed, admission: Admission) -> Intent:
    consent = admission.consent
    assert consent is not None, "a provider is asked on a consent alone"  # noqa: S101 - see check_provider
    expires_at = admission.now + timedelta(seconds=relayed.timeout_seconds) + SETTLING
    return Intent(relayed.member, admission, consent, expires_at)


async def _ask(units: UnitsOfWork, providers: Providers, intent: Intent) -> Result | Refusal:
    request, asked_on = intent.member.request, day_of(intent.admission.now)
    question = Question(str(request.inquiry_id), request.uscc, request.product, request.purpose, asked_on.isoformat())
    try:
        permit = partial(sign_permit, units, request, intent.consent)
        return relayed_result(await providers.ask(request.provider, question, permit))
    except ScoringError as fault:
        reason = "upstream-unavailable" if isinstance(fault, ProviderUnavailableError) else "upstream-invalid"
        detail = f"评分提供方未能应答，未计费。{fault}; nothing was charged."
        return Refusal(Denial(reason, detail), intent.admission.subject.subject_id)


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
    given = []
    for (intent, result), found in zip(answered, admissions, strict=True):
        if isinstance(found, Refusal):
            refused.append((intent.member, found))
        elif found is not None and found.now >= intent.expires_at:
            refused.append((intent.member, Refusal(_LATE, found.subject.subject_id)))
        elif found is not None:
            given.append(Given(intent.member, found, result))
    if given:
        answers = await give_answers(work, given, intended=True)
        outcomes.update((one.request.inquiry_id, answer) for one, answer in zip(given, answers, strict=True))
    denials = await deny(work, refused, intended=True)
    outcomes.update((member.request.inquiry_id, one) for (member, _), one in zip(refused, denials, strict=True))
    ended = {inquiry: one for inquiry, one in outcomes.items() if inquiry in still}
    await close(work.session, [i for i, one in ended.items() if isinstance(one, Answered)], "settled")
    await close(work.session, [i for i, one in ended.items() if isinstance(one, Denial)], "released")
    return [outcomes.get(one.intent.inquiry_id) for one in group]
