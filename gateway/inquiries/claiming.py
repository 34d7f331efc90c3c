"""What a question is asked under, claimed: its proof and its key; and what was answered under the same key before."""

from dataclasses import replace
from uuid import UUID

from gateway.identity.caller import proof_used
from gateway.inquiries import store
from gateway.inquiries.admission import find_denial
from gateway.inquiries.answering import about
from gateway.inquiries.answers import Answered
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.store import Claim, Member
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork


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
