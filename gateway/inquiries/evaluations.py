"""Evaluation results for the financial-risk platform (金融大脑): told with the answer, or not at all."""

from collections.abc import Sequence
from typing import Any

from gateway.inquiries.answers import Result
from gateway.inquiries.request import InquiryRequest
from gateway.platforms.outbox import Told, deliver_all, find_receivers
from gateway.runtime.work import UnitOfWork


async def tell_evaluations(told: Sequence[tuple[UnitOfWork, InquiryRequest, Result]]) -> None:
    """Queue the results of answered inquiries, each as a delivery of its own; who asked is not told."""
    if not told:
        return
    unit = told[0][0]
    if receivers := await find_receivers(unit.session, "brain"):
        each = [Told(work.actor, [_item(request, result)], request.inquiry_id) for work, request, result in told]
        await deliver_all(unit, receivers, kind="evaluations", told=each)


def _item(request: InquiryRequest, result: Result) -> dict[str, Any]:
    return {
        "inquiry": str(request.inquiry_id), "subject": request.uscc, "product": request.product,
        "outcome": result.outcome, "score": result.score, "band": result.band, "model": result.model,
        "inputs": result.inputs,
    }  # fmt: skip
