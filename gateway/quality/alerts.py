"""Alerts: one open row for each promise of a feed that is not kept, closed when it is good again.

1. One worker at a time looks (a lock of the transaction); the others pass.
2. What is seen is read in one statement; what is opened and closed is decided without a clock or a database.
3. Opening and closing are events. Between two thresholds nothing changes, so that nothing flaps.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from connectors.catalogue.load import datasets
from connectors.model.datasets import is_silent
from connectors.store.timeline import load_last_batches
from gateway.intake.held import count_held
from gateway.quality.tables import Alert
from gateway.runtime.locks import Lock, try_take
from gateway.runtime.work import UnitOfWork

KINDS = ("silent", "late", "errors", "drift")
ERRORS_OPEN, ERRORS_CLOSE = Decimal("0.10"), Decimal("0.05")
FEWEST_ROWS = 100
ERRORS_DAYS = 28
COUNT_OPEN = text("SELECT kind, count(*) AS number FROM alert WHERE closed_at IS NULL GROUP BY kind")


@dataclass(frozen=True)
class Facts:
    """What is seen of one feed: its last batch, the first of that day, the one before that day, and so on."""

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
    if facts.last and is_silent(facts.last, facts.days, now):
        standing["silent"] = {"last": facts.last.isoformat(), "promise_days": facts.days}
    if facts.first and facts.before and is_silent(facts.before, facts.days, facts.first):
        standing["late"] = {"gap_days": (facts.first - facts.before).days, "promise_days": facts.days}
    threshold = ERRORS_CLOSE if "errors" in opened else ERRORS_OPEN
    if facts.rows >= FEWEST_ROWS and Decimal(facts.rejected) / facts.rows >= threshold:
        standing["errors"] = {"rejected": facts.rejected, "rows": facts.rows}
    if facts.waiting:
        standing["drift"] = {"waiting": facts.waiting}
    return standing


async def check_alerts(work: UnitOfWork) -> None:
    """Open and close what has changed since the last look; pass where another worker is looking."""
    session = work.session
    if not await try_take(session, Lock.ALERTS):
        return
    opened = {(alert.agency, alert.dataset, alert.kind): alert for alert in await list_alerts(session)}
    standing: dict[tuple[str, str, str], dict[str, Any]] = {}
    for (agency, dataset), facts in (await _load_facts(session, work.now)).items():
        kinds = {kind for kind in KINDS if (agency, dataset, kind) in opened}
        for kind, seen in decide_alerts(facts, kinds, work.now).items():
            standing[agency, dataset, kind] = seen
    for key, seen in standing.items():
        if key not in opened:
            await _open(work, key, seen)
    for key, alert in opened.items():
        if key not in standing:
            alert.closed_at, alert.closing_event_id = work.now, await _record(work, "closed", key, {})
    await session.flush()


async def list_alerts(session: AsyncSession, agency: str | None = None) -> list[Alert]:
    """Return the open alerts, of one agency or of all, oldest first."""
    conditions = [col(Alert.agency) == agency] if agency else []
    query = select(Alert).where(col(Alert.closed_at).is_(None), *conditions)
    order = col(Alert.opened_at), col(Alert.agency), col(Alert.dataset), col(Alert.kind)
    return list((await session.execute(query.order_by(*order))).scalars())


async def _load_facts(session: AsyncSession, now: datetime) -> dict[tuple[str, str], Facts]:
    known = list(datasets().values())
    last = await load_last_batches(session, known, now - timedelta(days=ERRORS_DAYS))
    held = await count_held(session, [dataset.agency for dataset in known], now)
    facts = {}
    for row in last:
        key = row.agency, row.dataset
        facts[key] = Facts(row.days, row.last, row.first, row.before, row.rows, row.rejected, held.get(key, (0, 0))[1])
    return facts


async def _open(work: UnitOfWork, key: tuple[str, str, str], seen: dict[str, Any]) -> None:
    agency, dataset, kind = key
    event = await _record(work, "opened", key, seen)
    alert = Alert(
        alert_id=uuid7(), agency=agency, dataset=dataset, kind=kind, seen=seen, opened_at=work.now, closed_at=None,
        event_id=event, closing_event_id=None,
    )  # fmt: skip
    work.session.add(alert)


async def _record(work: UnitOfWork, what: str, key: tuple[str, str, str], seen: dict[str, Any]) -> UUID:
    agency, dataset, kind = key
    payload = {"agency": agency, "dataset": dataset, "kind": kind, "seen": seen}
    return await work.record(f"alert.{what}", payload, outcome=kind)
