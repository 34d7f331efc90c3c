"""Records, views and what came of answers at the console: what a clerk of a bank and an operator see and do."""

import html
from datetime import UTC, datetime

import pytest

from gateway.inquiries.views.setting import set_view
from gateway.inquiries.views.view import View
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.inquiries.test_pages import fields, look, send, town  # noqa: F401 - the fixture
from tests.stories import today

TODAY = datetime.now(UTC).date().isoformat()


@pytest.fixture
async def ready(town):  # noqa: F811
    """Enterprise 1 permits credit records, and bank has a view of them."""
    if not hasattr(town, "records"):
        town.records = (await town.story.consent("bank-1", 1, products=["records"]))["consent"]
        async with town.story.gateway.units.begin("test.view", OPERATOR) as work:
            view = View("external-credit", 0, ("reg_age_y", "ent_registration.est_date"), ("reg_capital",))
            await set_view(work, "bank", view, "pre_loan", "外部信用", None)
    return town


async def asked(town, **more):  # noqa: F811
    """Ask at the console as a clerk does; return the page of the answer."""
    wish = {"enterprise": uscc(1), "product": "records", "purpose": "pre_loan", "account": "bank-1", **more}
    page = await look(town.li, "ask", params=wish)
    sent = await send(town.li, "ask", {**fields(page, "/console/ask"), "consent": town.records})
    return html.unescape(await look(town.li, sent.headers["location"].removeprefix("/console/")))


async def test_an_answer_shows_records_with_what_is_left_out_and_why(ready):
    page = await asked(ready)
    for word in ("信用记录", "市场主体登记信息", "瓯海第1鞋业有限公司", "没有提供的", "数字本身就会透露有无"):
        assert word in page, word
    assert 'class="score"' not in page
    assert "理由</h2>" not in page


async def test_an_answer_by_a_view_shows_its_columns_by_part(ready):
    page = await asked(ready, view="external-credit")
    for word in (
        "视图 external-credit 第 1 版",
        "准入",
        "限入",
        "reg_age_y",
        "ent_registration.est_date",
        "2010-05-01",
    ):
        assert word in page, word
    outline = await asked(ready, view="external-credit", tier="basic")
    assert "概要应答不含各列的值" in outline
    assert "2010-05-01" not in outline


async def test_staff_read_their_views_and_nobody_elses(ready):
    own = html.unescape(await look(ready.li, "data-views"))
    for word in ("external-credit", "外部信用", "贷前审查", "成立日期", "reg_capital"):
        assert word in own, word
    other = await look(ready.wu, "data-views")
    assert "external-credit" not in other
    assert "还没有视图" in other


async def test_a_wrong_view_is_told_before_anything_is_charged(ready):
    wish = {"enterprise": uscc(1), "product": "records", "purpose": "pre_loan", "account": "bank-1", "view": "nothing"}
    page = html.unescape(await look(ready.li, "ask", params=wish))
    assert "没有这个用途的此视图" in page


async def test_the_report_shows_what_came_of_answers_and_is_a_file(ready):
    answer = (await ready.story.ask("bank-1", 1, consent=ready.consent)).json()
    told = {
        "csrf": "", "outcome": "granted", "amount": "1200.50", "balance": "600.25", "first_time": "yes",
        "defaulted": "no", "decided_on": today(), "account": "bank-1",
    }  # fmt: skip
    sent = await send(ready.li, f"usage-results/new/{answer['inquiry']}", {k: v for k, v in told.items() if v})
    result = html.unescape(await look(ready.li, sent.headers["location"].removeprefix("/console/")))
    assert "违约" in result
    page = html.unescape(await look(ready.li, "usage-results/report"))
    for word in ("统计", "1200.50", "600.25", "首贷", "准入率", "100.00%", "0.00%", "data-chart"):
        assert word in page, word
    by_product = html.unescape(await look(ready.li, "usage-results/report", params={"by": "product"}))
    assert "信用记录 · 视图 external-credit 第 1 版" in by_product
    file = await ready.li.get("/console/usage-results/report", params={"export": "csv"})
    assert (file.status_code, file.headers["content-type"].partition(";")[0]) == (200, "text/csv")
    assert "1200.50" in file.content.decode("utf-8-sig")
    await look(ready.li, "usage-results/report", 400, params={"since": "2020-01-01", "until": TODAY})
    assert "这一期间没有应答" in await look(
        ready.li, "usage-results/report", params={"since": "2020-01-01", "until": "2020-01-02"}
    )
