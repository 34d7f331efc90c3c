"""The one use case: an institution asks about an enterprise and gets a signed answer, or a denial with its reason.

1. Admit, in a transaction: a key used before is answered again; then standing, basis (a consent, a duty, or that the
   data are public), subject and quota.
2. By the embedded card: score, charge, count the use, record, sign, tell, in that same transaction. Questions that come
   while one such transaction is under way share the next one. What would hold the others up goes by itself: a portrait,
   a consent or a duty that somebody else has locked, a key that stands for another question; and so does each of a
   group that failed.
3. By an outside provider: reserve and commit; ask, without a transaction; settle in another one (relaying.py).
Nothing is answered before its entry is durable. A denial is recorded, and costs nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal
from uuid import UUID

from gateway.inquiries import store
from gateway.inquiries.admission import Admission, Refusal, admit_inquiries
from gateway.inquiries.answering import Given, deny, give_answers
from gateway.inquiries.answers import Answered
from gateway.inquiries.claiming import claim, claim_together
from gateway.inquiries.computing import compute_results
from gateway.inquiries.granting import limits_of
from gateway.inquiries.relaying import ask_provider
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.store import Member
from gateway.providers.registered import EMBEDDED
from gateway.quota.books import Held
from gateway.quota.ledger import close
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.group_commit import RolledBackError
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from scoring_adapter.providers.asking import Providers

POINT = "inquiry.admit"


async def inquire(
    units: UnitsOfWork, providers: Providers, actor: Actor, request: InquiryRequest, asked: store.Asked
) -> Answered | Denial:
    """Answer an inquiry. Raises DeniedError where the proof it is asked with was used before."""
    member = Member(actor, request, asked)
    if request.provider != EMBEDDED:
        return await ask_provider(units, providers, member)
    if asked.reserved is None and not request.goes_alone:
        try:
            outcome = await units.join(POINT, _ask_together, member, actor)
        except RolledBackError:
            pass  # it may be another member's fault
        else:
            if outcome is not None:
                return outcome
            member = replace(member, asked=replace(asked, proof=None))  # which was claimed with the group
    async with units.begin(POINT, actor, short=True) as work:
        earlier = await claim(work, member)
        if earlier is not None:
            return earlier
        [answered] = await _answer_members(work, [member], [asked.reserved] if asked.reserved else ())
        assert answered is not None, "it waits for what is locked"  # noqa: S101
        return await _ended(work, member, answered)


async def _ask_together(work: UnitOfWork, members: Sequence[Member]) -> list[Answered | Denial | DeniedError | None]:
    """Answer a group; None stands for a member that is to be asked by itself, its proof claimed, its key not."""
    return await claim_together(work, members, lambda claimed: _answer_members(work, claimed, waits=False))


async def _answer_members(
    work: UnitOfWork, members: Sequence[Member], reserved: Sequence[Held] = (), *, waits: bool = True
) -> list[Answered | Denial | None]:
    """Answer questions by the embedded card; None for one whose consent somebody else has locked, without `waits`."""
    admissions = await admit_inquiries(work, [one.request for one in members], reserved, waits=waits)
    judged = list(zip(members, admissions, strict=True))
    admitted = [(member, found) for member, found in judged if isinstance(found, Admission)]
    now = admitted[0][1].now if admitted else work.now
    wanted = [
        (found.subject.subject_id, member.request.product, limits_of(found.grant, now)) for member, found in admitted
    ]
    results = await compute_results(work.session, wanted, now, work.protector)
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
        await close(work.session, [member.request.inquiry_id], ended)
    return outcome
