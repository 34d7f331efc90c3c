"""How the newest scores lie: how many enterprises are in which band, and what one scored from which day on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.store.numbers import find_number

MOST_DAYS = 60  # of a history: as many as a chart can show
_SPREAD = text("SELECT band, count(*) AS enterprises FROM subject_score WHERE holds_to IS NULL GROUP BY band")
_HISTORY = text("""
    SELECT holds_from, score, band FROM subject_score WHERE subject = :subject ORDER BY holds_from DESC LIMIT :most
""")


@dataclass(frozen=True)
class Scored:
    """What an enterprise scored from a day on; None where too little was known for a score."""

    day: date
    score: int | None
    band: str | None


async def read_spread(session: AsyncSession) -> Mapping[str | None, int]:
    """Return how many enterprises are in each band; under None, those without a score."""
    return {row.band: row.enterprises for row in await session.execute(_SPREAD)}


async def read_history(session: AsyncSession, subject_id: UUID) -> Sequence[Scored]:
    """Return the newest days on which something came out differently for an enterprise, the eldest first."""
    number = await find_number(session, subject_id)
    rows = (await session.execute(_HISTORY, {"subject": number, "most": MOST_DAYS})).all() if number else []
    return [Scored(*row) for row in reversed(rows)]
