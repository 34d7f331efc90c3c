"""Providers at the console: registered, changed and suspended there, with what follows said and what each answered."""

import pytest

from gateway.providers.days import count_calls
from gateway.runtime.actor import PROGRAM
from scoring_adapter.providers.asking import ANSWERED, Call
from tests.providers import registered
from tests.visits import approve, browsers_of, send

HERE = "/console/providers"
NUMBERS = {
    "time_ms": "2500", "attempts": "3", "retry_percent": "20", "most_at_once": "32", "open_after": "10",
    "open_seconds": "30", "keep_seconds": "0", "hedge_ms": "0",
}  # fmt: skip
FORM = {"url": "https://b.example/score", **NUMBERS, "reason": "协议已签"}


@pytest.fixture(scope="module")
async def browsers(gateway):
    """Two security administrators and an auditor, each signed in at a browser."""
    await registered(gateway, "five-force", "https://five.example/score")
    people = {"boss-p": ("operator", {}), "second-p": ("operator", {}), "eye-p": ("auditor", {})}
    async with browsers_of(gateway, people) as opened:
        yield opened


async def decide(gateway, browsers):
    return await approve(gateway, browsers["boss-p"], browsers["second-p"])


async def test_both_offices_see_them_and_administrators_alone_change_them(browsers):
    for name, browser in browsers.items():
        shown = (await browser.get(HERE)).text
        assert "five.example/score" in shown
        assert ("/-/register" in shown) == (name != "eye-p")
        one = (await browser.get(f"{HERE}/five-force")).text
        assert ("更改约定" in one, "停用" in one) == (name != "eye-p", name != "eye-p")
    for path in (f"{HERE}/-/register", f"{HERE}/five-force/change"):
        assert (await browsers["eye-p"].get(path)).status_code == 403
        assert (await send(browsers["eye-p"], path, provider="x-1", **FORM)).status_code == 403


async def test_two_people_register_one_and_then_other_terms(gateway, browsers):
    shown = (await browsers["boss-p"].get(f"{HERE}/-/register")).text
    assert 'value="3000"' in shown
    assert "提供方会得知企业代码" in shown
    asked = await send(browsers["boss-p"], f"{HERE}/-/register", provider="brain", **FORM)
    assert (asked.status_code, asked.headers["location"]) == (303, f"{HERE}?said=waiting")
    assert (await browsers["boss-p"].get(f"{HERE}/brain")).status_code == 404
    assert "https://b.example/score" in await decide(gateway, browsers)
    question, answer = '{"/q": "subject"}', '{"subject": "/q", "score": "/s", "band": "/b"}'
    changed = {**FORM, "question": question, "answer": answer}
    assert (await send(browsers["boss-p"], f"{HERE}/brain/change", **changed)).status_code == 303
    assert "&#34;/q&#34;:&#34;subject&#34;" in await decide(gateway, browsers)
    shown = (await browsers["eye-p"].get(f"{HERE}/brain")).text
    for said in ("第 2 版", "第 1 版", "应答对照", "2500"):
        assert said in shown, said


async def test_one_person_suspends_it_and_two_resume_it(gateway, browsers):
    done = await send(browsers["boss-p"], f"{HERE}/five-force/suspend", reason="连续出错")
    assert done.headers["location"] == f"{HERE}/five-force?said=done"
    shown = (await browsers["boss-p"].get(f"{HERE}/five-force")).text
    assert "已停用" in shown
    again = await send(browsers["boss-p"], f"{HERE}/five-force/suspend", reason="连续出错")
    assert again.status_code == 409
    waits = await send(browsers["boss-p"], f"{HERE}/five-force/resume", reason="已修复")
    assert waits.headers["location"] == f"{HERE}/five-force?said=waiting"
    await decide(gateway, browsers)
    assert "使用中" in (await browsers["boss-p"].get(f"{HERE}/five-force")).text


@pytest.mark.parametrize(
    ("form", "field"),
    [*(({name: value}, name) for name in NUMBERS for value in ("-1", "x", "99999999", "")),
     ({"question": "{"}, "question"), ({"question": "{}"}, ""), ({"answer": '{"score": 5}'}, "answer"),
     ({"url": ""}, "url"), ({"url": "ftp://x"}, ""), ({"url": "http://x/" + "x" * 500}, "url"),
     ({"reason": ""}, "reason"), ({"reason": "x"}, "reason")],
    ids=str,
)  # fmt: skip
async def test_what_will_not_do_is_said_beside_its_field(browsers, form, field):
    answer = await send(browsers["boss-p"], f"{HERE}/five-force/change", **{**FORM, **form})
    assert answer.status_code == (400 if field else 409), answer.text
    if field:
        assert f'id="error-{field}"' in answer.text


async def test_what_there_is_not_is_not_found(browsers):
    for path in (f"{HERE}/nobody", f"{HERE}/nobody/change", f"{HERE}/five-force/fortune"):
        assert (await browsers["boss-p"].get(path)).status_code == 404
    for path in (f"{HERE}/nobody/suspend", f"{HERE}/five-force/fortune"):
        assert (await send(browsers["boss-p"], path, reason="连续出错")).status_code == 404


async def test_what_it_answered_stands_on_its_page(gateway, browsers):
    async with gateway.units.begin("test.count", PROGRAM) as work:
        for call in (Call(ANSWERED, 120, 1), Call(ANSWERED, 20, 1), Call("timeout", 3000, 3), Call("open")):
            await count_calls(work.session, [("five-force", call, work.now)])
    shown = (await browsers["eye-p"].get(f"{HERE}/five-force")).text
    for said in ("≤ 50", "≤ 200", "超时 1", "熔断未问 1"):
        assert said in shown, said
    assert "近 30 天询问 4 次，应答 2 次" in (await browsers["eye-p"].get(HERE)).text


JOINT = {
    "parts": "five-force 必需 600000\nembedded，可缺，400000\n\n", "rule": "weighted-mean", "time_ms": "2000",
    "charge_partial": "no", "bands": "600 good\n0 fair", "order": "", "reason": "协议已签",
}  # fmt: skip


async def test_two_people_register_a_joint_answer_and_change_it_on_its_own_form(gateway, browsers):
    assert (await browsers["eye-p"].get(f"{HERE}/-/join")).status_code == 403
    shown = (await browsers["boss-p"].get(f"{HERE}/-/join")).text
    assert "合成一份应答，只计费一次" in shown
    asked = await send(browsers["boss-p"], f"{HERE}/-/join", provider="city-joint", **JOINT)
    assert (asked.status_code, asked.headers["location"]) == (303, f"{HERE}?said=waiting")
    decided = await decide(gateway, browsers)
    for said in ("five-force（必需） 600,000 ppm", "加权平均", "600 good", "不计费"):
        assert said in decided, said
    shown = (await browsers["eye-p"].get(f"{HERE}/city-joint")).text
    for said in ("five-force（必需） 600,000 ppm", "embedded（可缺） 400,000 ppm", "加权平均", "600 good", "2,000"):
        assert said in shown, said
    assert "联合应答：five-force、embedded" in (await browsers["eye-p"].get(HERE)).text
    form = (await browsers["boss-p"].get(f"{HERE}/city-joint/change")).text
    assert "five-force 必需 600000" in form
    beside = {**JOINT, "parts": "five-force required\nembedded", "rule": "beside", "bands": ""}
    assert (await send(browsers["boss-p"], f"{HERE}/city-joint/change", **beside)).status_code == 303
    await decide(gateway, browsers)
    assert "各列各的，不合成" in (await browsers["eye-p"].get(f"{HERE}/city-joint")).text
    worst = {**beside, "rule": "worst-band", "order": "excellent good fair poor"}
    assert (await send(browsers["boss-p"], f"{HERE}/city-joint/change", **worst)).status_code == 303
    await decide(gateway, browsers)
    assert "excellent、good、fair、poor" in (await browsers["eye-p"].get(f"{HERE}/city-joint")).text


@pytest.mark.parametrize(
    ("form", "field"),
    [({"parts": "five-force perhaps"}, "parts"), ({"parts": "five-force 必需 x"}, "parts"),
     ({"parts": "five-force 必需 1 1"}, "parts"), ({"parts": "five-force"}, "parts"), ({"parts": ""}, "parts"),
     ({"rule": "best"}, "rule"), ({"time_ms": "49"}, "time_ms"), ({"bands": "good"}, "bands"),
     ({"bands": "x good"}, "bands"), ({"order": "x" * 41}, "order"), ({"bands": ""}, ""), ({"reason": ""}, "reason"),
     ({"parts": "five-force 必需 600000\nnobody 可缺 400000"}, "")],
    ids=str,
)  # fmt: skip
async def test_what_will_not_do_of_a_joint_answer_is_said_beside_its_field(browsers, form, field):
    answer = await send(browsers["boss-p"], f"{HERE}/-/join", provider="other-joint", **{**JOINT, **form})
    assert answer.status_code == (400 if field else 409), answer.text
    if field:
        assert f'id="error-{field}"' in answer.text
