"""Pages of scans, movers and tags: who sees whose, what stands behind a tag, and what reading leaves."""

import re

import pytest
from sqlalchemy import text

from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.denial import DeniedError
from gateway.scores.movers import read_movers
from gateway.scores.rescoring import score_again
from gateway.scores.tag_words import DIMENSIONS, STATUSES
from gateway.scores.tags_of import read_behind, read_tags
from scoring_adapter.card import load_card
from scoring_adapter.scorecard import load_scorecard
from scoring_adapter.tags.value import Status
from tests.enterprises import uscc
from tests.persons import signed_in
from tests.records.penalties import penalties, penalty
from tests.scores.scanning import rows, scan_all, take_up
from tests.stories import registration
from tests.visits import HTML, client_of, visited

OWN, OTHER = 201, 202
TAG = "pen_cnt_1y"


@pytest.fixture(scope="module")
def made():
    return {}


@pytest.fixture
async def town(story, made):
    """Two enterprises scanned yesterday; today one of them is fined, and scored again."""
    if not made:
        made["done"] = True
        await story.feeds()
        for number in (OWN, OTHER):
            await story.push("market_regulation", "ent_registration", registration(number))
        await scan_all(story.gateway)
        async with story.gateway.units.begin("test.yesterday", PROGRAM, role="owner") as work:
            await work.session.execute(text("UPDATE subject_score SET holds_from = holds_from - 1"))
        fines = [penalty(OWN, f"甲罚{number}号", fine="90", on="2026-11-05") for number in range(8)]
        await story.push("drc", "penalty_general", penalties(*fines))
        await take_up(story.gateway)
        await score_again(story.gateway.units)
    return story


async def page(town, person, role, path, **more):
    return await visited(town, person, path, role, **more)


async def events(gateway):
    return len(await rows(gateway, "SELECT FROM audit_event WHERE type = 'scores.read'"))


async def test_the_pages_know_the_card_s_dimensions_and_every_state_of_a_tag():
    assert tuple(load_card().dimensions) == DIMENSIONS
    assert set(STATUSES) == set(Status.__args__) - {"withheld"}  # by a question or a consent, from one answer alone


async def test_overseers_see_who_moved_and_by_which_tags_and_that_is_recorded(town):
    before = await events(town.gateway)
    status, shown = await page(town, "reg", "regulator", "/console/movers")
    assert (status, "瓯海第201鞋业有限公司" in shown, "瓯海第202鞋业有限公司" in shown) == (200, True, False)
    assert f'href="/console/subjects/{uscc(OWN)}/tags"' in shown
    assert (" 家企业中，" in shown, "变动最大的是瓯海第201鞋业有限公司" in shown) == (True, True)
    assert await events(town.gateway) == before + 1
    await town.enrol("auditor-1", "auditor")
    told = (await town.client.get("/v1/scores/movers", headers=await town.headers("auditor-1"))).json()
    [mover] = told["movers"]
    assert (mover["subject"], mover["change"] < 0) == (uscc(OWN), True)
    assert mover["score"] - mover["before"]["score"] == mover["change"]
    moved = {one["tag"]: one["points"] - one["points_before"] for one in mover["tags"]}
    assert any(tag.startswith("pen_") for tag in moved)
    assert sum(moved.values()) == mover["change"]


@pytest.mark.parametrize("kind", ["operator", "system", "account", "agency", "signatory", "platform", "person"])
async def test_nobody_else_sees_movers(town, kind):
    async with town.gateway.units.begin("test.movers", Actor("somebody", kind, subject=uscc(OWN))) as work:
        with pytest.raises(DeniedError):
            await read_movers(work)


async def test_an_owner_sees_the_enterprise_s_tags_with_the_records_behind_each(town):
    status, shown = await page(
        town, "own", "owner", f"/console/enterprise/tags?size=100&name={TAG}", enterprise=uscc(OWN)
    )
    assert status == 200, shown
    assert f'href="/console/enterprise/tags/{TAG}"' in shown
    async with client_of(town.gateway) as browser:
        await signed_in(town.gateway, browser, "own2", "owner", enterprise=uscc(OWN))
        behind = (await browser.get(f"/console/enterprise/tags/{TAG}", headers=HTML)).text
        links = re.findall(r'href="(/console/enterprise/records/[0-9a-f-]{36})"', behind)
        assert (len(links), "甲罚1号" in behind) == (8, True)
        assert (await browser.get(links[0], headers=HTML)).status_code == 200
        other = await browser.get(f"/console/subjects/{uscc(OTHER)}/tags", headers=HTML)
        assert other.status_code == 403
        assert (await browser.get("/console/enterprise/tags/no_such_tag", headers=HTML)).status_code == 404


async def test_an_owner_of_another_enterprise_sees_none_of_it(town):
    async with client_of(town.gateway) as browser:
        await signed_in(town.gateway, browser, "their", "owner", enterprise=uscc(OTHER))
        behind = (await browser.get(f"/console/enterprise/tags/{TAG}", headers=HTML)).text
    assert ("甲罚1号" in behind, "没有相关记录" in behind) == (False, True)


@pytest.mark.parametrize(
    ("kind", "subject", "asked"),
    [("signatory", OWN, OTHER), ("account", None, OWN), ("agency", None, OWN), ("operator", None, OWN),
     ("person", None, None), ("auditor", None, None)],
)  # fmt: skip
async def test_tags_of_an_enterprise_are_told_to_itself_and_to_overseers_alone(town, kind, subject, asked):
    actor = Actor("somebody", kind, subject=uscc(subject) if subject else None)
    tag = load_scorecard().tags.by_id[TAG]
    async with town.gateway.units.begin("test.tags", actor) as work:
        with pytest.raises(DeniedError):
            await read_tags(work, uscc(asked) if asked else None)
        with pytest.raises(DeniedError):
            await read_behind(work, town.gateway.protector, tag, uscc(asked) if asked else None)


async def test_overseers_see_an_enterprise_s_tags_and_what_is_not_known_says_so(town):
    async with client_of(town.gateway) as browser:
        await signed_in(town.gateway, browser, "aud", "auditor")
        listed = (await browser.get(f"/console/subjects/{uscc(OWN)}/tags", headers=HTML)).text
        assert ("瓯海第201鞋业有限公司" in listed, "评分" in listed) == (True, True)
        history = re.search(r"评分在 (\d+) 至 (\d+) 之间", listed)
        assert int(history[1]) < int(history[2])
        weights = [int(one) for one in re.findall(r"</svg>([+-]\d+)</span>", listed)]
        assert (weights, bool(weights)) == (sorted(weights, key=abs, reverse=True), True)
        other = (await browser.get(f"/console/subjects/{uscc(OTHER)}/tags", headers=HTML)).text
        assert "还没有变化" in other
        behind = (await browser.get(f"/console/subjects/{uscc(OWN)}/tags/{TAG}", headers=HTML)).text
        assert ("甲罚1号" in behind, "/console/enterprise/records/" in behind) == (True, False)
        assert (await browser.get(f"/console/subjects/{uscc(999)}/tags", headers=HTML)).status_code == 404


async def test_the_catalogue_of_tags_says_what_each_means_and_whether_it_can_be_computed(town):
    async with client_of(town.gateway) as browser:
        await signed_in(town.gateway, browser, "clerk-x", "clerk", agency="tax")
        listed = (await browser.get("/console/tags", headers=HTML)).text
        assert ("个标签" in listed, "数据未提交" in listed) == (True, True)
        one = (await browser.get(f"/console/tags/{TAG}", headers=HTML)).text
        assert ("近12个月内" in one, 'href="/console/catalogue/penalty_general"' in one) == (True, True)
        assert "2 次至低于 4 次" in one
        assert '"1 次"' in one  # nothing lies between one and two
        assert (await browser.get("/console/tags/no_such_tag", headers=HTML)).status_code == 404


async def test_those_who_run_the_instance_see_the_scans_and_no_enterprise(town):
    status, shown = await page(town, "sys", "system", "/console/scans")
    assert (status, "已完成" in shown, "瓯海第" in shown) == (200, True, False)
