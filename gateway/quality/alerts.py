"""Alerts: one open row for each promise of a feed that is not kept, closed when it is good again.

1. One worker at a time looks (a lock of the transaction); the others pass.
2. What is seen is read in one statement; what is opened and closed is decided without a clock or a database.
3. Opening and closing are events. Between two thresholds nothing changes, so that nothing flaps.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from audit.events import Event
from connectors.catalogue.load import datasets
from gateway.gateway import Gateway
from gateway.quality.tables import Alert

KINDS = ("silent", "late", "errors", "drift")
ERRORS_OPEN, ERRORS_CLOSE = Decimal("0.10"), Decimal("0.05")
FEWEST_ROWS = 100
ERRORS_DAYS = 28
ACTOR = "worker"
_LEAD = text("SELECT pg_try_advisory_xact_lock(7137, 1)")
# A day of deliveries counts as one: the first of them says whether it came in time after the day before.
_FACTS = text("""
    SELECT p.agency, p.dataset, p.days, l.last, t.first, b.before, coalesce(e.rows, 0) AS rows,
           coalesce(e.rejected, 0) AS rejected, h.waiting
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
    CROSS JOIN LATERAL (SELECT count(*) AS waiting FROM held_delivery
        WHERE (agency, dataset) = (p.agency, p.dataset) AND status = 'waiting') h
""")
COUNT_OPEN = text("SELECT kind, count(*) AS number FROM alert WHERE closed_at IS NULL GROUP BY kind")


@dataclass(frozen=True)
class Facts:
    """What is seen of one feed: its last delivery, the first of that day, the one before that day, and so on."""

    days: int
    last: datetime | None = None
    first: datetime | None = None
    before: datetime | None = None
    rows: int = 0
    rejected: int = 0
    waiting: int = 0


def decide_alerts(facts: Facts, opened: AbstractSet[str], now: datetime) -> dict[str, dict[str, Any]]:
    """Return the alerts that stand, each with what was seen, given those open so far. Pure."""
    standing: dict[str, dict[str, Any]] = {}
    promise = timedelta(days=facts.days)
    if facts.last and now - facts.last > promise:
        standing["silent"] = {"last": facts.last.isoformat(), "promise_days": facts.days}
    if facts.first and facts.before and facts.first - facts.before > promise:
        standing["late"] = {"gap_days": (facts.first - facts.before).days, "promise_days": facts.days}
    threshold = ERRORS_CLOSE if "errors" in opened else ERRORS_OPEN
    if facts.rows >= FEWEST_ROWS and Decimal(facts.rejected) / facts.rows >= threshold:
        standing["errors"] = {"rejected": facts.rejected, "rows": facts.rows}
    if facts.waiting:
        standing["drift"] = {"waiting": facts.waiting}
    return standing


async def check_alerts(gateway: Gateway, now: datetime | None = None) -> None:
    """Open and close what has changed since the last look; pass where another worker is looking."""
    now = now or datetime.now(UTC)
    async with gateway.database.begin("alerts.check") as session:
        if not (await session.execute(_LEAD)).scalar_one():
            return
        opened = {(alert.agency, alert.dataset, alert.kind): alert for alert in await list_alerts(session)}
        standing: dict[tuple[str, str, str], dict[str, Any]] = {}
        for (agency, dataset), facts in (await _load_facts(session, now)).items():
            kinds = {kind for kind in KINDS if (agency, dataset, kind) in opened}
            for kind, seen in decide_alerts(facts, kinds, now).items():
                standing[agency, dataset, kind] = seen
        for key, seen in standing.items():
            if key not in opened:
                await _open(gateway, session, key, seen, now)
        for key, alert in opened.items():
            if key not in standing:
                alert.closed_at, alert.closing_event_id = now, await _record(gateway, session, "closed", key, {}, now)
        await session.flush()


async def list_alerts(session: AsyncSession, agency: str | None = None) -> list[Alert]:
    """Return the open alerts, of one agency or of all, oldest first."""
    conditions = [col(Alert.agency) == agency] if agency else []
    query = select(Alert).where(col(Alert.closed_at).is_(None), *conditions)
    order = col(Alert.opened_at), col(Alert.agency), col(Alert.dataset), col(Alert.kind)
    return list((await session.execute(query.order_by(*order))).scalars())


async def _load_facts(session: AsyncSession, now: datetime) -> dict[tuple[str, str], Facts]:
    known = list(datasets().values())
    values = {
        "agencies": [dataset.agency for dataset in known],
        "datasets": [dataset.dataset for dataset in known],
        "days": [dataset.freshness_days for dataset in known],
        "errors_since": now - timedelta(days=ERRORS_DAYS),
    }
    return {(agency, dataset): Facts(*rest) for agency, dataset, *rest in await session.execute(_FACTS, values)}


async def _open(
    gateway: Gateway, session: AsyncSession, key: tuple[str, str, str], seen: dict[str, Any], now: datetime
) -> None:
    agency, dataset, kind = key
    event = await _record(gateway, session, "opened", key, seen, now)
    alert = Alert(
        alert_id=uuid7(), agency=agency, dataset=dataset, kind=kind, seen=seen, opened_at=now, closed_at=None,
        event_id=event, closing_event_id=None,
    )  # fmt: skip
    session.add(alert)


async def _record(
    gateway: Gateway, session: AsyncSession, what: str, key: tuple[str, str, str], seen: dict[str, Any], now: datetime
) -> UUID:
    agency, dataset, kind = key
    payload = {"agency": agency, "dataset": dataset, "kind": kind, "seen": seen}
    return await gateway.audit.record(session, Event(f"alert.{what}", ACTOR, outcome=kind, payload=payload), now)
