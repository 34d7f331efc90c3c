"""What a question would cost and be answered on if it were asked now, what is left of the quota, or why not.

The same checks over the same facts as in admission.py, without its locks: nothing is charged, and what is shown here
may have changed when the question is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors.model.calendar import day_of
from consent.candidates import find_candidates
from consent.choice import find_permitting
from consent.decision import Consent, Denied
from gateway.inquiries.bases.basis import Basis, Duty, Public, basis_members, consent_of
from gateway.inquiries.granting import Grant, grant_of
from gateway.inquiries.policy.checks import decide
from gateway.inquiries.policy.facts import Facts
from gateway.inquiries.policy.reading import Asking, read_facts
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.views.setting import name_view
from gateway.quota.books import Room, remaining
from gateway.runtime.clock import database_now
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork


@dataclass(frozen=True)
class Foresight:
    """What asking would cost in units; the consents that permit it, those that end first before others; the room under
    each policy; why it would be denied, None where it would not; what else it would be answered on, if it rests on no
    consent.
    """

    units: int
    consents: Sequence[Consent]
    rooms: Sequence[Room]
    denial: Denial | None
    other: Duty | Public | None = None


async def foresee(work: UnitOfWork, request: InquiryRequest) -> Foresight:
    """Look ahead at a question of the acting account; of several consents that permit it, any may be chosen then."""
    request = await name_view(work.session, request)
    facts = await _read(work, request)
    permitting = find_permitting(facts.consents, request.ask(again=False), facts.now, facts.rules)
    permitting.sort(key=lambda consent: consent.terms.valid_until)
    chosen = replace(facts, consents=permitting[:1]) if permitting else facts
    other = facts.basis if isinstance(facts.basis, Duty | Public) else None
    return Foresight(facts.units, permitting, facts.rooms, decide(chosen), other)


@dataclass(frozen=True)
class Permission:
    """What a question would be answered on and cost, if it were asked now."""

    basis: Basis
    units: int
    remaining: int
    grant: Grant


async def explain(work: UnitOfWork, request: InquiryRequest) -> Permission | Denial:
    """Return what a question of the acting account would be answered on, or its denial; that it looked is recorded.

    Nothing is charged and no use is counted.
    """
    request = await name_view(work.session, request)
    facts = await _read(work, request)
    denial = decide(facts)
    await work.record(
        "inquiry.explained",
        {"subject": request.uscc, "product": request.product, "purpose": request.purpose, "person": request.person,
         "scope": request.extent.members()},
        institution=request.institution, account=request.account,
        subject=facts.subject.subject_id if facts.subject else None, outcome=denial.reason if denial else "permitted",
    )  # fmt: skip
    if denial is not None:
        return denial
    assert not isinstance(facts.basis, Denied), "a check denies what nothing permits"  # noqa: S101
    grant = grant_of(request, facts.basis)
    return Permission(facts.basis, facts.units, remaining(facts.rooms), grant)


def permission_document(found: Permission) -> dict[str, Any]:
    """Return a permission as the interface shows it."""
    basis, consent = found.basis, consent_of(found.basis)
    terms = consent.terms if consent else None
    ends = terms.valid_until if terms else basis.valid_until if isinstance(basis, Duty) else None
    return {
        "permitted": True, **found.grant.members(), "units": found.units, "remaining": found.remaining,
        "consent": {"id": str(consent.terms.consent_id), "version": consent.version} if consent else None,
        "legal_basis": basis_members(basis), "valid_until": ends.isoformat() if ends else None,
        "uses_left": terms.max_uses - consent.uses if consent and terms and terms.max_uses is not None else None,
    }  # fmt: skip


async def _read(work: UnitOfWork, request: InquiryRequest) -> Facts:
    session, keys, now = work.session, work.keys.publics("consent"), await database_now(work.session)
    ids = await find_candidates(session, request.wanted_consents()) if request.rests_on_consent else []
    return (await read_facts(session, [Asking(request, ids, day_of(now))], keys, now))[0]
