"""Evaluation results for the financial-risk platform (金融大脑): told with the answer, or not at all."""

from gateway.inquiries.answers import Result
from gateway.inquiries.request import InquiryRequest
from gateway.platforms.outbox import deliver
from gateway.runtime.work import UnitOfWork


async def tell_evaluation(work: UnitOfWork, request: InquiryRequest, result: Result) -> None:
    """Queue the result of an answered inquiry; who asked is not told."""
    item = {
        "inquiry": str(request.inquiry_id), "subject": request.uscc, "product": request.product,
        "outcome": result.outcome, "score": result.score, "band": result.band, "model": result.model,
        "inputs": result.inputs,
    }  # fmt: skip
    await deliver(work, kind="evaluations", role="brain", items=[item], exchange=request.inquiry_id)
