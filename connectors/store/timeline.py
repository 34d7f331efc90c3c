"""What one agency's page shows of its batches: week by week, the commonest reasons, batches still to be corrected."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.datasets import Dataset
from connectors.store.figures import promises

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
_OPEN_BATCHES = text("""
    SELECT b.batch_id, b.dataset, b.sender_batch, b.received_at, b.rejected, c.rows AS corrected
    FROM batch b CROSS JOIN LATERAL (SELECT count(*) AS rows FROM corrected_row c WHERE c.batch_id = b.batch_id) c
    WHERE b.agency = :agency AND b.corrects IS NULL AND b.rejected > c.rows AND b.received_at >= :since
    ORDER BY b.received_at DESC LIMIT :most
""")
_LATEST = text("""
    SELECT p.agency, p.dataset, b.* FROM unnest(CAST(:agencies AS text[]), CAST(:datasets AS text[]))
        AS p (agency, dataset)
    CROSS JOIN LATERAL (SELECT batch_id, received_at, row_count, rejected FROM batch
        WHERE (agency, dataset) = (p.agency, p.dataset) AND corrects IS NULL ORDER BY received_at DESC LIMIT 1) b
""")
_FACTS = text("""
    SELECT p.agency, p.dataset, p.days, l.last, t.first, b.before, coalesce(e.rows, 0) AS rows,
           coalesce(e.rejected, 0) AS rejected
    FROM unnest(CAST(:agencies AS text[]), CAST(:datasets AS text[]), CAST(:days AS integer[]))
        AS p (agency, dataset, days)
    CROSS JOIN LATERAL (SELECT max(received_at) AS last FROM batch
        WHERE (agency, dataset) = (p.agency, p.dataset) AND corrects IS NULL) l
    CROSS JOIN LATERAL (SELECT min(received_at) AS first FROM batch
        WHERE (agency, dataset) = (p.agency, p.dataset) AND corrects IS NULL
          AND received_at >= date_trunc('day', l.last, 'Asia/Shanghai')) t
    CROSS JOIN LATERAL (SELECT max(received_at) AS before FROM batch
        WHERE (agency, dataset) = (p.agency, p.dataset) AND corrects IS NULL
          AND received_at < date_trunc('day', l.last, 'Asia/Shanghai')) b
    CROSS JOIN LATERAL (SELECT sum(row_count) AS rows, sum(rejected) AS rejected FROM batch
        WHERE (agency, dataset) = (p.agency, p.dataset) AND corrects IS NULL AND received_at >= :errors_since) e
""")


async def load_weeks(
    session: AsyncSession, agency: str, since: datetime, now: datetime, weeks: int
) -> Sequence[Row[Any]]:
    """Return dataset, week (0 is the first), deliveries, rows, rejected, filled, looked_at, where there is anything."""
    values = {"agency": agency, "since": since, "now": now, "weeks": weeks}
    return (await session.execute(_WEEKS, values)).all()


async def load_reasons(
    session: AsyncSession, agency: str, since: datetime, now: datetime, most: int
) -> list[tuple[str, str, int]]:
    """Return the commonest reasons of refusal: dataset, code, rows."""
    values = {"agency": agency, "since": since, "now": now, "most": most}
    return [(row.dataset, row.code, int(row.rows)) for row in await session.execute(_REASONS, values)]


async def load_open_batches(session: AsyncSession, agency: str, since: datetime, most: int) -> Sequence[RowMapping]:
    """Return the newest batches with refused rows not corrected.

    Columns: batch_id, dataset, sender_batch, received_at, rejected, corrected.
    """
    return (await session.execute(_OPEN_BATCHES, {"agency": agency, "since": since, "most": most})).mappings().all()


async def load_latest_batches(session: AsyncSession, datasets: Sequence[Dataset]) -> Sequence[Row[Any]]:
    """Return, for each dataset that has any: agency, dataset, its newest batch_id, received_at, row_count, rejected."""
    names = promises(datasets)
    del names["days"]
    return (await session.execute(_LATEST, names)).all()


async def load_last_batches(
    session: AsyncSession, datasets: Sequence[Dataset], errors_since: datetime
) -> Sequence[Row[Any]]:
    """Return, for each dataset: agency, dataset, days promised, its last batch, the first of that day, the one before
    that day, and the rows and refused rows since.
    """
    return (await session.execute(_FACTS, {**promises(datasets), "errors_since": errors_since})).all()
