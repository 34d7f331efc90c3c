"""The pages of the analysis: figures that lead on, files of all that is shown, for overseers alone."""

import re
from datetime import timedelta

import pytest

from gateway.runtime.clock import now
from tests.enterprises import uscc
from tests.persons import signed_in
from tests.risk.founding import LENDER, SOUND
from tests.risk_analysis.handling import open_case
from tests.scores.scanning import rows
from tests.visits import HTML, client_of, visited

KIND = "mass-involving"
LISTS = [
    "risk-funnel", "risk-funnel/enterprises", "risk-lead", "risk-lead/enterprises", "risk-open", "risk-trials",
]  # fmt: skip


@pytest.fixture
async def handled(town):
    if not await rows(town.gateway, "SELECT FROM disposal_case"):
        at = now()
        await open_case(town.gateway, LENDER, KIND, at - timedelta(days=9), confirmed=at, closed=at)
    return town


async def page(town, path, person="reg", role="regulator", language="zh"):
    return await visited(town, f"{person}-{role}", f"/console/{path}", role, language)


async def test_each_figure_of_the_funnel_leads_to_those_behind_it(handled):
    status, shown = await page(handled, "risk-funnel?by=type", "reg-1")
    assert (status, "100.0%" in shown, "整改完毕" in shown) == (200, True, True)
    links = {
        re.search(r"stage=(\w+)", link)[1]: link for link in re.findall(r'href="/console/(risk-funnel/e[^"]+)"', shown)
    }
    assert links.keys() == {"suspect", "opened", "confirmed", "handled"}
    for link in links.values():
        status, behind = await page(handled, link.replace("&amp;", "&"), "reg-1")
        assert (status, uscc(LENDER) in behind, uscc(SOUND) in behind) == (200, True, False)


@pytest.mark.parametrize("by", ["division", "section", "type", "month"])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_funnel_is_grouped(handled, by, language):
    status, shown = await page(handled, f"risk-funnel?by={by}", f"reg-2-{by}-{language}", language=language)
    assert (status, "/console/risk-funnel/enterprises?stage=" in shown) == (200, True)


async def test_a_month_leads_to_those_who_newly_came_in_its_days(handled):
    _, shown = await page(handled, "risk-funnel?by=month", "reg-3")
    [link] = re.findall(r'href="/console/(risk-funnel/enterprises\?stage=new[^"]+)"', shown)
    assert f"since={now():%Y-%m}-01" in link
    assert uscc(LENDER) in (await page(handled, link.replace("&amp;", "&"), "reg-3"))[1]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_whatever_is_shown_can_be_had_as_a_file(handled, path, form):
    async with client_of(handled.gateway) as browser:
        await signed_in(handled.gateway, browser, f"reg-file-{path.replace('/', '-')}-{form}", "regulator")
        answer = await browser.get(f"/console/{path}?export={form}", headers=HTML)
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf" if form == "csv" else b"PK")


@pytest.mark.parametrize("path", [*LISTS, "risk-trials/-/new", "risk-wall", "risk-wall/now"])
@pytest.mark.parametrize("role", ["operator", "system"])
async def test_those_who_run_the_instance_do_not_see_them(handled, path, role):
    assert (await page(handled, path, "run", role))[0] == 403


@pytest.mark.parametrize(
    "path", ["risk-funnel?since=2026-02-02&until=2026-02-01", "risk-lead?level=low", "risk-funnel?by=x"]
)
async def test_what_cannot_be_asked_for_is_refused(handled, path):
    assert (await page(handled, path, "reg-4"))[0] == 400


async def test_points_that_cannot_be_told_are_shown_and_on_the_enterprise_s_page(handled):
    status, shown = await page(handled, "risk-open", "reg-5")
    assert (status, "无法判断" in shown, "100.0%" in shown) == (200, True, True)
    status, of_one = await page(handled, f"subjects/{uscc(LENDER)}/risks", "reg-5")
    assert (status, "以下风险点无法判断" in of_one) == (200, True)
    assert "/console/risk-open" in (await page(handled, "risks", "reg-5"))[1]


async def test_the_wall_names_nobody_and_asks_again_without_an_entry_each_time(handled):
    read = "SELECT FROM audit_event WHERE type = 'risk.read'"
    status, shown = await page(handled, "risk-wall", "reg-6")
    before = len(await rows(handled.gateway, read))
    assert (status, 'hx-get="/console/risk-wall/now"' in shown, "100.0%" in shown) == (200, True, True)
    status, again = await page(handled, "risk-wall/now", "reg-6")
    assert (status, len(await rows(handled.gateway, read))) == (200, before)
    for said in (shown, again):
        assert "涉众型金融风险" in said
        assert not any(
            name in said for name in (uscc(LENDER), f"瓯海第{LENDER}鞋业", "<html" if said is again else "\0")
        )
