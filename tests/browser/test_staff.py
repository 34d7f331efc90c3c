"""A loan officer's story: what waits, a question asked by keyboard alone, its answer kept and printed, the report."""

import json

import pytest
from typer.testing import CliRunner

from consent.terms import PURPOSES
from gateway.__main__ import app
from gateway.quota.products import PRODUCTS
from signing.jws import payload_of
from tests.enterprises import uscc
from tests.house.objects import OWN

FOCUSED = "() => `${document.activeElement.id} ${document.activeElement.textContent.trim()}`"
MOST_TABS = 60


@pytest.fixture
async def desk(city):
    """An enterprise permits the bank the health check."""
    await city.town.story.consent("bank-1", OWN, products=["score", "health_check"], purpose="renewal")


async def tab_to(page, wanted):
    """Press Tab until what is focused has this id or text."""
    for _ in range(MOST_TABS):
        await page.keyboard.press("Tab")
        if wanted in await page.evaluate(FOCUSED):
            return
    raise AssertionError(wanted)


async def choose(page, field, steps):
    """Choose the option so many steps below the first."""
    await tab_to(page, field)
    for _ in range(steps):
        await page.keyboard.press("ArrowDown")


@pytest.mark.usefixtures("desk")
async def test_a_loan_officer_asks_by_keyboard_alone_and_keeps_a_signed_answer(city, visit, look, tmp_path):
    page = await visit("staff")
    await page.wait_for_url("**/console/desk")
    await look(page, "staff-desk")
    await tab_to(page, "发起查询")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/ask")
    await tab_to(page, "field-enterprise")
    await page.keyboard.type(uscc(OWN))
    await choose(page, "field-product", list(PRODUCTS).index("health_check"))
    await choose(page, "field-purpose", list(PURPOSES).index("renewal"))
    await tab_to(page, "查看授权与配额")
    await page.keyboard.press("Enter")
    await page.get_by_text("将使用的授权").wait_for()
    await look(page, "staff-ask")
    await tab_to(page, "正式查询（计 3 个单位）")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/inquiries/*")
    await page.locator(".chart-canvas canvas").first.wait_for()
    await look(page, "staff-answer")
    async with page.expect_download() as kept:
        await page.get_by_role("link", name="下载签名文件").click()
    file, keys = tmp_path / "answer.jws", tmp_path / "keys.json"
    await (await kept.value).save_as(file)
    keys.write_text(json.dumps((await city.town.story.client.get("/.well-known/xinqiao-keys")).json()))
    told = CliRunner().invoke(app, ["verify", str(file), "--keys", str(keys), "--json"])
    assert (told.exit_code, json.loads(told.output)["valid"]) == (0, True), told.output
    assert payload_of(file.read_text())["product"] == "health_check"
    async with page.expect_download() as printed:
        await page.get_by_role("link", name="体检表 PDF").click()
    sheet = tmp_path / "sheet.pdf"
    await (await printed.value).save_as(sheet)
    same = ["score", "sheet", str(file), "--keys", str(keys), "--pdf", str(sheet), "--check"]
    assert CliRunner().invoke(app, same).exit_code == 0
    await page.get_by_role("link", name="主体登记", exact=True).click()
    await page.get_by_text("应答当时所依据的记录").wait_for()


@pytest.mark.usefixtures("desk")
async def test_an_answer_is_printed_whole_without_the_shell(city, visit):
    page = await visit("staff", "/console/inquiries?product=health_check&outcome=answered")
    await page.locator("td.first a").first.click()
    await page.emulate_media(media="print")
    assert await page.locator("nav.side, header.top, .head-acts").locator("visible=true").count() == 0
    for shown in (".answer-missing .print-only", ".score", ".answer-proof", "h1", ".lead"):
        assert await page.locator(shown).is_visible()
    assert uscc(OWN) in await page.locator(".head").inner_text()


@pytest.mark.usefixtures("desk")
async def test_a_denial_says_what_to_do_and_leads_to_a_request_that_shows_what_will_be_read(city, visit, look):
    page = await visit("staff", f"/console/ask?enterprise={uscc(OWN)}&product=score&purpose=subsidy")
    await look(page, "staff-ask-denied")
    await page.get_by_role("link", name="请求授权").click()
    await page.get_by_role("button", name="预览企业将看到的内容").click()
    await page.get_by_text("企业签署人据此决定").wait_for()
    await look(page, "staff-request")
    await page.get_by_role("button", name="送出请求").click()
    await page.get_by_role("button", name="撤销授权").click()
    await page.get_by_text("不可恢复").wait_for()
    await look(page, "staff-revoke")


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("path", "name"),
    [("inquiries", "staff-inquiries"), ("consents", "staff-consents"), ("quota", "staff-quota"),
     ("usage-results?show=reported", "staff-usage")],
)  # fmt: skip
async def test_the_other_pages_of_a_loan_officer_are_whole(visit, look, path, name):
    page = await visit("staff", f"/console/{path}")
    await look(page, name)


@pytest.mark.usefixtures("desk")
async def test_a_loan_officer_reports_what_was_decided(visit, look):
    page = await visit("staff", "/console/usage-results")
    await page.locator("td.first a").first.click()
    await page.get_by_role("button", name="提交报告").click()
    await page.get_by_text("有 1 处需要改正").wait_for()
    await look(page, "staff-report")
    await page.get_by_label("获批金额（元）").fill("500000.00")
    await page.get_by_role("button", name="提交报告").click()
    await page.get_by_text("500000.00").wait_for()


async def test_what_is_closed_on_the_screen_is_open_on_paper(city, visit):
    told = (await city.town.story.ask("bank-1", OWN, product="public_record")).json()
    page = await visit("staff", f"/console/inquiries/{told['inquiry']}")
    closed = page.locator("details[data-printed]:not([open])")
    many = await closed.count()
    assert many > 0
    await page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert await closed.count() == 0
    await page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert await closed.count() == many
