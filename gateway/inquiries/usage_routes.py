"""Reporting what was done with an answer, and following the report to the city and the province."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.identity.caller import proving, unclaimed_proof, working
from gateway.identity.doorkeeper import Doorkeeper
from gateway.inquiries.usage import Report, hand_in, read_usage
from gateway.platforms.tables import Delivery, UsageResult
from gateway.runtime.actor import Actor
from gateway.runtime.work import UnitOfWork
from gateway.runtime.wrong_values import WrongValueError
from gateway.web.front import read_model
from gateway.web.router import Router
from gateway.web.values import Day, Yuan
from signing.jws import payload_of

router = Router(prefix="/v1/usage-results", tags=["回流 Feedback"])
reporter = proving("usage-results")
Reporter = Annotated[Actor, Depends(reporter, scope="function")]
Reading = Annotated[UnitOfWork, Depends(working("usage-results"), scope="function")]
Amount = Annotated[Yuan | None, Field(description="元 In yuan, as a text.")]


class UsageReport(BaseModel):
    """What became of one answer."""

    model_config = ConfigDict(extra="forbid")

    inquiry: UUID
    outcome: Literal["granted", "refused"]
    amount: Amount = None
    balance: Amount = None
    first_time: Annotated[bool | None, Field(description="首贷 Its first loan anywhere.")] = None
    defaulted: Annotated[
        bool | None,
        Field(
            description="违约：逾期超过 90 天，以后的版本可改 Overdue for more than 90 days; later versions may say so."
        ),
    ] = None
    decided_on: Day

    @model_validator(mode="after")
    def check(self) -> "UsageReport":
        """A granted credit has an amount, a refused one has nothing."""
        if self.outcome == "granted" and self.amount is None:
            raise WrongValueError("amount: 获批的须有金额 a granted credit has one")
        if self.outcome == "refused" and self.defaulted is not None:
            raise WrongValueError("defaulted: 未获批的不会违约 a refused credit does not default")
        if self.outcome == "refused" and (self.amount is not None or self.balance is not None):
            raise WrongValueError("amount: 未获批的没有金额和余额 a refused credit has neither amount nor balance")
        return self

    def content(self) -> dict[str, Any]:
        """Return what is stored and told: money as decimal text in yuan, the day as ISO."""
        members = self.model_dump(mode="json", exclude={"inquiry"}, exclude_none=True)
        return {name: f"{Decimal(value):.2f}" if name in {"amount", "balance"} else value
                for name, value in members.items()}  # fmt: skip


@router.post("", summary="报告应用结果 Report a usage result")
async def report(told: UsageReport, request: Request, caller: Reporter) -> Response:
    """Store the report and queue it for the city; the same again is the same (200), other content a version (201)."""
    return await _answer(told, request, caller)


async def report_in_front(request: Request) -> Response | None:
    """Answer as `report` does; None for a request that has not the form of a report, which `report` then says."""
    caller, told = await reporter(request), await read_model(request, UsageReport)
    return await _answer(told, request, caller) if told else None


async def _answer(told: UsageReport, request: Request, caller: Actor) -> Response:
    opened: Doorkeeper = request.app.state.gateway
    asked = Report(caller, told.inquiry, told.decided_on, told.content(), unclaimed_proof(request))
    made = await hand_in(opened.units, asked)
    request.app.state.metrics.count("usage-result", told.outcome if made.new else "known")
    members = {"result": str(made.result_id), "version": made.version, "exchange": str(made.exchange)}
    return JSONResponse(members, status_code=201 if made.new else 200)


@router.get("/{result_id}", summary="应用结果与回执 A usage result and its receipts")
async def show(result_id: UUID, work: Reading) -> dict[str, Any]:
    """Return every version with its deliveries: state, the city's receipt, the province's receipt."""
    rows, sent = await read_usage(work, result_id)
    return {"result": str(result_id), "versions": [_version(row, sent) for row in rows]}


def _version(row: UsageResult, sent: Sequence[Delivery]) -> dict[str, Any]:
    return {
        "version": row.version,
        "inquiry": str(row.inquiry_id),
        "recorded_at": row.recorded_at.isoformat(),
        "entry": str(row.event_id),
        "deliveries": [delivery_document(delivery) for delivery in sent if delivery.exchange == row.exchange],
    }


def delivery_document(delivery: Delivery) -> dict[str, Any]:
    """Return a delivery with its receipts, each spelled out beside its signed form."""
    return {
        "delivery": str(delivery.delivery_id),
        "kind": delivery.kind,
        "to": delivery.peer_id,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "message": delivery.message,
        "receipt": _receipt(delivery.receipt),
        "onward_receipt": _receipt(delivery.onward_receipt),
    }


def _receipt(receipt: str | None) -> dict[str, Any] | None:
    return {**payload_of(receipt), "statement": receipt} if receipt else None
