"""The auditor's pages: what each shows, in both languages, to auditors alone."""

import re
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from gateway.console.words import words_in
from gateway.inquiries.replay import Difference
from gateway.people.guard import cookie_name
from gateway.people.sessions import open_session
from gateway.people.tables import Person
from gateway.questions.replay_words import compared
from gateway.worker import publish_head, take_in
from scoring_adapter.scorecard import load_scorecard
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.persons import csrf, invited, same_site
from tests.questions.conftest import NEW, OLD, SHARED

HOME = "/console/audit"


@pytest.fixture(scope="module")
def cookies():
    return {}


@pytest.fixture
async def browser(asked, service, cookies):
    """An auditor at the console; everything that was asked is under a checkpoint."""
    gateway = asked.story.gateway
    transport = httpx.ASGITransport(app=service)
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as client:
        client.cookies.update(cookies)
        if not cookies:
            cookies[cookie_name(gateway.settings)] = await session_of(gateway, "auditor-9", "auditor")
            client.cookies.update(cookies)
            await take_in(gateway)
            await publish_head(gateway)
        yield client


async def session_of(gateway, person_id, role, **more):
    """Return the cookie of a session of somebody new, without the way through the pages."""
    await invited(gateway, person_id, role, **more)
    async with gateway.units.begin("test.session", OPERATOR) as work:
        person = await work.session.get_one(Person, person_id)
        person.status, person.invitation, person.invited_until = "active", None, None
        return await open_session(work.session, person, work.now)


async def entry_of(asked, kind):
    async with asked.story.gateway.database.begin("test.entry") as session:
        query = "SELECT event_id FROM audit_event WHERE type = :kind ORDER BY event_id LIMIT 1"
        return (await session.execute(text(query), {"kind": kind})).scalar_one()


async def shown(browser, path, status=200, **params):
    answer = await browser.get(path, params=params or None)
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


def words_of(page):
    """What a page says: without its scripts, its marks and what is shown as code."""
    kept = re.sub(r"(?s)<(script|style|pre|code|template)\b.*?</\1>|<head>.*?</head>", " ", page)
    kept = re.sub(r"\b([0-9A-Z]{18}|[0-9a-f-]{32,}|enterprise/\d+\+[0-9a-f]+)\b", " ", kept)  # codes, ids, the model
    return re.sub(r"<[^>]+>", " ", re.sub(r'(?s)<small class="code">.*?</small>', " ", kept))


async def test_every_page_opens_in_both_languages_and_says_no_english_in_chinese(asked, browser):
    pages = [
        HOME, f"{HOME}/entries", f"{HOME}/verify", f"{HOME}/checkpoints", f"{HOME}/statistics", f"{HOME}/inquiries",
        *(f"{HOME}/statistics?part={part}" for part in ("hours", "shared", "repeated")),
        f"{HOME}/questions", f"{HOME}/questions?subject={uscc(1)}", f"{HOME}/questions?subject={uscc(9)}",
        f"{HOME}/questions?subject={SHARED}", f"{HOME}/inquiries/{asked.ids['answered']}",
        f"{HOME}/inquiries/{asked.ids['denied']}", f"{HOME}/inquiries/{asked.ids['stranger']}",
        f"{HOME}/entries/{await entry_of(asked, 'inquiry.answered')}",
        f"{HOME}/entries/{await entry_of(asked, 'batch.sealed')}",
    ]  # fmt: skip
    allowed = re.compile(
        r"(bank|other-bank|auditor|operator|test-operator|s)-?\d*|X?Q?|CSV|Excel|SHA-256|HTTPS|English|UTC|score|market_regulation"
        r"|王小二|ent_registration|horoscope|MA\d+|embedded|h|person|system|drc|s"
    )
    for language in ("zh", "en"):
        browser.cookies.set("xinqiao-language", language)
        for path in pages:
            page = await shown(browser, path)
            assert "None" not in words_of(page), path
            if language == "zh":
                left = [
                    one for one in re.findall(r"[A-Za-z][A-Za-z_-]*\d*", words_of(page)) if not allowed.fullmatch(one)
                ]
                assert left == [], path


async def test_the_answer_says_the_finding_and_leads_to_each_inquiry_and_entry(asked, browser):
    page = await shown(browser, f"{HOME}/questions", subject=OLD)
    assert "2 家机构共查询 5 次，其中 4 次被拒绝，2 次因没有有效授权，另有 1 次授权请求。" in page
    assert "截至检查点" in page
    assert NEW in page
    for name in ("denied", "code", "answered", "purpose", "product"):
        assert f"{HOME}/inquiries/{asked.ids[name]}" in page
    denied = await shown(browser, f"{HOME}/questions", subject=uscc(1), outcome="denied", institution="other-bank")
    assert "1 家机构共查询 2 次，其中 2 次被拒绝" in denied
    none = await shown(browser, f"{HOME}/questions", subject=uscc(1), since="2099-01-01")
    assert "没有机构查询过" in none
    for day in ("2100-01-01", "9999-12-31"):  # a mistake in typing, as on every page
        await shown(browser, f"{HOME}/questions", 400, subject=uscc(1), until=day)
        await shown(browser, f"{HOME}/entries", 400, until=day)


async def test_an_enterprise_that_several_are_known_by_is_chosen_and_one_that_nobody_is_is_told(asked, browser):
    several = await shown(browser, f"{HOME}/questions", subject=SHARED)
    assert several.count(f"{HOME}/questions?subject=") == 2
    assert uscc(2) in several
    assert uscc(3) in several
    unknown = await shown(browser, f"{HOME}/questions", 400, subject="没有人问过的公司")
    assert 'aria-invalid="true"' in unknown
    wrong = await shown(browser, f"{HOME}/questions", 400, subject=uscc(1), since="2026-02-01", until="2026-01-01")
    assert "筛选条件有误" in wrong


async def test_the_evidence_is_the_file_that_the_interface_gives(asked, browser):
    file = (await browser.get(f"{HOME}/questions/evidence", params={"subject": uscc(1)})).json()
    assert file["type"] == "xinqiao-questions/1"
    assert await shown(browser, f"{HOME}/questions/evidence", 400)
    assert await shown(browser, f"{HOME}/questions/evidence", 404, subject="没有人问过的公司")


async def test_an_inquiry_is_shown_with_its_consent_s_life_and_what_came_of_it(asked, browser):
    page = await shown(browser, f"{HOME}/inquiries/{asked.ids['answered']}")
    for said in ("待答复", "有效", "本次所凭", "有签署", "获批 1.00", "应答查询", "重发应答", NEW):
        assert said in page, said
    assert "没有可看的授权" in await shown(browser, f"{HOME}/inquiries/{asked.ids['denied']}")
    await shown(browser, f"{HOME}/inquiries/{uuid4()}", 404)
    await shown(browser, f"{HOME}/inquiries/{asked.ids['consent']}", 404)


async def test_an_answer_is_computed_again_on_its_page_and_that_leaves_the_interface_s_entry(asked, browser):
    path = f"{HOME}/inquiries/{asked.ids['answered']}"
    count = text("SELECT count(*) FROM audit_event WHERE type = 'inquiry.recomputed' AND actor = 'person:auditor-9'")
    token = await csrf(browser)
    assert "重算应答" not in await shown(browser, f"{HOME}/inquiries/{asked.ids['denied']}")
    said = {"zh": "重算结果与原应答逐字节相同", "en": "the answer comes to the same bytes"}
    for language, words in said.items():
        browser.cookies.set("xinqiao-language", language)
        again = await browser.post(f"{path}/replay", data={"csrf": token}, headers=same_site(browser))
        assert (again.status_code, words in again.text) == (200, True), again.text
    browser.cookies.delete("xinqiao-language")
    async with asked.story.gateway.database.begin("test.read") as session:
        assert (await session.execute(count)).scalar_one() == len(said)
    forged = await browser.post(f"{path}/replay", data={"csrf": "x"}, headers=same_site(browser))
    assert forged.status_code == 403
    denied = f"{HOME}/inquiries/{asked.ids['denied']}/replay"
    assert (await browser.post(denied, data={"csrf": token}, headers=same_site(browser))).status_code == 404


def test_what_differs_is_said_by_the_names_of_tags_and_datasets():
    model = load_scorecard().card.model()
    tag = {"tag": "pen_cnt_1y", "unit": "times", "status": "computed"}
    lines = compared(words_in("zh"), model, [
        Difference("score", 650, 640), Difference("band", "good", None),
        Difference("basis.records", ["a", "b"], ["c"]), Difference("basis.feeds.penalty_general", "2026-01-01", None),
        Difference("tags", [tag | {"value": 1, "points": -25}], [tag | {"value": 2, "points": -50}]),
        Difference("not_computable", [{"tag": "abn_now", "status": "no-feed"}], []),
    ])  # fmt: skip
    assert [(one.what, one.then, one.now) for one in lines] == [
        ("评分", "650", "640"), ("等级", "良好", "—"), ("企业的记录", "2 项为此处独有", "1 项为此处独有"),
        ("数据到达日：行政处罚信息", "2026-01-01", "—"),
        ("标签：近1年行政处罚次数", "1 次、−25 分", "2 次、−50 分"),
        ("未能计算的标签：当前是否在经营异常名录", "数据未提交", "没有此项"),
    ]  # fmt: skip


async def test_an_entry_is_shown_as_it_was_recorded_with_its_proof_and_the_reading_is_logged(asked, browser):
    event = await entry_of(asked, "inquiry.answered")
    page = await shown(browser, f"{HOME}/entries/{event}")
    for said in ("应答查询", "贷前审查", "信用评分", f'data-wanted="{event}"', "也已记入日志", "&#34;units&#34;:1"):
        assert said in page, said
    proof = (await browser.get(f"{HOME}/entries/{event}/proof")).json()
    assert set(proof) == {"index", "leaf", "path", "checkpoint", "opened"}
    assert (await browser.get(f"{HOME}/entries/{event}/tlog-proof")).text.startswith("c2sp.org/tlog-proof@v1")
    async with asked.story.gateway.database.begin("test.read") as session:
        query = "SELECT count(*) FROM audit_event WHERE type = 'audit.proved' AND actor = 'person:auditor-9'"
        assert (await session.execute(text(query))).scalar_one() >= 3
    await shown(browser, f"{HOME}/entries/{uuid4()}", 404)
    await browser.get(HOME)
    latest = await entry_of(asked, "questions.counted")
    assert "还没有检查点覆盖" in await shown(browser, f"{HOME}/entries/{latest}")


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"type": "inquiry.answered"}, "应答查询"),
        ({"institution": "other-bank", "type": "inquiry.denied"}, "拒绝查询"),
        ({"subject": OLD, "type": "consent.approved"}, "企业同意授权"),
        ({"ending": "企业尚未授权"}, "企业尚未授权"),
        ({"ending": "consent-required"}, "企业尚未授权"),
        ({"who": "bank-1", "type": "usage.reported"}, "反馈应用结果"),
        ({"who": "王小二 auditor-9", "type": "audit.read"}, "查阅了日志"),
        ({"who": "nobody"}, "这里还没有内容"),
        ({"until": "2001-01-01"}, "这里还没有内容"),
        ({"subject": "没有人问过的公司"}, "谁查询了谁"),
    ],
)
async def test_entries_are_found_by_what_people_type(asked, browser, filters, said):
    page = await shown(browser, f"{HOME}/entries", **filters)
    assert said in words_of(page).partition("导出")[2] or said in page.partition('class="notice')[2]


async def test_entries_are_turned_older_and_newer_and_exported(asked, browser):
    first = await shown(browser, f"{HOME}/entries", size="10")
    after = re.search(r"after=([0-9a-f-]{36})", first)[1]
    second = await shown(browser, f"{HOME}/entries", size="10", after=after)
    newer = re.search(r"newer=([0-9a-f-]{36})", second)[1]
    again = await shown(browser, f"{HOME}/entries", size="10", newer=newer)
    ids = [set(re.findall(rf'href="{HOME}/entries/([0-9a-f-]{{36}})"', page)) for page in (first, second, again)]
    assert [len(one) for one in ids] == [10, 10, 10]
    assert not ids[0] & ids[1]
    assert not ids[2] & ids[1]
    file = await browser.get(f"{HOME}/entries", params={"export": "csv", "type": "inquiry.answered"})
    assert file.headers["content-type"].startswith("text/csv")
    assert file.text.count("应答查询") == 1
    for wrong in ({"after": "x"}, {"newer": "x"}, {"type": "nothing"}, {"since": "2026-1-1"}):
        assert (await browser.get(f"{HOME}/entries", params=wrong)).status_code == 400


async def test_checkpoints_are_listed_and_the_proof_between_two_is_given(asked, browser):
    gateway = asked.story.gateway
    size = int((await browser.get("/audit/log/checkpoint")).text.split("\n")[1])
    await shown(browser, f"{HOME}/checkpoints")
    await take_in(gateway)
    await publish_head(gateway)
    sizes = [int(one) for one in re.findall(r'<option value="(\d+)"', await shown(browser, f"{HOME}/checkpoints"))]
    assert size in sizes
    proof = (await browser.get(f"{HOME}/checkpoints/growth", params={"before": size, "after": max(sizes)})).json()
    assert set(proof) == {"before", "after", "path"}
    for before, after, status in ((max(sizes), size, 400), (0, size, 400), (1, size, 404), (size, 1 << 53, 400)):
        params = {"before": before, "after": after}
        answer = await browser.get(f"{HOME}/checkpoints/growth", params=params, headers={"Accept": "application/json"})
        assert answer.status_code == status, (before, after, answer.text)


async def test_every_figure_of_the_statistics_leads_to_its_inquiries(asked, browser):
    page = await shown(browser, f"{HOME}/statistics")
    for href in set(re.findall(rf'href="({HOME}/inquiries\?[^"]+)"', page)):
        rows = await shown(browser, href.replace("&amp;", "&"))
        assert f"{HOME}/inquiries/" in rows, href
    assert "企业尚未授权" in page
    wrong = await shown(browser, f"{HOME}/statistics", 400, since="2020-01-01", until="2026-01-01")
    assert "期间有误" in wrong
    for filters in ({"hours": "25"}, {"hours": "x"}, {"account": "nobody"}, {"since": "2020-01-01"}, {"after": "x"}):
        await shown(browser, f"{HOME}/inquiries", 400, **filters)
    await shown(browser, f"{HOME}/inquiries", hours="0,23", time="night", outcome="已应答")


async def test_the_home_says_how_the_log_stands_and_what_waits(asked, browser):
    page = await shown(browser, HOME)
    assert re.search(r"日志完整，截至 \d\d-\d\d [\d:]+ 的 \d+ 条均已签名", page)
    assert "没有要您处理的" in page


BELONGS = {
    "clerk": {"agency": "tax"}, "staff": {"institution": "bank"}, "owner": {"enterprise": uscc(1), "wait_hours": 0},
}  # fmt: skip


@pytest.mark.parametrize("role", ["regulator", "operator", "system", "clerk", "staff", "owner"])
async def test_nobody_else_sees_these_pages(asked, service, role):
    gateway = asked.story.gateway
    more = BELONGS.get(role, {})
    transport = httpx.ASGITransport(app=service)
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as client:
        assert (await client.get(HOME)).status_code == 303
        client.cookies.set(cookie_name(gateway.settings), await session_of(gateway, f"{role}-7", role, **more))
        entry = await entry_of(asked, "inquiry.answered")
        for path in (
            "", "/questions", "/questions/evidence", "/inquiries", f"/inquiries/{asked.ids['answered']}", "/entries",
            f"/entries/{entry}", f"/entries/{entry}/proof", f"/entries/{entry}/tlog-proof", "/verify", "/checkpoints",
            "/checkpoints/growth?before=1&after=2", "/statistics",
        ):  # fmt: skip
            assert (await client.get(HOME + path)).status_code == 403, path


async def test_what_came_of_an_answer_is_called_in_the_log_as_its_own_page_calls_it(asked, browser):
    listed = await shown(browser, f"{HOME}/entries", type="usage.reported")
    assert ("获批" in listed, "已发放" in listed) == (True, False)
    [entry] = set(re.findall(rf'href="{HOME}/entries/([0-9a-f-]{{36}})"', listed))
    assert "获批" in await shown(browser, f"{HOME}/entries/{entry}")
    assert entry in await shown(browser, f"{HOME}/entries", ending="获批")
