"""The nights of the declared challenger, as they are read and told."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select

from gateway.runtime.work import UnitOfWork
from gateway.scores.challenger_tables import ChallengerNight

MOST_NIGHTS = 90


async def list_nights(work: UnitOfWork, limit: int = MOST_NIGHTS) -> Sequence[ChallengerNight]:
    """Return the nights, the newest first."""
    newest = col(ChallengerNight.as_of).desc(), col(ChallengerNight.computed_at).desc()
    return (await work.session.execute(select(ChallengerNight).order_by(*newest).limit(limit))).scalars().all()


def night_document(night: ChallengerNight) -> dict[str, Any]:
    """Return a night as the interface and the command tell it. Pure."""
    return {
        "as_of": night.as_of.isoformat(), "champion": night.champion, "challenger": night.challenger or None,
        "fault": night.fault, "figures": night.told, "computed_at": night.computed_at.isoformat(),
        "entry": str(night.event_id),
    }  # fmt: skip
