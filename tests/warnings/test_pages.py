"""Warnings, subscriptions and scans at the console, for an institution's own staff alone."""

import re

import fastexcel
import pytest

from gateway.identity.clients.limits import set_for_people
from gateway.inquiries.batches.batch import work_batches
from gateway.inquiries.batches.sheet import LARGEST_SHEET
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.persons import signed_in
from tests.stories import as_csv, registration
from tests.visits import client_of
from tests.warnings.watched import FIRM, OPEN, get, permit, stands, told

HTML = {"Accept": "text/html"}
SUBSCRIPTIONS, SCANS = "/console/warning-subscriptions", "/console/joint-scans"
SECOND = 711


@pytest.fixture
async def office(bank):
    if "office" not in bank.keys:
        bank.keys["office"] = bank.keys["bank-1"]
        async with bank.gateway.units.begin("test.people", OPERATOR) as work:
            await set_for_people(work, client_id="bank-1", allowed=True)
        await bank.push("market_regulation", "ent_registration", registration(SECOND))
        await permit(bank, FIRM, products=["risk_watch", "score"])
    return bank


async def staff(browser, story, name, institution="bank"):
    await signed_in(story.gateway, browser, name, "staff", institution=institution)


async def page(browser, path):
    answer = await browser.get(path, headers=HTML)
    return answer.status_code, answer.text


async def send(browser, path, action="", file=None, **fields):
    """Send a form of a page, as a browser would."""
    shown = (await browser.get(path, headers=HTML)).text
    hidden = dict(re.findall(r'name="(csrf|token)" value="([^"]+)"', shown))
    headers = {**HTML, "Origin": str(browser.base_url).rstrip("/")}
    given = {**hidden, **fields}
    if file is None:
        return await browser.post(path + action, data=given, headers=headers)
    return await browser.post(path + action, data=given, files={"file": ("list.csv", file)}, headers=headers)


async def test_a_sheet_that_is_too_large_is_said_to_be_on_the_page_itself(office):
    async with client_of(office.gateway) as browser:
        await staff(browser, office, "li")
        for path in (SUBSCRIPTIONS, SCANS):
            outcome = await send(browser, path, "/list", file=b"x" * (2 * LARGEST_SHEET))
            assert (outcome.status_code, "文件超过 2 MB" in outcome.text) == (413, True), outcome.text


async def test_a_customer_is_subscribed_to_told_of_and_seen(office):
    async with client_of(office.gateway) as browser:
        await staff(browser, office, "li")
        assert "没有订阅" in (await page(browser, SUBSCRIPTIONS))[1]
        outcome = await send(browser, SUBSCRIPTIONS, subject=uscc(FIRM))
        assert (outcome.status_code, "新订阅 1 家" in outcome.text) == (200, True), outcome.text
        await stands(office, FIRM, OPEN)
        await told(office)
        status, listed = await page(browser, "/console/warnings")
        assert (status, "新增" in listed, "企业经营风险 关注" in listed, "未阅" in listed) == (200, True, True, True)
        [warning] = (await get(office, "/v1/warnings")).json()["warnings"]
        path = f"/console/warnings/{warning['warning']}"
        status, shown = await page(browser, path)
        assert (status, "失信" in shown, "标为已阅" in shown) == (200, True, True)
        assert (await send(browser, path, "/seen")).status_code == 303
        assert "标为已阅" not in (await page(browser, path))[1]
        assert uscc(FIRM) not in (await page(browser, "/console/warnings?seen=no"))[1]
        answer = (await page(browser, f"/console/inquiries/{warning['inquiry']}"))[1]
        assert "等级和原因" in answer
        assert "失信" in answer
        file = await browser.get("/console/warnings?export=csv", headers=HTML)
        assert uscc(FIRM) in file.content.decode("utf-8-sig")


async def test_each_row_of_a_list_is_accounted_for_and_a_subscription_is_ended(office):
    async with client_of(office.gateway) as browser:
        await staff(browser, office, "wang")
        sheet = as_csv(("统一社会信用代码",), [uscc(FIRM)], [uscc(SECOND)], ["nonsense"], [uscc(FIRM)])
        outcome = await send(browser, SUBSCRIPTIONS, "/list", file=sheet.encode())
        assert outcome.status_code == 200, outcome.text
        assert outcome.text.count("<tr>") == 5
        [row] = (await get(office, "/v1/warning-subscriptions?status=active")).json()["subscriptions"]
        path = f"{SUBSCRIPTIONS}/{row['subscription']}"
        assert "有效" in (await page(browser, path))[1]
        assert (await send(browser, path, "/end")).status_code == 303
        assert "本机构结束" in (await page(browser, path))[1]


async def test_a_scan_is_put_asked_and_taken_as_a_file(office):
    async with client_of(office.gateway) as browser:
        await staff(browser, office, "zhao")
        sheet = as_csv(("统一社会信用代码",), [uscc(FIRM)], [uscc(SECOND)])
        put = await send(browser, SCANS, "/list", file=sheet.encode(), provider="embedded")
        assert put.status_code == 303, put.text
        path = put.headers["location"]
        assert "正在" in (await page(browser, path))[1]
        gateway = office.gateway
        while await work_batches(gateway.units, gateway.providers, gateway.protector):
            pass
        status, shown = await page(browser, path)
        assert (status, uscc(FIRM) in shown, "没有授权" in shown or "未应答" in shown or "拒" in shown) == (
            200, True, True
        )  # fmt: skip
        book = await browser.get(f"{path}/found.xlsx", headers=HTML)
        lines = fastexcel.read_excel(book.content).load_sheet(0, dtypes="string").to_polars().rows()
        assert [line[1] for line in lines] == [uscc(FIRM), uscc(SECOND)]
        assert "扫描" in (await page(browser, SCANS))[1]


async def test_another_institution_s_staff_find_nothing(office):
    [row] = (await get(office, "/v1/warning-subscriptions?limit=1")).json()["subscriptions"]
    [warning] = (await get(office, "/v1/warnings?limit=1")).json()["warnings"]
    [scan] = (await get(office, "/v1/joint-scans?limit=1")).json()["scans"]
    await office.account("bank-2", "bank-b")
    async with client_of(office.gateway) as browser:
        await staff(browser, office, "qian", "bank-b")
        for path in (
            f"{SUBSCRIPTIONS}/{row['subscription']}", f"/console/warnings/{warning['warning']}",
            f"{SCANS}/{scan['scan']}",
        ):  # fmt: skip
            assert (await page(browser, path))[0] == 404, path


async def test_an_operator_and_a_regulator_have_no_such_pages(office):
    for role in ("operator", "regulator"):
        async with client_of(office.gateway) as browser:
            await signed_in(office.gateway, browser, f"{role}-w", role)
            for path in (SUBSCRIPTIONS, "/console/warnings", SCANS):
                assert (await page(browser, path))[0] == 403
