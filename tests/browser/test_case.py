"""One case, from the warning to its end: a bank, the city, a county office and an auditor each do their part."""

import json

import pytest
from sqlalchemy import text

from gateway.platforms.peers import set_peer
from gateway.platforms.sender import send
from tests.actors import MACHINE
from tests.disposal.cases import OFFICE
from tests.enterprises import uscc
from tests.platforms.test_foreign_receiver import Platform, serving
from tests.processes import environment, xinqiao
from tests.stories import registration
from tests.warnings.watched import OPEN, permit, stands, subscribe, told

FIRM = 4200
NAME, CODE = f"瓯海第{FIRM}鞋业有限公司", uscc(FIRM)


@pytest.fixture
async def watched(city):
    """A firm that permits the bank to be warned of it, to which the bank subscribed, and which then is at risk."""
    story = city.town.story
    await story.push("market_regulation", "ent_registration", registration(FIRM))
    await permit(story, FIRM)
    await subscribe(story, FIRM)
    await stands(story, FIRM, OPEN)
    await told(story)


@pytest.fixture
async def police(city):
    """The platform of the police, which takes what it is told and signs a receipt."""
    gateway = city.gateway
    platform = Platform(gateway.keys.public("delivery"))
    with serving(platform) as url:
        async with gateway.units.begin("test.peer", MACHINE) as work:
            jwk = {**platform.key.as_dict(private=False), "kid": "foreign"}
            await set_peer(
                work, peer_id="police-1", role="police", url=url, jwk=jwk, client_id="gateway-there", status="active"
            )
        yield platform


async def take(page, step, words, *, sure=False, **chosen):
    """Take a step of a case in its dialog, as people do."""
    await page.get_by_role("button", name=step, exact=True).first.click()
    dialog = page.locator("dialog[open]")
    for label, option in chosen.items():
        await dialog.get_by_label(label).select_option(label=option)
    await dialog.get_by_label("说明").fill(words)
    if sure:
        await dialog.locator("[name=sure]").check()
    await dialog.get_by_role("button", name=step, exact=True).click()
    await page.locator("ol.timeline").get_by_text(words).wait_for()


@pytest.mark.usefixtures("watched")
async def test_each_does_their_part_of_a_case_and_it_is_replayed(city, police, visit, look):
    regulator, case = await opened_by_the_city(visit, look)
    officer = await visit("office", "/console/cases")
    await worked_on(officer, case, look)
    await regulator.goto(case)
    await look(regulator, "case-to-decide")
    await take(regulator, "同意", "同意移送公安机关")
    await look(regulator, "case-decided")
    assert await deliver_all(city) == {"confirmed"}
    assert [item["subject"] for payload, _ in police.taken.values() for item in payload["items"]] == [CODE]
    await officer.reload()
    await officer.get_by_text("公安机关 police-1").wait_for()
    await take(officer, "办结", "公安机关已受理", sure=True, 办结结果="已移送")
    await look(officer, "case-closed")
    assert await officer.locator("dialog").count() == 0
    await replayed(city, visit, look, case)


async def opened_by_the_city(visit, look):
    page = await visit("regulator", "/console/risks")
    await page.get_by_role("link", name=NAME).click()
    await look(page, "risk-of-firm")
    await page.get_by_role("link", name="立案").click()
    await look(page, "case-open")
    await page.get_by_label("处置办").select_option(OFFICE)
    await page.get_by_role("button", name="立案").click()
    await page.wait_for_url("**/console/cases/*-*")
    await look(page, "case-opened")
    return page, page.url


async def worked_on(page, case, look):
    await look(page, "cases-of-an-office")
    await page.get_by_role("link", name=NAME).click()
    assert page.url == case
    await take(page, "受理", "已派两人办理")
    file = {"name": "现场笔录.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    await page.locator("input[type=file]").set_input_files(file)
    await page.get_by_role("button", name="上传材料").click()
    await page.locator("small", has_text="尚未列入步骤").wait_for()
    await page.get_by_role("button", name="现场核查").click()
    await look(page, "case-check")
    await page.keyboard.press("Escape")
    await take(page, "现场核查", "现场有人，账册不全")
    await take(page, "确认存疑", "账册与申报不符")
    await page.get_by_role("button", name="申请移送").click()
    await look(page, "case-ask-transfer")
    await page.keyboard.press("Escape")
    await take(page, "申请移送", "涉嫌非法吸收公众存款", 移送单位="公安机关")
    await look(page, "case-asked")


async def deliver_all(city):
    """Have the worker send what waits for the police; return what became of it."""
    gateway, mine = city.gateway, text("SELECT delivery_id, state FROM delivery WHERE kind = 'case-transfers'")
    async with gateway.database.begin("test.waits") as session:
        waiting = [row.delivery_id for row in await session.execute(mine)]
    for delivery in waiting:
        await send(gateway.units, gateway.http, delivery)
    async with gateway.database.begin("test.sent") as session:
        return {row.state for row in await session.execute(mine)}


async def replayed(city, visit, look, case):
    """The auditor has it played again: nothing differs, and what is changed behind the log's back is told."""
    page = await visit("auditor", "/console/cases")
    await look(page, "cases-of-all")
    await page.get_by_role("link", name=NAME).click()
    await page.get_by_role("button", name="由日志重放").click()
    await page.get_by_text("与案件的登记完全一致").wait_for()
    await look(page, "case-replayed")
    case_id = case.rpartition("/")[2]
    env = environment(city.gateway.settings.home, city.gateway.database.urls, city.issuer)
    assert json.loads(xinqiao(["case", "replay", case_id, "--json"], env).stdout)["same"] is True
    await changed(city, case_id, "rectified")
    await page.get_by_role("button", name="由日志重放").click()
    await page.get_by_text("与日志有 1 处不符").wait_for()
    row = page.locator("tr", has_text="办结结果")
    assert [await row.get_by_text(said).count() for said in ("已移送", "整改完毕")] == [1, 1]
    await look(page, "case-differs")
    told = xinqiao(["case", "replay", case_id], env, check=False)
    assert (told.returncode, "transferred ≠ rectified" in told.stderr) == (1, True), told.stderr
    await changed(city, case_id, "transferred")
    english = await visit("auditor", case.removeprefix(city.issuer), language="en")
    await look(english, "case-closed-en")


async def changed(city, case_id, outcome):
    """Write another outcome into the row, as nobody may."""
    async with city.gateway.database.begin("test.changed", role="owner") as session:
        values = {"outcome": outcome, "id": case_id}
        await session.execute(text("UPDATE disposal_case SET outcome = :outcome WHERE id = :id"), values)


@pytest.mark.usefixtures("watched")
async def test_the_bank_reads_why_it_is_warned_and_marks_it_seen(visit, look):
    page = await visit("staff", "/console/warnings")
    await look(page, "warnings")
    await page.get_by_role("link", name=NAME).first.click()
    await page.get_by_text("失信").first.wait_for()
    warning = page.url.rpartition("/")[2]
    await look(page, "warning")
    await page.get_by_role("button", name="标为已阅").click()
    await page.get_by_text("已阅").first.wait_for()
    assert await page.get_by_role("button", name="标为已阅").count() == 0
    await look(page, "warning-seen")
    await page.get_by_role("link", name="所属订阅").click()
    await page.get_by_role("link", name="订阅时的应答").wait_for()
    await look(page, "warning-subscription")
    await page.get_by_role("link", name="授权", exact=True).last.click()
    await page.get_by_text(NAME).first.wait_for()
    english = await visit("staff", f"/console/warnings/{warning}", language="en")
    await look(english, "warning-en")
