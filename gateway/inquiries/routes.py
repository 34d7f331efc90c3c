"""Asking: a signed answer, or a problem that names the reason; a key makes asking twice the same as asking once."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Request
from starlette.responses import JSONResponse, Response

from connectors.personal.sealing import Protector
from gateway.identity.caller import proving, unclaimed_proof, working
from gateway.inquiries.asking import Question, put_question, read_question
from gateway.inquiries.foresight import explain, permission_document
from gateway.inquiries.own_inquiries import get_own_inquiry
from gateway.inquiries.providers import Providers
from gateway.inquiries.reading import inquiry_document
from gateway.inquiries.store import Asked
from gateway.quota.headers import fields
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import Http, TheSettings, Units, part
from gateway.web.problems import problem
from gateway.web.router import Router
from signing.jws import payload_of

router = Router(prefix="/v1/inquiries", tags=["查询 Ask"])
Asker = Annotated[Actor, Depends(proving("inquiries"), scope="function")]
Secrets = Annotated[Protector, Depends(part("protector"))]
Reading = Annotated[UnitOfWork, Depends(working("inquiries"), scope="function")]
Key = Annotated[
    str, Header(alias="Idempotency-Key", pattern=r"^[\x21-\x7e]{1,200}$", description="幂等键 One per question.")
]


@router.post("", summary="查询企业信用 Ask about an enterprise")
async def ask(
    question: Question,
    request: Request,
    units: Units,
    settings: TheSettings,
    http: Http,
    protector: Secrets,
    caller: Asker,
    key: Key,
) -> Response:
    """Return the answer as JSON and as the signed statement (`answer`, JWS); charged once answered."""
    providers = Providers(settings.providers, settings.provider_timeout_seconds, http)
    asked, under = read_question(question, providers, protector, caller), unclaimed_proof(request)
    metrics = request.app.state.metrics
    outcome = await put_question(units, providers, caller, asked, Asked(key, question.digest(), under), metrics)
    if isinstance(outcome, Denial):
        return problem(request, outcome)
    headers = {"Idempotency-Replayed": "true"} if outcome.replayed else fields(outcome.rooms)
    return JSONResponse(answer_document(outcome.answer), headers=headers)


@router.post(":explain", summary="预判一次查询 What asking would be answered")
async def explain_question(
    question: Question, request: Request, settings: TheSettings, http: Http, protector: Secrets, work: Reading
) -> Response:
    """Return the same verdict as asking now, without charge: what it would cost and rest on, or the same problem."""
    providers = Providers(settings.providers, settings.provider_timeout_seconds, http)
    asked = read_question(question, providers, protector, work.actor)
    found = await explain(work, asked)
    return problem(request, found) if isinstance(found, Denial) else JSONResponse(permission_document(found))


@router.get("/{inquiry_id}", summary="查看一次查询 An inquiry")
async def show(inquiry_id: UUID, work: Reading) -> dict[str, Any]:
    """Return an inquiry of the caller's institution: how it ended."""
    return inquiry_document(await get_own_inquiry(work, inquiry_id))


def answer_document(answer: str) -> dict[str, Any]:
    """Return a signed answer with its members spelled out beside it."""
    return {**payload_of(answer), "answer": answer}
