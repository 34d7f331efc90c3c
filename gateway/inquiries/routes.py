"""Asking: a signed answer, or a problem that names the reason; a key makes asking twice the same as asking once."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse, Response
from uuid_utils.compat import uuid7

from audit.errors import AuditError
from connectors.conversion.identifiers import Kind, read_identifier
from consent.terms import PURPOSES
from gateway.identity.caller import require
from gateway.inquiries.admission import UNITS, Wanted
from gateway.inquiries.answers import Result
from gateway.inquiries.evaluations import tell_evaluation
from gateway.inquiries.inquiry import EMBEDDED, Turned, inquire
from gateway.inquiries.tables import Inquiry
from gateway.runtime.actor import Actor
from gateway.web.dependencies import Gw, Transaction
from gateway.web.problems import ProblemError, problem
from signing.canonical import canonical_bytes, sha256_hex
from signing.jws import payload_of

router = APIRouter(prefix="/v1/inquiries", tags=["ask 查询"])
Asker = Annotated[Actor, Depends(require("inquiries"), scope="function")]
Reader = Annotated[Actor, Depends(require("inquiries"), scope="function")]
Key = Annotated[
    str, Header(alias="Idempotency-Key", pattern=r"^[\x21-\x7e]{1,200}$", description="幂等键 One per question.")
]
Name = Annotated[str, Field(min_length=2, max_length=63, pattern=r"^[^\x00]*$")]


class Question(BaseModel):
    """One question about one enterprise."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(max_length=64, description="统一社会信用代码 The enterprise's USCC.")]
    product: Name = "score"
    purpose: Name
    provider: Name = EMBEDDED
    consent: Annotated[UUID | None, Field(description="Left out, the one consent that permits it is used.")] = None
    intermediary: Annotated[Name | None, Field(description="中介机构 The institution that passes the question on.")] = (
        None
    )


@router.post("", summary="Ask about an enterprise 查询企业信用")
async def ask(question: Question, request: Request, gateway: Gw, caller: Asker, key: Key) -> Response:
    """Return the answer as JSON and as the signed statement (`answer`, JWS); charged once answered."""
    wanted = _wanted(question, gateway.settings.providers, caller)
    digest = bytes.fromhex(sha256_hex(canonical_bytes(question.model_dump(mode="json"))))

    async def tell(session: AsyncSession, asked: Wanted, result: Result, entry: UUID) -> None:
        await tell_evaluation(gateway, session, asked, result, entry)

    try:
        outcome = await inquire(gateway, wanted, key, digest, tell)
    except (SQLAlchemyError, AuditError, OSError) as fault:
        detail = "The inquiry could not be recorded, so it was not answered; nothing was charged 无法留痕，未予应答。"
        raise ProblemError("audit-unavailable", 503, detail, headers={"Retry-After": "5"}) from fault
    metrics = request.app.state.metrics
    if isinstance(outcome, Turned):
        metrics.count("inquiry", outcome.denied.slug)
        denied = outcome.denied
        members = {**denied.members, "inquiry": str(outcome.inquiry_id)}
        response: Response = problem(request, denied.slug, denied.status, denied.detail, **members)
        response.headers.update(outcome.headers)
        return response
    metrics.count("inquiry", "replayed" if outcome.replayed else "answered")
    headers = {"Idempotency-Replayed": "true"} if outcome.replayed else {}
    return JSONResponse(answer_document(outcome.answer), headers=headers)


@router.get("/{inquiry_id}", summary="An inquiry 查看一次查询")
async def show(inquiry_id: UUID, session: Transaction, caller: Reader) -> dict[str, Any]:
    """Return an inquiry of the caller's institution: how it ended, and its answer's statement for the account's own."""
    row = await session.get(Inquiry, inquiry_id)
    if row is None or row.institution != caller.institution_id:
        raise ProblemError("inquiry-not-found", 404, "You made no such inquiry 没有此查询。")
    return {
        "inquiry": str(row.inquiry_id), "account": row.account, "subject": row.uscc, "product": row.product,
        "purpose": row.purpose, "provider": row.provider, "state": row.state, "outcome": row.outcome,
        "units": row.units, "created_at": row.created_at.isoformat(), "entry": str(row.event_id),
    }  # fmt: skip


def answer_document(answer: str) -> dict[str, Any]:
    """Return a signed answer with its members spelled out beside it."""
    return {**payload_of(answer), "answer": answer}


def _wanted(question: Question, providers: dict[str, str], caller: Actor) -> Wanted:
    subject = read_identifier(question.subject)
    if subject.kind is not Kind.USCC:
        raise ProblemError("invalid-subject", 400, "subject is no unified social credit code 不是统一社会信用代码。")
    if question.product not in UNITS:
        raise ProblemError("unknown-product", 422, f"product: one of {', '.join(UNITS)}")
    if question.purpose not in PURPOSES:
        raise ProblemError("unknown-purpose", 422, f"purpose: one of {', '.join(PURPOSES)}")
    if question.provider not in {EMBEDDED, *providers}:
        raise ProblemError("unknown-provider", 422, f"provider: one of {', '.join([EMBEDDED, *providers])}")
    assert caller.institution_id is not None, "accounts belong to institutions"  # noqa: S101 - see the client table
    return Wanted(
        uuid7(), caller.client_id, caller.institution_id, subject.value, question.product, question.purpose,
        question.provider, question.consent, question.intermediary, caller.name,
    )  # fmt: skip
