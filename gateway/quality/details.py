"""What one agency's page shows beside its scores: weeks, worst reasons, open refused rows, held deliveries."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from gateway.quality.index import share
from gateway.quality.scores import WINDOW
from gateway.quality.tables import HeldDelivery

WEEKS = 12
MOST_SHOWN = 50
_WEEKS = text("""
    SELECT b.dataset, least(:weeks - 1, floor(extract(epoch FROM b.received_at - :since) / 604800))::integer AS week,
           count(*) AS deliveries, sum(b.row_count) AS rows, sum(b.rejected) AS rejected,
           sum(f.filled) AS filled, sum(f.looked_at) AS looked_at
    FROM batch b LEFT JOIN LATERAL (
        SELECT sum(filled) AS filled, sum(looked_at) AS looked_at FROM batch_profile f WHERE f.batch_id = b.batch_id
    ) f ON true
    WHERE b.agency = :agency AND b.corrects IS NULL AND b.received_at >= :since AND b.received_at <= :now
    GROUP BY b.dataset, week
""")
_REASONS = text("""
    SELECT b.dataset, reason.key AS code, sum(reason.value::bigint) AS rows
    FROM batch b, jsonb_each_text(b.reasons) AS reason
    WHERE b.agency = :agency AND b.corrects IS NULL AND b.received_at >= :since AND b.received_at <= :now
    GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT :most
""")
_OPEN = text("""
    SELECT b.batch_id, b.dataset, b.sender_batch, b.received_at, b.rejected, c.rows AS corrected
    FROM batch b CROSS JOIN LATERAL (SELECT count(*) AS rows FROM corrected_row c WHERE c.batch_id = b.batch_id) c
    WHERE b.agency = :agency AND b.corrects IS NULL AND b.rejected > c.rows AND b.received_at >= :since
    ORDER BY b.received_at DESC LIMIT :most
""")


@dataclass(frozen=True)
class Week:
    """One dataset in one week."""

    deliveries: int = 0
    error_rate: Decimal | None = None
    completeness: Decimal | None = None


@dataclass(frozen=True)
class OpenBatch:
    """A batch with refused rows that were not corrected."""

    batch_id: UUID
    dataset: str
    sender_batch: str
    received_at: datetime
    rejected: int
    corrected: int


async def load_weeks(session: AsyncSession, agency: str, now: datetime) -> dict[str, list[Week]]:
    """Return the last twelve weeks of every dataset that was delivered in them, oldest first."""
    weeks: dict[str, list[Week]] = {}
    for row in await session.execute(_WEEKS, {**_values(agency, now), "weeks": WEEKS}):
        known = weeks.setdefault(row.dataset, [Week()] * WEEKS)
        errors = share(int(row.rejected), int(row.rows))
        known[row.week] = Week(row.deliveries, errors, share(int(row.filled or 0), int(row.looked_at or 0)))
    return weeks


async def load_reasons(session: AsyncSession, agency: str, now: datetime) -> list[tuple[str, str, int]]:
    """Return the commonest reasons: dataset, code, rows."""
    found = await session.execute(_REASONS, {**_values(agency, now), "most": 10})
    return [(row.dataset, row.code, int(row.rows)) for row in found]


async def load_open(session: AsyncSession, agency: str, now: datetime) -> list[OpenBatch]:
    """Return the newest batches with rows still to be corrected."""
    found = await session.execute(_OPEN, {**_values(agency, now), "most": MOST_SHOWN})
    return [OpenBatch(*row) for row in found]


async def list_held(
    session: AsyncSession,
    agency: str | None,
    status: str | None = None,
    after: UUID | None = None,
    most: int = MOST_SHOWN,
) -> list[HeldDelivery]:
    """Return held deliveries, oldest first, of one agency or of all."""
    conditions = [col(HeldDelivery.agency) == agency] if agency else []
    conditions += [col(HeldDelivery.status) == status] if status else []
    conditions += [col(HeldDelivery.held_id) > after] if after else []
    query = select(HeldDelivery).where(*conditions).order_by(col(HeldDelivery.held_id)).limit(most)
    return list((await session.execute(query)).scalars())


def _values(agency: str, now: datetime) -> dict[str, Any]:
    return {"agency": agency, "now": now, "since": now - WINDOW}
