"""A regulator changes the watch's numbers in a form, sees how far it is and what came of it; nothing is in force."""

import re

import pytest
from sqlalchemy import text

from gateway.risk_analysis.trying import try_waiting
from gateway.risk_analysis.watch_form import MOST_FIELDS, fields_of, watch_from
from gateway.scores.store import open_store
from risk_monitor.load import load_watch, read_watch
from tests.enterprises import uscc
from tests.persons import csrf, same_site, signed_in
from tests.risk.founding import LENDER
from tests.visits import client_of

HTML = {"Accept": "text/html"}
NEW = "/console/risk-trials/-/new"
WATCH = load_watch()


def test_what_is_not_changed_comes_back_as_it_was():
    source, wrong = watch_from(WATCH, fields_of(WATCH))
    assert (read_watch(source), wrong) == (WATCH, [])
    assert len(fields_of(WATCH)) < MOST_FIELDS


@pytest.mark.parametrize(
    ("field", "typed", "right"),
    [
        ("sign.rate-above-index.0", "8.25", True),
        ("sign.rate-above-index.0", "8.255", False),
        ("sign.negative-news.0", "20.5", False),
        ("sign.negative-news.0", "", False),
        ("cool", "NaN", False),
        ("cool", "9" * 21, False),
        ("weight.distress.dishonest", "x", False),
        ("review", "1.5", True),
    ],
)
def test_a_number_is_whole_in_the_unit_it_is_kept_in(field, typed, right):
    _, wrong = watch_from(WATCH, {**fields_of(WATCH), field: typed})
    assert wrong == ([] if right else [field])


def test_per_cent_are_kept_as_hundredths():
    source, _ = watch_from(WATCH, {**fields_of(WATCH), "sign.rate-above-index.0": "8.25"})
    assert read_watch(source).by_id["rate-above-index"].signs[0].at_least == 825


def test_a_point_without_weight_falls_away():
    emptied = {name: "" for name in fields_of(WATCH) if name.startswith("weight.") and name.endswith(".petitions")}
    source, wrong = watch_from(WATCH, {**fields_of(WATCH), **emptied})
    assert wrong == []
    assert "petitions" not in read_watch(source).by_id


async def send(browser, changes, like=""):
    form = {"csrf": await csrf(browser), "like": like, **fields_of(WATCH), **changes}
    return await browser.post(NEW, data=form, headers=same_site(browser))


async def test_a_form_asks_for_a_trial_and_its_page_tells_what_came_of_it(town):
    async with client_of(town.gateway) as browser:
        await signed_in(town.gateway, browser, "reg", "regulator")
        answer = await send(browser, {"level.mass-involving.restriction": "165"})
        assert answer.status_code == 303, answer.text
        place = answer.headers["location"]
        waiting = (await browser.get(place, headers=HTML)).text
        assert f'hx-get="{place}/progress"' in waiting
        going = await browser.get(f"{place}/progress", headers=HTML)
        assert (going.status_code, "HX-Refresh" in going.headers, "<progress" in going.text) == (200, False, False)
        assert ("排队中" in going.text, "0 / 0" in waiting) == (True, False)
        async with town.gateway.database.begin("test.running") as session:
            running = "UPDATE risk_trial SET state = 'running', done = 3, pieces = 10 WHERE state = 'waiting'"
            await session.execute(text(running))
        assert "3 / 10" in (await browser.get(f"{place}/progress", headers=HTML)).text
        listed = (await browser.get("/console/risk-trials", headers=HTML)).text
        assert ("运行中" in listed, "3 / 10" in listed) == (True, True)
        second = await send(browser, {})
        assert (second.status_code, "已有一次试算" in second.text) == (409, True)
        await try_waiting(town.gateway.units, open_store(town.gateway.settings))
        assert (await browser.get(f"{place}/progress", headers=HTML)).headers["HX-Refresh"] == "true"
        shown = (await browser.get(place, headers=HTML)).text
        assert all(said in shown for said in (uscc(LENDER), "降级", "已完成", "不影响任何企业的等级"))
        filed = await browser.get(f"{place}?export=csv", headers=HTML)
        assert uscc(LENDER) in filed.text
        assert uscc(LENDER) not in (await browser.get(f"{place}?way=new", headers=HTML)).text
        again = (await browser.get(f"{NEW}?like={place.rpartition('/')[2]}", headers=HTML)).text
        assert 'name="level.mass-involving.restriction" type="text" value="165"' in again
        listed = (await browser.get("/console/risk-trials", headers=HTML)).text
        assert place in listed


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"cool": "x"}, 400, "须为数字"),
        ({"level.distress.notice": "95"}, 400, "等级须依次升高"),
        ({"cool": "999"}, 400, "review_ppm 须为"),
    ],
)
async def test_what_will_not_do_is_said_and_what_was_typed_stays(town, changes, status, says):
    async with client_of(town.gateway) as browser:
        await signed_in(town.gateway, browser, f"reg-{abs(hash(says))}", "regulator")
        answer = await send(browser, changes)
    [(name, typed)] = changes.items()
    assert (answer.status_code, says in answer.text) == (status, True)
    assert re.search(rf'name="{re.escape(name)}" type="text" value="{typed}"', answer.text)


@pytest.mark.parametrize("fields", [MOST_FIELDS - 1, MOST_FIELDS, MOST_FIELDS + 1])
async def test_a_form_has_so_many_fields_at_most(town, fields):
    async with client_of(town.gateway) as browser:
        await signed_in(town.gateway, browser, f"reg-{fields}", "regulator")
        form = {"csrf": await csrf(browser)}
        form |= {f"f{number}": "1" for number in range(fields - len(form))}
        answer = await browser.post(NEW, data=form, headers=same_site(browser))
    assert ("须为数字" in answer.text) == (fields <= MOST_FIELDS)


async def test_a_form_of_another_session_is_not_taken(town):
    async with client_of(town.gateway) as browser:
        await signed_in(town.gateway, browser, "reg-stale", "regulator")
        answer = await browser.post(NEW, data={"csrf": "x", **fields_of(WATCH)}, headers=same_site(browser))
    assert answer.status_code == 403


async def test_of_one_there_is_not_there_is_no_page(town):
    missing = "01983a2b-7c1d-7e00-8000-0000000000b0"
    async with client_of(town.gateway) as browser:
        await signed_in(town.gateway, browser, "reg-none", "regulator")
        for path in (
            f"/console/risk-trials/{missing}",
            f"/console/risk-trials/{missing}/progress",
            f"{NEW}?like={missing}",
        ):
            assert (await browser.get(path, headers=HTML)).status_code == 404, path
