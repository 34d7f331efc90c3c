"""Retention: what was kept long enough loses its content; digest, leaf index and a tombstone stay, so batches verify.

A record's years (the dataset's `retention_years`) count from its end: the day it was replaced, withdrawn, repaired or
annulled (not before that was said, should it be dated back), or its disclosure ended. Refused rows are kept for a year,
for the agency to correct; then their key goes.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.events import Event
from connectors.catalogue.load import datasets
from connectors.model.calendar import day_of
from gateway.gateway import Gateway

ACTOR = "retention"
AT_ONCE = 1_000
QUARANTINE_DAYS = 365
# One pass over the records, whatever the number of datasets.
_ENDED = """
    FROM record r JOIN unnest(CAST(:datasets AS text[]), CAST(:cutoffs AS date[])) AS d (dataset, cutoff)
      ON d.dataset = r.dataset
    WHERE r.canonical IS NOT NULL
      AND (r.superseded_at < d.cutoff OR r.publish_until < d.cutoff OR EXISTS (
        SELECT FROM record_act a WHERE a.business_key = r.business_key AND a.dataset = r.dataset
          AND a.agency = r.agency AND a.hides AND (a.lasting OR a.version >= r.version)
          AND a.effective_on < d.cutoff AND a.recorded_at < d.cutoff))
      AND NOT EXISTS (SELECT FROM record_visible(:today, NULL) v WHERE v.record_id = r.record_id)
"""
_COUNT = text(f"SELECT r.dataset, count(*) {_ENDED} GROUP BY 1 ORDER BY 1")
_NEXT = text(f"SELECT r.record_id, r.dataset {_ENDED} LIMIT {AT_ONCE}")
_ERASE = text("SELECT xinqiao_erase_content(CAST(:records AS uuid[]), :event)")
_OLD_QUARANTINES = text("SELECT batch_id FROM batch WHERE rejected > 0 AND received_at < :before")
_DESTROY = text("""
    UPDATE personal_key SET salt = NULL, erased_at = :now WHERE ref = ANY(CAST(:refs AS text[])) AND salt IS NOT NULL
""")
_ALONE = text("SELECT pg_try_advisory_xact_lock(7140)")


async def count_ended(session: AsyncSession, now: datetime) -> dict[str, int]:
    """Return how many records of each dataset would lose their content."""
    return {dataset: int(count) for dataset, count in await session.execute(_COUNT, _question(day_of(now)))}


async def expunge(gateway: Gateway, now: datetime | None = None) -> dict[str, int]:
    """Erase the content of what was kept long enough, a thousand records to a commit; return how many per dataset."""
    now, erased = now or datetime.now(UTC), Counter[str]()
    while found := await _expunge_some(gateway, _question(day_of(now))):
        erased.update(found)
    await _empty_quarantines(gateway, now)
    return dict(erased)


async def sweep(gateway: Gateway) -> None:
    """Do what `expunge` does; the worker's step."""
    await expunge(gateway)


async def _expunge_some(gateway: Gateway, question: dict[str, object]) -> Counter[str]:
    async with gateway.database.begin("record.expunge") as session:
        if not (await session.execute(_ALONE)).scalar_one():
            return Counter()  # another worker is at it
        rows = (await session.execute(_NEXT, question)).all()
        if rows:
            counts = Counter(row.dataset for row in rows)
            payload = {"datasets": dict(counts), "records": [str(row.record_id) for row in rows]}
            event = await gateway.audit.record(
                session, Event("record.expunged", ACTOR, outcome="expunged", payload=payload)
            )
            await session.execute(_ERASE, {"records": [row.record_id for row in rows], "event": event})
            return counts
        return Counter()


async def _empty_quarantines(gateway: Gateway, now: datetime) -> None:
    async with gateway.database.begin("quarantine.empty") as session:
        batches = await session.execute(_OLD_QUARANTINES, {"before": now - timedelta(days=QUARANTINE_DAYS)})
        refs = [gateway.protector.ref_of("batch", str(batch)) for batch in batches.scalars()]
        destroyed = getattr(await session.execute(_DESTROY, {"refs": refs, "now": now}), "rowcount", 0)
        if destroyed:
            event = Event("quarantine.emptied", ACTOR, outcome="erased", payload={"batches": destroyed})
            await gateway.audit.record(session, event)


def _question(today: date) -> dict[str, object]:
    known = list(datasets().values())
    cutoffs = [_years_before(today, dataset.retention_years) for dataset in known]
    return {"datasets": [dataset.dataset for dataset in known], "cutoffs": cutoffs, "today": today}


def _years_before(day: date, years: int) -> date:
    year = day.year - years
    return date(year, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=year)
