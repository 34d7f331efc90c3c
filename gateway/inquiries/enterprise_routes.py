"""Who asked about an enterprise, over HTTP, for its signatory."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AwareDatetime, Field
from starlette.responses import PlainTextResponse, Response

from gateway.identity.caller import working
from gateway.inquiries.own_questions import get_own_question, list_own_questions, prove_own_question
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
    purpose: Annotated[Name | None, Query(description="用途 Those for this purpose.")] = None,
    outcome: Annotated[
        Literal["answered", "denied", "failed", "open"] | None, Query(description="结果 Inquiries that ended so.")
    ] = None,
) -> dict[str, Any]:
    """Return every inquiry about the signatory's enterprise and every request for its consent, oldest first.

    Denied ones too; `reason` is told where it is between the enterprise and who asked. `next` pages on.
    """
    wanted = QuestionFilter(since, until, institution, purpose=purpose, outcome=outcome)
    found = await list_own_questions(work, wanted, after, limit)
    return {"questions": found, "next": found[-1]["question"] if len(found) == limit else None}


@router.get("/{question_id}", summary="一次查询 One question")
async def question(question_id: UUID, work: BySignatory) -> dict[str, Any]:
    """Return one inquiry about the signatory's enterprise, or one request for its consent."""
    return await get_own_question(work, question_id)


@router.get("/{question_id}/proof", summary="查询的证明文件 A question's proof", response_class=PlainTextResponse)
async def proof(question_id: UUID, work: BySignatory) -> Response:
    """Return the proof that a question stands in the log, as a file (c2sp.org/tlog-proof@v1) for `xinqiao verify`."""
    content = await prove_own_question(work, question_id)
    headers = {"Content-Disposition": f'attachment; filename="question-{question_id}.tlog-proof"'}
    return PlainTextResponse(content, headers=headers)
