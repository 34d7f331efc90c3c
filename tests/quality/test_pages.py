"""Quality as people see it: the interface by role, the console's pages, the commands."""

import html
import json
import re

import httpx
import pytest

from gateway.app import create_app
from gateway.intake.held_text import held_lines
from gateway.quality.alerts import check_alerts
from gateway.runtime.actor import PROGRAM
from tests.agencies import HEADER, arrears
from tests.enterprises import uscc
from tests.identities import login, register
from tests.persons import csrf, same_site, signed_in
from tests.stories import slug

SYSTEM = "system-1"
KEYS = {}  # of the system administrator, by the home of the instance


@pytest.fixture
async def browser(gateway):
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as opened:
        yield opened


@pytest.fixture
async def delivered(push):
    """Sound rows, refused rows, and a delivery that is held."""
    first = await push(arrears(range(10)), "sound")
    if first.status_code == 201:
        await push("\n".join([HEADER, *(f"公司{n},{uscc(50 + n)},,{n}圆整,增值税" for n in range(4))]), "refused")
    held = await push(arrears([90], f"{HEADER},联系人").replace("增值税", "增值税,1"), "held")
    return held.json().get("held")


async def runner(gateway, client):
    if gateway.settings.home not in KEYS:
        KEYS[gateway.settings.home] = await register(gateway, SYSTEM, "system")
    return await login(client, KEYS[gateway.settings.home], SYSTEM, gateway.settings.issuer)


async def test_an_agency_sees_its_own_scorecard_and_overseers_see_all(gateway, client, push, get, delivered):
    own = await get("/v1/agencies/tax/quality")
    assert own.status_code == 200, own.text
    card = own.json()
    feed = next(feed for feed in card["datasets"] if feed["dataset"] == "tax_arrears")
    assert (feed["rows"], feed["rejected"], feed["error_rate"], feed["open_rows"]) == (14, 4, "0.2857", 4)
    # Three required fields weigh three each; of four others one is delivered: 10 of 13.
    assert (feed["timeliness"], feed["completeness"]) == ("1.0000", "0.7692")
    assert len(feed["weeks"]) == 12
    assert (feed["weeks"][0]["error_rate"], feed["weeks"][11]["error_rate"]) == (None, "0.2857")
    other = next(feed for feed in card["datasets"] if feed["dataset"] == "penalty_tax")
    assert (other["timeliness"], other["error_rate"], other["silent"]) == (None, None, False)
    assert card["reasons"][0] == {"dataset": "tax_arrears", "code": "money_unreadable", "rows": 4}
    assert (card["open_batches"][0]["open"], card["held"][0]["held"]) == (4, delivered)
    assert slug(await get("/v1/agencies/tax/quality", "market_regulation")) == "agency-not-found"
    assert slug(await get("/v1/agencies/nobody/quality", "auditor-1")) == "agency-not-found"
    assert (await get("/v1/agencies/tax/quality", "auditor-1")).status_code == 200
    assert (await get("/v1/quality")).status_code == 403
    for headers in ({}, await runner(gateway, client)):
        ranking = await get("/v1/quality", "auditor-1", headers=headers)
        assert ranking.json()["agencies"][0]["agency"] == "tax"
        assert ranking.json()["agencies"][-1]["index"] is None


async def test_alerts_are_seen_by_their_agency_and_by_overseers_and_counted_for_the_monitor(
    gateway, monitor, get, delivered
):
    async with gateway.units.begin("alerts.check", PROGRAM) as work:
        await check_alerts(work)
    for who in ("tax", "auditor-1"):
        found = (await get("/v1/alerts", who)).json()["alerts"]
        assert [(alert["agency"], alert["kind"]) for alert in found] == [("tax", "drift")]
    assert (await get("/v1/alerts", "market_regulation")).json() == {"alerts": []}
    gauge = (await monitor.get("/metrics")).text
    assert 'xinqiao_alerts_open{kind="drift"} 1.0' in gauge
    assert 'xinqiao_alerts_open{kind="silent"} 0.0' in gauge


async def test_what_is_held_is_told_alike_by_the_interface_the_console_and_the_command(
    gateway, client, browser, get, delivered
):
    await signed_in(gateway, browser, "clerk-2", "clerk", agency="tax")
    told = (await get(f"/v1/held-deliveries/{delivered}")).json()
    (listed,) = (await get("/v1/held-deliveries?status=waiting")).json()["held"]
    assert {name: told[name] for name in listed} == listed
    page = html.unescape((await browser.get(f"/console/held/{delivered}")).text)
    assert ("联系人（不入库）" in page, ">王五<" in page or ">1<" in page) == (True, True)  # the lost column is shown
    assert re.search(r'id="accept".*id="discard"', page, re.DOTALL)
    shown = "\n".join(held_lines(told))
    (column,) = told["lost"]
    assert (column["column"], column["values"]) == ("联系人", 1)
    assert "lost if accepted: 1 个值 values，列 columns 联系人" in shown
    (row,) = told["first_rows"]
    assert (row["row"], row["name"], row["fields"]["balance"]) == (2, "某公司", "5")
    assert f"{told['titles']['balance']} 5" in shown  # by the field's name, as the page has it
    for said in (
        told["findings"][0]["zh"],
        row["name"],
        row["code"],
        *(said["zh"] for said in told["decisions"].values()),
    ):
        assert (said in page, said in shown) == (True, True), said
    assert slug(await get(f"/v1/held-deliveries/{delivered}", "market_regulation")) == "held-not-found"
    seen = (await get(f"/v1/held-deliveries/{delivered}", "auditor-1")).json()
    assert (seen["lost"], seen["first_rows"]) == (told["lost"], [])


async def test_an_agencys_system_cannot_accept_what_it_sent_and_an_operator_can(
    gateway, client, access, get, delivered
):
    path = f"/v1/held-deliveries/{delivered}"
    assert slug(await client.post(f"{path}/accept", headers=await access())) == "clerk-needed"
    assert [held["held"] for held in (await get("/v1/held-deliveries?status=waiting")).json()["held"]] == [delivered]
    assert (await get("/v1/held-deliveries", "market_regulation")).json()["held"] == []
    unknown = await client.post(
        "/v1/held-deliveries/018f0000-0000-7000-8000-000000000000/accept", headers=await runner(gateway, client)
    )
    assert slug(unknown) == "held-not-found"
    done = await client.post(f"{path}/discard", headers=await runner(gateway, client))
    assert (done.status_code, done.json()["state"], done.json()["decided_by"]) == (200, "discarded", SYSTEM)
    again = await client.post(f"{path}/accept", headers=await runner(gateway, client))
    assert (again.status_code, slug(again)) == (409, "held-decided")
    assert delivered in str((await get("/v1/held-deliveries?status=discarded")).json())


async def test_a_clerk_sees_their_agencys_scores_and_what_is_open(gateway, browser, delivered):
    await signed_in(gateway, browser, "clerk-1", "clerk", agency="tax")
    assert (await browser.get("/console/quality")).headers["location"] == "/console/quality/tax"
    page = await browser.get("/console/quality/tax")
    assert page.status_code == 200, page.text
    for said in ("行待更正", "份暂存", "/console/corrections?state=open", "/console/held?state=waiting", "不是金额"):
        assert said in page.text, said
    drawn = [json.loads(one) for one in re.findall(r'<script type="application/json">(.*?)</script>', page.text)]
    assert [(chart["name"], len(chart["categories"])) for chart in drawn] == [("index", 12), ("shares", 12)]
    assert drawn[0]["series"][0]["values"][:11] == [None] * 11
    errors = next(one for one in drawn[1]["series"] if one["tone"] == "bad")
    assert errors["values"][-1] == 28.6
    policy = page.headers["content-security-policy"]
    assert ("unsafe" in policy, "style=" in page.text, "<script>" in page.text) == (False, False, False)
    assert (await browser.get("/console/quality/market_regulation")).status_code == 404
    today = (await browser.get("/console/feeds")).text
    assert ("欠税公告信息" in today, "待您处理" in today, "工商" in today) == (True, True, False)
    assert (await browser.get("/console/feeds?state=silent")).status_code == 200
    assert (await browser.get("/console/feeds?export=xlsx")).content.startswith(b"PK")


async def test_overseers_rank_agencies_see_alerts_and_decide_nothing(gateway, browser, push, delivered):
    held = (await push(arrears([91], f"{HEADER},新列").replace("增值税", "增值税,1"), "held-2")).json()["held"]
    async with gateway.units.begin("alerts.check", PROGRAM) as work:
        await check_alerts(work)
    await signed_in(gateway, browser, "auditor-p", "auditor")
    ranking = (await browser.get("/console/quality")).text
    assert all(said in ranking for said in ("格式变化待确认", "税务局", "没有提交的部门"))
    page = await browser.get("/console/quality/tax")
    assert (page.status_code, "/console/held" in page.text, "/console/corrections" in page.text) == (200, False, False)
    form = {"csrf": await csrf(browser)}
    decided = await browser.post(f"/console/held/{held}/discard", data=form, headers=same_site(browser))
    assert decided.status_code == 403
    assert (await browser.get("/console/quality/nobody")).status_code == 404


async def test_staff_of_an_institution_see_no_agencys_quality(gateway, browser):
    await register(gateway, "bank-1", "account", "bank")
    await signed_in(gateway, browser, "teller", "staff", institution="bank")
    assert (await browser.get("/console/quality")).status_code == 403
    assert (await browser.get("/console/catalogue")).status_code == 200


async def test_rows_that_would_be_refused_or_are_no_data_are_shown_as_such(push, get, delivered):
    body = "\n".join(
        [
            f"{HEADER},某列",
            f"某甲公司,{uscc(91)},某路,#N/A,增值税,1",
            "合计,,,7,,",
            f"某乙公司,{uscc(92)},某路,7,增值税,1",
        ]
    )
    held = (await push(body, "mixed")).json()["held"]
    refused, sound = (await get(f"/v1/held-deliveries/{held}")).json()["first_rows"]
    assert (refused["row"], refused["name"], len(refused["rejected"])) == (2, "", 1)
    assert (sound["row"], sound["name"], sound["natural_person"]) == (4, "某乙公司", False)
