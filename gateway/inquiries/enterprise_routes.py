"""Who asked about an enterprise, over HTTP, for its signatory."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AwareDatetime, Field

from gateway.identity.caller import working
from gateway.inquiries.own_questions import list_own_questions
from gateway.inquiries.questions import QuestionFilter
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1/questions", tags=["查询 Ask"])
BySignatory = Annotated[UnitOfWork, Depends(working("records"), scope="function")]
Instant = Annotated[AwareDatetime | None, Query(description="RFC 3339 with an offset, such as Z or +08:00.")]
Name = Annotated[str, Field(min_length=2, max_length=63, pattern=r"^[^\x00]*$")]


@router.get("", summary="谁查询过本企业 Who asked about the enterprise")
async def questions(
    work: BySignatory,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    since: Instant = None,
    until: Instant = None,
    institution: Annotated[Name | None, Query(description="机构 Those of this institution.")] = None,
    outcome: Annotated[
        Literal["answered", "denied", "failed", "open"] | None, Query(description="结果 Inquiries that ended so.")
    ] = None,
) -> dict[str, Any]:
    """Return every inquiry about the signatory's enterprise and every request for its consent, oldest first.

    Denied ones too; `reason` is told where it is between the enterprise and who asked. `next` pages on.
    """
    wanted = QuestionFilter(since, until, institution, outcome=outcome)
    found = await list_own_questions(work, wanted, after, limit)
    return {"questions": found, "next": found[-1]["question"] if len(found) == limit else None}
