"""Evaluation results for the financial-risk platform (金融大脑): told with the answer, or not at all."""

from collections.abc import Sequence

from gateway.inquiries.answers import Result
from gateway.inquiries.request import InquiryRequest
from gateway.platforms.outbox import deliver_to, find_receivers
from gateway.runtime.work import UnitOfWork


async def tell_evaluations(told: Sequence[tuple[UnitOfWork, InquiryRequest, Result]]) -> None:
    """Queue the results of answered inquiries, each as a delivery of its own; who asked is not told."""
    receivers = await find_receivers(told[0][0].session, "brain") if told else ()
    for work, request, result in told if receivers else ():
        item = {
            "inquiry": str(request.inquiry_id), "subject": request.uscc, "product": request.product,
            "outcome": result.outcome, "score": result.score, "band": result.band, "model": result.model,
            "inputs": result.inputs,
        }  # fmt: skip
        await deliver_to(work, receivers, kind="evaluations", items=[item], exchange=request.inquiry_id)
