"""Asking: a signed answer, or a problem that names the reason; a key makes asking twice the same as asking once."""

import asyncio
import re
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request
from pydantic import AwareDatetime, Field
from starlette.responses import JSONResponse, Response

from connectors.personal.sealing import Protector
from gateway.identity.caller import proving, unclaimed_proof, working
from gateway.inquiries.answers import answer_bytes
from gateway.inquiries.asking import Question, put_question, read_question
from gateway.inquiries.behind_answer import behind_document, read_records_behind
from gateway.inquiries.comparison import compare_inquiries
from gateway.inquiries.dependencies import Desk
from gateway.inquiries.foresight import explain, permission_document
from gateway.inquiries.listed import ListedFilter, get_inquiry_of, list_inquiries_of, reopen
from gateway.inquiries.portrait.names import beside, names_of, open_names
from gateway.inquiries.portrait.rules import PORTRAIT
from gateway.inquiries.reading import inquiry_document
from gateway.inquiries.sheet_pdf import sheet_pdf
from gateway.inquiries.sheet_serving import pdf_file
from gateway.inquiries.store import Asked
from gateway.quota.headers import fields
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import part
from gateway.web.front import read_model
from gateway.web.problems import problem
from gateway.web.router import Router
from signing.jws import payload_of

router = Router(prefix="/v1/inquiries", tags=["查询 Ask"])
asker = proving("inquiries")
Asker = Annotated[Actor, Depends(asker, scope="function")]
Secrets = Annotated[Protector, Depends(part("protector"))]
Reading = Annotated[UnitOfWork, Depends(working("inquiries"), scope="function")]
Name = Annotated[str, Field(min_length=2, max_length=63, pattern=r"^[^\x00]*$")]
Instant = Annotated[AwareDatetime | None, Query(description="RFC 3339 with an offset, such as Z or +08:00.")]
Figure = Annotated[
    str, Path(min_length=2, max_length=63, pattern=r"^[a-z0-9_]+$", description="标签或数据类别 A tag, or a category.")
]
_KEY = re.compile(r"^[\x21-\x7e]{1,200}$")
Key = Annotated[str, Header(alias="Idempotency-Key", pattern=_KEY.pattern, description="幂等键 One per question.")]


@router.post("", summary="查询企业信用 Ask about an enterprise")
async def ask(question: Question, request: Request, caller: Asker, key: Key) -> Response:
    """Return the answer as JSON and as the signed statement (`answer`, JWS); charged once answered."""
    return await _answer(question, request, caller, key)


async def ask_in_front(request: Request) -> Response | None:
    """Answer as `ask` does; None for a request that has not the form of a question, which `ask` then says."""
    caller, key = await asker(request), request.headers.get("idempotency-key", "")
    question = await read_model(request, Question) if _KEY.fullmatch(key) else None
    return await _answer(question, request, caller, key) if question else None


async def _answer(question: Question, request: Request, caller: Actor, key: str) -> Response:
    opened: Desk = request.app.state.gateway
    asked = read_question(question, opened.protector, caller)
    flight = opened.limiter.flight(caller.client_id, (await opened.access.current()).rates)
    outcome = await put_question(
        opened.units, opened.providers, caller, asked, Asked(key, question.digest(), unclaimed_proof(request)),
        request.app.state.metrics, flight,
    )  # fmt: skip
    if isinstance(outcome, Denial):
        return problem(request, outcome)
    headers = {"Idempotency-Replayed": "true"} if outcome.replayed else fields(outcome.rooms)
    told = answer_bytes(outcome.answer, outcome.statement)
    if asked.product == PORTRAIT:
        async with opened.units.begin("inquiry.names", caller) as work:
            told = beside(told, await open_names(work, payload_of(outcome.answer)))
    return Response(told, headers=headers, media_type="application/json")


@router.post(":explain", summary="预判一次查询 What asking would be answered")
async def explain_question(question: Question, request: Request, protector: Secrets, work: Reading) -> Response:
    """Return the same verdict as asking now, without charge: what it would cost and rest on, or the same problem."""
    asked = read_question(question, protector, work.actor)
    found = await explain(work, asked)
    return problem(request, found) if isinstance(found, Denial) else JSONResponse(permission_document(found))


@router.get("", summary="查询列表 Inquiries")
async def list_all(
    work: Reading,
    *,
    before: Annotated[UUID | None, Query(description="翻页 Those before this one; `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    since: Instant = None,
    until: Instant = None,
    product: Annotated[Name | None, Query(description="产品 Those for this product.")] = None,
    purpose: Annotated[Name | None, Query(description="用途 Those for this purpose.")] = None,
    outcome: Annotated[
        Literal["answered", "denied", "failed", "open"] | None, Query(description="结果 Those that ended so.")
    ] = None,
    account: Annotated[Name | None, Query(description="账户 Those of this account.")] = None,
    subject: Annotated[Name | None, Query(description="企业 Those about this enterprise, by its USCC.")] = None,
    passed_on: Annotated[
        bool, Query(description="替其他机构转的 Those that the institution passed on for others, instead of its own.")
    ] = False,
) -> dict[str, Any]:
    """Return the inquiries of the caller's institution, newest first, however they ended; never what was answered."""
    wanted = ListedFilter(passed_on, since, until, product, purpose, outcome, account, subject)
    rows = await list_inquiries_of(work, wanted, before, limit)
    return {
        "inquiries": [inquiry_document(row) for row in rows],
        "next": str(rows[-1].inquiry_id) if len(rows) == limit else None,
    }


@router.get("/{inquiry_id}", summary="查看一次查询 An inquiry")
async def show(inquiry_id: UUID, work: Reading) -> dict[str, Any]:
    """Return an inquiry of the caller's institution, or one that it passed on: how it ended.

    `answer` is the signed answer, to the account that asked and as long as the consent and its standing permit it;
    otherwise `withheld` says why not.
    """
    row = await get_inquiry_of(work, inquiry_id)
    answer = await reopen(work, row)
    told = {"answer": None, "withheld": answer.reason} if isinstance(answer, Denial) else {"answer": answer}
    return {**inquiry_document(row), "withheld": None, **told}


@router.get("/{inquiry_id}/answer", summary="再取应答 The answer again")
async def answer(inquiry_id: UUID, request: Request, work: Reading) -> Response:
    """Return an answer again, free, as it was given; not once the consent or the standing has ended."""
    again = await reopen(work, await get_inquiry_of(work, inquiry_id))
    if isinstance(again, Denial):
        return problem(request, again)
    told = beside(answer_bytes(again), await open_names(work, payload_of(again)))
    return Response(told, media_type="application/json")


@router.get("/{inquiry_id}/records/{figure}", summary="依据的记录 The records behind a figure", response_model=None)
async def records(inquiry_id: UUID, figure: Figure, request: Request, work: Reading) -> Response | dict[str, Any]:
    """Return the records behind a tag or a category of data of an answer, the newest first: dataset, day, digest as
    the answer has it, and the fields of those that are public. Given as long as the answer is.
    """
    found = await read_records_behind(work, inquiry_id, figure)
    return problem(request, found) if isinstance(found, Denial) else behind_document(found)


@router.get("/{inquiry_id}/sheet.pdf", summary="体检表、画像 The sheet to print", response_class=Response)
async def sheet(inquiry_id: UUID, request: Request, work: Reading) -> Response:
    """Return the health check or the portrait of an answer as PDF, made of the signed answer and of the names beside
    it. Given as long as the answer is.
    """
    row = await get_inquiry_of(work, inquiry_id)
    again = await reopen(work, row)
    if isinstance(again, Denial):
        return problem(request, again)
    return pdf_file(
        row.product, row.uscc, inquiry_id, await asyncio.to_thread(sheet_pdf, again, await names_of(work, again))
    )


@router.get("/{inquiry_id}/compare/{with_id}", summary="比较两份应答 Two answers compared", response_model=None)
async def compare(inquiry_id: UUID, with_id: UUID, request: Request, work: Reading) -> Response | dict[str, Any]:
    """Return what changed between two answers about one enterprise, the earlier first; of what both tell."""
    found = await compare_inquiries(work, inquiry_id, with_id)
    return problem(request, found) if isinstance(found, Denial) else found
