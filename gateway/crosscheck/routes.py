"""Lists of other supervisors and checks against them over HTTP, for those who oversee."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from gateway.crosscheck.deciding import Decision, decide
from gateway.crosscheck.documents import check_document, list_document, shown_document
from gateway.crosscheck.lists import LARGEST_LIST, LONGEST_SUPERVISOR, get_list, read_faulty, read_lists, take_list
from gateway.crosscheck.proposing import (
    LONGEST_PURPOSE,
    MOST_LISTS,
    SHORTEST_PURPOSE,
    Learner,
    Wanted,
    propose,
)
from gateway.crosscheck.reading import read_check, read_checks
from gateway.identity.caller import working
from gateway.intake.routes import TheIntake
from gateway.runtime.reasons import LONGEST, SHORTEST
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router
from risk_monitor.names import Kind, Level

router = Router(prefix="/v1", tags=["核对 Cross-checks"])
Overseeing = Annotated[UnitOfWork, Depends(working("audit"), scope="function")]
_FILE = {"requestBody": {"required": True, "content": {"text/csv": {}, "application/octet-stream": {}}}}
Most = Annotated[int, Query(ge=1, le=500)]


class Proposal(BaseModel):
    """Who is to be compared, with what, and what for."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    purpose: str = Field(min_length=SHORTEST_PURPOSE, max_length=LONGEST_PURPOSE)
    level: Level
    type: Kind | None = None
    lists: list[UUID] = Field(default_factory=list, max_length=MOST_LISTS)
    counterpart: str | None = Field(default=None, max_length=63)
    learner: Learner | None = None


class Decided(BaseModel):
    """What somebody decides, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    decision: Decision
    reason: str = Field(min_length=SHORTEST, max_length=LONGEST)


@router.post("/supervisor-lists", max_body_size=LARGEST_LIST, summary="提交名单 Hand in a list", openapi_extra=_FILE)
async def hand_in(
    request: Request, work: Overseeing, intake: TheIntake,
    supervisor: Annotated[str, Query(min_length=2, max_length=LONGEST_SUPERVISOR, description="名单出自 Whose it is.")],
) -> dict[str, Any]:  # fmt: skip
    """Take in a supervisor's list, CSV or XLSX, with a column of unified codes; every row that cannot be used is told
    with its place. The same file again is the same list.
    """
    with tempfile.NamedTemporaryFile(dir=intake.spool) as target:
        await asyncio.to_thread(Path(target.name).write_bytes, await request.body())
        taken = await take_list(work, supervisor, Path(target.name))
    return list_document(taken, await read_faulty(work, taken.list_id))


@router.get("/supervisor-lists", summary="名单 Lists of supervisors")
async def lists(work: Overseeing, limit: Most = 100) -> dict[str, Any]:
    """Return the newest lists, without their rows."""
    return {"lists": [list_document(one) for one in await read_lists(work, limit)]}


@router.get("/supervisor-lists/{list_id}", summary="一份名单 One list")
async def one_list(list_id: UUID, work: Overseeing) -> dict[str, Any]:
    """Return a list, and which of its rows could not be used."""
    return list_document(*await get_list(work, list_id))


@router.post("/crosschecks", summary="提出核对 Propose a check")
async def propose_check(wanted: Proposal, work: Overseeing) -> dict[str, Any]:
    """Propose to compare who stands at a level or above, of one type of risk or of any: with `lists`, in plain; or with
    a `counterpart`, in private, where `learner` says who comes to know the result. Another person decides.
    """
    made = await propose(
        work,
        Wanted(
            wanted.purpose, wanted.level, wanted.type, tuple(wanted.lists), wanted.counterpart, wanted.learner
        ),
    )  # fmt: skip
    return check_document(made, work.now)


@router.get("/crosschecks", summary="核对 Checks")
async def checks(work: Overseeing, limit: Most = 100) -> dict[str, Any]:
    """Return the newest checks, without whom they found."""
    return {"checks": [check_document(one, work.now) for one in await read_checks(work, limit)]}


@router.get("/crosschecks/{check_id}", summary="一次核对 One check")
async def check(check_id: UUID, work: Overseeing) -> dict[str, Any]:
    """Return a check with who was found, and on which lists."""
    return shown_document(await read_check(work, check_id), work.now)


@router.post("/crosschecks/{check_id}/decision", summary="决定核对 Decide on a check")
async def decide_check(check_id: UUID, decided: Decided, work: Overseeing) -> dict[str, Any]:
    """Approve or reject what somebody else proposed. Approved, a plain check is made at once; of a private one our
    set is fixed and committed to, and the counterpart takes part on this day.
    """
    return check_document(await decide(work, check_id, decided.decision, decided.reason), work.now)
