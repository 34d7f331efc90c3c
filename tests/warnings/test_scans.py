"""Customers scanned together: by the watch and a joint answer, each part told, each fault named, charged or not."""

from uuid import uuid4

import pytest

from gateway.inquiries.batches.batch import work_batches
from gateway.quota.plans import set_plan
from scoring_adapter.providers.joint import Part
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.processes import free_port
from tests.providers import joined, provider, registered
from tests.stories import registration, slug
from tests.warnings.watched import FIRM, OPEN, get, permit, stands, subscribe

OTHER, ALONE = 702, 703
PATH = "/v1/joint-scans"


@pytest.fixture(scope="module")
def good():
    with provider() as url:
        yield url


@pytest.fixture
async def scanning(bank, good):
    if "s-702" not in bank.keys:
        await registered(bank.gateway, "five-force", good, time_ms=30_000, attempts=1)
        await registered(bank.gateway, "credit-wenzhou", f"http://127.0.0.1:{free_port()}/", attempts=1)
        parts = (Part("embedded", required=True), Part("five-force"), Part("credit-wenzhou"))
        await joined(bank.gateway, "city-joint", *parts, rule="beside", bands=())
        for number in (OTHER, ALONE):
            await bank.push("market_regulation", "ent_registration", registration(number))
        await bank.feeds()
        for number in (FIRM, OTHER):
            await permit(bank, number, products=["risk_watch", "score"])
        await permit(bank, ALONE, products=["score"])
        await bank.account("bank-2", "bank-b")
    return bank


async def scan(story, *numbers, key=None, account="bank-1", **more):
    body = {"provider": "city-joint", **({"subjects": [uscc(one) for one in numbers]} if numbers else {}), **more}
    headers = {"Idempotency-Key": key or str(uuid4()), **await story.headers(account)}
    return await story.client.post(PATH, json=body, headers=headers)


async def asked(story):
    gateway = story.gateway
    while await work_batches(gateway.units, gateway.providers, gateway.protector):
        pass


async def used(story):
    return (await get(story, "/v1/quota")).json()["day"]["used"]


async def test_each_part_is_told_and_each_fault_is_named(scanning):
    await stands(scanning, FIRM, OPEN)
    before = await used(scanning)
    opened = await scan(scanning, FIRM, ALONE)
    assert (opened.status_code, opened.json()["questions"], opened.json()["done"]) == (202, 4, 0), opened.text
    await asked(scanning)
    found = (await get(scanning, f"{PATH}/{opened.json()['scan']}")).json()
    assert (found["done"], found["next"]) == (4, None)
    first, second = found["enterprises"]
    assert (first["subject"], first["watch"]["level"]) == (uscc(FIRM), "notice")
    parts = {one["provider"]: one for one in first["score"]["parts"]}
    assert parts["credit-wenzhou"]["fault"] == "unreachable"
    assert (parts["five-force"]["fault"], parts["five-force"]["score"] is not None) == (None, True)
    assert parts["embedded"]["fault"] is None
    # Who permitted the score alone is scored alone, and the watch's question costs nothing.
    assert (second["watch"]["outcome"], second["score"]["outcome"]) == ("consent-scope-exceeded", "answered")
    assert "level" not in second["watch"]
    assert await used(scanning) == before + 2 + 1 + 1


async def test_all_that_are_subscribed_are_scanned_where_nobody_is_named(scanning):
    await subscribe(scanning, FIRM, OTHER)
    opened = (await scan(scanning)).json()
    assert opened["total"] == 2
    shown = (await get(scanning, f"{PATH}/{opened['scan']}?after=1")).json()["enterprises"]
    assert [(one["number"], one["subject"]) for one in shown] == [(2, uscc(OTHER))]
    await asked(scanning)


async def test_the_same_key_is_the_same_scan_and_stands_for_no_other(scanning):
    key = str(uuid4())
    first, again = await scan(scanning, FIRM, key=key), await scan(scanning, FIRM, key=key)
    assert first.json()["scan"] == again.json()["scan"]
    assert slug(await scan(scanning, OTHER, key=key)) == "idempotency-key-reused"
    await asked(scanning)


async def test_another_institution_s_scan_is_not_there(scanning):
    opened = (await scan(scanning, FIRM)).json()["scan"]
    answer = await get(scanning, f"{PATH}/{opened}", "bank-2")
    assert (answer.status_code, slug(answer)) == (404, "joint-scan-not-found")
    assert (await get(scanning, PATH, "bank-2")).json()["scans"] == []
    await asked(scanning)


async def test_nobody_to_ask_about_and_no_such_provider_are_refused(scanning):
    assert slug(await scan(scanning, account="bank-2")) == "joint-scan-size"
    assert slug(await scan(scanning, FIRM, provider="gossip")) == "unknown-provider"
    many = [f"{number:018d}" for number in range(2001)]
    assert (await scan(scanning, subjects=many)).status_code == 400


async def test_where_the_quota_has_no_room_for_all_none_is_asked(scanning):
    async with scanning.gateway.units.begin("test.plan", OPERATOR) as work:
        await set_plan(work, scope="account", scope_id="bank-1", per_day=await used(scanning) + 5, per_month=10_000)
    answer = await scan(scanning, FIRM, OTHER)
    assert (slug(answer), answer.json()["asked"]) == ("quota-exceeded", 4)
    before = len((await get(scanning, PATH)).json()["scans"])
    await scanning.plan("account", "bank-1", 1000)
    assert (await scan(scanning, FIRM, OTHER)).status_code == 202
    assert len((await get(scanning, PATH)).json()["scans"]) == before + 1
    await asked(scanning)
