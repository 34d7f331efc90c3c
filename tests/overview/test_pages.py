"""The pages over all rooms, as people open them: what waits, what is searched, how the whole stands, help."""

import re

import pytest
from sqlalchemy import text

from gateway.console.glossary import terms
from tests.house import objects
from tests.house.objects import OWN, uscc
from tests.house.test_ownership import town
from tests.persons import signed_in
from tests.visits import client_of

__all__ = ["town"]
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
async def regulator(town):
    async with client_of(town.story.gateway) as browser:
        await signed_in(town.story.gateway, browser, "reg", "regulator")
        yield browser


@pytest.fixture(scope="module")
async def auditor(town):
    async with client_of(town.story.gateway) as browser:
        await signed_in(town.story.gateway, browser, "aud", "auditor")
        yield browser


async def test_what_waits_is_listed_and_counted_beside_the_inbox(town):
    held = (await objects.held(town))["held_id"]
    clerk = town.browsers["clerk of tax"]
    shown = (await clerk.get("/console/waiting", headers=HTML)).text
    assert "接受或作废暂存报送" in shown
    assert re.search(r"还剩\d+", shown)
    assert f'href="/console/held/{held}"' in shown
    assert held not in re.sub(r'href="[^"]+"', "", shown)  # people see a name, and no id
    count = (await clerk.get("/console/waiting/count")).text
    assert int(count) >= 1
    clerk.cookies.set("xinqiao-language", "en")
    english = (await clerk.get("/console/waiting", headers=HTML)).text
    clerk.cookies.delete("xinqiao-language")
    assert "Held submissions to accept or discard" in english


async def test_where_nothing_waits_the_page_says_so_and_the_inbox_shows_no_number(regulator):
    assert (await regulator.get("/console/waiting/count")).text == ""
    assert "没有等您处理的事项" in (await regulator.get("/console/waiting")).text


async def test_a_code_leads_an_auditor_straight_to_the_question_and_a_name_to_a_list(auditor):
    straight = await auditor.get("/console/search", params={"q": uscc(OWN)})
    assert (straight.status_code, straight.headers["location"]) == (
        303, f"/console/audit/questions?subject={uscc(OWN)}",
    )  # fmt: skip
    several = await auditor.get("/console/search", params={"q": "瓯海第"})
    assert several.status_code == 200
    assert several.text.count("/console/audit/questions?subject=") >= 2
    nothing = (await auditor.get("/console/search", params={"q": "<b>没有</b>"})).text
    assert "没有找到" in nothing
    assert "<b>没有" not in nothing
    assert "可以这样搜索" in (await auditor.get("/console/search")).text
    endless = await auditor.get("/console/search", params={"q": "长" * 5000})
    assert (endless.status_code, "没有找到" in endless.text) == (200, True)


async def test_the_overview_says_in_words_how_things_are_and_shows_a_table_behind_each_chart(town, regulator):
    await objects.inquiry(town)
    before = await count(town)
    shown = (await regulator.get("/console/overview", headers=HTML)).text
    assert await count(town) == before + 1
    assert "一切正常" in shown
    assert shown.count("<details><summary>看数据表") == shown.count('role="img"') >= 3
    assert "测试银行" in shown
    assert '"side":"gateway"' in shown


async def count(town):
    async with town.story.gateway.database.begin("test.count") as session:
        found = await session.execute(text("SELECT count(*) FROM audit_event WHERE type = 'overview.read'"))
        return found.scalar_one()


async def test_the_wall_is_a_frame_of_its_own_and_renewing_it_is_no_further_entry(town, regulator):
    before = await count(town)
    wall = (await regulator.get("/console/wall", headers=HTML)).text
    assert 'hx-trigger="every 15s"' in wall
    assert 'class="side"' not in wall
    part = (await regulator.get("/console/wall/now")).text
    assert "<html" not in part
    assert "每小时查询" in part
    assert await count(town) == before + 1


@pytest.mark.parametrize("path", ["/console/overview", "/console/wall", "/console/wall/now"])
async def test_who_oversees_nothing_does_not_see_the_whole(town, path):
    assert (await town.browsers["clerk of tax"].get(path, headers=HTML)).status_code == 403


async def test_help_has_every_word_with_an_anchor_and_needs_no_sign_in(client, regulator):
    shown = (await client.get("/console/help")).text
    assert all(f'id="{anchor}"' in shown for one in terms("zh") for anchor in one.anchors)
    assert "监管" in (await regulator.get("/console/help", headers=HTML)).text
