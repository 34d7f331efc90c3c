"""What questions cost: versions from an instant on, one number wherever it is told, never for what was charged."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import http_sf
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from gateway.admin.action import means_of
from gateway.admin.changes import decide_change
from gateway.admin.cost_actions import SetCost
from gateway.evidence.conservation import find_differences
from gateway.inquiries.batches import routes as batch_routes
from gateway.inquiries.batches.batch import work_batches
from gateway.quota.costs import MOST_COST, find_costs, list_costs, set_cost
from gateway.quota.products import FIRST_COSTS
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.denial import DeniedError
from scoring_adapter.providers.asking import Providers
from tests.actors import MACHINE, OPERATOR
from tests.enterprises import uscc
from tests.gates import held
from tests.identities import asked
from tests.numbered import case
from tests.providers import provider, registered
from tests.stories import registration, slug

SECOND = Actor("second", "operator", person="person:second")
COUNTERS = "SELECT FROM quota_period FOR UPDATE"


@pytest.fixture(scope="module")
def url():
    with provider() as opened:
        yield opened


@pytest.fixture
async def ready(story, url):
    """Two enterprises have permitted bank-1 to ask, and a score costs one unit."""
    if "s-1" not in story.keys:
        await registered(story.gateway, "five-force", url)
        await story.account("bank-1", "bank")
        for number in (1, 2):
            await story.push("market_regulation", "ent_registration", registration(number))
            await story.consent("bank-1", number, products=["score", "health_check"])
    await costs(story, 1)
    await story.plan("account", "bank-1", 1000, 10_000)
    yield story
    async with story.gateway.units.begin("test.reconcile", PROGRAM) as work:
        assert await find_differences(work) == []


async def costs(story, units, product="score", begins=None, reason="年度调整"):
    async with story.gateway.units.begin("test.cost", OPERATOR) as work:
        return await set_cost(work, product, units, reason, begins, "second")


async def read(story, path, account="bank-1", **params):
    return (await story.client.get(path, params=params, headers=await story.headers(account))).json()


async def used(story):
    day = (await read(story, "/v1/quota"))["day"]
    return day["used"], day["reserved"]


async def ledger(story):
    """What was charged, oldest first: units of each entry, with the moment and units that its event names."""
    query = """SELECT l.units, i.created_at, i.units AS told FROM quota_ledger l JOIN inquiry i USING (inquiry_id)
               ORDER BY entry_id"""
    async with story.gateway.database.begin("test.ledger") as session:
        return (await session.execute(text(query))).all()


async def versions(story, product="score"):
    async with story.gateway.units.begin("test.costs", MACHINE) as work:
        return [one for one in await list_costs(work) if one["product"] == product]


async def in_force(story):
    (found,) = [one for one in await versions(story) if one["state"] == "in-force"]
    return found


async def put_many(story, numbers, **more):
    questions = [{"subject": uscc(number), "product": "score", "purpose": "pre_loan"} for number in numbers]
    headers = {"Idempotency-Key": str(uuid4()), **await story.headers("bank-1")}
    return await story.client.post("/v1/inquiries:batch", json={"questions": questions, **more}, headers=headers)


async def test_one_number_is_told_everywhere(ready):
    await costs(ready, 4)
    quota = await read(ready, "/v1/quota")
    assert (quota["costs"], quota["unit"]) == (
        {"score": 4, "health_check": 3, "portrait": 5, "public_record": 1, "records": 3, "risk_watch": 2},
        "score = 4",
    )
    body = {"subject": uscc(1), "product": "score", "purpose": "pre_loan"}
    headers = await ready.headers("bank-1")
    explained = (await ready.client.post("/v1/inquiries:explain", json=body, headers=headers)).json()
    before = await used(ready)
    answer = await ready.ask("bank-1", 1)
    spent = (await used(ready))[0] - before[0]
    (shown,) = http_sf.parse(answer.headers["RateLimit"].encode(), tltype="list")
    kept = await read(ready, f"/v1/inquiries/{answer.json()['inquiry']}")
    entry = (await read(ready, "/v1/quota/ledger", limit=500))["entries"][-1]
    assert (explained["units"], spent, kept["units"], entry["units"]) == (4, 4, 4, 4)
    assert (explained["remaining"] - 4, shown[1]["r"]) == (quota["remaining"] - 4, quota["remaining"] - 4)
    batch = (await put_many(ready, [1, 2])).json()
    assert (batch["units"], [one["units"] for one in batch["items"]]) == (8, [4, 4])
    assert (await used(ready))[0] == before[0] + 12
    again = await ready.ask("bank-1", 1, product="health_check")
    assert (await read(ready, f"/v1/inquiries/{again.json()['inquiry']}"))["units"] == FIRST_COSTS["health_check"]


async def test_what_was_charged_stays_when_the_cost_changes(ready):
    assert (await ready.ask("bank-1", 1)).status_code == 200
    earlier = await ledger(ready)
    await costs(ready, 7)
    assert await ledger(ready) == earlier
    assert (await ready.ask("bank-1", 1)).status_code == 200
    assert [(row.units, row.told) for row in (await ledger(ready))[-2:]] == [(1, 1), (7, 7)]


async def test_a_question_is_answered_where_there_is_room_for_what_it_costs_and_not_below(ready):
    await costs(ready, 5)
    for left, ended in ((4, "quota-exceeded"), (5, None), (6, None)):
        await ready.plan("account", "bank-1", (await used(ready))[0] + left, 10_000)
        answer = await ready.ask("bank-1", 1)
        assert (None if answer.status_code == 200 else slug(answer)) == ended, left


async def test_all_or_none_of_a_batch_are_asked_by_what_they_cost_now(ready):
    await costs(ready, 5)
    await ready.plan("account", "bank-1", (await used(ready))[0] + 9, 10_000)
    denied = await put_many(ready, [1, 2])
    assert (slug(denied), denied.json()["room_for"]) == ("quota-exceeded", 1)


async def test_versions_are_in_force_to_come_or_past_and_one_that_never_began_is_replaced(ready):
    later, last = (datetime.now(UTC) + timedelta(days=days) for days in (400, 500))
    number = await costs(ready, 2)
    for units, begins in ((8, last), (6, later), (9, last)):
        await costs(ready, units, begins=begins)
    told = {one["version"]: (one["units"], one["state"], one["until"]) for one in await versions(ready)}
    assert told[number] == (2, "in-force", later.isoformat())
    assert told[number + 1] == (8, "replaced", None)
    assert told[number + 2] == (6, "to-come", last.isoformat())
    assert told[number + 3] == (9, "to-come", None)
    assert told[0][:2] == (FIRST_COSTS["score"], "was")
    assert [one["state"] for one in await versions(ready, "health_check")] == ["in-force"]
    moments = ((None, 2), (later - timedelta(microseconds=1), 2), (later, 6), (last, 9))
    async with ready.gateway.database.begin("test.then") as session:
        assert [(at, (await find_costs(session, at))["score"]) for at, _ in moments] == list(moments)
    await costs(ready, 3)  # what is to come stays
    assert [one["state"] for one in await versions(ready) if one["version"] > number] == [
        "replaced" if one == number + 1 else "to-come" if one < number + 4 else "in-force"
        for one in (number + 3, number + 1, number + 2, number + 4)
    ]


@case(*(f"case-57-a-cost-of-{units}" for units in (-1, 0, 1, MOST_COST, MOST_COST + 1, 2**63)))
async def test_a_cost_is_a_whole_number_of_one_to_the_most(ready, case):
    units = int(case.removeprefix("case-57-a-cost-of-"))
    if 1 <= units <= MOST_COST:
        await costs(ready, units)
        assert (await read(ready, "/v1/quota"))["costs"]["score"] == units
        return
    with pytest.raises(DeniedError, match="units: ") as refused:
        await costs(ready, units)
    assert refused.value.denial.reason == "change-refused"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [({"product": "fortune"}, "product: "), ({"reason": " x "}, "2 to 500"),
     ({"begins": datetime(2026, 1, 1, tzinfo=UTC)}, "begins: ")],
)  # fmt: skip
async def test_what_no_cost_can_be_is_refused_with_what_is_wrong(ready, wrong, named):
    before = await versions(ready)
    with pytest.raises(DeniedError, match=named):
        await costs(ready, 2, **wrong)
    assert await versions(ready) == before


@pytest.mark.parametrize(
    ("statement", "fault"),
    [("INSERT INTO product_cost VALUES ('score', 99, 0, now(), '无', gen_random_uuid())", IntegrityError),
     ("INSERT INTO product_cost VALUES ('score', 99, 10001, now(), '无', gen_random_uuid())", IntegrityError),
     ("UPDATE product_cost SET units = 2", ProgrammingError), ("DELETE FROM product_cost", ProgrammingError)],
)  # fmt: skip
async def test_the_database_takes_no_other_cost_and_keeps_every_version(ready, statement, fault):
    with pytest.raises(fault):
        async with ready.gateway.database.begin("test.change") as session:
            await session.execute(text(statement))


@pytest.mark.parametrize("units", [0, -1, 2**63, 2.5, "2", True, None], ids="case-57-over-http-{}".format)
async def test_an_operator_is_told_which_member_will_not_do(ready, units):
    await ready.enrol("boss-q", "operator")
    body = {"action": "quota.cost", "product": "score", "units": units, "reason": "年度调整"}
    headers = await ready.headers("boss-q")
    answer = await ready.client.post("/v1/admin/changes", json=body, headers=headers)
    assert answer.status_code == 400, answer.text
    assert [one["name"].rpartition(".")[2] for one in answer.json()["invalid_params"]] == ["units"]


@pytest.mark.parametrize("units", [0, -1, 2**63], ids="case-57-in-a-batch-{}".format)
async def test_a_batch_names_no_cost(ready, units):
    answer = await put_many(ready, [1], units=units)
    assert answer.status_code == 400
    assert ["units" in one["name"] for one in answer.json()["invalid_params"]] == [True]


async def test_one_person_asks_for_a_cost_and_another_approves_it(ready):
    gateway = ready.gateway

    async def approve(change, actor):
        async with gateway.units.begin("test.decide", actor) as work:
            await decide_change(work, means_of(gateway.settings, gateway.protector), change.change_id, approve=True)

    change = await asked(gateway, SetCost(product="score", units=2, reason="年度调整"))
    assert (change.status, change.before) == ("waiting", {"units": 1})
    assert (await read(ready, "/v1/quota"))["costs"]["score"] == 1
    with pytest.raises(DeniedError) as same:
        await approve(change, OPERATOR)
    assert same.value.denial.reason == "own-change"
    await approve(change, SECOND)
    newest = await in_force(ready)
    assert (newest["units"], newest["reason"]) == (2, "年度调整")
    with pytest.raises(DeniedError, match="begins: "):
        await asked(
            gateway, SetCost(product="score", units=2, reason="年度调整", begins=datetime(2026, 1, 1, tzinfo=UTC))
        )


async def test_a_cost_that_was_to_begin_before_it_was_approved_is_refused(ready):
    gateway = ready.gateway
    begins = datetime.now(UTC) + timedelta(seconds=1)
    change = await asked(gateway, SetCost(product="score", units=2, reason="年度调整", begins=begins))
    async with gateway.database.begin("test.then") as session:
        await session.execute(text("SELECT pg_sleep_until(:begins)"), {"begins": begins})
    with pytest.raises(DeniedError, match="begins: "):
        async with gateway.units.begin("test.decide", SECOND) as work:
            await decide_change(work, means_of(gateway.settings, gateway.protector), change.change_id, approve=True)


async def test_a_change_of_cost_waits_for_who_charges_and_begins_after_it(ready):
    database = ready.gateway.database
    async with held(database, COUNTERS) as gate:
        charging = asyncio.create_task(ready.ask("bank-1", 1))
        await gate.waiting(1)  # it has the lock of who charges, and waits for its counters
        setting = asyncio.create_task(costs(ready, 9))
        await gate.waiting(2)
    assert (await charging).status_code == 200
    await setting
    last, newest = (await ledger(ready))[-1], await in_force(ready)
    # A group waits for a second at most; then its member goes on alone, after the change.
    assert newest["units"] == 9
    assert last.units == (9 if last.created_at > datetime.fromisoformat(newest["effective_from"]) else 1)


async def test_who_charges_waits_for_a_change_of_cost_and_is_charged_by_it(ready):
    gateway = ready.gateway
    async with gateway.units.begin("test.cost", OPERATOR) as work:
        await set_cost(work, "score", 9, "年度调整", None, "second")
        charging = asyncio.create_task(ready.ask("bank-1", 1))
        async with held(gateway.database, "SELECT 1") as gate:
            await gate.waiting(1)
    assert (await charging).status_code == 200
    last, newest = (await ledger(ready))[-1], await in_force(ready)
    assert (last.units, last.created_at > datetime.fromisoformat(newest["effective_from"])) == (9, True)


@pytest.mark.parametrize("then", [9, 2])
async def test_what_was_reserved_for_a_relayed_question_is_what_it_is_charged(ready, monkeypatch, then):
    await costs(ready, 3)
    ask = Providers.ask

    async def ask_meanwhile(*arguments):
        assert (await used(ready))[1] == 3
        answer = await ask(*arguments)
        await costs(ready, then)
        return answer

    monkeypatch.setattr(Providers, "ask", ask_meanwhile)
    before = await used(ready)
    await ready.plan("account", "bank-1", before[0] + 3, 10_000)
    answer = await ready.ask("bank-1", 1, provider="five-force")
    assert answer.status_code == 200, answer.text
    assert await used(ready) == (before[0] + 3, 0)


async def test_what_was_held_for_a_batch_is_what_its_questions_are_charged(ready, monkeypatch):
    await costs(ready, 3)

    async def ended(*_arguments, **_more):
        return {}

    monkeypatch.setattr(batch_routes, "ask_rows", ended)
    before = await used(ready)
    assert (await put_many(ready, [1, 2])).json()["done"] == 0
    assert (await used(ready))[1] == 6
    await costs(ready, 500)
    async with ready.gateway.database.begin("test.age", role="owner") as session:
        await session.execute(text("UPDATE inquiry_batch SET turn_until = clock_timestamp()"))
    gateway = ready.gateway
    assert await work_batches(gateway.units, Providers(), gateway.protector)
    assert await used(ready) == (before[0] + 6, 0)


async def test_who_asks_and_who_oversees_read_what_questions_cost_and_others_do_not(ready):
    await ready.enrol("eye", "auditor")
    own = (await read(ready, "/v1/quota/costs"))["costs"]
    assert own == (await read(ready, "/v1/admin/quota/costs", "eye"))["costs"]
    assert {one["product"] for one in own} == set(FIRST_COSTS)
    for path, account in (("/v1/admin/quota/costs", "bank-1"), ("/v1/quota/costs", "eye"), ("/v1/quota/costs", "s-1")):
        refused = await ready.client.get(path, headers=await ready.headers(account))
        assert refused.status_code == 403, (path, account)


async def test_the_event_says_what_was_set_and_who_approved(ready):
    await costs(ready, 2, reason=" 年度调整 ")
    newest = await in_force(ready)
    async with ready.gateway.database.begin("test.event") as session:
        told = await ready.gateway.units.recorder.find_payload(session, UUID(newest["entry"]))
    assert json.loads(told["payload"]) == {
        "product": "score", "version": newest["version"], "units": 2, "from": newest["effective_from"],
        "reason": "年度调整", "approved_by": "second",
    }  # fmt: skip
