"""The auditor's question over HTTP, the file that proves its answer, and the counts of a period."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from connectors.personal.sealing import Protector
from gateway.identity.caller import working
from gateway.inquiries.questions import QuestionFilter
from gateway.questions import MOST_AT_ONCE
from gateway.questions.documents import found_document, statistics_document
from gateway.questions.evidence import prove_who
from gateway.questions.file import file_bytes
from gateway.questions.statistics import read_statistics
from gateway.questions.who import Wanted, ask_who
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import part
from gateway.web.problems import problem
from gateway.web.router import Router

router = Router(prefix="/v1/audit", tags=["审计 Audit"])
Auditing = Annotated[UnitOfWork, Depends(working("audit"), scope="function")]
Secrets = Annotated[Protector, Depends(part("protector"))]
Text = Annotated[str | None, Field(max_length=100, pattern=r"^[^\x00]*$")]
Instant = Annotated[AwareDatetime | None, Field(description="RFC 3339 with an offset, such as Z or +08:00.")]


class QuestionQuery(BaseModel):
    """About whom, and which questions; the period is half open."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[
        str,
        Field(
            min_length=1, max_length=200, pattern=r"^[^\x00]*$",
            description="信用代码、旧代码或名称 A credit code, a former code, or a name.",
        ),
    ]  # fmt: skip
    since: Instant = None
    until: Instant = None
    institution: Annotated[Text, Field(description="查询或转交的机构 Who asked, or passed it on.")] = None
    account: Text = None
    person: Annotated[
        Text, Field(description="账户所代的人员，如 person:li Whom the account asked for, such as person:li.")
    ] = None
    purpose: Text = None
    outcome: Annotated[
        Text, Field(description="answered, denied, failed, open, a reason of denial, or where a consent stands.")
    ] = None
    after: Annotated[UUID | None, Field(description="The last id of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 100

    def wanted(self) -> Wanted:
        """Return what is asked, as the use case takes it."""
        return Wanted(
            self.subject,
            QuestionFilter(
                self.since,
                self.until,
                self.institution,
                self.account,
                self.purpose,
                self.outcome,
                self.person,
            ),
            self.after,
            self.limit,
        )


class PeriodQuery(BaseModel):
    """A half-open period of at most 366 days; the last 30 days where nothing is said."""

    model_config = ConfigDict(extra="forbid")

    since: Instant = None
    until: Instant = None


@router.get("/statistics", summary="查询统计 What was asked, counted")
async def statistics(work: Auditing, query: Annotated[PeriodQuery, Query()]) -> dict[str, Any]:
    """Return who asked most, what was denied why, nights and weekends, what many asked about, what was asked again.

    Hours and days are those of Beijing. docs/roles/auditor.md says from where on something is named.
    """
    return statistics_document(await read_statistics(work, query.since, query.until))


@router.get("/questions", summary="谁查询过某企业 Who asked about an enterprise")
async def questions(
    request: Request, work: Auditing, protector: Secrets, query: Annotated[QuestionQuery, Query()]
) -> Response:
    """Return who asked about it, denied questions and requests for consent too, oldest first; `next` pages on.

    Where several enterprises are known by the name or code, the answer is 409 with the candidates.
    """
    found = await ask_who(work, protector, query.wanted())
    if isinstance(found, Denial):
        return problem(request, found)
    return JSONResponse(found_document(found))


@router.get(
    "/questions/evidence",
    summary="证据文件 What proves who asked, as a file",
    responses={200: {"content": {"application/json": {}}}},
    response_class=Response,
)
async def evidence(
    request: Request, work: Auditing, protector: Secrets, query: Annotated[QuestionQuery, Query()]
) -> Response:
    """Return the same page as a file that `xinqiao verify` and `examples/verify_evidence.py` check offline.

    Its signed statement has the page's `next`, too.
    """
    proof = await prove_who(work, protector, query.wanted())
    if isinstance(proof, Denial):
        return problem(request, proof)
    headers = {"Content-Disposition": 'attachment; filename="questions.json"'}
    return Response(file_bytes(proof.file), media_type="application/json", headers=headers)
