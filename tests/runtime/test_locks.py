"""Advisory locks: what shares a number waits for what it has nothing to do with."""

import asyncio

from audit import sequencer
from connectors.store import corrections, ingest
from gateway.runtime.locks import Lock, take, try_take

OF_MIGRATIONS = 7133  # alembic/versions/0001_foundation.py: partitions are made by one at a time


def test_every_lock_has_a_number_of_its_own():
    numbers = [*Lock, sequencer.LOCK, ingest.LOCK, corrections.LOCK, OF_MIGRATIONS]
    assert len(set(numbers)) == len(numbers)


async def test_a_lock_is_held_until_the_transaction_ends_and_only_for_what_it_names(database):
    async with database.begin("test.one") as one, database.begin("test.two") as two:
        await take(one, Lock.UPLOAD, "a")
        assert not await try_take(two, Lock.UPLOAD, "a")
        assert await try_take(two, Lock.UPLOAD, "b")
        assert await try_take(two, Lock.HELD_SUBMISSION, "a")
        waiting = asyncio.create_task(take(two, Lock.UPLOAD, "a"))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await one.commit()
        await asyncio.wait_for(waiting, 10)
