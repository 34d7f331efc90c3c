"""What a question is asked under, claimed: its proof and its key; and what was answered under the same key before."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from sqlalchemy import text

from gateway.cards.in_force import find_releases
from gateway.identity.caller import proof_used
from gateway.inquiries import store
from gateway.inquiries.admission import find_denial
from gateway.inquiries.answering import about
from gateway.inquiries.answers import Answered
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.store import Claim, Member
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.work import UnitOfWork

Outcome = TypeVar("Outcome")
# A group waits no longer for what somebody else has locked: its members then wait for it by themselves.
BRIEFLY = text("SET LOCAL lock_timeout = '1s'")


async def claim(work: UnitOfWork, member: Member) -> Answered | Denial | None:
    """Claim key and proof of a member; return what its key stands for, None where it stands for it."""
    [found] = await store.claim_keys(work.session, [member])
    if found is Claim.PROOF_USED:
        raise proof_used()
    while found is Claim.KEY_TAKEN:
        if (earlier := await store.find_earlier(work.session, member)) is not None:
            return await _replay(work, member.request, earlier)
        # It was freed between the two statements: it may be claimed now.
        member = replace(member, asked=replace(member.asked, proof=None))
        [found] = await store.claim_keys(work.session, [member])
    return None


async def claim_together(
    work: UnitOfWork, members: Sequence[Member], step: Callable[[Sequence[Member]], Awaitable[list[Outcome]]]
) -> list[Outcome | DeniedError | None]:
    """Claim what members of a group are asked under, and return what `step` makes of those whose it is.

    None stands for a member that is to be asked by itself, its proof claimed, its key not.
    """
    await work.session.execute(BRIEFLY)
    claims = await store.claim_keys(work.session, members)
    claimed = [one for one, found in zip(members, claims, strict=True) if found is Claim.OWN]
    outcomes = await step(claimed)
    alone = [one for one, outcome in zip(claimed, outcomes, strict=True) if outcome is None]
    await store.free_keys(work.session, alone, forms=True)
    left = iter(outcomes)
    return [
        next(left) if found is Claim.OWN else proof_used() if found is Claim.PROOF_USED else None for found in claims
    ]


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
    await find_releases(work.session)  # whoever shows it then finds the names that its card gives things
    denial = await find_denial(work, request)
    await work.record(
        "inquiry.replayed", {"inquiry": str(request.inquiry_id)}, institution=request.institution,
        account=request.account, subject=subject_id, outcome=denial.reason if denial else "replayed",
        exchange=request.inquiry_id,
    )  # fmt: skip
    return about(denial, request.inquiry_id) if denial else answer
