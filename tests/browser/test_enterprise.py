"""An enterprise's own person: sees who asked, answers with a code, pauses and revokes, objects to a record."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest_asyncio

from gateway.people.secrets import new_totp
from gateway.people.tables import Person
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.records.penalties import penalties, penalty
from tests.stories import registration

NUMBER = 777


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def owner(city):
    """A session of the owner of an enterprise with records, a consent in force, one asked for; and the device."""
    story = city.town.story
    await story.enrol("drc", "agency")
    await story.push("market_regulation", "ent_registration", registration(NUMBER, 企业名称="云屿恒砺阀门有限公司"))
    await story.push("drc", "penalty_general", penalties(*(penalty(NUMBER, f"云罚〔2026〕{n}号") for n in range(3))))
    await story.consent("bank-1", NUMBER, products=["score", "health_check"], max_uses=20)
    assert (await story.ask("bank-1", NUMBER)).status_code == 200
    await story.ask("bank-2", NUMBER, product="health_check")
    until = (datetime.now(UTC) + timedelta(days=180)).isoformat()
    asked = {"products": ["score", "health_check"], "valid_until": until, "max_uses": 20}
    assert (await story.request("bank-2", NUMBER, **asked)).status_code == 201
    await city.sign_log()
    cookie = await city.sign_in("owner", "owner-2", "沈伯川", enterprise=uscc(NUMBER), wait_hours=0)
    async with city.gateway.units.begin("test.device", OPERATOR) as work:
        secret, sealed = new_totp(work.keys.kek, "owner-2")
        (await work.session.get_one(Person, "owner-2")).totp_sealed = sealed
    return cookie, pyotp.TOTP(secret)


async def test_an_owner_answers_what_waits_and_takes_a_consent_back(city, visit, look, owner):
    cookie, device = owner
    page = await visit("owner", "/console", cookie=cookie)
    assert page.url.endswith("/console/enterprise")
    await look(page, "enterprise-home")
    await page.get_by_role("link", name="查看并决定").first.click()
    await look(page, "enterprise-consent-asked")
    await page.get_by_label("动态码").fill("000000")
    await page.get_by_role("button", name="同意并签署").click()
    await page.get_by_label("动态码").fill(device.now())
    await page.get_by_role("button", name="同意并签署").click()
    assert "已同意，授权立即生效" in await page.get_by_role("status").first.inner_text()
    await page.goto(f"{city.issuer}/console/enterprise")
    await page.get_by_role("button", name="撤销", exact=True).first.click()
    dialog = page.get_by_role("dialog")
    assert await page.evaluate("() => document.activeElement.textContent.trim()") == "保留授权"
    await look(page, "enterprise-home-dialog")
    await dialog.get_by_role("button", name="撤销授权").click()
    assert "已撤销" in await page.get_by_role("status").first.inner_text()


async def test_an_owner_looks_at_who_asked_what_is_held_and_objects(city, visit, look, owner):
    page = await visit("owner", "/console/enterprise/questions", cookie=owner[0])
    await look(page, "enterprise-questions")
    await page.locator("tbody tr", has_text="已拒绝").locator("a").click()
    await look(page, "enterprise-question")
    for name in ("consents", "records", "signatories"):
        await page.goto(f"{city.issuer}/console/enterprise/{name}")
        await look(page, f"enterprise-{name}")
    await page.goto(f"{city.issuer}/console/enterprise/records/of/penalty_general")
    await page.locator("tbody a").first.click()
    await look(page, "enterprise-record")
    await page.get_by_role("link", name="提异议").click()
    await page.get_by_label("哪里不对").fill("金额有误")
    await page.get_by_label(re.compile("应当是什么")).fill("罚款 1,000 元")
    await look(page, "enterprise-objection")
    await page.get_by_role("button", name="提异议").click()
    await page.goto(f"{city.issuer}/console/enterprise/objections")
    await look(page, "enterprise-objections")


async def test_names_as_long_as_names_get_leave_an_english_page_whole(city, visit, look):
    story, name = city.town.story, "瓯海" + "很长的名字" * 38 + "有限公司"
    await story.push("market_regulation", "ent_registration", registration(NUMBER + 1, 企业名称=name))
    cookie = await city.sign_in("owner", "owner-3", "沈" * 60, enterprise=uscc(NUMBER + 1), wait_hours=0)
    page = await visit("owner", "/console/enterprise", cookie=cookie, language="en")
    await look(page, "enterprise-home-long-en")
