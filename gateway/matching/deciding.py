"""What people make of a proposal. Two of them give records to an enterprise; one can say no, or take it back.

1. A clerk of the agency, who knows the records, or an operator accepts.
2. Another person confirms: an operator, or another clerk of the agency where no other agency's records are concerned.
   From then on whoever bears this name or number is that enterprise, also in records that come later.
3. Taken back, the records are nobody's again, and what was computed of them is computed anew.
"""

from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from connectors.matching.reading import others_wait
from connectors.store.identity import link, unlink
from gateway.matching.tables import MatchProposal
from gateway.runtime.database import raw
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork
from signing.canonical import sha256_hex

Decision = Literal["accept", "confirm", "reject", "reject-all", "reopen", "take-back"]
OVERSEERS = frozenset({"operator", "auditor", "machine"})
FROM: dict[Decision, frozenset[str]] = {
    "accept": frozenset({"open"}),
    "confirm": frozenset({"accepted"}),
    "reject": frozenset({"open", "accepted"}),
    "reject-all": frozenset({"open", "accepted"}),
    "reopen": frozenset({"rejected"}),
    "take-back": frozenset({"confirmed"}),
}
# Once it is known whose the records are, what else was proposed for them is of no more use.
_SETTLE = text("""
    UPDATE match_proposal SET status = 'outdated'
    WHERE kind = :kind AND value = :value AND status = 'open' AND proposal_id <> :proposal
""")


async def decide(work: UnitOfWork, proposal_id: UUID, decision: Decision, reason: str) -> MatchProposal:
    """Record a decision and return the proposal. Raises DeniedError where it is not the actor's to make, or not now."""
    demand_reason(reason)
    await take(work.session, Lock.MATCHING)  # before the row: a run holds it while it outdates many
    proposal = await get_own(work, proposal_id, lock=True)
    if work.actor.kind != "operator" and (work.actor.kind != "agency" or work.actor.person is None):
        detail = "由本部门经办人或管理员决定。A clerk of the agency or an operator decides."
        raise DeniedError("clerk-needed", detail)
    if proposal.status not in FROM[decision]:
        raise DeniedError("match-decided", proposal_status=proposal.status)
    match decision:
        case "accept":
            await _accept(work, proposal, reason)
        case "confirm":
            await _confirm(work, proposal, reason)
        case "take-back":
            await _take_back(work, proposal, reason)
        case _:
            await _put(work, proposal, decision, reason)
    await work.session.flush()
    return proposal


async def get_own(work: UnitOfWork, proposal_id: UUID, *, lock: bool = False) -> MatchProposal:
    """Return a proposal that the actor sees. Raises DeniedError."""
    proposal = await work.session.get(MatchProposal, proposal_id, with_for_update=lock or None)
    if proposal is None or not (work.actor.kind in OVERSEERS or proposal.agency == agency_of(work)):
        raise DeniedError("match-not-found")
    return proposal


def agency_of(work: UnitOfWork) -> str | None:
    """Return the agency an actor sees the proposals of; None for whoever is of none."""
    return work.actor.client_id if work.actor.kind == "agency" else None


async def _accept(work: UnitOfWork, proposal: MatchProposal, reason: str) -> None:
    payload = {"proposal": str(proposal.proposal_id), "reason": reason}
    entry = await _record(work, proposal, "accepted", payload)
    proposal.status, proposal.reason, proposal.event_id = "accepted", reason, entry
    proposal.accepted_by, proposal.accepted_at = work.actor.name, work.now
    proposal.decided_by = proposal.decided_at = None


async def _confirm(work: UnitOfWork, proposal: MatchProposal, reason: str) -> None:
    if proposal.accepted_by == work.actor.name:
        raise DeniedError("match-other-person")
    identifier = proposal.kind, proposal.value
    if work.actor.kind == "agency" and await others_wait(work.session, proposal.agency, *identifier):
        detail = "别的部门也有同名记录，由管理员确认。Another agency has records of this name: an operator confirms."
        raise DeniedError("match-other-person", detail)
    async with (await raw(work.session)).cursor() as cursor:
        _, records = await link(cursor, identifier, proposal.subject_id, source_of(proposal), work.now)
    payload = {
        "proposal": str(proposal.proposal_id), "kind": proposal.kind, "value": sha256_hex(proposal.value.encode()),
        "reason": reason, "records": records,
    }  # fmt: skip
    entry = await _record(work, proposal, "confirmed", payload)
    _decided(work, proposal, "confirmed", reason, entry)
    values = {"kind": proposal.kind, "value": proposal.value, "proposal": proposal.proposal_id}
    await work.session.execute(_SETTLE, values)


async def _take_back(work: UnitOfWork, proposal: MatchProposal, reason: str) -> None:
    source, identifier = source_of(proposal), (proposal.kind, proposal.value)
    async with (await raw(work.session)).cursor() as cursor:
        records = await unlink(cursor, identifier, proposal.subject_id, source, work.now)
    payload = {"proposal": str(proposal.proposal_id), "link": source, "reason": reason, "records": records}
    entry = await _record(work, proposal, "taken_back", payload)
    _decided(work, proposal, "taken_back", reason, entry)


async def _put(work: UnitOfWork, proposal: MatchProposal, decision: Decision, reason: str) -> None:
    """Reject one, or all that are proposed for these records; or have a rejected one looked at again."""
    concerned = await _of_the_same(work, proposal) if decision == "reject-all" else [proposal]
    event, status = ("match.reopened", "open") if decision == "reopen" else ("match.rejected", "rejected")
    payload = {"proposals": sorted(str(one.proposal_id) for one in concerned), "reason": reason}
    entry = await work.record(event, payload, outcome=status)
    for one in concerned:
        _decided(work, one, status, reason, entry)


async def _of_the_same(work: UnitOfWork, proposal: MatchProposal) -> Sequence[MatchProposal]:
    query = (
        select(MatchProposal)
        .where(
            col(MatchProposal.agency) == proposal.agency, col(MatchProposal.kind) == proposal.kind,
            col(MatchProposal.value) == proposal.value, col(MatchProposal.status).in_(FROM["reject-all"]),
        )
        .order_by(col(MatchProposal.proposal_id)).with_for_update()
    )  # fmt: skip
    return (await work.session.execute(query)).scalars().all()


async def _record(work: UnitOfWork, proposal: MatchProposal, outcome: str, payload: Mapping[str, object]) -> UUID:
    """Record a decision about one proposal: the leaf names it, and goes on to when the subject is erased."""
    return await work.record(
        f"match.{outcome}", payload, subject=proposal.subject_id, exchange=proposal.proposal_id, outcome=outcome
    )


def _decided(work: UnitOfWork, proposal: MatchProposal, status: str, reason: str, entry: UUID) -> None:
    proposal.status, proposal.reason, proposal.event_id = status, reason, entry
    proposal.decided_by, proposal.decided_at = work.actor.name, work.now


def source_of(proposal: MatchProposal) -> str:
    """Return who says whose the identifier is, as it stands beside it: this proposal, once it is confirmed."""
    return f"match:{proposal.proposal_id}"
