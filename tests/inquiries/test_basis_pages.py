"""Case 43 on pages: published records, a duty registered, asked on and ended, as each side is shown it."""

import html
import re
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import httpx
import pytest

from gateway.admin.action import means_of
from gateway.admin.changes import decide_change
from gateway.app import create_app
from gateway.identity.clients.limits import set_for_people
from gateway.people.guard import cookie_name
from gateway.runtime.actor import Actor
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.inquiries.bases import LEGAL_REP, end, register, rows, town_of_bases
from tests.inquiries.test_pages import fields, look, programs, send, session_of
from tests.stories import Story

SECOND = Actor("second", "operator", person="person:second")
UNTIL = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
PEOPLE = {
    "wang": ("staff", {"institution": "finance-bureau"}), "li": ("staff", {"institution": "bank"}),
    "boss": ("owner", {"enterprise": uscc(1)}), "chen": ("operator", {}), "shen": ("auditor", {}),
}  # fmt: skip


@pytest.fixture(scope="module")
async def town(gateway):
    async with AsyncExitStack() as stack:
        story = await town_of_bases(Story(gateway, await stack.enter_async_context(programs(gateway)), {}))
        for account in ("bank-1", "finance-bureau-1"):
            async with gateway.units.begin("test.for-people", OPERATOR) as work:
                await set_for_people(work, client_id=account, allowed=True)
        found = SimpleNamespace(story=story)
        for person, (role, more) in PEOPLE.items():
            transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway))
            browser = await stack.enter_async_context(httpx.AsyncClient(
                transport=transport, base_url=gateway.settings.issuer, headers={"Accept": "text/html"}
            ))  # fmt: skip
            browser.cookies.set(cookie_name(gateway.settings), await session_of(gateway, person, role, **more))
            setattr(found, person, browser)
        yield found


async def prepared(browser, **asked):
    said = {"enterprise": uscc(1), "product": "score", "purpose": "subsidy", **asked}
    return html.unescape(await look(browser, "ask", params=said))


async def asked_on_page(browser, **asked):
    """Ask as a person does; return the inquiry's number and its page."""
    data = fields(await prepared(browser, **asked), "/console/ask")
    path = (await send(browser, "ask", data)).headers["location"].removeprefix("/console/")
    return UUID(path.rpartition("/")[2]), html.unescape(await look(browser, path))


async def test_case_43_published_records_are_asked_on_a_page_without_a_consent(town):
    for browser in (town.li, town.wang):
        seen = await prepared(browser, product="public_record")
        assert "公示信息，无须授权" in seen
        inquiry, shown = await asked_on_page(browser, product="public_record")
        for said in ("SHOWN", "OBJECTED", "异议处理中", "瓯海第1鞋业有限公司", "公示信息，人人可用"):
            assert said in shown, said
        for hidden in (LEGAL_REP, "PAST", 'class="scale"'):
            assert hidden not in shown, hidden
        told = html.unescape(await look(town.boss, f"enterprise/questions/{inquiry}"))
        assert "公示信息，无须授权" in told
        assert "公示信息，无须授权" in html.unescape(await look(town.shen, f"audit/inquiries/{inquiry}"))


async def test_case_43_a_government_body_asks_on_a_page_on_its_own_duty_alone(town):
    seen = await prepared(town.wang)
    assert "没有适用的职责依据" in seen
    assert 'name="duty"' in seen
    assert 'name="duty"' not in await prepared(town.li)
    assert "企业尚未授权" in await prepared(town.li)
    assert "没有适用的职责依据" in await prepared(town.li, duty="subsidy-2026")
    inquiry, shown = await asked_on_page(town.wang, duty="subsidy-2026")
    assert "履行职责：某省公共信用信息条例第十八条" in shown
    assert "履行职责：某省公共信用信息条例第十八条" in html.unescape(
        await look(town.boss, f"enterprise/questions/{inquiry}")
    )
    own = html.unescape(await look(town.wang, "duty-bases"))
    assert "subsidy-2026" in own
    assert "subsidy-2026" not in await look(town.li, "duty-bases")


async def test_a_duty_is_registered_and_ended_on_the_bodys_page(town):
    gateway = town.story.gateway
    form = {
        "duty": "page-duty", "law": "某条例", "article": "第三条", "purposes": "subsidy",
        "products": "score、health_check", "categories": "", "sources": "", "datasets": "tax_payment",
        "valid_until": UNTIL,
    }  # fmt: skip
    path = "institutions/finance-bureau/duty"
    await send(town.chen, path, {**form, "law": ""}, status=400)
    await send(town.chen, path, {**form, "valid_until": "2026-02-30"}, status=400)
    sent = await send(town.chen, path, form)
    assert "said=waiting" in sent.headers["location"]
    (change,) = await rows(
        town.story, "SELECT change_id FROM change WHERE act = 'duty.register' AND status = 'waiting'"
    )
    shown = html.unescape(await look(town.chen, f"changes/{change[0]}"))
    for said in ("某条例", "第三条", "补贴审核", "企业体检表"):
        assert said in shown, said
    async with gateway.units.begin("test.decide", SECOND) as work:
        await decide_change(work, means_of(gateway.settings, gateway.protector), change[0], approve=True)
    found = await rows(town.story, "SELECT datasets, approved_by FROM duty_basis WHERE code = 'page-duty'")
    assert found == [(["tax_payment"], "person:second")]
    assert "page-duty" in await look(town.chen, "institutions/finance-bureau")
    assert "page-duty" in await prepared(town.wang)
    ended = await send(town.chen, "institutions/finance-bureau/duty-end", {"duty": "page-duty", "reason": "职责调整"})
    assert "said=done" in ended.headers["location"]
    assert "page-duty" not in await prepared(town.wang)
    refused = await send(
        town.chen, "institutions/finance-bureau/duty-end", {"duty": "page-duty", "reason": "职责调整"}, status=409
    )
    assert "没有有效的职责依据" in refused.text


async def test_an_answer_on_a_duty_that_ended_is_shown_no_more(town):
    await register(town.story, "shown-duty")
    inquiry, shown = await asked_on_page(town.wang, duty="shown-duty")
    assert re.search(r"answer-proof", shown)
    await end(town.story, "shown-duty")
    again = html.unescape(await look(town.wang, f"inquiries/{inquiry}"))
    assert "没有适用的职责依据" in again
    assert "answer-proof" not in again
    assert (await town.wang.get(f"/console/inquiries/{inquiry}/answer")).status_code == 403
