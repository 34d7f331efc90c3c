"""Two regulators in their browsers: a list handed in, a check proposed, decided, and who was found."""

from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from tests.crosscheck.checks import PURPOSE
from tests.enterprises import uscc
from tests.persons import csrf, same_site, signed_in
from tests.visits import client_of

HTML = {"Accept": "text/html"}
PLACE = "/console/crosschecks"


@pytest.fixture
async def regulators(town):
    async with AsyncExitStack() as stack:
        both = []
        for _ in range(2):
            browser = await stack.enter_async_context(client_of(town.gateway))
            await signed_in(town.gateway, browser, f"reg-{uuid4().hex[:8]}", "regulator")
            both.append(browser)
        yield both


async def page(browser, path):
    return (await browser.get(path, headers=HTML)).text


async def sent(browser, path, **more):
    form = {**more.pop("data", {}), "csrf": await csrf(browser)}
    return await browser.post(path, data=form, headers={**same_site(browser), **HTML}, **more)


async def handed_in(browser, *codes, supervisor="银行监管", content=None):
    content = content or "\n".join(["名称,统一社会信用代码", *(f"某公司,{code}" for code in codes)]) + "\n"
    file = {"file": ("list.csv", content.encode(), "text/csv")}
    return await sent(browser, f"{PLACE}/-/lists", data={"supervisor": supervisor}, files=file)


async def proposed(browser, **changes):
    list_id = (await handed_in(browser, uscc(621), uscc(624), "", "bad")).headers["location"].rpartition("/")[2]
    form = {"purpose": PURPOSE, "level": "warning", "type": "", f"list-{list_id}": "yes", **changes}
    return list_id, await sent(browser, PLACE, data=form)


async def test_two_regulators_have_a_list_compared(regulators):
    one, other = regulators
    list_id, answer = await proposed(one)
    place = answer.headers["location"]
    faults = await page(one, f"{PLACE}/-/lists/{list_id}")
    assert all(said in faults for said in ("2 个代码可用", "没有代码", "不是统一社会信用代码"))
    assert "由另一名监管人员决定" in await page(one, place)
    own = await sent(one, f"{place}/approve", data={"reason": "同意"})
    assert (own.status_code, "须由提出人以外的人决定" in own.text) == (403, True)
    assert "批准这次核对" in await page(other, place)
    assert (await sent(other, f"{place}/approve", data={"reason": "已核对目的"})).status_code == 303
    shown = await page(one, place)
    assert all(said in shown for said in (uscc(621), uscc(624), "银行监管", "已完成"))
    file = await one.get(f"{place}?export=csv", headers=HTML)
    assert (file.headers["content-type"].partition(";")[0], uscc(621) in file.text) == ("text/csv", True)
    listed = await page(one, f"{PLACE}?state=done")
    assert PURPOSE in listed
    again = await sent(other, f"{place}/reject", data={"reason": "再看"})
    assert (again.status_code, "此核对已有决定" in again.text) == (409, True)


async def test_what_will_not_do_is_told_beside_the_form(regulators):
    one, _ = regulators
    no_list = await handed_in(one, content="名称\n某公司\n")
    assert (no_list.status_code, "没有代码列" in no_list.text) == (400, True)
    _, short = await proposed(one, purpose="短")
    assert (short.status_code, "purpose" in short.text) == (400, True)
    for changes in ({"level": "low"}, {"type": "gossip"}, {"learner": "all"}, {"list-x": "yes"}):
        assert (await proposed(one, **changes))[1].status_code == 400
    missing = await sent(one, f"{PLACE}/-/lists", data={"supervisor": "银行监管"}, files={"x": ("", b"")})
    assert missing.status_code == 400


async def test_a_private_check_waits_for_its_counterpart(regulators, town):
    one, other = regulators
    form = {"purpose": PURPOSE, "level": "warning", "counterpart": "central-bank", "learner": "counterpart"}
    place = (await sent(one, PLACE, data=form)).headers["location"]
    assert (await sent(other, f"{place}/approve", data={"reason": "已核对目的"})).status_code == 303
    shown = await page(one, place)
    assert all(said in shown for said in ("待对方承诺", "central-bank", "本平台对集合的承诺"))
    assert uscc(621) not in shown


async def test_what_there_is_not_has_no_page(regulators):
    one, _ = regulators
    for path in (f"{PLACE}/{uuid4()}", f"{PLACE}/-/lists/{uuid4()}"):
        assert (await one.get(path, headers=HTML)).status_code == 404
    assert (await sent(one, f"{PLACE}/{uuid4()}/approve", data={"reason": "同意"})).status_code == 404


@pytest.mark.parametrize("role", ["operator", "system"])
async def test_those_who_run_the_instance_do_not_see_them(town, role):
    async with client_of(town.gateway) as browser:
        await signed_in(town.gateway, browser, f"{role}-1", role)
        assert (await browser.get(PLACE, headers=HTML)).status_code == 403
