"""Proposals over HTTP: to an agency those for its own records, to those who oversee all of them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from gateway.identity.caller import working
from gateway.matching.deciding import Decision, decide
from gateway.matching.documents import proposal_document, run_document
from gateway.matching.reading import Status, last_run, read_proposal, read_proposals, show
from gateway.records.life_routes import TheProtector
from gateway.runtime.reasons import LONGEST, SHORTEST
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1", tags=["记录 Records"])
Reading = Annotated[UnitOfWork, Depends(working("datasets", "admin", "audit"), scope="function")]
Deciding = Annotated[UnitOfWork, Depends(working("datasets", "admin"), scope="function")]


class Why(BaseModel):
    """Why somebody decides so."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    reason: str = Field(min_length=SHORTEST, max_length=LONGEST)


@router.get("/match-proposals", summary="归属建议 Proposals of whose records are")
async def proposals(
    work: Reading,
    protector: TheProtector,
    status: Status | None = None,
    after: Annotated[UUID | None, Query(description="翻页 Those after this one; `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Return proposals, the surest first: without a status those that wait; and the last run that made any.

    `name` is null to those who may not read it: one that may be a person's, its agency alone reads.
    """
    found = await read_proposals(work, protector, status=status, after=after, limit=limit)
    following = str(found[-1].proposal.proposal_id) if len(found) == limit else None
    run = await last_run(work.session)
    return {
        "proposals": [proposal_document(one) for one in found], "next": following,
        "run": run_document(run) if run else None,
    }  # fmt: skip


@router.get("/match-proposals/{proposal_id}", summary="一条归属建议 One proposal")
async def proposal(proposal_id: UUID, work: Reading, protector: TheProtector) -> dict[str, Any]:
    """Return one proposal, and what else is proposed for the same records."""
    one, others = await read_proposal(work, protector, proposal_id)
    return proposal_document(one) | {"others": [proposal_document(other) for other in others]}


@router.post("/match-proposals/{proposal_id}/{decision}", summary="决定归属建议 Decide on a proposal")
async def decide_proposal(
    proposal_id: UUID, decision: Decision, why: Why, work: Deciding, protector: TheProtector
) -> dict[str, Any]:
    """Record what a person decides.

    `accept` by a clerk of the agency or an operator; `confirm` by another person, which gives the records to the
    enterprise; `reject` this one, or with `reject-all` everything that is proposed for these records; `reopen` a
    rejected one; `take-back` a confirmed one, whose records are nobody's again.
    """
    (one,) = await show(work, protector, [await decide(work, proposal_id, decision, why.reason)])
    return proposal_document(one)
