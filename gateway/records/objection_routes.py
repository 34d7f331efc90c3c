"""Objections that wait, over HTTP: to an agency those to its own records, to those who oversee all of them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query

from gateway.identity.caller import working
from gateway.records.objections import list_open, rule_document, rule_in_force
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1", tags=["记录 Records"])
Reading = Annotated[UnitOfWork, Depends(working("datasets", "admin", "audit"), scope="function")]


@router.get("/open-objections", summary="待办结的异议 Objections that wait")
async def waiting(
    work: Reading,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    overdue: Annotated[bool, Query(description="只看过了答复期限的 Those alone whose answer was due.")] = False,  # noqa: FBT002
) -> dict[str, Any]:
    """Return objections that nobody has decided, oldest first: an agency's own, all to operators and auditors.

    Each keeps the days it was told; `rule` is the one in force for those made now. `next` pages on.
    """
    found = await list_open(work, limit, after=after, overdue=overdue)
    following = found[-1]["objection"] if len(found) == limit else None
    return {"objections": found, "next": following, "rule": rule_document(rule_in_force(work, work.now))}
