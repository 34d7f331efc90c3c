"""A party's consents, by status, by the other party, page by page; and their terms in words."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from sqlalchemy import text

from consent import life
from consent.decision import Consent
from consent.terms import PRODUCTS, PURPOSES, Terms
from gateway.consents.words import PRODUCTS_EN, PUBLIC, PURPOSES_EN, STATUSES, in_words
from gateway.quota import products
from tests.enterprises import uscc
from tests.stories import slug

NUMBERS = count(11)
NOW = datetime(2026, 11, 27, tzinfo=UTC)
TERMS = Terms(
    UUID(int=1), uscc(1), "bank", ("bank-1", "bank-2"), ("score", "health_check"), "pre_loan", NOW,
    NOW + timedelta(days=90), 10,
)  # fmt: skip


async def listed(story, who, **parameters):
    answer = await story.client.get("/v1/consents", params=parameters, headers=await story.headers(who))
    return [one["consent"] for one in answer.json()["consents"]]


@pytest.fixture
async def asked(story):
    """An enterprise with one consent in force and one asked for by each of two banks; another one with one."""
    own, other = next(NUMBERS), next(NUMBERS)
    made = {}
    for bank, institution in (("bank-1", "bank"), ("bank-2", "bank-two")):
        await story.account(bank, institution)
        made[f"{bank} active"] = (await story.consent(bank, own))["consent"]
        made[f"{bank} asks"] = (await story.request(bank, own)).json()["consent"]
    await story.enrol(f"s-{other}", "signatory", subject=uscc(other))
    made["other"] = (await story.request("bank-1", other)).json()["consent"]
    return story, made, own, other


async def test_an_enterprise_finds_its_own_by_status_and_by_bank(asked):
    story, made, own, other = asked
    boss = f"s-{own}"
    assert await listed(story, boss) == [made[name] for name in made if name != "other"]
    assert await listed(story, boss, status="requested") == [made["bank-1 asks"], made["bank-2 asks"]]
    assert await listed(story, boss, status="active", institution="bank-two") == [made["bank-2 active"]]
    assert await listed(story, boss, status="revoked") == []
    assert await listed(story, boss, subject=uscc(other)) == []
    assert await listed(story, f"s-{other}") == [made["other"]]


async def test_a_bank_finds_its_own_by_enterprise_and_never_anothers(asked):
    story, made, _, other = asked
    assert await listed(story, "bank-1", subject=uscc(other)) == [made["other"]]
    assert await listed(story, "bank-1", institution="bank-two") == []
    assert await listed(story, "bank-2", subject=uscc(other)) == []


async def test_a_request_nobody_answered_is_listed_as_lapsed_as_it_is_shown(asked):
    story, made, own, _ = asked
    boss = f"s-{own}"
    async with story.gateway.database.begin("test.age", role="owner") as session:
        await session.execute(text("ALTER TABLE consent_version DISABLE TRIGGER USER"))
        later = "UPDATE consent_version SET recorded_at = recorded_at - interval '73 hours' WHERE consent_id = :c"
        await session.execute(text(later), {"c": made["bank-1 asks"]})
        await session.execute(text("ALTER TABLE consent_version ENABLE TRIGGER USER"))
    assert await listed(story, boss, status="lapsed") == [made["bank-1 asks"]]
    assert await listed(story, boss, status="requested") == [made["bank-2 asks"]]
    shown = (await story.client.get("/v1/consents", headers=await story.headers(boss))).json()["consents"]
    assert {one["consent"]: one["status"] for one in shown}[made["bank-1 asks"]] == "lapsed"


async def test_a_status_that_does_not_exist_is_refused_by_its_name(asked):
    story, _, own, _ = asked
    headers = await story.headers(f"s-{own}")
    answer = await story.client.get("/v1/consents?status=gone", headers=headers)
    assert (answer.status_code, slug(answer)) == (400, "invalid-request")
    assert answer.json()["invalid_params"][0]["name"] == "query.status"


async def test_who_asks_is_told_by_name(asked):
    story, made, own, _ = asked
    headers = await story.headers(f"s-{own}")
    shown = (await story.client.get(f"/v1/consents/{made['bank-1 asks']}", headers=headers)).json()
    assert shown["institution_name"] == "测试银行"
    assert shown["in_words"]["zh"][0] == "谁来查询：测试银行（bank），全部账户"


def test_terms_are_said_in_words_of_both_languages():
    told = in_words(Consent(TERMS, 2, "active", intact=True, reason="续贷"), "某银行")
    assert told["zh"] == [
        "谁来查询：某银行（bank），账户 bank-1、bank-2", f"查询谁：本企业（{uscc(1)}）", "可得到：信用评分、企业体检表",
        "用途：贷前审查，不得用于其他",
        "期限：2026-11-27 08:00 起，2027-02-25 08:00 止（北京时间）", "次数：最多 10 次",
        "数据范围：详细，全部类别，全部来源", "留存：可留存",
        "状态：生效", "理由：续贷",
    ]  # fmt: skip
    assert told["en"] == [
        "Who asks: 某银行 (bank), by bank-1, bank-2", f"About whom: this enterprise ({uscc(1)})",
        "What it gets: credit score, credit health check", "What for: to decide on a loan, and nothing else",
        "How long: from 2026-11-27 08:00 until 2027-02-25 08:00 (Beijing time)", "How often: at most 10 times",
        "Which data: in detail, every category, every agency", "Keeping: it may be kept",
        "How it stands: in force", "Reason: 续贷",
    ]  # fmt: skip


@pytest.mark.parametrize(("status", "said"), [(code, zh) for code, (zh, _) in STATUSES.items()])
def test_how_a_consent_stands_is_said(status, said):
    assert f"状态：{said}" in in_words(Consent(TERMS, 2, status, intact=True), "某银行")["zh"]


def test_there_are_words_for_every_product_purpose_and_status():
    consented = {name for name, one in products.PRODUCTS.items() if not one.public}
    assert set(PRODUCTS_EN) == set(PRODUCTS) == consented
    titles = {name: {"zh": one.title_zh, "en": one.title_en} for name, one in products.PRODUCTS.items() if one.public}
    assert titles == PUBLIC
    assert set(PURPOSES_EN) == set(PURPOSES)
    assert set(STATUSES) == set(life.STATUSES)
