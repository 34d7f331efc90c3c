"""The pages of an institution's people: asking once, answers, denials, consents, quota, usage results; no other's."""

import asyncio
import csv
import html
import io
import re
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from gateway.app import create_app
from gateway.identity.clients.limits import set_for_people
from gateway.inquiries.answers import ANSWER_TYPE
from gateway.inquiries.batches.batch import work_batches
from gateway.inquiries.batches.sheet import LARGEST_SHEET
from gateway.inquiries.duties import follow
from gateway.inquiries.outputs.policy import OutputPolicy
from gateway.inquiries.outputs.setting import set_output_policy
from gateway.people.guard import cookie_name
from gateway.people.sessions import open_session
from gateway.people.tables import Person
from gateway.quota.costs import set_cost
from gateway.quota.rates import set_rate
from gateway.runtime.actor import PROGRAM
from gateway.worker import take_in
from scoring_adapter.providers.asking import Providers
from signing.jws import verify_jws
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.identities import add_proof
from tests.persons import csrf, invited, same_site
from tests.stories import Story, registration, today

NAME = "瓯海第1鞋业有限公司"
TOMORROW = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
PAGES = (
    "desk", "ask", "inquiries", "consents", "consents/new", "quota", "usage-results", "usage-results/deletions",
    "outputs", "inquiries/recalls",
)  # fmt: skip


@pytest.fixture(scope="module")
async def town(gateway):
    """Enterprise 1 is on record and permits bank-1; li of bank asks through it, wu of another bank through bank-2."""
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(4):
            transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway))
            opened.append(await stack.enter_async_context(httpx.AsyncClient(
                transport=transport, base_url=gateway.settings.issuer, headers={"Accept": "text/html"}
            )))  # fmt: skip
        story = Story(gateway, await stack.enter_async_context(programs(gateway)), {})
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.feeds()
        for account, institution in (("bank-1", "bank"), ("bank-1b", "bank"), ("bank-2", "bank-two")):
            await story.account(account, institution)
            if account != "bank-1b":
                async with gateway.units.begin("test.for-people", OPERATOR) as work:
                    await set_for_people(work, client_id=account, allowed=True)
        await story.account("lone-1", "lone")  # of an institution without an account for people
        consent = await story.consent("bank-1", 1, products=["score", "health_check"])
        for browser, (person, role, more) in zip(opened, (
            ("li", "staff", {"institution": "bank"}), ("wu", "staff", {"institution": "bank-two"}),
            ("lu", "staff", {"institution": "lone"}), ("ren", "regulator", {}),
        ), strict=True):  # fmt: skip
            browser.cookies.set(cookie_name(gateway.settings), await session_of(gateway, person, role, **more))
        li, wu, lu, other = opened
        yield SimpleNamespace(story=story, li=li, wu=wu, lu=lu, other=other, consent=consent["consent"])


async def session_of(gateway, person_id, role, **more):
    """Invite somebody and return the cookie of a session of theirs, without the way through the pages."""
    await invited(gateway, person_id, role, **more)
    async with gateway.units.begin("test.session", OPERATOR) as work:
        person = await work.session.get_one(Person, person_id)
        person.status = "active"
        return await open_session(work.session, person, work.now)


def programs(gateway):
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway))
    return httpx.AsyncClient(
        transport=transport, base_url=gateway.settings.issuer, event_hooks={"request": [add_proof]}
    )  # fmt: skip


async def look(browser, path, status=200, **more):
    shown = await browser.get(f"/console/{path}", **more)
    assert shown.status_code == status, (path, shown.text)
    return shown.text


async def send(browser, path, data, status=303):
    body = {"csrf": await csrf(browser), **data}
    sent = await browser.post(f"/console/{path}", data=body, headers=same_site(browser))
    assert sent.status_code == status, (path, sent.text)
    return sent


def fields(page, action):
    """The hidden fields of the form that leads to an address."""
    form = re.search(rf'<form method="post" action="{action}">(.*?)</form>', page, re.DOTALL)[1]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))


async def prepared(town, browser=None, **changes):
    asked = {"enterprise": uscc(1), "product": "score", "purpose": "pre_loan", **changes}
    return await look(browser or town.li, "ask", params=asked)


async def ask(town, **changes):
    """Ask as a person does, and return the inquiry's number."""
    data = fields(await prepared(town, **changes), "/console/ask")
    answered = await send(town.li, "ask", data)
    return UUID(urlsplit(answered.headers["location"]).path.rpartition("/")[2])


async def count(town, query="SELECT count(*) FROM inquiry"):
    async with town.story.gateway.database.begin("test.count", role="owner") as session:
        return (await session.execute(text(query))).scalar_one()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
async def test_every_page_opens_for_staff_in_both_languages_and_for_nobody_else(town, path, language):
    town.li.cookies.set("xinqiao-language", language)
    shown = await look(town.li, path)
    town.li.cookies.set("xinqiao-language", "zh")
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}"' in shown
    assert "None" not in shown
    await look(town.other, path, status=403)


async def test_before_asking_the_page_shows_consent_cost_and_rest(town):
    shown = await prepared(town, product="health_check")
    assert NAME in shown
    for said in ("将使用的授权", "不限", "正式查询（计 3 个单位）", "账户，每日", "全机构，每月"):
        assert said in shown
    assert fields(shown, "/console/ask")["consent"] == town.consent


@pytest.mark.parametrize("said", [NAME, "瓯海第1", uscc(1)[8:17]])
async def test_an_enterprise_that_has_permitted_something_is_found_by_name_and_former_code(town, said):
    assert fields(await prepared(town, enterprise=said), "/console/ask")["uscc"] == uscc(1)


async def test_of_another_enterprise_a_page_tells_nothing_but_how_to_request_a_consent(town):
    await town.story.push("market_regulation", "ent_registration", registration(8))
    known, unknown = [
        re.sub(r'(value|name)="[^"]*"|[?][^"]*', "", await prepared(town, enterprise=uscc(number))).replace(
            uscc(number), "CODE"
        )
        for number in (8, 9)
    ]
    assert known == unknown
    assert "企业尚未授权" in known
    assert "/console/consents/new" in known
    wrong = await look(town.li, "ask", 400, params={"enterprise": "瓯海第8鞋业有限公司"})
    assert "没有符合的" in wrong
    assert "不是有效的统一社会信用代码" in await look(town.li, "ask", 400, params={"enterprise": "91330302MA"})


async def test_a_double_click_and_a_reload_ask_once(town):
    before, data = await count(town), fields(await prepared(town), "/console/ask") | {"token": "x" * 64}
    sent = await asyncio.gather(*(send(town.li, "ask", data) for _ in range(3)))
    later = await send(town.li, "ask", data)
    assert len({answer.headers["location"] for answer in (*sent, later)}) == 1
    assert await count(town) == before + 1
    changed = await send(town.li, "ask", {**data, "product": "health_check"}, status=409)
    assert "已经提交过" in changed.text


async def test_a_form_of_a_stale_page_or_without_a_token_asks_nothing(town):
    before, data = await count(town), fields(await prepared(town), "/console/ask")
    for changes in ({"token": ""}, {"token": "x" * 65}, {"token": "词"}, {"purpose": ""}, {"consent": "x"}):
        await send(town.li, "ask", {**data, **changes}, status=400)
    stale = await town.li.post("/console/ask", data={**data, "csrf": "x"}, headers=same_site(town.li))
    assert (stale.status_code, await count(town)) == (403, before)


async def test_an_answer_says_what_it_rests_on_and_its_file_verifies(town):
    inquiry = await ask(town, product="health_check")
    shown = await look(town.li, f"inquiries/{inquiry}")
    for said in (NAME, uscc(1), "贷前审查", "王小二 li", str(inquiry), "证据摘要", "未能计算", "尚未报送", "体检"):
        assert said in shown
    assert re.search(r'<span class="band-(excellent|good|fair|poor)">', shown)
    file = await town.li.get(f"/console/inquiries/{inquiry}/answer")
    assert "attachment" in file.headers["content-disposition"]
    statement = verify_jws(file.text, [town.story.gateway.keys.public("answer")], ANSWER_TYPE)
    assert (statement["inquiry"], statement["account"], statement["subject"]) == (str(inquiry), "bank-1", uscc(1))
    assert statement["entry"] in shown


async def test_a_denial_has_a_page_with_its_reason_and_what_to_do(town):
    data = fields(await prepared(town), "/console/ask")
    sent = await send(town.li, "ask", {**data, "purpose": "renewal", "consent": ""})
    path = sent.headers["location"].removeprefix("/console/")
    shown = await look(town.li, path)
    assert "授权的用途与查询的不同" in shown
    assert "请按授权的用途查询" in shown
    assert "未应答，不计费" in shown
    assert (await town.li.get(f"/console/{path}/answer")).status_code == 404


async def test_a_consent_to_look_at_the_result_gives_a_page_without_reasons_and_no_file(town):
    await town.story.consent("bank-1", 1, purpose="subsidy", tier="basic", access_mode="VIEW", categories=["tax"])
    asked = {"purpose": "subsidy"}
    assert "不含所问的全部数据" in await prepared(town, **asked)
    wrong = await look(town.li, "ask", 400, params={"enterprise": uscc(1), "data_from": "2026-02-30", **asked})
    assert "须为真实日期" in wrong
    shown = await prepared(town, narrow="yes", **asked)
    assert "授权不含，将不提供" in shown
    assert "行政处罚" in shown
    inquiry = await ask(town, narrow="yes", **asked)
    shown = await look(town.li, f"inquiries/{inquiry}")
    for said in ("公共信用评价", "仅用于补贴审核，不得转给他人", "依据的数据", "税务", "详细内容"):
        assert said in shown
    for hidden in ("理由", "未能计算"):
        assert hidden not in shown
    refused = await town.li.get(f"/console/inquiries/{inquiry}/answer")
    assert refused.status_code == 403
    assert "eyJ" not in refused.text


async def test_what_the_operator_withholds_stands_on_no_page_and_in_no_file(town):
    gateway = town.story.gateway

    async def rules(*policy):
        async with gateway.units.begin("test.output", OPERATOR) as work:
            for product in ("score", "health_check"):
                await set_output_policy(work, "bank", product, OutputPolicy(0, *policy))

    try:
        await rules("banded")
        banded = await ask(town, product="health_check")
        shown = await look(town.li, f"inquiries/{banded}")
        assert re.search(r'<span class="band-(excellent|good|fair|poor)">', shown)
        for hidden in ('class="score"', 'class="scale"', 'class="points', "\u2212", "分）", "得分最低", "data-chart"):
            assert hidden not in shown, hidden
        assert "各项指标的分值" in shown
        assert not re.search(r'<td class="number" data-l="得分">[^—]', shown)
        await rules("flag", 1)
        flag = await ask(town)
        shown = await look(town.li, f"inquiries/{flag}")
        assert "达到 1 分" in shown
        for hidden in ("/ 1000", "band-", "理由</h2>", "未能计算</h2>"):
            assert hidden not in shown, hidden
        file = await town.li.get(f"/console/inquiries/{flag}/answer")
        statement = verify_jws(file.text, gateway.keys.publics("answer"), ANSWER_TYPE)
        assert (statement["score"], statement["flag"]) == (None, {"at_least": 1, "met": True})
        page = await look(town.li, "outputs")
        assert "只说明是否达到 1 分" in page
        assert "没有限制" in await look(town.wu, "outputs")
    finally:
        await rules()


async def test_what_a_question_costs_now_stands_wherever_one_is_prepared_and_is_what_it_is_charged(town):
    async def costs(units):
        async with town.story.gateway.units.begin("test.cost", OPERATOR) as work:
            await set_cost(work, "score", units, "年度调整")

    await costs(4)
    try:
        shown = await prepared(town)
        assert ("信用评分 · 4 个单位" in shown, shown.count("4 个单位")) == (
            True,
            3,
        )  # to choose, on what it rests, to ask
        assert "信用评分 · 4 个单位" in await look(town.li, "ask-many")
        body = {"csrf": await csrf(town.li), "product": "score", "purpose": "pre_loan", "account": "bank-1"}
        sheet = f"统一社会信用代码\n{uscc(1)}\n{uscc(2)}\n".encode()
        files = {"file": ("企业.csv", sheet)}
        looked = await town.li.post("/console/ask-many", data=body, files=files, headers=same_site(town.li))
        assert "将扣减 8 个单位" in looked.text
        inquiry = await ask(town)
        assert await count(town, f"SELECT units FROM quota_ledger WHERE inquiry_id = '{inquiry}'") == 4
    finally:
        await costs(1)


async def test_an_answer_whose_consent_was_revoked_is_not_shown_again(town):
    given = await town.story.consent("bank-1", 1, purpose="post_loan")
    inquiry = await ask(town, purpose="post_loan")
    assert "score" in await look(town.li, f"inquiries/{inquiry}")
    await send(town.li, f"consents/{given['consent']}/revoke", {"reason": "不再需要"})
    shown = await look(town.li, f"inquiries/{inquiry}")
    assert "撤销授权" in shown
    assert 'class="score"' not in shown
    assert (await town.li.get(f"/console/inquiries/{inquiry}/answer")).status_code == 403


async def test_what_a_program_was_answered_is_listed_and_not_shown(town):
    told = (await town.story.ask("bank-1b", 1)).json()["inquiry"]
    assert told in await look(town.li, "inquiries", params={"columns": "number"})
    shown = await look(town.li, f"inquiries/{told}")
    assert "此账户不供工作人员查询" in shown
    assert 'class="score"' not in shown


@pytest.mark.parametrize(
    ("path", "status"),
    [("inquiries/{inquiry}", 404), ("inquiries/{inquiry}/answer", 404), ("consents/{consent}", 404),
     ("usage-results/new/{inquiry}", 404), ("usage-results/{result}", 404),
     ("usage-results/deletions/{inquiry}", 404)],
)  # fmt: skip
async def test_another_institutions_object_is_as_one_that_is_not_there(town, path, status):
    made = await reported(town)
    mine = await town.wu.get("/console/" + path.format(**made))
    nowhere = await town.wu.get("/console/" + path.format(**dict.fromkeys(made, uuid4())))
    assert (mine.status_code, nowhere.status_code) == (status, status)
    strip = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f-]{27}")
    assert strip.sub("", mine.text) == strip.sub("", nowhere.text)


async def test_another_institutions_object_is_not_changed(town):
    made = await reported(town)
    for path, data in ((f"consents/{made['consent']}/revoke", {"reason": "误操作"}),
                       (f"usage-results/new/{made['inquiry']}", REPORT),
                       (f"usage-results/deletions/{made['inquiry']}", {})):  # fmt: skip
        await send(town.wu, path, data, status=404)
    assert "生效" in await look(town.li, f"consents/{made['consent']}")


async def test_without_an_account_for_people_the_page_says_so_and_whom_to_ask(town):
    for path in ("ask", "consents/new"):
        shown = await look(town.lu, path)
        assert "还没有供人员查询的账户" in shown
        assert "安全管理员" in shown
    assert "还没有供人员查询的账户" in await look(town.lu, "desk")
    await send(town.lu, "ask", {"uscc": uscc(1), "product": "score", "purpose": "pre_loan", "token": "t"}, status=403)


async def test_a_consent_is_requested_once_after_its_words_were_seen(town):
    typed = {"enterprise": uscc(5), "product-score": "yes", "purpose": "subsidy", "until": TOMORROW, "max_uses": "2"}
    before = await count(town, "SELECT count(*) FROM consent_head")
    shown = (await send(town.li, "consents/new", {**typed, "token": "t-1"}, status=200)).text
    assert "企业将看到" in shown
    assert "最多 2 次" in shown
    assert await count(town, "SELECT count(*) FROM consent_head") == before
    seen = {**typed, "token": "t-1", "seen": "yes"}
    made, again = [await send(town.li, "consents/new", seen) for _ in range(2)]
    assert "待答复" in await look(town.li, made.headers["location"].removeprefix("/console/"))
    assert "没有重复送出" in await look(town.li, again.headers["location"].removeprefix("/console/"))
    assert await count(town, "SELECT count(*) FROM consent_head") == before + 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"enterprise": "x"}, "正确的统一社会信用代码"), ({"product-score": ""}, "至少选择一种产品"),
     ({"purpose": "x"}, "请选择用途"), ({"until": "x"}, "最后一日"), ({"until": "2020-01-01"}, "最后一日"),
     ({"until": "2099-01-01"}, "最后一日"), ({"max_uses": "0"}, "1 至 100,000"), ({"max_uses": "-1"}, "1 至 100,000"),
     ({"max_uses": "100001"}, "1 至 100,000")],
)  # fmt: skip
async def test_what_is_wrong_with_a_request_is_said_beside_its_field(town, changes, said):
    typed = {"enterprise": uscc(5), "product-score": "yes", "purpose": "subsidy", "until": TOMORROW, "max_uses": "2"}
    shown = await send(town.li, "consents/new", {**typed, "token": "t", "seen": "yes", **changes}, status=400)
    assert said in shown.text


async def test_a_consent_is_revoked_for_a_reason_alone(town):
    given = await town.story.consent("bank-1", 1, purpose="guarantee_review")
    wrong = await send(town.li, f"consents/{given['consent']}/revoke", {"reason": "无"}, status=400)
    assert "请写明撤销原因" in wrong.text
    await send(town.li, f"consents/{given['consent']}/revoke", {"reason": "贷款已结清"})
    shown = await look(town.li, f"consents/{given['consent']}")
    assert "已撤销" in shown
    assert "贷款已结清" in shown


REPORT = {"outcome": "granted", "amount": "500000.00", "decided_on": today(), "first_time": "yes"}


async def reported(town):
    """Ask, and report what was done; return the numbers."""
    inquiry = await ask(town)
    sent = await send(town.li, f"usage-results/new/{inquiry}", REPORT)
    return {"inquiry": inquiry, "consent": town.consent, "result": sent.headers["location"].rpartition("/")[2]}


async def test_a_usage_result_is_reported_corrected_and_followed(town):
    waiting = await ask(town)
    assert str(waiting) in await look(town.li, "usage-results", params={"columns": "number"})
    made = await reported(town)
    corrected = {**REPORT, "amount": "400000.00"}
    again = await send(town.li, f"usage-results/new/{made['inquiry']}", corrected)
    shown = await look(town.li, again.headers["location"].removeprefix("/console/"))
    assert ("第 2 版" in shown, "400000.00" in shown, "500000.00" in shown) == (True, True, True)
    listed = await look(town.li, "usage-results", params={"show": "reported"})
    assert "400000.00 元" in listed
    assert str(made["inquiry"]) not in await look(town.li, "usage-results", params={"columns": "number"})


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"amount": ""}, "请填写金额"), ({"amount": "1,000"}, "请填写金额"), ({"outcome": "maybe"}, "请选择获批"),
     ({"decided_on": "2098-01-01"}, "决定日期"), ({"decided_on": ""}, "决定日期"), ({"balance": "x"}, "请填写金额")],
)  # fmt: skip
async def test_what_is_wrong_with_a_report_is_said_beside_its_field(town, changes, said):
    inquiry = await ask(town)
    shown = await send(town.li, f"usage-results/new/{inquiry}", {**REPORT, **changes}, status=400)
    assert said in shown.text


async def test_lists_are_filtered_by_their_addresses(town):
    await ask(town)
    for params, found in (
        ({"product": "score", "outcome": "answered", "person": "li"}, True), ({"person": "nobody"}, False),
        ({"since": TOMORROW}, False), ({"until": "2026-01-01"}, False), ({"purpose": "pre_loan"}, True),
    ):  # fmt: skip
        assert (NAME in await look(town.li, "inquiries", params=params)) == found, params
    for params in ({"since": "2100-01-01"}, {"until": "9999-12-31"}, {"until": "1948-12-31"}, {"outcome": "x"}):
        await look(town.li, "inquiries", 400, params=params)
    for params in ({"since": "1949-01-01", "until": "2099-12-31"}, {"since": "1949-01-01"}):
        assert NAME in await look(town.li, "inquiries", params=params)
    for params, found in (({"standing": "active"}, True), ({"enterprise": uscc(1).lower()}, True),
                          ({"enterprise": "x"}, False), ({"ends": "soon"}, False)):  # fmt: skip
        assert (NAME in await look(town.li, "consents", params=params)) == found, params


async def test_what_programs_asked_amiss_is_shown_too(town):
    """A product, a purpose and a code that there are not."""
    for changes in ({"product": "gossip"}, {"purpose": "curiosity"}, {"subject": "91330302MA"}):
        denied = (await town.story.ask("bank-1", 1, **changes)).json()["inquiry"]
        shown = await look(town.li, f"inquiries/{denied}")
        assert "被拒绝" in shown
    assert "gossip" in await look(town.li, "inquiries")


async def test_an_officer_asks_about_many_from_a_spreadsheet_and_gets_the_file_back(town):
    gateway = town.story.gateway
    lines = [
        ["统一社会信用代码", "产品"],
        [uscc(1), "信用评分"],
        [uscc(2), ""],
        ["9133", "运势"],
        ["", ""],
        ["9133", ""],
        [uscc(1), "信用评分"],
        [uscc(3), ""],
    ]
    sheet = "\n".join(",".join(line) for line in lines).encode()
    empty = await town.li.get("/console/ask-many/template.xlsx")
    assert empty.content.startswith(b"PK")
    body = {"csrf": await csrf(town.li), "product": "score", "purpose": "pre_loan", "account": "bank-1"}
    looked = await town.li.post(
        "/console/ask-many", data=body, files={"file": ("企业.csv", sheet)}, headers=same_site(town.li)
    )
    assert looked.status_code == 200, looked.text
    assert "与上面的一行重复" in looked.text
    assert "没有这种产品" in looked.text
    assert "不是统一社会信用代码" in looked.text
    assert "将扣减 3 个单位" in looked.text  # what is never asked costs nothing
    assert all(f'<td class="number first">{row}</td>' in looked.text for row in (2, 3, 4, 6, 7, 8))
    large = await town.li.post(
        "/console/ask-many", data=body, files={"file": ("大.csv", b"x" * (2 * LARGEST_SHEET))},
        headers=same_site(town.li),
    )  # fmt: skip
    assert large.status_code == 413
    assert "文件超过 2 MB" in large.text
    assert 'action="/console/ask-many"' in large.text
    token = re.search(r'name="token" value="([^"]+)"', looked.text)[1]
    lines = html.unescape(re.search(r"<textarea[^>]*>([^<]*)<", looked.text)[1])
    asked = {"lines": lines, "token": token, "account": "bank-1"}
    doubled = {**asked, "lines": lines + "\n" + lines.splitlines()[0]}
    await send(town.li, "ask-many/ask", doubled, 400)  # of one row no two questions
    path = (await send(town.li, "ask-many/ask", asked)).headers["location"]
    assert (await send(town.li, "ask-many/ask", asked)).headers["location"] == path  # the form was sent twice
    assert "等待查询" in await look(town.li, path.removeprefix("/console/"))
    assert await work_batches(gateway.units, Providers(), gateway.protector)
    shown = await look(town.li, path.removeprefix("/console/"))
    assert "等待查询" not in shown
    assert "answers.xlsx" in shown
    answers = list(csv.reader(io.StringIO((await town.li.get(f"{path}/answers.csv")).content.decode("utf-8-sig"))))
    assert [(row[0], row[1]) for row in answers[1:]] == [("2", uscc(1)), ("3", uscc(2)), ("8", uscc(3))]
    assert '<td class="number first">8</td>' in shown
    publics = gateway.keys.publics("answer")
    assert verify_jws(answers[1][-1], publics, ANSWER_TYPE)["subject"] == uscc(1)
    assert "consent-required" in answers[2][4]
    assert (await town.li.get(f"{path}/answers.xlsx")).content.startswith(b"PK")
    assert path in await look(town.li, "ask-many")
    await look(town.wu, path.removeprefix("/console/"), 404)
    assert (await town.wu.get(f"{path}/answers.csv")).status_code == 404


async def test_what_may_be_kept_no_longer_is_attested_one_by_one_or_together(town):
    one, ended, other = [await ask(town) for _ in range(3)]
    assert str(one) in await look(town.li, "usage-results/deletions", params={"columns": "number", "size": "100"})
    await send(town.li, f"usage-results/deletions/{one}", {})
    assert "已声明删除" in await look(town.li, f"usage-results/deletions/{one}")
    assert "留存期限已到，或已声明删除" in await look(town.li, f"inquiries/{one}")
    async with town.story.gateway.database.begin("test.ended", role="owner") as session:
        query = text("UPDATE inquiry SET delete_by = clock_timestamp() WHERE inquiry_id = :id")
        await session.execute(query, {"id": ended})
    shown = await look(town.li, "usage-results/deletions")
    assert "有 1 份应答留存期限已到" in shown
    assert "1 份应答" in await look(town.li, "desk")
    data = {"until": fields(shown, "/console/usage-results/deletions")["until"]}
    for wrong in ("", "x", "2026-01-01T00:00:00"):
        await send(town.li, "usage-results/deletions", {**data, "until": wrong}, status=400)
    await send(town.wu, "usage-results/deletions", data)  # of another institution: nothing of this one's
    assert "有 1 份应答留存期限已到" in await look(town.li, "usage-results/deletions")
    later = {**data, "until": "2999-01-01T00:00:00+00:00"}  # what has not ended is not attested all the same
    await send(town.li, "usage-results/deletions", later)
    left = await look(town.li, "usage-results/deletions", params={"columns": "number", "size": "100"})
    assert (str(ended) in left, str(other) in left) == (False, True)


async def test_an_answer_that_rests_on_what_was_taken_back_says_so_and_stands_in_the_list_of_notices(town):
    story, told = town.story, await ask(town)
    async with story.gateway.database.begin("test.record") as session:
        query = """
            SELECT record_id FROM record JOIN inquiry USING (subject_id)
            WHERE inquiry_id = :told AND dataset = 'ent_registration' AND superseded_at IS NULL"""
        record = (await session.execute(text(query), {"told": told})).scalar_one()
    headers, acts = await story.headers("market_regulation"), f"/v1/records/{record}/acts"
    for kind in ("withdraw", "reinstate"):
        done = await story.client.post(acts, json={"kind": kind, "reason": "登记有误"}, headers=headers)
        assert done.status_code == 201, done.text
    await take_in(story.gateway)
    more = True
    while more:
        async with story.gateway.units.begin("test.follow", PROGRAM) as work:
            more = await follow(work)
    assert "其后部门已撤回" in await look(town.li, f"inquiries/{told}")
    assert str(told) in await look(town.li, "inquiries/recalls", params={"columns": "number"})
    assert str(told) not in await look(town.wu, "inquiries/recalls", params={"columns": "number"})


async def test_closed_months_stand_on_the_page_of_the_quota_and_in_a_file(town):
    assert "尚无已结月份" in await look(town.li, "quota")
    assert "14 个整日" not in await look(town.li, "quota")  # the city has not run as long
    async with town.story.gateway.database.begin("test.month", role="owner") as session:
        await session.execute(
            text("""
            INSERT INTO quota_month_total
            VALUES ('2026-01', 'institution', 'bank', 7, 1, 6, '{}', 'signed', now(), gen_random_uuid())
        """)
        )
    shown = await look(town.li, "quota")
    assert ("下载 CSV" in shown, "全机构" in shown) == (True, True)
    rows = list(csv.DictReader(io.StringIO((await look(town.li, "quota/months.csv")).removeprefix("\ufeff"))))
    assert [(row["scope"], row["id"], row["charges"], row["units"]) for row in rows] == [
        ("institution", "bank", "7", "6")
    ]
    assert "下载 CSV" not in await look(town.wu, "quota")


async def test_rates_of_the_institution_and_its_accounts_stand_on_the_page_of_the_quota(town):
    async with town.story.gateway.units.begin("test.rate", OPERATOR) as work:
        await set_rate(work, "institution", "bank", "rate", 777, "年度约定")
        await set_rate(work, "account", "bank-1", "burst", 888, "年度约定")
    shown = await look(town.li, "quota")
    assert ("频次上限" in shown, "777" in shown, "888" in shown) == (True, True, True)
    other = await look(town.wu, "quota")
    assert ("777" in other, "888" in other, "1,000" in other) == (False, False, True)
