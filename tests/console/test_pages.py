"""Every page, in both languages: whatever is shown has its text."""

import re
from contextlib import AsyncExitStack

import httpx
import pytest

from gateway.app import create_app
from gateway.console.texts import LANGUAGES
from gateway.quality.alerts import check_alerts
from gateway.runtime.actor import PROGRAM
from tests.agencies import HEADER, arrears
from tests.enterprises import uscc
from tests.identity.test_routes import all_routes, find
from tests.persons import invited, signed_in

# What answers with something else than a page for people: files, downloads, ways out of the console.
NO_PAGES = {
    "/console", "/console/language/{language}", "/console/theme/{theme}",
    "/console/sso", "/console/sso/back", "/console/uploads/{batch_id}/rejected-rows",
    "/console/quality/{agency}/rejected/{batch_id}.{form}", "/console/catalogue/{dataset}/template.xlsx",
}  # fmt: skip


@pytest.fixture
async def batch(push):
    """A batch with rejected rows, and after it a submission that is held: their ids."""
    body = "\n".join([HEADER, *(f"公司{n},{uscc(n)},,{'若干' if n > 7 else n},增值税" for n in range(10))])
    taken = await push(body, "sound")
    assert taken.status_code in {200, 201}, taken.text
    held = await push(arrears([90], f"{HEADER},联系人").replace("增值税", "增值税,1"), "held")
    assert held.status_code == 202, held.text
    return {"batch_id": taken.json()["batch"], "held_id": held.json()["held"]}


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


async def test_every_page_is_shown_in_both_languages(gateway, browsers, batch):
    async with gateway.units.begin("alerts.check", PROGRAM) as work:
        await check_alerts(work)
    values = {"agency": "tax", "dataset": "tax_arrears", **batch}
    token = await invited(gateway, "new-1", "auditor")
    paths = {
        route.path: find(route.dependant, lambda call: getattr(call, "roles", None))
        for route in all_routes(create_app(gateway.settings, gateway).routes)
        if route.path.startswith("/console") and "GET" in route.methods and route.path not in NO_PAGES
    }
    assert len(paths) >= 10
    for language in LANGUAGES:
        for browser in browsers.values():
            browser.cookies.set("xinqiao-language", language)
        for path in sorted(paths):
            who = browsers["system" if "system" in (paths[path] or ()) else "operator"]
            answer = await who.get(path.format_map(values), params={"token": token} if "enrol" in path else {})
            assert answer.status_code == 200, (path, answer.text)
            assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in answer.text
        alone = (await browsers["system"].get("/console/sign-in")).text
        assert set(re.findall(r"[\u4e00-\u9fff]+", alone)) == {"中文"} or language == "zh"
    gone = await browsers["system"].get("/console/enrol", params={"token": "nothing"})
    assert (gone.status_code, "This invitation is unknown" in gone.text) == (410, True)
