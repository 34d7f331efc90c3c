"""What is told, as far as the data may be shared; to whom; what it costs; and that it can be computed again."""

import json
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from gateway.abnormal.holding import hold_abnormal
from gateway.inquiries.outputs.policy import OutputPolicy
from gateway.inquiries.outputs.setting import set_output_policy
from gateway.inquiries.replay import replay_inquiry
from gateway.quota.rates import set_rate
from gateway.risk.standing import Found
from gateway.runtime.actor import PROGRAM
from gateway.webhooks.told import message_of, topic_of
from tests.actors import MACHINE, OPERATOR
from tests.enterprises import uscc
from tests.stories import registration, slug
from tests.warnings.watched import HIDDEN, OPEN, get, permit, post, stands, subscribe, told

NUMBERS = iter(range(780, 830))
MIXED = Found("warning", 60, {"dishonest": [(0, 1)], "bad-loans": [(0, 1)]})
NEAR = Found("warning", 45, {"dishonest": [(0, 1)], "contagion": [(2, 3)]})


@pytest.fixture
async def firm(bank):
    number = next(NUMBERS)
    await bank.push("market_regulation", "ent_registration", registration(number))
    return number


async def read(story, number):
    [item] = await subscribe(story, number)
    await told(story)
    found = (await get(story, "/v1/warnings?limit=500")).json()["warnings"]
    return item, [one for one in found if one["subject"] == uscc(number)]


async def answer_of(story, warning):
    return (await get(story, f"/v1/warnings/{warning['warning']}")).json()["answer"]


async def test_what_rests_on_restricted_data_is_not_told_and_not_counted(bank, firm):
    await permit(bank, firm)
    await read(bank, firm)
    await stands(bank, firm, HIDDEN)
    assert (await read(bank, firm))[1] == []
    await stands(bank, firm, None)
    await stands(bank, firm, MIXED)
    _, [warning] = await read(bank, firm)
    assert (warning["level"], warning["after"]) == ("notice", {"distress": "notice"})
    told_of = json.dumps((await answer_of(bank, warning))["risks"], ensure_ascii=False)
    assert ("dishonest" in told_of, "bad-loans" in told_of, "score" in told_of) == (True, False, False)


async def test_restricted_data_is_told_where_its_category_is_named_by_both(bank, firm):
    await permit(bank, firm, categories=["financing", "enforcement"])
    [item] = await subscribe(bank, firm, categories=["financing", "enforcement"])
    assert item["outcome"] == "subscribed", item
    await stands(bank, firm, MIXED)
    _, [warning] = await read(bank, firm)
    assert (warning["change"], warning["level"]) == ("opened", "warning")


async def test_what_the_network_gives_is_never_told(bank, firm):
    await permit(bank, firm)
    await read(bank, firm)
    await stands(bank, firm, NEAR)
    _, [warning] = await read(bank, firm)
    [risk] = (await answer_of(bank, warning))["risks"]
    assert [one["point"] for one in risk["points"]] == ["dishonest"]


async def test_a_rise_a_fall_and_an_end_are_told_each_once(bank, firm):
    await permit(bank, firm)
    await read(bank, firm)
    higher = Found("warning", 65, {"dishonest": [(0, 1)], "enforced": [(0, 1)], "abnormal-operation": [(0, 1)]})
    for found in (OPEN, higher, OPEN, None):
        await stands(bank, firm, None)
        if found:
            await stands(bank, firm, found)
        await told(bank)
    _, warnings = await read(bank, firm)
    assert [one["change"] for one in reversed(warnings)] == ["opened", "raised", "lowered", "ended"]
    assert warnings[0]["before"] == {"distress": "notice"}


@pytest.mark.parametrize(
    ("policy", "shown"),
    [
        (OutputPolicy(0, "banded"), {"level": True, "signs": False, "points": True}),
        (OutputPolicy(0, "flag", 500), {"level": False, "signs": False, "points": False}),
        (OutputPolicy(0, "raw", None, ("reasons",)), {"level": True, "signs": False, "points": False}),
    ],
)
async def test_an_output_policy_narrows_what_is_told(bank, firm, policy, shown):
    await permit(bank, firm)
    async with bank.gateway.units.begin("test.policy", OPERATOR) as work:
        await set_output_policy(work, "bank", "risk_watch", policy)
    try:
        await read(bank, firm)
        await stands(bank, firm, OPEN)
        _, [warning] = await read(bank, firm)
        answer = await answer_of(bank, warning)
        made = json.dumps(answer.get("risks", ""))
        assert {name: f'"{name}"' in made for name in shown} == shown
        assert (answer.get("at_risk"), warning["level"]) == ((True, None) if policy.threshold else (None, "notice"))
    finally:
        async with bank.gateway.units.begin("test.policy", OPERATOR) as work:
            await set_output_policy(work, "bank", "risk_watch", OutputPolicy())


async def test_subscribing_is_charged_once_and_being_told_costs_nothing(bank, firm):
    await permit(bank, firm)

    async def used():
        return (await get(bank, "/v1/quota")).json()["day"]["used"]

    before = await used()
    for _ in range(2):
        await subscribe(bank, firm)
    assert await used() == before + 2
    await stands(bank, firm, OPEN)
    await read(bank, firm)
    assert await used() == before + 2
    assert (await get(bank, "/v1/obligations")).json()["reports"] == []


async def test_what_the_program_tells_by_itself_is_no_abnormal_use(bank):
    for number in (firms := [next(NUMBERS) for _ in range(3)]):
        await bank.push("market_regulation", "ent_registration", registration(number))
        await permit(bank, number)
    await subscribe(bank, *firms)
    async with bank.gateway.database.begin("test.age", role="owner") as session:
        await session.execute(text("UPDATE inquiry SET created_at = created_at - interval '1 day'"))
    async with bank.gateway.units.begin("test.limit", OPERATOR) as work:
        await set_rate(work, "account", "bank-1", "subjects", 1, "测试")
    for number in firms:
        await stands(bank, number, OPEN)
    await told(bank)
    async with bank.gateway.units.begin("test.abnormal", PROGRAM) as work:
        await hold_abnormal(work, "subjects")
        await set_rate(replace(work, actor=OPERATOR), "account", "bank-1", "subjects", None, "测试")
    bank.gateway.access.expire()
    found = (await get(bank, "/v1/warnings?limit=500")).json()["warnings"]
    assert {uscc(number) for number in firms} <= {one["subject"] for one in found}


async def test_without_room_in_the_quota_there_is_no_subscription(bank, firm):
    await permit(bank, firm)
    used = (await get(bank, "/v1/quota")).json()["day"]["used"]
    for left, outcome in ((1, "quota-exceeded"), (2, "subscribed")):
        await bank.plan("account", "bank-1", used + left, 100_000)
        [item] = await subscribe(bank, firm)
        assert item["outcome"] == outcome
    await bank.plan("account", "bank-1", 1000)


async def test_the_enterprise_sees_who_is_told_of_it_and_when(bank, firm):
    consent = await permit(bank, firm)
    await read(bank, firm)
    await stands(bank, firm, OPEN)
    await read(bank, firm)
    uses = (await get(bank, f"/v1/consents/{consent['consent']}/uses", f"s-{firm}")).json()
    assert [one["product"] for one in uses["uses"]] == ["risk_watch", "risk_watch"]


async def test_a_warning_is_computed_again_to_the_byte(bank, firm):
    await permit(bank, firm)
    await read(bank, firm)
    await stands(bank, firm, MIXED)
    _, [warning] = await read(bank, firm)
    async with bank.gateway.units.begin("test.replay", MACHINE) as work:
        made = await replay_inquiry(work, UUID(warning["inquiry"]))
    assert (made.outcome, made.differences) == ("equal", ())


def test_a_webhook_says_that_there_is_one_and_nothing_else():
    leaf = {
        "id": "e", "type": "warning.told", "exch": "w", "institution": "bank", "account": "bank-1", "outcome": "raised",
        "ts": "2026-11-28T01:00:00Z", "subj": "s",
    }  # fmt: skip
    for type_, name, path in (
        ("warning.told", "warning", "warnings/w"), ("warning.ended", "warning-subscription", "warning-subscriptions/w")
    ):  # fmt: skip
        made = json.loads(message_of({**leaf, "type": type_}, "https://gateway.example"))
        assert made["subject"] == path
        assert made["data"] == {name: "w", "institution": "bank", "account": "bank-1", "status": "raised", "entry": "e"}
    assert topic_of("warning.seen") is None


async def test_another_institution_s_are_not_there(bank, firm):
    await permit(bank, firm)
    [item] = await subscribe(bank, firm)
    await stands(bank, firm, OPEN)
    _, [warning] = await read(bank, firm)
    await bank.account("bank-2", "bank-b")
    its = item["subscription"]["subscription"]
    for method, path, reason in (
        (get, f"/v1/warnings/{warning['warning']}", "warning-not-found"),
        (post, f"/v1/warnings/{warning['warning']}:seen", "warning-not-found"),
        (post, f"/v1/warning-subscriptions/{its}:end", "subscription-not-found"),
    ):
        answer = await method(bank, path, "bank-2")
        assert (answer.status_code, slug(answer)) == (404, reason)
    assert (await get(bank, "/v1/warnings", "bank-2")).json()["warnings"] == []
    assert (await get(bank, "/v1/warning-subscriptions", "bank-2")).json()["subscriptions"] == []
    [denied] = await subscribe(bank, firm, account="bank-2")
    assert denied["outcome"] == "consent-required"


async def test_a_warning_is_seen_once_and_found_by_what_is_asked(bank, firm):
    await permit(bank, firm)
    await read(bank, firm)
    await stands(bank, firm, OPEN)
    _, [warning] = await read(bank, firm)
    first = (await post(bank, f"/v1/warnings/{warning['warning']}:seen")).json()["seen_at"]
    assert (await post(bank, f"/v1/warnings/{warning['warning']}:seen")).json()["seen_at"] == first
    for asked, there in (
        ("seen=true", True), ("seen=false", False), ("level=notice", True), ("level=warning", False),
        ("type=distress", True), ("type=private-lending", False), ("change=opened", True), ("change=ended", False),
        ("since=2999-01-01T00:00:00Z", False),
    ):  # fmt: skip
        found = (await get(bank, f"/v1/warnings?limit=500&{asked}")).json()["warnings"]
        assert (warning["warning"] in {one["warning"] for one in found}) == there, asked


async def test_a_consent_to_warnings_is_for_post_loan_alone(bank, firm):
    await bank.enrol(f"s-{firm}", "signatory", subject=uscc(firm))
    answer = await bank.request("bank-1", firm, products=["risk_watch"], purpose="pre_loan")
    assert (answer.status_code, slug(answer)) == (422, "invalid-terms")


@pytest.mark.parametrize(("number", "status"), [(0, 400), (500, 200), (501, 400)])
async def test_a_list_is_of_one_to_five_hundred(bank, number, status):
    body = {"subjects": ["nonsense"] * number}
    answer = await bank.client.post("/v1/warning-subscriptions", json=body, headers=await bank.headers("bank-1"))
    assert answer.status_code == status
    if status == 200:
        assert {one["outcome"] for one in answer.json()["items"]} == {"invalid-subject"}
