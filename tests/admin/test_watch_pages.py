"""Releases of the risk watch at the console: asked for with a back-test, shown to who approves, and returned from."""

import pytest

from gateway.admin.watch_pages import MOST_BYTES
from tests.visits import approve, browsers_of, send
from tests.watches import WHY, model, model_source, report_of

HERE = "/console/watches"


@pytest.fixture(scope="module")
async def browsers(gateway):
    """Two security administrators and an auditor, each signed in at a browser."""
    people = {"boss-w": ("operator", {}), "second-w": ("operator", {}), "eye-w": ("auditor", {})}
    async with browsers_of(gateway, people) as opened:
        yield opened


async def decide(gateway, browsers):
    return await approve(gateway, browsers["boss-w"], browsers["second-w"])


async def test_both_offices_see_them_and_administrators_alone_change_them(browsers):
    for name, browser in browsers.items():
        shown = (await browser.get(HERE)).text
        assert "随程序发布的规则" in shown
        assert ("/-/release" in shown) == (name != "eye-w")
        assert "没有回测报告" in (await browser.get(f"{HERE}/0")).text
    for path in (f"{HERE}/-/release", f"{HERE}/0/return"):
        assert (await browsers["eye-w"].get(path)).status_code == 403
        assert (await send(browsers["eye-w"], path, kind="model", reason=WHY)).status_code == 403


async def test_a_model_is_put_in_force_and_none_again(gateway, browsers):
    source = model_source()
    form = {
        "kind": "model",
        "source": source.replace("\n", "\r\n"),
        "report": report_of("model", source),
        "reason": WHY,
    }
    asked = await send(browsers["boss-w"], f"{HERE}/-/release", **form)
    assert (asked.status_code, asked.headers["location"]) == (303, f"{HERE}?said=waiting")
    assert (await browsers["boss-w"].get(f"{HERE}/1")).status_code == 404
    shown = await decide(gateway, browsers)
    for said in (f"model/1+{model().digest[:12]}", "8.00%", "24.00%", "133", "精确率", WHY):
        assert said in shown, said
    one = (await browsers["eye-w"].get(f"{HERE}/1")).text
    for said in ("第 1 次启用", "现行", "学习模型", "8.00%", "op_neg_2y", WHY):
        assert said in one, said
    waits = await send(browsers["boss-w"], f"{HERE}/0/return", kind="model", reason="误报过多")
    assert waits.headers["location"] == f"{HERE}/0?said=waiting"
    await decide(gateway, browsers)
    listed = (await browsers["eye-w"].get(HERE)).text
    assert "第 2 次启用" in listed
    assert "不用模型" in listed


async def test_a_form_that_will_not_do_says_why(browsers):
    source = model_source(9)
    for form, said in (
        ({"kind": "model", "source": source, "report": "{]", "reason": WHY}, "回测报告不是 JSON"),
        ({"kind": "gossip", "source": source, "report": report_of("model", source), "reason": WHY}, "请选择"),
        ({"kind": "model", "source": "", "report": "{}", "reason": WHY}, "须为规则或模型"),
    ):
        answer = await send(browsers["boss-w"], f"{HERE}/-/release", **form)
        assert answer.status_code >= 400
        assert said in answer.text, form["kind"]


async def test_the_longest_of_chinese_characters_is_taken(browsers):
    """A form writes each of them in nine characters."""
    assert MOST_BYTES == 900_000
    form = {"kind": "model", "source": "规" * 59_000, "report": "报" * 39_000, "reason": WHY}
    answer = await send(browsers["boss-w"], f"{HERE}/-/release", **form)
    assert answer.status_code == 409
    assert "模型的形式不对" in answer.text
