"""What is held until a person decides, over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query

from gateway.identity.caller import require, working
from gateway.intake.accepting import accept_held
from gateway.intake.batches import unpacked_of
from gateway.intake.documents import batch_document, held_document
from gateway.intake.held import discard_held, read_held
from gateway.intake.held_preview import preview_document, preview_held
from gateway.intake.routes import TheIntake
from gateway.runtime.actor import Actor
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/v1", tags=["质量 Quality"])
Reading = Annotated[UnitOfWork, Depends(working("datasets", "audit", "system"), scope="function")]
Reader = Annotated[Actor, Depends(require("datasets", "audit", "system"), scope="function")]
Decider = Annotated[Actor, Depends(require("datasets", "system"), scope="function")]


@router.get("/held-deliveries", summary="暂存的提交 Held submissions")
async def held_submissions(
    work: Reading,
    status: Literal["waiting", "accepted", "discarded", "expired"] | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Return held submissions, oldest first; an agency sees its own; `next` pages on."""
    rows = await read_held(work, status, after, limit)
    following = str(rows[-1].held_id) if len(rows) == limit else None
    return {"held": [held_document(row) for row in rows], "next": following}


@router.get("/held-deliveries/{held_id}", summary="查看一次暂存的提交 One held submission")
async def held_submission(held_id: UUID, units: Units, intake: TheIntake, caller: Reader) -> dict[str, Any]:
    """Return what is held, why, what would be lost, its first rows as they would be stored, what each decision does.

    An agency sees its own; an auditor sees no rows.
    """
    return preview_document(await preview_held(units, caller, intake, held_id))


@router.post("/held-deliveries/{held_id}/{decision}", summary="接受或作废暂存的提交 Accept or discard")
async def decide(
    held_id: UUID,
    decision: Literal["accept", "accept-part", "discard"],
    units: Units,
    intake: TheIntake,
    caller: Decider,
) -> dict[str, Any]:
    """Take a held submission in, whose columns and values are known from then on, or throw it away.

    `accept-part` takes a full list in as a part of one, which ends nothing.

    A person decides: an operator, or a clerk of the agency; what an agency's system sends it cannot accept itself.
    """
    if decision == "discard":
        return held_document(await discard_held(units, caller, intake.spool, held_id))
    batch = await accept_held(units, caller, intake, held_id, part=decision == "accept-part")
    async with units.begin("batch.unpacked", caller) as work:
        return batch_document(batch, unpacked=await unpacked_of(work.session, batch))
