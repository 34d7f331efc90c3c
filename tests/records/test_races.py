"""An act that meets a batch: it is upon the version that holds when it is done."""

import asyncio
from uuid import uuid4

from tests.gates import held, writes_to
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import record_of, rows


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
