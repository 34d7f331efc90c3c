"""The pages of an enterprise's own people over HTTP: what is done on them, what is refused, and what is far-fetched."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest
from sqlalchemy import text

from audit.entry_proof import verify_tlog_proof
from gateway.app import create_app
from gateway.identity.key_routes import public_keys
from gateway.worker import publish_head, take_in
from tests.enterprises import uscc
from tests.persons import csrf, forget_step, same_site, signed_in
from tests.stories import registration

NUMBER = 820
LONG = "瓯海" + "很长的名字" * 38 + "有限公司"
ODD = "<b>🏦</b> مصرف " + "长" * 180


def browser_of(gateway):
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
    return httpx.AsyncClient(
        transport=transport, base_url=gateway.settings.issuer, headers={"Accept": "text/html"}, timeout=30
    )


@pytest.fixture(scope="module")
def devices():
    return {}


@pytest.fixture(scope="module")
async def browser(gateway, devices):
    """An owner of an enterprise whose name is as long as names get, signed in."""
    async with browser_of(gateway) as opened:
        devices["boss"] = await signed_in(gateway, opened, "boss", "owner", enterprise=uscc(NUMBER))
        yield opened


@pytest.fixture
async def ready(story, gateway):
    if "market_regulation" not in story.keys:
        await story.push("market_regulation", "ent_registration", registration(NUMBER, 企业名称=LONG))
        await story.account("bank-1", "bank")
        async with gateway.database.begin("test.name", role="owner") as session:
            await session.execute(text("UPDATE institution SET name = :name"), {"name": ODD})
    return story


async def send(browser, path, **form):
    form["csrf"] = await csrf(browser)
    return await browser.post(f"/console/enterprise{path}", data=form, headers=same_site(browser))


async def requested(story, **changes):
    return (await story.request("bank-1", NUMBER, **changes)).json()["consent"]


async def approve(story, browser, devices, consent):
    await forget_step(story.gateway, "boss")
    code = pyotp.TOTP(devices["boss"]).now()
    page = await browser.get(f"/console/enterprise/consents/{consent}")
    shown = re.search(r'name="shown" value="(\w+)"', page.text)[1]
    return await send(browser, f"/consents/{consent}/approve", shown=shown, code=code)


async def test_a_request_is_answered_paused_resumed_and_revoked_on_its_page(ready, browser, devices):
    consent = await requested(ready, products=["score", "health_check"], max_uses=7)
    page = (await browser.get(f"/console/enterprise/consents/{consent}")).text
    for told in ("最多 7 次", "企业体检表（分数、等级、原因和逐项指标）", "贷前审查，不得用于其他", "全部账户", LONG):
        assert told in page, told
    assert "&lt;b&gt;🏦&lt;/b&gt;" in page
    assert "<b>🏦" not in page
    done = await approve(ready, browser, devices, consent)
    assert (done.status_code, done.headers["location"].rpartition("?")[2]) == (303, "said=approved")
    for action, reason, said in (
        ("pause", "checking", "paused"),
        ("resume", "", "resumed"),
        ("revoke", "settled", "revoked"),
    ):
        done = await send(browser, f"/consents/{consent}/{action}", chosen=reason, words="")
        assert (done.status_code, done.headers["location"].rpartition("?")[2]) == (303, f"said={said}")
    page = (await browser.get(done.headers["location"])).text
    assert "理由：贷款已结清或不再申请" in page
    assert "王小二 boss" in page
    bank = await ready.client.get(f"/v1/consents/{consent}", headers=await ready.headers("bank-1"))
    assert (bank.json()["status"], bank.json()["reason"]) == ("revoked", "贷款已结清或不再申请")


async def test_what_cannot_be_answered_says_why_on_the_same_page(ready, browser):
    consent = await requested(ready)
    wrong = {
        "/approve": ({"shown": "0" * 64, "code": "000000"}, 409, "页面所示与现在的条款或名称不同"),
        "/reject": ({"shown": "x", "chosen": "", "words": ""}, 400, "请选择或写明原因"),
        "/revoke": ({"chosen": "", "words": "x"}, 400, "请选择或写明原因"),
        "/pause": ({"chosen": "checking"}, 409, "授权尚未答复"),
    }
    for path, (form, status, told) in wrong.items():
        answer = await send(browser, f"/consents/{consent}{path}", **form)
        assert (answer.status_code, told in answer.text) == (status, True), path
    page = await browser.get(f"/console/enterprise/consents/{consent}")
    shown = re.search(r'name="shown" value="(\w+)"', page.text)[1]
    wrong_code = await send(browser, f"/consents/{consent}/approve", shown=shown, code="000000")
    assert (wrong_code.status_code, "动态码不对，或已经用过" in wrong_code.text) == (403, True)
    async with ready.gateway.database.begin("test.lanes") as session:
        await session.execute(text("UPDATE sign_in_lane SET free_at = now() + interval '1 minute'"))
    too_fast = await send(browser, f"/consents/{consent}/approve", shown=shown, code="000000")
    assert (too_fast.status_code, "试得太快" in too_fast.text) == (429, True)
    assert 0 < int(too_fast.headers["retry-after"]) <= 60
    async with ready.gateway.database.begin("test.lanes") as session:
        await session.execute(text("DELETE FROM sign_in_lane"))


async def test_who_comes_second_is_told_what_became_of_it(ready, browser, devices, gateway):
    consent = await requested(ready)
    async with browser_of(gateway) as other:
        await signed_in(gateway, other, "boss-2", "owner", enterprise=uscc(NUMBER))
        shown = re.search(
            r'name="shown" value="(\w+)"', (await other.get(f"/console/enterprise/consents/{consent}")).text
        )[1]
        assert (await approve(ready, browser, devices, consent)).status_code == 303
        late = await send(other, f"/consents/{consent}/reject", shown=shown, chosen="not-asked", words="")
        assert late.status_code == 409
        assert "授权正在生效" in late.text
        assert "王小二 boss" in late.text
        again = await send(other, f"/consents/{consent}/approve", shown=shown, code="000000")
        assert again.headers["location"].endswith("?said=already")


async def test_what_the_institution_or_a_signatory_did_is_told_as_theirs(ready, browser):
    await ready.enrol(f"s-{NUMBER}", "signatory", subject=uscc(NUMBER))
    consent = (await ready.consent("bank-1", NUMBER))["consent"]
    headers = await ready.headers("bank-1")
    assert (await ready.client.post(f"/v1/consents/{consent}/revoke", headers=headers)).status_code == 200
    page = (await browser.get(f"/console/enterprise/consents/{consent}")).text
    assert f"有效 · s-{NUMBER}（凭密钥）" in page
    assert "已撤销 · &lt;b&gt;🏦" in page
    assert "bank-1（" not in page


async def test_a_form_without_the_sessions_token_changes_nothing(ready, browser):
    consent = await requested(ready)
    for action in ("approve", "reject", "revoke"):
        form = {"csrf": "x", "chosen": "settled", "shown": "", "code": ""}
        path = f"/console/enterprise/consents/{consent}/{action}"
        assert (await browser.post(path, data=form, headers=same_site(browser))).status_code == 403
    assert (await ready.client.get(f"/v1/consents/{consent}", headers=await ready.headers("bank-1"))).json()[
        "status"
    ] == "requested"


async def test_filters_dates_and_files_of_the_lists(ready, browser):
    await ready.ask("bank-1", NUMBER, purpose="renewal")
    today = datetime.now(UTC) + timedelta(hours=8)
    paths = {
        "/questions?outcome=denied&purpose=renewal": "已拒绝", "/questions?institution=nobody": "没有查询",
        f"/questions?since={today.date()}&until={today.date()}": "已拒绝", "/consents?standing=requested": "待答复",
        "/records": "市场主体登记信息", "/records/of/ent_registration": "现行", "/objections?state=upheld": "没有异议",
        "/signatories": "王小二 boss",
    }  # fmt: skip
    for path, told in paths.items():
        answer = await browser.get(f"/console/enterprise{path}")
        assert (answer.status_code, told in answer.text) == (200, True), path
    for path in ("/questions?outcome=odd", "/questions?since=2026-02-30", "/records/of/ent_registration?after=odd"):
        assert (await browser.get(f"/console/enterprise{path}")).status_code == 400, path
    assert (await browser.get("/console/enterprise/records/of/nothing")).status_code == 404
    for name in ("questions", "consents", "records", "objections"):
        file = await browser.get(f"/console/enterprise/{name}?export=csv")
        assert (file.status_code, file.headers["content-type"].partition(";")[0]) == (200, "text/csv"), name


async def test_one_question_says_who_and_why_and_is_proved_once_it_is_in_the_log(ready, browser):
    denied = (await ready.ask("bank-1", NUMBER, purpose="subsidy")).json()["inquiry"]
    page = (await browser.get(f"/console/enterprise/questions/{denied}")).text
    for told in ("补贴审核", "企业尚未授权", "没有依据任何授权", "一分钟后再看"):
        assert told in page, told
    assert f"{denied}/proof" not in page
    await take_in(ready.gateway)
    await publish_head(ready.gateway)
    assert f"{denied}/proof" in (await browser.get(f"/console/enterprise/questions/{denied}")).text
    file = await browser.get(f"/console/enterprise/questions/{denied}/proof")
    entry, _ = verify_tlog_proof(file.text, public_keys(ready.gateway.units)["audit"])
    assert entry.leaf["outcome"] == "consent-required"


async def test_an_objection_is_raised_on_the_records_page_and_followed(ready, browser):
    listed = await browser.get("/console/enterprise/records/of/ent_registration")
    record = re.search(r"/console/enterprise/records/([0-9a-f-]{36})", listed.text)[1]
    page = (await browser.get(f"/console/enterprise/records/{record}")).text
    assert "用于评分：" in page
    for wrong in ({"wrong": "x"}, {"wrong": "长" * 490, "right": "长" * 20}, {"wrong": "有误", "document": "长" * 201}):
        answer = await send(browser, f"/records/{record}/objection", **wrong)
        assert (answer.status_code, "field-error" in answer.text) == (400, True)
    done = await send(browser, f"/records/{record}/objection", wrong="注册资本有误", right="800 万元", document="执照")
    assert done.status_code == 303
    assert "异议中" in (await browser.get(done.headers["location"])).text
    again = await send(browser, f"/records/{record}/objection", wrong="还是有误")
    assert again.status_code == 409
    rows = (await browser.get("/console/enterprise/objections")).text
    assert "注册资本有误；应为：800 万元" in rows
    due = (datetime.now(UTC) + timedelta(hours=8)).date() + timedelta(days=20)
    assert due.isoformat() in rows


async def test_who_still_waits_is_told_until_when_and_acts_for_nobody(gateway, ready):
    await ready.enrol(f"s-{NUMBER}", "signatory", subject=uscc(NUMBER))
    async with browser_of(gateway) as late:
        await signed_in(gateway, late, "late", "owner", enterprise=uscc(NUMBER), wait_hours=1)
        home = await late.get("/console/enterprise")
        assert (home.status_code, "起可代表企业" in home.text, LONG in home.text) == (200, True, False)
        for path in ("consents", "questions", "records", "objections", "signatories"):
            answer = await late.get(f"/console/enterprise/{path}")
            assert (answer.status_code, "等候期未满" in answer.text) == (403, True), path


async def test_an_enterprise_nothing_is_known_of_has_whole_pages_too(gateway):
    async with browser_of(gateway) as opened:
        await signed_in(gateway, opened, "unknown", "owner", enterprise=uscc(NUMBER + 1))
        assert uscc(NUMBER + 1) in (await opened.get("/console/enterprise")).text
        for path in ("consents", "questions", "records", "objections", "signatories"):
            assert (await opened.get(f"/console/enterprise/{path}")).status_code == 200, path
