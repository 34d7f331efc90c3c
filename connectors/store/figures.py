"""Figures of agencies' batches over a span of time: how sound, complete and fresh, and what is still open."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.datasets import Dataset

REQUIRED_WEIGHT, OPTIONAL_WEIGHT = 3, 1
# Timely is the share of the time, since `since` or the first batch, in which the newest batch was fresh.
_FEEDS = text("""
    WITH promise AS (SELECT agency, dataset, make_interval(days => days) AS fresh, days
        FROM unnest(CAST(:agencies AS text[]), CAST(:datasets AS text[]), CAST(:days AS integer[]))
            AS p (agency, dataset, days)
    ), received AS (
        SELECT p.agency, p.dataset, p.fresh, b.received_at, b.row_count, b.rejected, b.accepted, b.unresolved,
               lead(b.received_at, 1, :now) OVER (PARTITION BY b.agency, b.dataset ORDER BY b.received_at) AS next
        FROM promise p JOIN batch b USING (agency, dataset)
        WHERE b.corrects IS NULL AND b.received_at >= :since - p.fresh AND b.received_at <= :now
    ), figure AS (
        SELECT agency, dataset, count(*) FILTER (WHERE received_at >= :since) AS deliveries,
               sum(row_count) FILTER (WHERE received_at >= :since) AS rows,
               sum(rejected) FILTER (WHERE received_at >= :since) AS rejected,
               sum(accepted + unresolved) FILTER (WHERE received_at >= :since) AS records,
               sum(unresolved) FILTER (WHERE received_at >= :since) AS unresolved,
               extract(epoch FROM sum(greatest(interval '0', least(next, received_at + fresh)
                                               - greatest(received_at, :since)))) AS covered
        FROM received GROUP BY agency, dataset
    )
    SELECT p.agency, p.dataset, p.days AS promise_days, e.last AS last_received,
           coalesce(f.deliveries, 0) AS deliveries, coalesce(f.rows, 0) AS rows, coalesce(f.rejected, 0) AS rejected,
           coalesce(f.records, 0) AS records, coalesce(f.unresolved, 0) AS unresolved,
           CASE WHEN e.first IS NOT NULL THEN coalesce(f.covered, 0)
               / nullif(extract(epoch FROM :now - greatest(e.first, :since)), 0) END AS timeliness
    FROM promise p LEFT JOIN figure f USING (agency, dataset)
    CROSS JOIN LATERAL (
        SELECT min(received_at) AS first, max(received_at) AS last FROM batch b
        WHERE b.agency = p.agency AND b.dataset = p.dataset AND b.corrects IS NULL AND b.received_at <= :now) e
    ORDER BY p.agency, p.dataset
""")
_COMPLETENESS = text("""
    WITH weight AS (SELECT * FROM unnest(CAST(:agencies AS text[]), CAST(:datasets AS text[]),
        CAST(:fields AS text[]), CAST(:weights AS integer[])) AS w (agency, dataset, field, weight))
    SELECT b.agency, b.dataset, sum(f.filled * w.weight)::numeric / nullif(sum(f.looked_at * w.weight), 0)
    FROM batch b JOIN batch_profile f USING (batch_id) JOIN weight w USING (agency, dataset, field)
    WHERE b.received_at >= :since AND b.received_at <= :now GROUP BY b.agency, b.dataset
""")
_OPEN = text("""
    SELECT b.agency, b.dataset, sum(b.rejected - c.rows), count(*)
    FROM batch b CROSS JOIN LATERAL (SELECT count(*) AS rows FROM corrected_row c WHERE c.batch_id = b.batch_id) c
    WHERE b.agency = ANY(:agencies) AND b.corrects IS NULL AND b.rejected > c.rows
      AND b.received_at >= :since AND b.received_at <= :now GROUP BY b.agency, b.dataset
""")


async def load_feeds(
    session: AsyncSession, datasets: Sequence[Dataset], since: datetime, now: datetime
) -> Sequence[RowMapping]:
    """Return, for each dataset: agency, dataset, promise_days, last_received, deliveries, rows, rejected, records,
    unresolved, timeliness.
    """
    return (await session.execute(_FEEDS, {**promises(datasets), "since": since, "now": now})).mappings().all()


async def load_completeness(
    session: AsyncSession, datasets: Sequence[Dataset], since: datetime, now: datetime
) -> dict[tuple[str, str], Decimal | None]:
    """Return, by agency and dataset, the share of filled fields; required ones count more."""
    values = {**_weights(datasets), "since": since, "now": now}
    return {(agency, dataset): share for agency, dataset, share in await session.execute(_COMPLETENESS, values)}


async def load_open_rows(
    session: AsyncSession, agencies: Sequence[str], since: datetime, now: datetime
) -> dict[tuple[str, str], tuple[int, int]]:
    """Return, by agency and dataset, how many refused rows were not corrected, and in how many batches."""
    values = {"agencies": list(agencies), "since": since, "now": now}
    return {(agency, dataset): (int(rows), batches)
            for agency, dataset, rows, batches in await session.execute(_OPEN, values)}  # fmt: skip


def promises(datasets: Sequence[Dataset]) -> dict[str, Any]:
    """Return each dataset's agency, name and promise, as the statements take them."""
    return {
        "agencies": [dataset.agency for dataset in datasets],
        "datasets": [dataset.dataset for dataset in datasets],
        "days": [dataset.freshness_days for dataset in datasets],
    }


def _weights(datasets: Sequence[Dataset]) -> dict[str, Any]:
    fields = [(one, name, field) for one in datasets for name, field in one.fields.items()]
    return {
        "agencies": [one.agency for one, _, _ in fields],
        "datasets": [one.dataset for one, _, _ in fields],
        "fields": [name for _, name, _ in fields],
        "weights": [REQUIRED_WEIGHT if field.required else OPTIONAL_WEIGHT for _, _, field in fields],
    }
