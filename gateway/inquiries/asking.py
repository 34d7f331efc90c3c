"""A question as it is put, over HTTP or on a page: what it says, what is wrong with it, and its answer."""

from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.exc import SQLAlchemyError
from uuid_utils.compat import uuid7

from audit.errors import AuditError
from connectors.catalogue.load import agencies, get_catalogue
from connectors.conversion.code_faults import fault_of_unified
from connectors.conversion.identifiers import Kind
from connectors.personal.sealing import Protector
from connectors.store.subjects import identifier_of
from consent.terms import PURPOSES
from gateway.inquiries.answers import Answered
from gateway.inquiries.extent import Extent
from gateway.inquiries.inquiry import inquire
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.store import Asked
from gateway.inquiries.views.setting import name_view
from gateway.providers.registered import EMBEDDED
from gateway.quota.products import PRODUCTS, RECORDS
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.runtime.wrong_values import WrongValueError
from gateway.telemetry.metrics import Metrics
from scoring_adapter.providers.asking import Providers
from signing.canonical import canonical_bytes, sha256_hex

_ALONE = nullcontext()
Name = Annotated[str, Field(min_length=2, max_length=63, pattern=r"^[^\x00]*$")]
Names = Annotated[list[Name], Field(max_length=100)]
# What a key has always stood for, where it is not given; what came later counts where it is.
_ALWAYS = {"product": "score", "provider": EMBEDDED, "consent": None}


class Question(BaseModel):
    """One question about one enterprise."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(max_length=64, description="统一社会信用代码 The enterprise's USCC.")]
    product: Name = "score"
    purpose: Name
    provider: Name = EMBEDDED
    consent: Annotated[UUID | None, Field(description="Left out, the one consent that permits it is used.")] = None
    duty: Annotated[
        Name | None,
        Field(description="职责依据编号（政务共享） The code of a government body's duty, instead of a consent."),
    ] = None
    tier: Annotated[
        Literal["basic", "detail"], Field(description="概要（结果）或详细 The result alone, or in detail.")
    ] = "detail"
    categories: Annotated[
        Names, Field(description="数据类别，空为产品所需的全部 Categories of data; empty: all that the product needs.")
    ] = []
    sources: Annotated[Names, Field(description="来源部门，空为全部 Agencies; empty: all.")] = []
    data_from: Annotated[date | None, Field(description="数据自何日 The first day of the data.")] = None
    data_to: Annotated[date | None, Field(description="数据至何日 The last day of the data.")] = None
    mode: Annotated[
        Literal["VIEW", "STORE"], Field(description="查看或留存 To be looked at, or kept: STORE for many at once.")
    ] = "VIEW"
    view: Annotated[
        Name | None,
        Field(description="视图，只用于 records A view of the institution's, of the product records alone."),
    ] = None
    narrow: Annotated[bool, Field(description="授权较窄时按授权应答 As much as the consent permits will do.")] = False

    @model_validator(mode="after")
    def check_basis(self) -> Self:
        """Demand that it names one basis at most, and none where it asks for what is public."""
        if self.consent and self.duty:
            raise WrongValueError("duty: 与 consent 只能写一个 either a consent or a duty")
        if self.product in PRODUCTS and PRODUCTS[self.product].public and (self.consent or self.duty):
            raise WrongValueError(
                "product: 公示信息不凭授权或职责依据 published records rest on no consent and no duty"
            )
        return self

    @model_validator(mode="after")
    def check_view(self) -> Self:
        """Demand that a view is of records."""
        if self.view and self.product != RECORDS:
            raise WrongValueError("view: 只用于产品 records of the product records alone")
        return self

    @model_validator(mode="after")
    def check_days(self) -> Self:
        """Demand that the days do not end before they begin."""
        if self.data_from and self.data_to and self.data_from > self.data_to:
            raise WrongValueError("data_to: 早于 data_from is before data_from")
        return self

    def members(self) -> dict[str, Any]:
        """Return what it says, as it is kept."""
        return {**_ALWAYS, **self.model_dump(mode="json", exclude_defaults=True)}

    def digest(self) -> bytes:
        """Return the digest that a key stands for."""
        return bytes.fromhex(sha256_hex(canonical_bytes(self.members())))

    def extent(self) -> Extent:
        """Return how much it asks for; the order of names says nothing."""
        return Extent(
            self.tier, tuple(sorted(set(self.categories))), tuple(sorted(set(self.sources))), self.data_from,
            self.data_to, self.mode, self.narrow,
        )  # fmt: skip


def read_question(
    question: Question,
    protector: Protector,
    caller: Actor,
    *,
    by_form: bool = False,
    of_many: bool = False,
) -> InquiryRequest:
    """Read a question; one about a subject, product, purpose or kind of data that does not exist says so.

    Of many that are put at once the answers are kept: nobody looks at them one by one.
    """
    assert caller.institution_id is not None, "accounts belong to institutions"  # noqa: S101 - see the client table
    kind, code = identifier_of(protector, question.subject)
    extent = question.extent().kept() if of_many else question.extent()
    return InquiryRequest(
        uuid7(), caller.client_id, caller.institution_id, code, question.product, question.purpose,
        question.provider, question.consent, caller.intermediary, _find_fault(question, kind),
        caller.person, by_form, extent, question.duty,
        view=question.view,
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
            if request.view is not None:
                async with units.begin("inquiry.view", caller, short=True) as work:
                    request = await name_view(work.session, request)
            outcome = await inquire(units, providers, caller, request, asked)
    except (SQLAlchemyError, AuditError, OSError) as fault:
        raise DeniedError("audit-unavailable", headers={"Retry-After": "5"}) from fault
    ended = outcome.reason if isinstance(outcome, Denial) else "replayed" if outcome.replayed else "answered"
    if metrics is not None:  # the worker counts nothing
        metrics.count("inquiry", ended)
    return outcome


def _find_fault(question: Question, kind: str) -> Denial | None:
    if kind != Kind.USCC:
        return Denial("invalid-subject", f"subject: {fault_of_unified(question.subject)}")
    known = {"product": list(PRODUCTS), "purpose": list(PURPOSES)}
    for name, values in known.items():
        if getattr(question, name) not in values:
            return Denial(f"unknown-{name}", f"{name}: {', '.join(values)}")
    if not set(question.categories) <= get_catalogue().categories.keys():
        return Denial("unknown-category", f"categories: {', '.join(get_catalogue().categories)}")
    if unknown := set(question.sources) - agencies().keys():
        return Denial("unknown-source", f"sources: {', '.join(sorted(unknown))}")
    return None
