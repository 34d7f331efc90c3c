"""Retention: what was kept long enough loses its content; digest, leaf index and a tombstone stay, so batches verify.

A record's years (the dataset's `retention_years`) count from its end: the day it was replaced, withdrawn, repaired or
annulled, or its disclosure ended. Refused rows are kept for a year, for the agency to correct; then their key goes.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.events import Event
from connectors.catalogue import datasets
from connectors.datasets import Dataset
from connectors.life import day_of
from gateway.state import Gateway

ACTOR = "retention"
AT_ONCE = 1_000
QUARANTINE_DAYS = 365
_ENDED = """
    FROM record r WHERE r.dataset = :dataset AND r.canonical IS NOT NULL
      AND (r.superseded_at < CAST(:cutoff AS date) OR r.publish_until < :cutoff OR EXISTS (
        SELECT FROM record_act a WHERE a.business_key = r.business_key AND a.dataset = r.dataset
          AND a.agency = r.agency AND a.hides AND a.effective_on < :cutoff AND (a.lasting OR a.version >= r.version)))
      AND NOT EXISTS (SELECT FROM record_visible(:today, NULL) v WHERE v.record_id = r.record_id)
"""
_COUNT = text(f"SELECT count(*) {_ENDED}")
_NEXT = text(f"SELECT r.record_id {_ENDED} ORDER BY r.record_id LIMIT {AT_ONCE}")
_ERASE = text("SELECT xinqiao_erase_content(CAST(:records AS uuid[]), :event)")
_OLD_QUARANTINES = text("SELECT batch_id FROM batch WHERE rejected > 0 AND received_at < :before")
_DESTROY = text("""
    UPDATE personal_key SET salt = NULL, erased_at = :now WHERE ref = ANY(CAST(:refs AS text[])) AND salt IS NOT NULL
""")
_ALONE = text("SELECT pg_try_advisory_xact_lock(7140)")


async def count_ended(session: AsyncSession, now: datetime) -> dict[str, int]:
    """Return how many records of each dataset would lose their content."""
    found = {}
    for dataset, values in _questions(day_of(now)):
        if count := (await session.execute(_COUNT, values)).scalar_one():
            found[dataset.dataset] = int(count)
    return found


async def expunge(gateway: Gateway, now: datetime | None = None) -> dict[str, int]:
    """Erase the content of what was kept long enough, a thousand records to a commit; return how many per dataset."""
    now, erased = now or datetime.now(UTC), dict[str, int]()
    for dataset, values in _questions(day_of(now)):
        while count := await _expunge_some(gateway, dataset, values):
            erased[dataset.dataset] = erased.get(dataset.dataset, 0) + count
    await _empty_quarantines(gateway, now)
    return erased


async def sweep(gateway: Gateway) -> None:
    """Do what `expunge` does; the worker's step."""
    await expunge(gateway)


async def _expunge_some(gateway: Gateway, dataset: Dataset, values: dict[str, object]) -> int:
    async with gateway.database.begin("record.expunge") as session:
        if not (await session.execute(_ALONE)).scalar_one():
            return 0  # another worker is at it
        records: list[UUID] = list((await session.execute(_NEXT, values)).scalars())
        if not records:
            return 0
        payload = {"dataset": dataset.dataset, "records": [str(record) for record in records]}
        event = await gateway.audit.record(
            session, Event("record.expunged", ACTOR, outcome="expunged", payload=payload)
        )
        return int((await session.execute(_ERASE, {"records": records, "event": event})).scalar_one())


async def _empty_quarantines(gateway: Gateway, now: datetime) -> None:
    async with gateway.database.begin("quarantine.empty") as session:
        batches = await session.execute(_OLD_QUARANTINES, {"before": now - timedelta(days=QUARANTINE_DAYS)})
        refs = [gateway.protector.ref_of("batch", str(batch)) for batch in batches.scalars()]
        destroyed = getattr(await session.execute(_DESTROY, {"refs": refs, "now": now}), "rowcount", 0)
        if destroyed:
            event = Event("quarantine.emptied", ACTOR, outcome="erased", payload={"batches": destroyed})
            await gateway.audit.record(session, event)


def _questions(today: date) -> Iterator[tuple[Dataset, dict[str, object]]]:
    for dataset in datasets().values():
        year = today.year - dataset.retention_years
        cutoff = date(year, 2, 28) if (today.month, today.day) == (2, 29) else today.replace(year=year)
        yield dataset, {"dataset": dataset.dataset, "today": today, "cutoff": cutoff}
