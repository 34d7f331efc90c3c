"""What is told of the quota: shares that were reached, once; the ledger to its account; what is not equal."""

import csv
import io

import pytest
from sqlalchemy import text

from gateway.quota.alerts import tell_reached
from gateway.quota.reconciling import reconcile_quota
from gateway.runtime.actor import PROGRAM
from tests.actors import OPERATOR
from tests.stories import registration


@pytest.fixture
async def ready(story):
    if "s-1" not in story.keys:
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.account("bank-1", "bank", per_day=4)
        await story.account("bank-2", "bank")
        await story.consent("bank-1", 1)
        for _ in range(3):
            assert (await story.ask("bank-1", 1)).status_code == 200
    return story


async def tell(story):
    async with story.gateway.units.begin("test.tell", PROGRAM) as work:
        await tell_reached(work)
        query = "SELECT count(*) FROM quota_alert WHERE told_at IS NULL"
        assert (await work.session.execute(text(query))).scalar_one() == 0


async def told(story):
    async with story.gateway.database.begin("test.told", role="owner") as session:
        query = "SELECT scope_id, period, threshold, event_id FROM quota_alert ORDER BY scope_id, period, threshold"
        return [tuple(row) for row in await session.execute(text(query))]


async def test_a_share_that_was_reached_is_told_once(ready):
    await tell(ready)
    first = await told(ready)
    assert [one[:3] for one in first] == [("bank-1", "day", 50), ("bank-1", "month", 50)]
    assert (await ready.ask("bank-1", 1)).status_code == 200
    await tell(ready)
    again = await told(ready)
    assert set(first) < set(again)
    assert {one[2] for one in again if one[1] == "day"} == {50, 80, 100}


async def test_an_account_pages_through_its_own_entries_and_takes_them_as_a_file(ready):
    async def read(account, form="", **asked):
        return await ready.client.get(f"/v1/quota/ledger{form}", params=asked, headers=await ready.headers(account))

    whole = (await read("bank-1")).json()["entries"]
    assert {(one["account"], one["units"], one["kind"]) for one in whole} == {("bank-1", 1, "charge")}
    first = (await read("bank-1", limit=2)).json()
    assert first["entries"] == whole[:2]
    assert (await read("bank-1", limit=2, after=first["next"])).json()["entries"] == whole[2:4]
    rows = list(csv.DictReader(io.StringIO((await read("bank-1", form=".csv")).content.decode("utf-8-sig"))))
    assert [one["entry"] for one in rows] == [one["entry"] for one in whole]
    assert (await read("bank-1", until=whole[0]["day"])).json()["entries"] == []
    assert (await read("bank-1", since=whole[0]["day"])).json()["entries"] == whole
    assert (await read("bank-2")).json()["entries"] == []


async def test_what_is_not_equal_is_named(ready):
    async with ready.gateway.units.begin("test.reconcile", OPERATOR) as work:
        assert await reconcile_quota(work) == []
    async with ready.gateway.database.begin("test.change", role="owner") as session:
        await session.execute(text("UPDATE quota_period SET used = used + 1 WHERE scope_id = 'bank-1'"))
    async with ready.gateway.units.begin("test.reconcile", OPERATOR) as work:
        found = await reconcile_quota(work)
    assert {(rule, what.split()[1]) for rule, what, *_ in found} == {("counters", "bank-1")}
    assert all(counted == there + 1 for *_, counted, there in found)
