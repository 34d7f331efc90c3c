"""Proposals over HTTP, on pages and at the command line: the surest first, each agency its own, both languages."""

import html

import httpx
import pytest
from typer.testing import CliRunner

from gateway.__main__ import app
from gateway.app import create_app
from tests.enterprises import uscc
from tests.matching.proposals import compared, propose
from tests.persons import csrf, same_site, signed_in
from tests.processes import environment
from tests.stories import slug

WHY = {"reason": "已核对原件"}


@pytest.fixture
async def browse(gateway):
    """Sign somebody in with a role and return their browser."""
    opened = []

    async def enter(name, role, **more):
        transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
        browser = httpx.AsyncClient(
            transport=transport, base_url=gateway.settings.issuer, headers={"Accept": "text/html"}, timeout=30
        )
        opened.append(browser)
        await signed_in(gateway, browser, name, role, **more)
        return browser

    yield enter
    for browser in opened:
        await browser.aclose()


async def read(browser, path, status=200):
    answer = await browser.get(path)
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


async def post(browser, path, **typed):
    form = {"csrf": await csrf(browser), **typed}
    return await browser.post(path, data=form, headers=same_site(browser))


async def test_a_clerk_accepts_and_an_operator_confirms_on_the_pages(story, monkeypatch, browse):
    number, name, _, (proposal,) = await propose(story, monkeypatch)
    clerk = await browse(f"clerk-{number}", "clerk", agency="drc")
    listed = await read(clerk, "/console/matches")
    assert name in listed
    assert "条建议待处理" in listed
    here = f"/console/matches/{proposal}"
    page = await read(clerk, here)
    assert f"“{name}”是谁？" in page
    assert f"温州市{name}" in page
    assert "100 条中约 97 条是对的" in page
    assert "确认归属" not in page
    assert (await post(clerk, f"{here}/accept", reason="x")).status_code == 400
    assert (await post(clerk, f"{here}/accept", **WHY)).status_code == 303
    assert "须由另一人确认" in await read(clerk, here)
    assert (await post(clerk, f"{here}/confirm", **WHY)).status_code == 403
    operator = await browse(f"op-{number}", "operator")
    assert "王小二" in await read(operator, here)
    assert (await post(operator, f"{here}/confirm", **WHY)).status_code == 303
    assert "撤销归属" in await read(clerk, here)
    stranger = await browse(f"other-{number}", "clerk", agency="tax")
    assert name not in await read(stranger, "/console/matches?state=confirmed")
    await read(stranger, here, status=404)
    assert (await post(stranger, f"{here}/take-back", **WHY)).status_code == 404
    auditor = await browse(f"auditor-{number}", "auditor")
    assert "撤销归属" not in await read(auditor, here)
    operator.cookies.set("xinqiao-language", "en")
    assert "Take back" in await read(operator, here)


async def test_proposals_over_http(story, monkeypatch):
    number, name, _, (proposal,) = await propose(story, monkeypatch)
    await compared(story.gateway, monkeypatch)
    own = await story.headers("drc")
    told = (await story.client.get("/v1/match-proposals", headers=own)).json()
    (one,) = [one for one in told["proposals"] if one["uscc"] == uscc(number)]
    assert (one["name"], one["registered_name"], one["records"]) == (name, f"温州市{name}", 1)
    assert (one["weight"], one["grade"], one["right_of_hundred"]) == (5.0, "high", 97)
    assert told["run"]["names"] >= 1
    assert one["proposal"] != str(proposal)  # outdated by the second run
    url = f"/v1/match-proposals/{one['proposal']}"
    single = await story.client.get(url, headers=await story.headers("drc"))
    assert single.json()["others"] == []
    answer = await story.client.post(f"{url}/accept", json=WHY, headers=await story.headers("drc"))
    assert slug(answer) == "clerk-needed"
    await story.enrol("tax", "agency")
    answer = await story.client.post(f"{url}/accept", json=WHY, headers=await story.headers("tax"))
    assert slug(answer) == "match-not-found"
    assert (await story.client.get(url, headers=await story.headers("tax"))).status_code == 404
    for reason in ("x", "x" * 501):
        answer = await story.client.post(f"{url}/accept", json={"reason": reason}, headers=await story.headers("drc"))
        assert answer.status_code == 400


async def test_pages_of_proposals_follow_one_another(story, monkeypatch):
    for _ in range(3):
        await propose(story, monkeypatch)
    seen, after = [], ""
    while after is not None:
        query = f"/v1/match-proposals?limit=2{after and f'&after={after}'}"
        told = (await story.client.get(query, headers=await story.headers("drc"))).json()
        seen += [one["proposal"] for one in told["proposals"]]
        after = told["next"]
    assert len(seen) == len(set(seen)) >= 3


@pytest.fixture
async def waiting(story, monkeypatch):
    """A proposal that waits: its enterprise's number and the name in the record."""
    number, name, _, _ = await propose(story, monkeypatch)
    return number, name


def test_the_command_lists_what_waits(waiting, gateway, database_urls, monkeypatch):
    number, name = waiting
    for key, value in environment(gateway.settings.home, database_urls, gateway.settings.issuer).items():
        monkeypatch.setenv(key, value)
    told = CliRunner().invoke(app, ["match", "list"])
    assert told.exit_code == 0, told.output
    assert name in told.stdout
    assert uscc(number) in told.stdout
    assert '"grade":"high"' in CliRunner().invoke(app, ["match", "list", "--json"]).stdout
    run = CliRunner().invoke(app, ["match", "run", "--python", "/nowhere/python"])
    assert run.exit_code == 1
    assert "比对未完成" in run.output
