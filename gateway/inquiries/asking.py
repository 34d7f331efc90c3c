"""A question as it is put, over HTTP or on a page: what it says, what is wrong with it, and its answer."""

from contextlib import AbstractContextManager, nullcontext
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError
from uuid_utils.compat import uuid7

from audit.errors import AuditError
from connectors.conversion.code_faults import fault_of_unified
from connectors.conversion.identifiers import Kind
from connectors.personal.sealing import Protector
from connectors.store.subjects import identifier_of
from consent.terms import PURPOSES
from gateway.inquiries.answers import Answered
from gateway.inquiries.inquiry import inquire
from gateway.inquiries.providers import EMBEDDED, Providers
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.store import Asked
from gateway.quota.products import PRODUCTS
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.telemetry.metrics import Metrics
from signing.canonical import canonical_bytes, sha256_hex

_ALONE = nullcontext()
Name = Annotated[str, Field(min_length=2, max_length=63, pattern=r"^[^\x00]*$")]


class Question(BaseModel):
    """One question about one enterprise."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(max_length=64, description="统一社会信用代码 The enterprise's USCC.")]
    product: Name = "score"
    purpose: Name
    provider: Name = EMBEDDED
    consent: Annotated[UUID | None, Field(description="Left out, the one consent that permits it is used.")] = None

    def digest(self) -> bytes:
        """Return the digest that a key stands for."""
        return bytes.fromhex(sha256_hex(canonical_bytes(self.model_dump(mode="json"))))


def read_question(
    question: Question, providers: Providers, protector: Protector, caller: Actor, *, by_form: bool = False
) -> InquiryRequest:
    """Read a question; one about a subject, product, purpose or provider that does not exist says so."""
    assert caller.institution_id is not None, "accounts belong to institutions"  # noqa: S101 - see the client table
    kind, code = identifier_of(protector, question.subject)
    return InquiryRequest(
        uuid7(), caller.client_id, caller.institution_id, code, question.product, question.purpose,
        question.provider, question.consent, caller.intermediary, _find_fault(question, kind, providers),
        caller.person, by_form,
    )  # fmt: skip


async def put_question(
    units: UnitsOfWork,
    providers: Providers,
    caller: Actor,
    request: InquiryRequest,
    asked: Asked,
    metrics: Metrics | None,
    flight: AbstractContextManager[None] = _ALONE,
) -> Answered | Denial:
    """Answer a question, and count how it ended; `flight` is what it holds of those its account may have under way. A
    batch asks one after another, and holds nothing.

    Raises DeniedError where its entry cannot be written, the proof it comes with was used before, or too many of the
    account are under way.
    """
    try:
        with flight:
            outcome = await inquire(units, providers, caller, request, asked)
    except (SQLAlchemyError, AuditError, OSError) as fault:
        raise DeniedError("audit-unavailable", headers={"Retry-After": "5"}) from fault
    ended = outcome.reason if isinstance(outcome, Denial) else "replayed" if outcome.replayed else "answered"
    if metrics is not None:  # the worker counts nothing
        metrics.count("inquiry", ended)
    return outcome


def _find_fault(question: Question, kind: str, providers: Providers) -> Denial | None:
    if kind != Kind.USCC:
        return Denial("invalid-subject", f"subject: {fault_of_unified(question.subject)}")
    known = {"product": list(PRODUCTS), "purpose": list(PURPOSES), "provider": providers.names()}
    for name, values in known.items():
        if getattr(question, name) not in values:
            return Denial(f"unknown-{name}", f"{name}: {', '.join(values)}")
    return None
