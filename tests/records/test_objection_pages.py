"""Pages of objections: what waits and since when, the rule in force, in both languages; to a clerk the agency's own."""

import html
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from typer.testing import CliRunner

from connectors.model.calendar import day_of
from connectors.records.objection_rules import Term
from gateway.__main__ import app
from gateway.app import create_app
from gateway.records import acts
from gateway.runtime.clock import now
from tests.enterprises import uscc
from tests.persons import signed_in
from tests.processes import environment
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import record_of
from tests.records.test_objections import NUMBERS, object_to

RULE_ZH = "现行规定：5 个工作日内答复，最迟20 个工作日办结；办结之前，记录照常公示和使用"
RULE_EN = "to be answered within 5 working days and closed within 20 working days at the latest"
TODAY = day_of(now())
TERM = Term(TODAY, TODAY - timedelta(days=2), TODAY - timedelta(days=1), provisional=True, place="330000", version=1)


@pytest.fixture
async def waiting(story, monkeypatch):
    """An instance in Wenzhou with an objection whose days are past; its enterprise's number and its record."""
    monkeypatch.setitem(vars(story.gateway), "units", replace(story.gateway.units, jurisdiction="330300"))
    monkeypatch.setattr(acts, "term_of", lambda _placed, _day: TERM)
    number = next(NUMBERS)
    await story.push("drc", "penalty_general", penalties(penalty(number, f"G{number}")))
    await story.enrol(f"s-{number}", "signatory", subject=uscc(number))
    record = str(await record_of(story.gateway, f"G{number}"))
    assert (await object_to(story, f"s-{number}", record, reason=f"金额有误 {number}")).status_code == 201
    return number, record


@pytest.fixture
async def visit(gateway):
    """Sign somebody in with a role; return what reads a page as they see it."""
    opened = []

    async def enter(name, role, **more):
        transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
        browser = httpx.AsyncClient(
            transport=transport, base_url=gateway.settings.issuer, headers={"Accept": "text/html"}, timeout=30
        )
        opened.append(browser)
        await signed_in(gateway, browser, name, role, **more)

        async def read(path, status=200):
            answer = await browser.get(path)
            assert answer.status_code == status, answer.text
            return html.unescape(answer.text)

        return read

    yield enter
    for browser in opened:
        await browser.aclose()


async def test_a_clerk_sees_what_waits_for_the_agency_and_another_agencys_clerk_does_not(waiting, visit):
    number, _ = waiting
    page = await (await visit(f"clerk-{number}", "clerk", agency="drc"))("/console/objections")
    assert f"金额有误 {number}" in page
    assert RULE_ZH in page
    assert "过了办结期限" in page
    assert "暂定：其间的节假日尚未公布" in page
    other = await (await visit(f"other-{number}", "clerk", agency="tax"))("/console/objections")
    assert f"金额有误 {number}" not in other
    assert "没有待办结的异议" in other


async def test_an_auditor_sees_all_of_them_by_how_they_stand_and_in_english_too(waiting, visit):
    number, _ = waiting
    read = await visit(f"auditor-{number}", "auditor")
    assert f"金额有误 {number}" in await read("/console/objections?standing=overdue")
    assert f"金额有误 {number}" not in await read("/console/objections?standing=in_time")
    await read("/console/language/en", 303)
    page = await read("/console/objections")
    assert RULE_EN in page
    assert "Past the last day" in page
    assert "provisional: some holidays on the way are not announced yet" in page


async def test_whoever_has_no_part_in_it_is_not_let_in(waiting, visit):
    number, _ = waiting
    read = await visit(f"system-{number}", "system")
    await read("/console/objections", 403)


async def test_the_enterprise_is_told_the_rule_before_it_objects_and_its_days_afterwards(waiting, visit, story):
    number, record = waiting
    await story.push("drc", "penalty_general", penalties(penalty(number, f"H{number}")))
    second = str(await record_of(story.gateway, f"H{number}"))
    read = await visit(f"owner-{number}", "owner", enterprise=uscc(number))
    form = await read(f"/console/enterprise/records/{second}/objection")
    assert RULE_ZH in form
    assert "《浙江省公共信用信息管理条例》第三十条、第三十一条" in form
    page = await read("/console/enterprise/objections")
    assert TERM.answer_by.isoformat() in page
    assert "已过期限、暂定：" in page
    assert record in page


def test_the_command_lists_what_waits(waiting, gateway, database_urls, monkeypatch):
    _, record = waiting
    for name, value in environment(gateway.settings.home, database_urls, gateway.settings.issuer).items():
        monkeypatch.setenv(name, value)
    told = CliRunner().invoke(app, ["record", "objections", "--overdue", "--json"])
    assert told.exit_code == 0, told.output
    assert record in told.stdout
    people = CliRunner().invoke(app, ["record", "objections"])
    assert "过了办结期限" in people.stdout
    assert TERM.close_by.isoformat() in people.stdout
