"""Pages that need nobody signed in, and pages that are not there, in both languages."""

import re
from contextlib import AsyncExitStack

import httpx
import pytest

from gateway.app import create_app
from tests.persons import signed_in


@pytest.fixture
async def browsers(gateway):
    """One signed in as each administrator that opens pages of their own."""
    async with AsyncExitStack() as stack:
        opened = {}
        for role in ("operator", "system"):
            transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway))
            browser = httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer)
            opened[role] = await stack.enter_async_context(browser)
            await signed_in(gateway, opened[role], f"{role}-9", role)
        yield opened


async def test_a_page_that_is_not_there_is_a_page_for_browsers_and_a_problem_for_programs(browsers):
    for path in ("/console/nothing", "/console/quality/tax/held/abc"):
        for language, said in (("zh", "没有此页"), ("en", "There is no such page")):
            browsers["system"].cookies.set("xinqiao-language", language)
            shown = await browsers["system"].get(path, headers={"Accept": "text/html,*/*"})
            assert (shown.status_code, shown.headers["content-type"]) == (404, "text/html; charset=utf-8")
            assert said in shown.text
        told = await browsers["system"].get("/console/nothing", headers={"Accept": "application/json"})
        assert told.headers["content-type"] == "application/problem+json"


async def test_pages_without_signing_in_are_shown_in_both_languages(browsers):
    browser = browsers["system"]
    for language, shown in (("zh", "zh-CN"), ("en", "en")):
        browser.cookies.set("xinqiao-language", language)
        for path in ("/console/sign-in", "/console/enrol?token=nothing"):
            assert f'<html lang="{shown}"' in (await browser.get(path)).text
    alone = (await browser.get("/console/sign-in")).text
    assert set(re.findall(r"[\u4e00-\u9fff]+", alone)) == {"中文"}
    gone = await browser.get("/console/enrol", params={"token": "nothing"})
    assert (gone.status_code, "This invitation is unknown" in gone.text) == (410, True)
