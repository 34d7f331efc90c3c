"""Scorecards at the console: another is asked for with its report, shown to who approves it, and returned from."""

import httpx
import pytest
from sqlalchemy import text

from gateway.admin.card_pages import MOST_BYTES
from gateway.app import create_app
from scoring_adapter.card import load_card
from tests.cards import WHY, at_once, report_of, source_of
from tests.persons import csrf, same_site, signed_in

HERE = "/console/cards"


@pytest.fixture(scope="module")
async def browsers(gateway):
    """Two security administrators and an auditor, each signed in at a browser."""
    opened = {}
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
    for name, role in {"boss-c": "operator", "second-c": "operator", "eye-c": "auditor"}.items():
        opened[name] = httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer)
        await signed_in(gateway, opened[name], name, role)
    yield opened
    for one in opened.values():
        await one.aclose()


async def send(browser, path, **form):
    return await browser.post(path, data={"csrf": await csrf(browser), **form}, headers=same_site(browser))


async def decide(gateway, browsers):
    async with gateway.database.begin("test.change") as session:
        change = (await session.execute(text("SELECT change_id FROM change WHERE status = 'waiting'"))).scalar_one()
    shown = (await browsers["second-c"].get(f"/console/changes/{change}")).text
    assert (await send(browsers["boss-c"], f"/console/changes/{change}/approve")).status_code == 409
    assert (await send(browsers["second-c"], f"/console/changes/{change}/approve")).status_code == 303
    return shown


async def test_both_offices_see_them_and_administrators_alone_change_them(browsers):
    for name, browser in browsers.items():
        shown = (await browser.get(HERE)).text
        assert load_card().model() in shown
        assert ("/-/release" in shown) == (name != "eye-c")
        one = (await browser.get(f"{HERE}/0")).text
        assert "没有验证报告" in one
        assert "reg_capital" in one
    for path in (f"{HERE}/-/release", f"{HERE}/0/return"):
        assert (await browsers["eye-c"].get(path)).status_code == 403
        assert (await send(browsers["eye-c"], path, reason=WHY)).status_code == 403


async def test_a_card_is_put_in_force_and_the_one_before_again(gateway, browsers, monkeypatch):
    at_once(monkeypatch)
    source = source_of(3, entries=load_card().entries[1:], base=630)
    report = report_of(source, calibration_error=0.013, psi=0.02)
    assert "批准后一分钟" in (await browsers["boss-c"].get(f"{HERE}/-/release")).text
    form = {"card": source.replace("\n", "\r\n"), "report": report, "reason": WHY}
    asked = await send(browsers["boss-c"], f"{HERE}/-/release", **form)
    assert (asked.status_code, asked.headers["location"]) == (303, f"{HERE}?said=waiting")
    assert (await browsers["boss-c"].get(f"{HERE}/1")).status_code == 404
    shown = await decide(gateway, browsers)
    for said in ("enterprise/3+", load_card().model(), "0.81", "0.44", "0.013", "不再计入的标签", WHY):
        assert said in shown, said
    one = (await browsers["eye-c"].get(f"{HERE}/1")).text
    for said in ("第 1 次启用", "现行", "0.81", "excellent", WHY):
        assert said in one, said
    assert "恢复此卡" not in one
    former = (await browsers["boss-c"].get(f"{HERE}/0")).text
    assert "恢复此卡" in former
    waits = await send(browsers["boss-c"], f"{HERE}/0/return", reason="拒贷过多")
    assert waits.headers["location"] == f"{HERE}/0?said=waiting"
    await decide(gateway, browsers)
    assert "第 2 次启用" in (await browsers["eye-c"].get(HERE)).text
    again = await send(browsers["boss-c"], f"{HERE}/0/return", reason="拒贷过多")
    await decide_refused(gateway, browsers)
    assert again.status_code == 303


async def decide_refused(gateway, browsers):
    """What is in force already is not returned to: whoever approves it is told so."""
    async with gateway.database.begin("test.change") as session:
        change = (await session.execute(text("SELECT change_id FROM change WHERE status = 'waiting'"))).scalar_one()
    refused = await send(browsers["second-c"], f"/console/changes/{change}/approve")
    assert refused.status_code == 409
    assert "此卡已是现行的。" in refused.text
    assert (await send(browsers["second-c"], f"/console/changes/{change}/reject")).status_code == 303


@pytest.mark.parametrize(
    ("form", "status", "field"),
    [({"card": ""}, 400, "card"), ({"report": ""}, 400, "report"), ({"reason": ""}, 400, "reason"),
     ({"card": "x" * 30_001}, 400, "card"), ({"report": "x" * 20_001}, 400, "report"),
     ({"card": "name: x"}, 409, ""), ({"report": "{}"}, 409, "")],
    ids=range(7),
)  # fmt: skip
async def test_what_will_not_do_is_said(browsers, form, status, field):
    source = source_of(9)
    whole = {"card": source, "report": report_of(source), "reason": WHY, **form}
    answer = await send(browsers["boss-c"], f"{HERE}/-/release", **whole)
    assert answer.status_code == status, answer.text
    if field:
        assert f'id="error-{field}"' in answer.text


async def test_the_longest_card_of_chinese_characters_is_taken(browsers):
    """A form writes each of them in nine characters."""
    answer = await send(browsers["boss-c"], f"{HERE}/-/release", card="评" * 29_000, report="报" * 19_000, reason=WHY)
    assert MOST_BYTES > 9 * 48_000
    assert answer.status_code == 409, answer.text


async def test_what_there_is_not_is_not_found(browsers):
    for path in (f"{HERE}/99999", f"{HERE}/99999/return"):
        assert (await browsers["boss-c"].get(path)).status_code == 404
    assert (await send(browsers["boss-c"], f"{HERE}/99999/return", reason=WHY)).status_code == 404
