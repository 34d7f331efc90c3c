"""The ledger closed by the month, and charges taken back: negative rows, never edits; what was closed stays closed."""

import asyncio
import csv
import io
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from connectors.model.calendar import day_of
from gateway.admin.action import means_of
from gateway.admin.actions import ReverseCharge
from gateway.admin.changes import decide_change
from gateway.quota.books import Charge
from gateway.quota.ledger import Holding, hold, lock_day, lock_today, post_all, read_books, read_room
from gateway.quota.months import TOTAL_TYPE, close_month, find_totals
from gateway.quota.reconciling import RULES
from gateway.quota.reversals import reverse_charge
from gateway.quota.tables import QuotaMonth
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from signing.jws import verify_jws
from tests.actors import MACHINE, OPERATOR
from tests.gates import held, writes_to
from tests.identities import asked

SECOND = Actor("second", "operator", person="person:second")


@pytest.fixture
async def ready(story):
    for n in range(2):
        await story.account(f"teller-{n}", "bank", per_day=1000)
    async with story.gateway.database.begin("test.anew", role="owner") as session:
        for table in ("quota_month", "quota_month_total"):
            await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            await session.execute(text(f"DELETE FROM {table}"))
            await session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    return story


async def month_before(story):
    async with story.gateway.database.begin("test.today") as session:
        return (day_of(await database_now(session)).replace(day=1) - timedelta(days=1)).replace(day=1)


async def post(session, wanted, day):
    books = await read_books(session, [wanted], day)
    await post_all(session, [(books.take(wanted), uuid4())], day)


async def charged(story, account="teller-0", units=1, day=None, product="score"):
    """Charge on a day, today where none is named; return the ledger's entry."""
    wanted = Charge(uuid7(), account, "bank", product, units)
    async with story.gateway.database.begin("test.charge") as session:
        if day is None:
            day, _ = await lock_today(session, [wanted])
        else:
            await lock_day(session, [wanted], day)
        await post(session, wanted, day)
        query = text("SELECT entry_id FROM quota_ledger WHERE inquiry_id = :id AND account = :account AND day = :day")
        values = {"id": wanted.inquiry_id, "account": account, "day": day}
        return (await session.execute(query, values)).scalar_one()


async def reverse(story, entry, reason="重复计费"):
    async with story.gateway.units.begin("test.reverse", MACHINE) as work:
        return await reverse_charge(work, entry, reason, "operator-2")


async def close(story):
    async with story.gateway.units.begin("test.close", PROGRAM) as work:
        return await close_month(work)


async def closed(story):
    while await close(story):
        pass


async def used(story, account="teller-0"):
    """What every counter of an account stands at, by period."""
    wanted = Charge(UUID(int=1), account, "bank", "score", 0)
    async with story.gateway.database.begin("test.used") as session:
        today = day_of(await database_now(session))
        rooms = await read_room(session, wanted, today)
        return {(room.key.scope, room.key.period): room.used for room in rooms}


async def differences(story, rule):
    async with story.gateway.database.begin("test.rule") as session:
        return (await session.execute(text(RULES[rule]))).all()


async def totals(story, **wanted):
    async with story.gateway.units.begin("test.totals", MACHINE) as work:
        return await find_totals(work, limit=None, **wanted)


async def test_a_charge_is_taken_back_by_a_row_of_its_own_and_every_counter_follows(ready):
    before = await used(ready)
    entry = await charged(ready, units=3)
    assert await used(ready) == {key: many + 3 for key, many in before.items()}
    made = await reverse(ready, entry)
    assert await used(ready) == before
    async with ready.gateway.database.begin("test.rows") as session:
        query = text("SELECT units FROM quota_ledger WHERE entry_id = ANY(:ids) ORDER BY entry_id")
        assert (await session.execute(query, {"ids": [entry, made.entry_id]})).scalars().all() == [3, -3]
    for rule in ("counters", "reversals"):
        assert await differences(ready, rule) == []


async def test_one_operator_asks_for_a_reversal_and_another_approves_it(ready):
    gateway, entry, before = ready.gateway, await charged(ready), await used(ready)
    wish = await asked(gateway, ReverseCharge(charge=entry, reason="重复计费"))
    assert await used(ready) == before

    async def approve(actor):
        async with gateway.units.begin("test.decide", actor) as work:
            await decide_change(work, means_of(gateway.settings, gateway.protector), wish.change_id, approve=True)

    with pytest.raises(DeniedError) as same:
        await approve(OPERATOR)
    assert same.value.denial.reason == "own-change"
    await approve(SECOND)
    assert await used(ready) == {key: many - 1 for key, many in before.items()}
    listed = await ready.client.get("/v1/quota/ledger", headers=await ready.headers("teller-0"))
    last = listed.json()["entries"][-1]
    assert (last["kind"], last["units"], last["reverses"], last["reason"]) == ("reversal", -1, str(entry), "重复计费")


async def test_a_charge_is_taken_back_once_and_a_reversal_never_nor_what_is_none(ready):
    entry = await charged(ready)
    made = await reverse(ready, entry)
    for wrong, reason in ((entry, "charge-already-reversed"), (made.entry_id, "charge-not-found"),
                          (uuid4(), "charge-not-found")):  # fmt: skip
        with pytest.raises(DeniedError) as fault:
            await reverse(ready, wrong)
        assert fault.value.denial.reason == reason
    with pytest.raises(DeniedError):
        await reverse(ready, await charged(ready), reason=" ")


async def test_two_who_take_the_same_charge_back_at_once_leave_one_reversal(ready):
    entry = await charged(ready)
    before = await used(ready)
    async with held(ready.gateway.database, writes_to("quota_reversal")) as gate:
        both = [asyncio.create_task(reverse(ready, entry)) for _ in range(2)]
        await gate.waiting(2)
    ended = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in ended) == ["DeniedError", "QuotaReversal"]
    assert await used(ready) == {key: many - 1 for key, many in before.items()}


async def test_what_is_taken_back_of_an_earlier_month_lands_in_the_present_one(ready):
    begins, before = await month_before(ready), await used(ready)
    entry = await charged(ready, day=begins)
    await closed(ready)
    ours = [one for one in await totals(ready, scope="account", ids=["teller-0"]) if one["month"] == f"{begins:%Y-%m}"]
    await reverse(ready, entry)
    assert await used(ready) == {key: many - 1 for key, many in before.items()}  # more room now
    assert ours == [
        one for one in await totals(ready, scope="account", ids=["teller-0"]) if one["month"] == f"{begins:%Y-%m}"
    ]
    for rule in ("counters", "reversals", "months"):
        assert await differences(ready, rule) == []


async def test_a_month_that_has_ended_is_closed_once_with_signed_totals_of_each_holder(ready):
    begins = await month_before(ready)
    for account, units, day in (("teller-0", 1, begins), ("teller-0", 3, begins.replace(day=28)),
                                ("teller-1", 1, begins)):  # fmt: skip
        await charged(ready, account, units, day, "score" if units == 1 else "health_check")
    await charged(ready)  # of this month
    assert [await close(ready) for _ in range(2)] == [True, True]
    assert await close(ready) is False
    found = {(one["scope"], one["id"]): one for one in await totals(ready) if one["month"] == f"{begins:%Y-%m}"}
    own, other = found["account", "teller-0"], found["account", "teller-1"]
    assert own["products"]["health_check"] == 3
    whole = found["institution", "bank"]
    assert whole["units"] >= own["units"] + other["units"]
    assert found["platform", ""]["units"] == sum(
        one["units"] for (scope, _), one in found.items() if scope == "account"
    )
    claims = verify_jws(own["signature"], ready.gateway.keys.publics("answer"), TOTAL_TYPE)
    assert (claims["id"], claims["units"], claims["charges"]) == ("teller-0", own["units"], own["charges"])
    assert await differences(ready, "months") == []
    answer = await ready.client.get("/v1/quota/months", headers=await ready.headers("teller-0"))
    assert [one["id"] for one in answer.json()["months"]] == ["teller-0"]
    file = await ready.client.get("/v1/quota/months.csv", headers=await ready.headers("teller-0"))
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [(row["month"], int(row["units"])) for row in rows] == [(f"{begins:%Y-%m}", own["units"])]


async def test_a_month_waits_for_what_is_reserved_on_its_days(ready):
    begins, wanted = await month_before(ready), Charge(uuid7(), "teller-0", "bank", "score", 1)
    await charged(ready, day=begins)
    async with ready.gateway.database.begin("test.hold") as session:
        await hold(
            session, [Holding(wanted, begins.replace(day=28), await database_now(session) + timedelta(minutes=5))]
        )
    assert await close(ready) is False
    async with ready.gateway.database.begin("test.release") as session:
        query = text("UPDATE quota_reservation SET state = 'released' WHERE inquiry_id = :id")
        await session.execute(query, {"id": wanted.inquiry_id})
    assert await close(ready) is True


async def test_case_53_a_month_waits_for_all_who_charge_to_it_and_each_row_is_in_the_period_of_its_charge(ready):
    begins, before = await month_before(ready), await used(ready)
    wanted = [Charge(uuid7(), "teller-0", "bank", "score", 1) for _ in range(6)]

    async def charging(one):
        async with ready.gateway.database.begin("test.charge") as session:
            await lock_day(session, [one], begins)
            await post(session, one, begins)

    async with held(ready.gateway.database, writes_to("quota_ledger")) as gate:
        charges = [asyncio.create_task(charging(one)) for one in wanted]
        await gate.waiting(6)  # one for the ledger, the others for its counters
        ending = asyncio.create_task(close(ready))
        await gate.waiting(7)
        assert not ending.done()
    await asyncio.gather(*charges)
    assert await ending is True
    await charged(ready)
    await closed(ready)
    (total,) = [one for one in await totals(ready, ids=["teller-0"]) if one["month"] == f"{begins:%Y-%m}"]
    assert total["charges"] >= 6
    async with ready.gateway.database.begin("test.rows") as session:
        query = text("SELECT DISTINCT day FROM quota_ledger WHERE inquiry_id = ANY(:ids)")
        assert (await session.execute(query, {"ids": [one.inquiry_id for one in wanted]})).scalars().all() == [begins]
    assert await used(ready) == {key: many + 1 for key, many in before.items()}
    for rule in ("counters", "months"):
        assert await differences(ready, rule) == []


async def test_two_workers_close_a_month_once(ready):
    await charged(ready, day=await month_before(ready))
    await close(ready)
    both = await asyncio.gather(close(ready), close(ready))
    assert any(both)
    found = [(one["month"], one["scope"], one["id"]) for one in await totals(ready)]
    assert len(found) == len(set(found))
    async with ready.gateway.database.begin("test.month") as session:
        month = await session.get_one(QuotaMonth, f"{await month_before(ready):%Y-%m}")
        assert month.closed_at is not None


async def test_the_month_that_runs_is_not_closed_and_none_is_left_out(ready):
    begins = await month_before(ready)
    earlier = (begins - timedelta(days=1)).replace(day=1)
    async with ready.gateway.database.begin("test.earlier", role="owner") as session:
        before = (earlier - timedelta(days=1)).replace(day=1)
        query = text("INSERT INTO quota_month VALUES (:month, now(), now())")
        await session.execute(query, {"month": f"{before:%Y-%m}"})
    await closed(ready)
    months = {one["month"] for one in await totals(ready, scope="platform")}
    assert months == {f"{earlier:%Y-%m}", f"{begins:%Y-%m}"}
