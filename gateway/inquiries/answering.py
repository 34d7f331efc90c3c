"""Answers and denials written down: uses, charges, entries, rows, what platforms are told; for one inquiry or many.

One statement for each table, whatever the number of members; each member's entry names who caused it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from audit.events import Event
from consent.decision import Consent
from consent.store import Use
from consent.store import use as use_consent
from gateway.inquiries import store
from gateway.inquiries.admission import Admission, Refusal
from gateway.inquiries.answers import Answered, Result, permitted_use, sign_answer
from gateway.inquiries.bases.basis import Basis, basis_members, consent_of
from gateway.inquiries.called import find_called
from gateway.inquiries.evaluations import tell_evaluations
from gateway.inquiries.outputs.salt import salt_of
from gateway.inquiries.outputs.setting import find_ruling
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.shaping import Shape, shaped
from gateway.inquiries.store import Member
from gateway.quota.ledger import post_all
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork
from signing.canonical import sha256_hex


@dataclass(frozen=True)
class Given:
    """What a member is answered: its admission, and the result."""

    member: Member
    admission: Admission
    result: Result

    @property
    def request(self) -> InquiryRequest:
        """What was asked."""
        return self.member.request


async def give_answers(work: UnitOfWork, given: Sequence[Given], *, intended: bool = False) -> list[Answered | Denial]:
    """Charge, count, record, sign, store and tell answers; `intended` where an intent of each was written before.

    One of a consent that has no use left after all is denied instead.
    """
    entries = {one.request.inquiry_id: uuid7() for one in given}
    used = [
        _use_of(one.request, one.admission, consent, entries[one.request.inquiry_id])
        for one in given if (consent := one.admission.consent)
    ]  # fmt: skip
    counted = await use_consent(work.session, used) if used else set()
    counted |= {one.request.inquiry_id for one in given if one.admission.consent is None}
    answered = [one for one in given if one.request.inquiry_id in counted]
    outcomes: dict[UUID, Answered | Denial] = {}
    if answered:
        answers = await _write(work, answered, entries, intended=intended)
        outcomes = {one.inquiry_id: one for one in answers}
    spent = [
        (one.member, Refusal(Denial("consent-uses-exhausted"), one.admission.subject.subject_id))
        for one in given if one.request.inquiry_id not in counted
    ]  # fmt: skip
    for (member, _), denial in zip(spent, await deny(work, spent, intended=intended), strict=True):
        outcomes[member.request.inquiry_id] = denial
    return [outcomes[one.request.inquiry_id] for one in given]


async def deny(work: UnitOfWork, denied: Sequence[tuple[Member, Refusal]], *, intended: bool = False) -> list[Denial]:
    """Record denials; their keys are free again, so that the same can be asked once the reason is gone."""
    if not denied:
        return []
    events = [(uuid7(), _denial_of(work, member, refusal), work.now) for member, refusal in denied]
    await work.recorder.record_all(work.session, events)
    rows = [(*each, entry) for each, (entry, *_) in zip(denied, events, strict=True)]
    await store.close_unanswered(work, rows, intended=intended)
    return [about(refusal.denial, member.request.inquiry_id) for member, refusal in denied]


def about(denial: Denial, inquiry_id: UUID) -> Denial:
    """Return a denial that names the inquiry it concerns."""
    return replace(denial, members={**denial.members, "inquiry": str(inquiry_id)})


async def _write(
    work: UnitOfWork, given: Sequence[Given], entries: dict[UUID, UUID], *, intended: bool
) -> list[Answered]:
    answers, events = [], []
    asking = [(one.request.institution, one.request.product) for one in given]
    policies = await find_ruling(work.session, asking, given[0].admission.now)
    called = await find_called(work.session, [(one.request, one.admission.subject) for one in given])
    for one, names in zip(given, called, strict=True):
        entry, now = entries[one.request.inquiry_id], one.admission.now
        grant = one.admission.grant
        asked = {**asked_members(one.request, one.admission.basis), **grant.members()}
        policy = policies[one.request.institution, one.request.product]
        shape = Shape(grant.extent, policy, salt_of(work.keys.kek, one.request.institution))
        shown, use = shaped(one.result, shape), permitted_use(one.request.purpose, one.admission.basis)
        answer = sign_answer(work, {**asked, **names, "use": use}, shown, entry, now)
        answers.append(answer)
        events.append((entry, _answer_of(work, one, asked, shown, answer.text), now))
    await work.recorder.record_all(work.session, events)
    posted = [(one.admission.taken, entry) for one, (entry, *_) in zip(given, events, strict=True)]
    await post_all(work.session, posted, given[0].admission.day)
    rows = [
        (one.request, one.admission, entry, answer)
        for one, (entry, *_), answer in zip(given, events, answers, strict=True)
    ]
    await store.store_answers(work.session, rows, intended=intended)
    await tell_evaluations(
        [(_as(work, one.member), one.request, one.result) for one in given if not one.request.is_listing]
    )
    return [
        Answered(one.request.inquiry_id, answer.text, rooms=one.admission.rooms, statement=answer.statement)
        for one, answer in zip(given, answers, strict=True)
    ]


def _use_of(request: InquiryRequest, admission: Admission, consent: Consent, entry: UUID) -> Use:
    return Use(
        inquiry_id=request.inquiry_id, consent_id=consent.terms.consent_id, version=consent.version,
        account=request.account, institution=request.institution, product=request.product, purpose=request.purpose,
        used_at=admission.now, event_id=entry, most=consent.terms.max_uses,
    )  # fmt: skip


def _answer_of(work: UnitOfWork, one: Given, asked: dict[str, Any], shown: Result, answer: str) -> Event:
    request, admission = one.request, one.admission
    payload = {
        **asked, "person": request.person, "answer": sha256_hex(answer.encode()), "score": shown.score,
        "model": shown.model, "units": admission.taken.charge.units, "day": admission.day.isoformat(),
    }  # fmt: skip
    if shown.parts:
        payload["parts"] = [part.told() for part in shown.parts]
    return _as(work, one.member).event(
        "inquiry.answered", payload, institution=request.institution, account=request.account,
        subject=admission.subject.subject_id, outcome="answered", exchange=request.inquiry_id,
    )  # fmt: skip


def _denial_of(work: UnitOfWork, member: Member, refusal: Refusal) -> Event:
    request = member.request
    named = str(request.consent_id) if request.consent_id else None
    scope = request.extent.members()
    payload = {
        **asked_members(request, None), "scope": scope, "person": request.person, "named": named, "duty": request.duty,
    }  # fmt: skip
    return _as(work, member).event(
        "inquiry.denied", payload, institution=request.institution, account=request.account,
        subject=refusal.subject_id, outcome=refusal.denial.reason, exchange=request.inquiry_id,
    )  # fmt: skip


def _as(work: UnitOfWork, member: Member) -> UnitOfWork:
    return replace(work, actor=member.actor)


def asked_members(request: InquiryRequest, basis: Basis | None) -> dict[str, Any]:
    """Return what was asked, as answers and events name it, and on which basis it is answered, if it is."""
    consent = consent_of(basis) if basis else None
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
        "legal_basis": basis_members(basis) if basis else None,
    }
