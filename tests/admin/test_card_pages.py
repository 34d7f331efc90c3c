"""Scorecards at the console: another is asked for with its report, shown to who approves it, and returned from."""

import pytest

from gateway.admin.card_pages import MOST_BYTES
from scoring_adapter.card import load_card
from tests.cards import WHY, at_once, report_of, source_of
from tests.visits import approve, browsers_of, send, waiting_change

HERE = "/console/cards"


@pytest.fixture(scope="module")
async def browsers(gateway):
    """Two security administrators and an auditor, each signed in at a browser."""
    people = {"boss-c": ("operator", {}), "second-c": ("operator", {}), "eye-c": ("auditor", {})}
    async with browsers_of(gateway, people) as opened:
        yield opened


async def decide(gateway, browsers):
    return await approve(gateway, browsers["boss-c"], browsers["second-c"])


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
    change = await waiting_change(gateway)
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
