"""Evaluation results for the financial-risk platform (金融大脑): told with the answer, or not at all."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.gateway import Gateway
from gateway.inquiries.admission import Wanted
from gateway.inquiries.answers import Result
from gateway.platforms.outbox import deliver


async def tell_evaluation(gateway: Gateway, session: AsyncSession, wanted: Wanted, result: Result, entry: UUID) -> None:
    """Queue the result of an answered inquiry; who asked is not told."""
    item = {
        "inquiry": str(wanted.inquiry_id), "subject": wanted.uscc, "product": wanted.product,
        "score": result.score, "band": result.band, "model": result.model, "inputs": result.inputs,
    }  # fmt: skip
    await deliver(
        gateway, session, kind="evaluations", role="brain", items=[item], exchange=wanted.inquiry_id, event_id=entry
    )
