"""What was kept long enough loses its content: records (connectors/records/retention.py) and refused rows.

Refused rows are kept for a year, for the agency to correct; then their key goes.
"""

from collections import Counter
from datetime import datetime, timedelta

from connectors.model.calendar import day_of
from connectors.personal.erasure import destroy_salts
from connectors.personal.sealing import Protector
from connectors.records.retention import count_ended, erase_content, find_ended
from connectors.store.refused import find_old_quarantines
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, try_take
from gateway.runtime.work import UnitOfWork, UnitsOfWork

AT_ONCE = 1_000
QUARANTINE_DAYS = 365
KEEPERS = frozenset({"program", "machine"})


async def count_expired(work: UnitOfWork) -> dict[str, int]:
    """Return how many records of each dataset would lose their content now. Raises DeniedError as expunge does."""
    _demand_keeper(work.actor)
    return await count_ended(work.session, day_of(work.now))


async def expunge(units: UnitsOfWork, actor: Actor, protector: Protector, now: datetime) -> dict[str, int]:
    """Erase the content of what was kept long enough, a thousand records to a commit; return how many per dataset.

    Raises DeniedError for whoever is neither the worker nor at this machine.
    """
    _demand_keeper(actor)
    erased = Counter[str]()
    while found := await _expunge_some(units, actor, now):
        erased.update(found)
    await _empty_quarantines(units, actor, protector, now)
    return dict(erased)


def _demand_keeper(actor: Actor) -> None:
    if actor.kind not in KEEPERS:
        raise DeniedError("insufficient-scope", "由后台任务或在本机执行。The worker does this, or somebody here.")


async def _expunge_some(units: UnitsOfWork, actor: Actor, now: datetime) -> Counter[str]:
    async with units.begin("record.expunge", actor) as work:
        if not await try_take(work.session, Lock.RETENTION):
            return Counter()  # another worker is at it
        found = await find_ended(work.session, day_of(now), AT_ONCE)
        counts = Counter(found.values())
        if found:
            payload = {"datasets": dict(counts), "records": [str(record) for record in found]}
            event = await work.record("record.expunged", payload, outcome="expunged")
            await erase_content(work.session, list(found), event)
        return counts


async def _empty_quarantines(units: UnitsOfWork, actor: Actor, protector: Protector, now: datetime) -> None:
    async with units.begin("quarantine.empty", actor) as work:
        batches = await find_old_quarantines(work.session, now - timedelta(days=QUARANTINE_DAYS))
        refs = [protector.ref_of("batch", str(batch)) for batch in batches]
        if destroyed := await destroy_salts(work.session, refs, now):
            await work.record("quarantine.emptied", {"batches": destroyed}, outcome="erased")
