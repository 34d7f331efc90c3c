"""Asking: a signed answer, or a problem that names the reason; a key makes asking twice the same as asking once."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response
from uuid_utils.compat import uuid7

from audit.errors import AuditError
from connectors.conversion.code_faults import fault_of_unified
from connectors.conversion.identifiers import Kind
from connectors.personal.sealing import Protector
from connectors.store.subjects import identifier_of
from consent.terms import PURPOSES
from gateway.identity.caller import proving, unclaimed_proof, working
from gateway.inquiries.admission import InquiryRequest
from gateway.inquiries.inquiry import inquire
from gateway.inquiries.products import PRODUCTS
from gateway.inquiries.providers import EMBEDDED, Providers
from gateway.inquiries.reading import inquiry_document
from gateway.inquiries.store import Asked
from gateway.inquiries.tables import Inquiry
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import Http, TheSettings, Units, part
from gateway.web.problems import problem
from gateway.web.router import Router
from signing.canonical import canonical_bytes, sha256_hex
from signing.jws import payload_of

router = Router(prefix="/v1/inquiries", tags=["查询 Ask"])
Asker = Annotated[Actor, Depends(proving("inquiries"), scope="function")]
Secrets = Annotated[Protector, Depends(part("protector"))]
Reading = Annotated[UnitOfWork, Depends(working("inquiries"), scope="function")]
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
    asked = _read(question, providers, protector, caller)
    digest = bytes.fromhex(sha256_hex(canonical_bytes(question.model_dump(mode="json"))))
    try:
        outcome = await inquire(units, providers, caller, asked, Asked(key, digest, unclaimed_proof(request)))
    except (SQLAlchemyError, AuditError, OSError) as fault:
        raise DeniedError("audit-unavailable", headers={"Retry-After": "5"}) from fault
    metrics = request.app.state.metrics
    if isinstance(outcome, Denial):
        metrics.count("inquiry", outcome.reason)
        return problem(request, outcome)
    metrics.count("inquiry", "replayed" if outcome.replayed else "answered")
    headers = {"Idempotency-Replayed": "true"} if outcome.replayed else {}
    return JSONResponse(answer_document(outcome.answer), headers=headers)


@router.get("/{inquiry_id}", summary="查看一次查询 An inquiry")
async def show(inquiry_id: UUID, work: Reading) -> dict[str, Any]:
    """Return an inquiry of the caller's institution: how it ended, and its answer's statement for the account's own."""
    row = await work.session.get(Inquiry, inquiry_id)
    if row is None or row.institution != work.actor.institution_id:
        raise DeniedError("inquiry-not-found")
    return inquiry_document(row)


def answer_document(answer: str) -> dict[str, Any]:
    """Return a signed answer with its members spelled out beside it."""
    return {**payload_of(answer), "answer": answer}


def _read(question: Question, providers: Providers, protector: Protector, caller: Actor) -> InquiryRequest:
    """Read a question; one about a subject, product, purpose or provider that does not exist says so."""
    assert caller.institution_id is not None, "accounts belong to institutions"  # noqa: S101 - see the client table
    kind, code = identifier_of(protector, question.subject)
    return InquiryRequest(
        uuid7(), caller.client_id, caller.institution_id, code, question.product, question.purpose,
        question.provider, question.consent, question.intermediary, _find_fault(question, kind, providers),
        caller.person,
    )  # fmt: skip


def _find_fault(question: Question, kind: str, providers: Providers) -> Denial | None:
    if kind != Kind.USCC:
        return Denial("invalid-subject", f"subject: {fault_of_unified(question.subject)}")
    known = {"product": list(PRODUCTS), "purpose": list(PURPOSES), "provider": providers.names()}
    for name, values in known.items():
        if getattr(question, name) not in values:
            return Denial(f"unknown-{name}", f"{name}: {', '.join(values)}")
    return None
