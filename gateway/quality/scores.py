"""Scores out of the batches and their profiles: one statement for each kind of figure, over the last twelve weeks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import datasets
from connectors.model.datasets import Dataset
from gateway.quality.index import Feed, Score

WINDOW = timedelta(weeks=12)
REQUIRED_WEIGHT, OPTIONAL_WEIGHT = 3, 1
# Timely is the share of the time, since the window or the first delivery, in which the newest delivery was fresh.
_FEEDS = text("""
    WITH promise AS (SELECT agency, dataset, make_interval(days => days) AS fresh, days
        FROM unnest(CAST(:agencies AS text[]), CAST(:datasets AS text[]), CAST(:days AS integer[]))
            AS p (agency, dataset, days)
    ), delivery AS (
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
        FROM delivery GROUP BY agency, dataset
    )
    SELECT p.agency, p.dataset, p.days AS promise_days, e.last AS last_received,
           coalesce(f.deliveries, 0) AS deliveries, coalesce(f.rows, 0) AS rows, coalesce(f.rejected, 0) AS rejected,
           coalesce(f.records, 0) AS records, coalesce(f.unresolved, 0) AS unresolved,
           CASE WHEN e.first IS NOT NULL THEN coalesce(f.covered, 0)
               / nullif(extract(epoch FROM :now - greatest(e.first, :since)), 0) END AS timeliness,
           coalesce(e.last + p.fresh < :now, false) AS silent
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
_DRIFTS = text("""
    SELECT agency, dataset, count(*) FILTER (WHERE held_at >= :since), count(*) FILTER (WHERE status = 'waiting')
    FROM held_delivery WHERE agency = ANY(:agencies) AND (held_at >= :since OR status = 'waiting')
    GROUP BY agency, dataset
""")
_OPEN = text("""
    SELECT b.agency, b.dataset, sum(b.rejected - c.rows), count(*)
    FROM batch b CROSS JOIN LATERAL (SELECT count(*) AS rows FROM corrected_row c WHERE c.batch_id = b.batch_id) c
    WHERE b.agency = ANY(:agencies) AND b.corrects IS NULL AND b.rejected > c.rows
      AND b.received_at >= :since AND b.received_at <= :now GROUP BY b.agency, b.dataset
""")


async def load_scores(session: AsyncSession, now: datetime, agency: str | None = None) -> list[Score]:
    """Return the scores of every agency of the catalogue that owns datasets, or of one."""
    wanted = [dataset for dataset in datasets().values() if agency in {None, dataset.agency}]
    values = {**_names(wanted), "since": now - WINDOW, "now": now}
    found = await session.execute(_FEEDS, values)
    feeds = {(row.agency, row.dataset): Feed(**row._mapping) for row in found}  # noqa: SLF001 - documented
    for owner, dataset, completeness in await session.execute(_COMPLETENESS, {**_weights(wanted), **_span(values)}):
        feeds[owner, dataset] = replace(feeds[owner, dataset], completeness=completeness)
    span = {"agencies": values["agencies"], **_span(values)}
    for owner, dataset, drifts, held in await session.execute(_DRIFTS, span):
        if (owner, dataset) in feeds:
            feeds[owner, dataset] = replace(feeds[owner, dataset], drifts=drifts, held=held)
    for owner, dataset, rows, batches in await session.execute(_OPEN, span):
        if (owner, dataset) in feeds:
            feeds[owner, dataset] = replace(feeds[owner, dataset], open_rows=int(rows), open_batches=batches)
    owners = dict.fromkeys(owner for owner, _ in feeds)
    return [Score(owner, [feed for feed in feeds.values() if feed.agency == owner]) for owner in owners]


def _names(wanted: Sequence[Dataset]) -> dict[str, Any]:
    return {
        "agencies": [dataset.agency for dataset in wanted],
        "datasets": [dataset.dataset for dataset in wanted],
        "days": [dataset.freshness_days for dataset in wanted],
    }


def _weights(wanted: Sequence[Dataset]) -> dict[str, Any]:
    fields = [(one, name, field) for one in wanted for name, field in one.fields.items()]
    return {
        "agencies": [one.agency for one, _, _ in fields],
        "datasets": [one.dataset for one, _, _ in fields],
        "fields": [name for _, name, _ in fields],
        "weights": [REQUIRED_WEIGHT if field.required else OPTIONAL_WEIGHT for _, _, field in fields],
    }


def _span(values: dict[str, Any]) -> dict[str, Any]:
    return {"since": values["since"], "now": values["now"]}


def percent(value: Decimal | None) -> str | None:
    """Return a share as a decimal string with four places, None where it cannot be computed."""
    return None if value is None else f"{value:.4f}"
