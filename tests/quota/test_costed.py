"""Every charge is held against what its product cost at its moment, whoever changed the rows that say so."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from gateway.inquiries.batches import routes as batch_routes
from gateway.inquiries.batches.batch import work_batches
from gateway.quota.costs import set_cost
from gateway.quota.reconciling import reconcile_quota
from scoring_adapter.providers.asking import Providers
from tests.actors import OPERATOR
from tests.gates import held
from tests.quota.test_costs import costs, put_many, ready, url

__all__ = ["ready", "url"]
CHARGED = """SELECT l.entry_id::text AS entry, l.units, i.created_at
             FROM quota_ledger l JOIN inquiry i USING (inquiry_id) ORDER BY l.entry_id DESC LIMIT 1"""
CHARGE = ("UPDATE quota_ledger SET units = {units} WHERE entry_id = '{entry}'",
          """UPDATE inquiry SET units = {units} WHERE inquiry_id = (
                 SELECT inquiry_id FROM quota_ledger WHERE entry_id = '{entry}')""")  # fmt: skip


async def newest(story):
    async with story.gateway.database.begin("test.newest") as session:
        return (await session.execute(text(CHARGED))).one()


async def tamper(story, *statements, **values):
    """Change rows that nobody may change, as whoever administers the database could."""
    async with story.gateway.database.begin("test.tamper", role="owner") as session:
        for switch in ("DISABLE", "ENABLE"):
            for table in ("quota_ledger", "inquiry", "product_cost"):
                await session.execute(text(f"ALTER TABLE {table} {switch} TRIGGER USER"))
            for statement in statements if switch == "DISABLE" else ():
                await session.execute(text(statement.format(**values)))


async def differences(story):
    async with story.gateway.units.begin("test.reconcile", OPERATOR) as work:
        return [one[1:] for one in await reconcile_quota(work) if one[0] == "costs"]


@pytest.mark.parametrize("forged", [1, 3, 10_000])
async def test_a_charge_that_no_cost_gives_is_named_though_its_inquiry_says_the_same(ready, forged):
    await costs(ready, 2)
    assert (await ready.ask("bank-1", 1)).status_code == 200
    charge = await newest(ready)
    assert await differences(ready) == []
    await tamper(ready, *CHARGE, units=forged, entry=charge.entry)
    assert await differences(ready) == [(charge.entry, 2, forged)]
    await tamper(ready, *CHARGE, units=2, entry=charge.entry)


@pytest.mark.parametrize(("microseconds", "named"), [(-1, True), (0, True), (1, False)])
async def test_the_cost_of_a_charge_is_the_one_in_force_at_its_moment(ready, microseconds, named):
    assert (await ready.ask("bank-1", 1)).status_code == 200
    charge = await newest(ready)
    begins = charge.created_at + timedelta(microseconds=microseconds)
    await tamper(
        ready,
        "INSERT INTO product_cost VALUES ('score', 9999, 7, '{begins}', '补记', gen_random_uuid())",
        begins=begins,
    )
    assert await differences(ready) == ([(charge.entry, 7, 1)] if named else [])
    await tamper(ready, "DELETE FROM product_cost WHERE version = 9999")


async def test_units_that_were_held_are_held_against_what_they_cost_then(ready, monkeypatch):
    await costs(ready, 3)

    async def ended(*_arguments, **_more):
        return {}

    with monkeypatch.context() as stopped:  # the process that took the batch ends before it asks
        stopped.setattr(batch_routes, "ask_rows", ended)
        assert (await put_many(ready, [1])).json()["done"] == 0
    await costs(ready, 8)
    async with ready.gateway.database.begin("test.age", role="owner") as session:
        await session.execute(text("UPDATE inquiry_batch SET turn_until = clock_timestamp()"))
    gateway = ready.gateway
    assert await work_batches(gateway.units, Providers(), gateway.protector)
    charge = await newest(ready)
    assert (charge.units, await differences(ready)) == (3, [])
    await tamper(ready, *CHARGE, units=4, entry=charge.entry)
    assert await differences(ready) == [(charge.entry, 8, 4)]
    await tamper(ready, *CHARGE, units=3, entry=charge.entry)


async def test_a_batch_that_waits_for_a_change_of_cost_is_held_and_charged_by_it(ready):
    gateway = ready.gateway
    async with gateway.units.begin("test.cost", OPERATOR) as work:
        await set_cost(work, "score", 9, "年度调整", None, "second")
        putting = asyncio.create_task(put_many(ready, [1, 2]))
        async with held(gateway.database, "SELECT 1") as gate:
            await gate.waiting(1)
    assert [one["units"] for one in (await putting).json()["items"]] == [9, 9]
    assert await differences(ready) == []
