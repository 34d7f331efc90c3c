"""Two who check the log, or lift a stop, at the same moment: checked once a night, stopped once, lifted once."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from gateway.evidence.fsck import check_instance, check_nightly, lift
from gateway.runtime.actor import Actor, at_this_machine
from gateway.runtime.denial import DeniedError
from tests.evidence.test_fsck import as_administrator, count, grown, silent
from tests.gates import LONGEST_SECONDS, held, writes_to

__all__ = ["grown"]
OPERATOR = Actor("operator-1", "operator")


async def test_while_one_worker_checks_another_leaves_it_alone(grown):
    later = datetime.now(UTC) + timedelta(days=5)
    async with held(grown.database, writes_to("audit_event")) as gate:
        first = asyncio.create_task(check_nightly(grown.units, 3, later))
        await gate.waiting(1)
        async with asyncio.timeout(LONGEST_SECONDS):
            await check_nightly(grown.units, 3, later)
    await first
    assert await count(grown, "audit.checked") == 1


async def test_a_difference_that_two_find_stops_once_and_is_lifted_once(grown):
    async def lift_it():
        async with grown.units.begin("test.lift", OPERATOR) as work:
            return await lift(work, "已核对")

    await as_administrator(grown, "UPDATE audit_event SET actor = 'nobody' WHERE type = 'inquiry.replayed'")
    for step in (lambda: check_instance(grown.units, at_this_machine(), silent), lift_it):
        async with held(grown.database, writes_to("audit_stop")) as gate:
            both = [asyncio.create_task(step()) for _ in range(2)]
            await gate.waiting(2)
        outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert [one.denial.reason for one in outcomes if isinstance(one, DeniedError)] == ["not-stopped"]
    assert [await count(grown, kind) for kind in ("audit.stopped", "audit.stop_lifted")] == [1, 1]
    async with grown.database.begin("test.stops") as session:
        stops = await session.execute(text("SELECT count(*) FROM audit_stop"))
    assert stops.scalar_one() == 1
