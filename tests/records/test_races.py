"""An act that meets a batch is upon the version that holds when it is done; one that meets a sweep keeps the record."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from gateway.records.retention import expunge
from gateway.runtime.actor import PROGRAM
from tests.gates import LONGEST_SECONDS, held, writes_to
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import act, record_of, rows

FAR = "2090-01-01"


async def test_a_list_that_waits_for_a_batch_withdraws_the_version_the_batch_brought(story):
    await story.push("drc", "penalty_general", penalties(penalty(1, "R1")))
    headers = {"Batch-Id": str(uuid4()), **await story.headers("drc")}
    async with held(story.gateway.database, writes_to("batch")) as gate:
        # The batch has replaced the version, and waits to be stored, when the list looks for the record.
        pushed = asyncio.create_task(story.push("drc", "penalty_general", penalties(penalty(1, "R1", fine="0.9"))))
        await gate.waiting(1)
        url = "/v1/datasets/penalty_general/withdrawals"
        keys = "行政处罚决定书文号,统一社会信用代码\n" + penalties(penalty(1, "R1")).split("\n")[1].split(",")[2]
        code = penalties(penalty(1, "R1")).split("\n")[1].split(",")[1]
        listed = asyncio.create_task(
            story.client.post(url, content=f"{keys},{code}\n".encode(), params={"reason": "清单撤回"}, headers=headers)
        )
        await gate.waiting(2)
    await pushed
    told = (await listed).json()
    assert (told["done"], told["unknown"]) == (1, 0), told
    acts = await rows(story.gateway, "SELECT version, kind FROM record_act")
    assert [tuple(act) for act in acts] == [(2, "withdraw")]
    assert await record_of(story.gateway, "R1", version=2)


async def sweep(story, years):
    """Expunge as if so many years had gone by."""
    now = datetime.now(UTC) + timedelta(days=366 * years)
    async with asyncio.timeout(LONGEST_SECONDS):
        return await expunge(story.gateway.units, PROGRAM, story.gateway.protector, now)


async def content(story, record):
    found = await rows(story.gateway, "SELECT canonical FROM record WHERE record_id = :r", r=record)
    return found[0].canonical


async def test_a_record_that_is_reinstated_while_a_sweep_looks_keeps_its_content(story):
    await story.push("drc", "penalty_general", penalties(penalty(2, "R2", until=FAR)))
    record = await record_of(story.gateway, "R2")
    assert (await act(story, record, "withdraw")).status_code == 201
    async with held(story.gateway.database, writes_to("record_act")) as gate:
        reinstated = asyncio.create_task(act(story, record, "reinstate"))
        await gate.waiting(1)
        await sweep(story, years=11)
    assert (await reinstated).status_code == 201
    assert await content(story, record) is not None
    await sweep(story, years=11)
    assert await content(story, record) is not None


async def test_while_one_sweeps_another_leaves_it_alone(story):
    await story.push("drc", "penalty_general", penalties(penalty(3, "R3", until=FAR)))
    record = await record_of(story.gateway, "R3")
    assert (await act(story, record, "withdraw")).status_code == 201
    async with held(story.gateway.database, writes_to("record_tombstone")) as gate:
        first = asyncio.create_task(sweep(story, years=11))
        await gate.waiting(1)
        assert await sweep(story, years=11) == {}
    assert (await first)["penalty_general"] >= 1
    assert await content(story, record) is None
    tombstones = await rows(story.gateway, "SELECT count(*) FROM record_tombstone WHERE record_id = :r", r=record)
    assert tombstones[0].count == 1
