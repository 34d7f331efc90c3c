"""An account that asks as no honest one does is held; two people decide; what was counted once is not counted again."""

import asyncio

import pytest
from sqlalchemy import text
from sqlmodel import select

from gateway.abnormal.cases import count_open, list_cases
from gateway.abnormal.gauges import gauge_held_accounts
from gateway.abnormal.holding import CONSENT_DENIALS, MOST_SAMPLED, RULES, hold_abnormal
from gateway.abnormal.tables import AbnormalUse
from gateway.admin.abnormal_actions import DecideAbnormalUse
from gateway.admin.action import means_of
from gateway.admin.changes import decide_change
from gateway.evidence.stored_check import check_stored
from gateway.quota.rates import set_rate
from gateway.rates.limits import DEFAULTS, RateLimits
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.denial import DeniedError
from gateway.webhooks.endpoints import add_endpoint, list_deliveries
from gateway.webhooks.outbox import queue_told
from gateway.worker import take_in
from tests.actors import MACHINE, OPERATOR
from tests.gates import held
from tests.identities import asked
from tests.stories import registration, slug

WATCHER = Actor("watcher", "auditor", person="person:watcher")
SECOND = Actor("second", "operator", person="person:second")
MOST = 3


@pytest.fixture
async def ready(story):
    """bank-1 and bank-2 of one bank, other-1 of another: three denials are let pass, and three enterprises."""
    await story.push("market_regulation", "ent_registration", registration(1))
    for account, institution in (("bank-1", "bank"), ("bank-2", "bank"), ("other-1", "other")):
        await story.account(account, institution)
    yield story
    async with story.gateway.database.begin("test.clean", role="owner") as session:
        await session.execute(text("UPDATE inquiry SET created_at = created_at - interval '1 day'"))
    for case in await cases(story, OPERATOR, status="held"):
        await decided(story, case, "lift", MACHINE)


async def limit(story, account="bank-1", **measures):
    async with story.gateway.units.begin("test.limit", OPERATOR) as work:
        for measure, most in measures.items():
            await set_rate(work, "account", account, measure, most, "测试")


async def look(story, *rules):
    for rule in rules or RULES:
        async with story.gateway.units.begin("test.abnormal", PROGRAM) as work:
            await hold_abnormal(work, rule)
    story.gateway.access.expire()


async def cases(story, actor, **filters):
    async with story.gateway.units.begin("test.cases", actor) as work:
        return await list_cases(work, limit=100, **filters)


async def decided(story, case, decision, actor=OPERATOR):
    action = DecideAbnormalUse(case=case.case_id, client=case.account, decision=decision, reason="已核实")
    return await asked(story.gateway, action, actor)


async def approve(story, change, actor):
    async with story.gateway.units.begin("change.decide", actor) as work:
        means = means_of(story.gateway.settings, story.gateway.protector)
        done = await decide_change(work, means, change.change_id, approve=True)
    story.gateway.access.expire()
    return done


async def denied(story, times, account="bank-1"):
    for _ in range(times):
        assert slug(await story.ask(account, 9)) == "consent-required"


async def test_one_denial_more_than_is_let_pass_holds_the_account_with_a_case_that_tells_why(ready):
    await limit(ready, denials=MOST, subjects=100)
    await denied(ready, MOST - 1)
    await look(ready)
    await denied(ready, 1)
    await look(ready)
    assert await cases(ready, OPERATOR) == []
    await denied(ready, 1)
    await look(ready)
    (case,) = await cases(ready, OPERATOR)
    assert (case.account, case.institution, case.rule, case.counted, case.most, case.status) == (
        "bank-1", "bank", "denials", MOST + 1, MOST, "held",
    )  # fmt: skip
    assert len(case.sample) == MOST + 1
    refused = await ready.client.get("/v1/quota", headers=await ready.headers("bank-2"))
    assert refused.status_code == 200  # the bank's other account
    await look(ready)
    assert len(await cases(ready, OPERATOR)) == 1, "one case at a time"


async def differences(work):
    checked = await check_stored(work, lambda _done, _all: None, tree=False)
    return [one for one in checked.findings.told if one.where == "abnormal-uses"]


async def test_a_held_account_is_told_so_with_its_token_and_gets_no_other(ready):
    headers = await ready.headers("bank-2")
    await limit(ready, "bank-2", denials=1)
    await denied(ready, 2, "bank-2")
    await look(ready)
    answer = await ready.client.get("/v1/quota", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["type"] == "https://iana.org/assignments/http-problem-types#abnormal-usage-detected"
    assert "GET /v1/abnormal-uses" in answer.json()["remedy"]
    with pytest.raises((AssertionError, KeyError)):
        await ready.headers("bank-2")
    page = await ready.client.get("/v1/abnormal-uses", headers=await ready.headers("bank-1"), params={"status": "held"})
    (case,) = page.json()["cases"]
    assert (case["account"], case["rule"], case["counted"], case["status"]) == ("bank-2", "denials", 2, "held")
    others = await ready.client.get("/v1/abnormal-uses", headers=await ready.headers("other-1"))
    assert others.json() == {"cases": [], "next": None}
    async with ready.gateway.database.begin("test.gauge") as session:
        (gauge,) = (await gauge_held_accounts(session)).collect()
        assert gauge.samples[0].value == (await count_open(session)).number == 1


async def test_enterprises_are_counted_once_each_and_one_more_than_is_let_pass_holds(ready):
    await limit(ready, subjects=MOST, denials=100)
    for number in (1, 2, 3, 1, 2, 3):
        await ready.ask("bank-1", number)
    before = len(await cases(ready, OPERATOR))
    await look(ready)
    assert len(await cases(ready, OPERATOR)) == before
    await ready.ask("bank-1", 4)
    await look(ready)
    assert [(one.rule, one.counted) for one in await cases(ready, OPERATOR, status="held")] == [("subjects", MOST + 1)]


@pytest.mark.parametrize("rule", RULES)
async def test_what_is_older_than_the_span_is_not_counted(ready, rule):
    await limit(ready, **{"denials": 100, "subjects": 100, rule: 1})
    for number in (1, 2):
        await ready.ask("bank-1", number)
    for moved, expected in ((RULES[rule].span, 0), (None, 0)):
        async with ready.gateway.database.begin("test.age", role="owner") as session:
            if moved is not None:
                query = "UPDATE inquiry SET created_at = created_at - CAST(:by AS interval) WHERE account = 'bank-1'"
                await session.execute(text(query), {"by": f"{moved.total_seconds() + 1} seconds"})
        await look(ready, rule)
        assert len(await cases(ready, OPERATOR, status="held")) == expected
    for number in (1, 2):
        await ready.ask("bank-1", number)
    await look(ready, rule)
    assert len(await cases(ready, OPERATOR, status="held")) == 1


async def test_it_takes_an_operator_and_an_auditor_to_let_it_ask_again_and_it_is_counted_anew(ready):
    await limit(ready, denials=1, subjects=100)
    await denied(ready, 2)
    await look(ready)
    (case,) = await cases(ready, OPERATOR, status="held")
    change = await decided(ready, case, "lift")
    assert change.status == "waiting"
    for wrong in (OPERATOR, SECOND):
        with pytest.raises(DeniedError):
            await approve(ready, change, wrong)
    assert (await approve(ready, change, WATCHER)).status == "done"
    await denied(ready, 1)
    await look(ready)
    assert await cases(ready, OPERATOR, status="held") == [], "the two from before are not counted twice"
    await denied(ready, 1)
    await look(ready)
    assert len(await cases(ready, OPERATOR, status="held")) == 1
    with pytest.raises(DeniedError, match="already"):
        await decided(ready, case, "suspend", MACHINE)
    with pytest.raises(DeniedError, match="no such case"):
        case.account = "bank-2"
        await decided(ready, case, "lift", MACHINE)


async def test_a_case_can_end_in_a_suspension(ready):
    await ready.account("bank-3", "bank")
    await limit(ready, "bank-3", denials=1)
    await denied(ready, 2, "bank-3")
    await look(ready)
    (case,) = await cases(ready, OPERATOR, status="held")
    await approve(ready, await decided(ready, case, "suspend"), WATCHER)
    async with ready.gateway.database.begin("test.standing") as session:
        query = text("SELECT stopped FROM client_standing WHERE client_id = 'bank-3'")
        assert (await session.execute(query)).scalar_one() == "account-suspended"
        ended = (await session.execute(select(AbnormalUse).where(AbnormalUse.case_id == case.case_id))).scalar_one()
        assert (ended.status, ended.reason) == ("suspended", "已核实")


async def test_of_two_workers_one_opens_the_case_and_a_question_under_way_ends_first(ready):
    await limit(ready, denials=1, subjects=100)
    await ready.consent("bank-1", 1)
    for _ in range(2):
        await ready.ask("bank-1", 2)
    lock = "SELECT FROM quota_period WHERE scope = 'account' AND scope_id = 'bank-1' FOR UPDATE"
    async with held(ready.gateway.database, lock) as gate:
        under_way = asyncio.create_task(ready.ask("bank-1", 1))
        await gate.waiting(1)
        workers = [asyncio.create_task(look(ready, "denials")) for _ in range(2)]
    assert (await under_way).status_code == 200
    await asyncio.gather(*workers)
    assert len(await cases(ready, OPERATOR, status="held")) == 1


async def test_the_institution_is_told_by_webhook_and_the_log_vouches_for_the_case(ready):
    await limit(ready, denials=1, subjects=100)
    bank = Actor("bank-1", "account", "bank")
    async with ready.gateway.units.begin("test.webhook", bank) as work:
        added = await add_endpoint(work, "https://93.184.216.34/hook", ["client"], ())
    await denied(ready, 2)
    await look(ready)
    (case,) = await cases(ready, OPERATOR, status="held")
    await decided(ready, case, "lift", MACHINE)
    await take_in(ready.gateway)
    async with ready.gateway.units.begin("test.queue", PROGRAM) as work:
        await queue_told(work)
    async with ready.gateway.units.begin("test.told", bank) as work:
        told = [one.type for one in await list_deliveries(work, added.endpoint_id, 100)]
    assert {"xinqiao.client.held", "xinqiao.client.hold_lifted"} <= set(told)
    async with ready.gateway.units.begin("test.check", OPERATOR) as work:
        assert not await differences(work)
    tampered = {
        "counted": ("9", "integer"),
        "reason": ("'假'", "text"),
        "sample": ("'[]'", "jsonb"),
        "account": ("'bank-2'", "text"),
    }
    for column, (value, kind) in tampered.items():
        async with ready.gateway.database.begin("test.tamper", role="owner") as session:
            query = text(f"SELECT {column}::text FROM abnormal_use WHERE case_id = :id")
            old = (await session.execute(query, {"id": case.case_id})).scalar_one()
            await session.execute(
                text(f"UPDATE abnormal_use SET {column} = {value} WHERE case_id = :id"), {"id": case.case_id}
            )
        async with ready.gateway.units.begin("test.check", OPERATOR) as work:
            assert await differences(work), column
        async with ready.gateway.database.begin("test.mend", role="owner") as session:
            await session.execute(
                text(f"UPDATE abnormal_use SET {column} = CAST(:old AS {kind}) WHERE case_id = :id"),
                {"old": old, "id": case.case_id},
            )


async def test_what_decides_of_a_case_is_changed_by_nobody_at_the_app(ready):
    async with ready.gateway.database.begin("test.app") as session:
        with pytest.raises(Exception, match="permission denied"):
            await session.execute(text("UPDATE abnormal_use SET counted = 0"))


def test_what_waiting_or_naming_a_consent_mends_is_no_sign_of_abuse():
    assert {"consent-required", "duty-basis-required"} <= set(CONSENT_DENIALS)
    assert not {"consent-frequency-exceeded", "consent-ambiguous", "consent-integrity-failed"} & set(CONSENT_DENIALS)


def test_the_defaults_let_a_batch_without_any_consent_pass():
    limits = RateLimits()
    assert limits.most("account", "any", "denials") == DEFAULTS["account", "denials"] == 500
    assert limits.lowest("account", "subjects") == 10_000
    assert MOST_SAMPLED == 20
