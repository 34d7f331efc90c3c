"""How fast may be asked, at the console: what is in force for whom, set with a reason and with what follows said."""

import re

import httpx
import pytest
from sqlalchemy import text

from gateway.admin.action import means_of
from gateway.admin.changes import decide_change
from gateway.app import create_app
from gateway.console.words import LANGUAGE_COOKIE
from gateway.quota.rates import find_rates, set_rate
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.actors import OPERATOR
from tests.identities import register
from tests.persons import csrf, same_site, signed_in

HERE, SET = "/console/rates", "/console/rates/set"


@pytest.fixture(scope="module")
async def boss(gateway):
    """Open pages and send forms as a security administrator; bank-1 and other-1 are accounts."""
    for account, institution in (("bank-1", "bank"), ("other-1", "other")):
        await register(gateway, account, "account", institution)
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as browser:
        await signed_in(gateway, browser, "boss-r", "operator")
        yield browser


async def send(browser, **form):
    given = {"scope": "account", "id": "bank-1", "measure": "rate", "limit": "7", "reason": "压测期间", **form}
    return await browser.post(SET, data={"csrf": await csrf(browser), **given}, headers=same_site(browser))


async def look(browser, path=HERE, language="zh", **params):
    cookies = {**dict(browser.cookies), LANGUAGE_COOKIE: language}
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return await browser.get(path, params=params, headers={"Cookie": header})


async def rates(gateway, **wanted):
    async with gateway.units.begin("test.rates", OPERATOR) as work:
        return {(one["scope"], one["id"], one["measure"]): (one["limit"], one["reason"])
                for one in await find_rates(work, limit=None, **wanted)}  # fmt: skip


def row(page, measure):
    """What a page says of one measure of the party that was looked up."""
    looked_up = page.partition("<h3>")[2]
    return re.sub(
        r"\s+", " ", re.sub("<[^>]+>", " ", re.search(rf"<tr>(?:(?!</tr>).)*{measure}.*?</tr>", looked_up)[0])
    )


async def test_what_is_in_force_is_its_own_else_that_of_all_else_the_programs(gateway, boss):
    async with gateway.units.begin("test.rate", OPERATOR) as work:
        await set_rate(work, "account", "bank-1", "rate", 9, "压测期间")
        await set_rate(work, "account", "", "burst", 800, "夜间保护")
    page = (await look(boss, scope="account", id="bank-1")).text
    for measure, told in (("每秒请求数", ("9", "单独设定", "压测期间")),
                          ("突发请求数", ("800", "对全部的设定", "夜间保护")),
                          ("同时在办的查询数", ("200", "系统默认"))):  # fmt: skip
        assert all(one in row(page, measure) for one in told), (measure, row(page, measure))
    other = (await look(boss, scope="account", id="other-1")).text
    assert ("500" in row(other, "每秒请求数"), "系统默认" in row(other, "每秒请求数")) == (True, True)
    whole = (await look(boss)).text
    for said in ("所有账户", "所有机构", "所有签署人", "20", "bank-1"):
        assert said in whole, said
    english = (await look(boss, language="en", scope="account", id="bank-1")).text
    for said in ("set for it", "set for all", "the program", "In force"):
        assert said in english, said


@pytest.mark.parametrize("who", ["nobody", "Bank", "x" * 63, "x" * 64])
async def test_who_is_not_there_is_said_beside_the_field(boss, who):
    answer = await look(boss, scope="account", id=who)
    assert (answer.status_code, 'id="error-id"' in answer.text) == (400, True)
    assert (await look(boss, scope="signatory", id="bank-1")).status_code == 400


async def test_what_follows_is_said_before_it_is_asked_for(boss):
    shown = (await look(boss, SET, scope="account", id="bank-1", measure="denials")).text
    assert re.search(r'<option value="denials" selected', shown)
    assert 'value="bank-1"' in shown
    for said in ("半秒内", "不会补办", "另一位安全管理员批准", "不能改写"):
        assert said in shown, said
    english = (await look(boss, SET, language="en")).text
    for said in ("half a second", "not made up for", "another security administrator", "is not edited"):
        assert said in english, said


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"limit": "0"}, "limit"), ({"limit": "-1"}, "limit"), ({"limit": "1000001"}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"limit": str(2**63)}, "limit"), ({"reason": ""}, "reason"), ({"reason": "x"}, "reason"),
        ({"reason": "长" * 201}, "reason"), ({"id": "Bank"}, "id"), ({"scope": "platform"}, "scope"),
        ({"scope": "signatory", "measure": "denials"}, "measure"),
    ],
    ids=str,
)  # fmt: skip
async def test_what_will_not_do_is_said_beside_its_field(gateway, boss, form, field):
    before = await rates(gateway)
    answer = await send(boss, **form)
    assert answer.status_code == 400
    assert f'id="error-{field}"' in answer.text
    assert await rates(gateway) == before


async def test_a_party_that_is_not_there_is_refused_though_it_would_wait_for_another(boss):
    for limit in ("7", "999999"):
        answer = await send(boss, id="nobody", limit=limit)
        assert answer.status_code == 409, answer.text


async def test_less_is_set_by_one_and_more_waits_for_another(gateway, boss):
    done = await send(boss, limit="7", reason="压测结束")
    assert (done.status_code, done.headers["location"]) == (303, f"{HERE}?said=done")
    assert (await rates(gateway))["account", "bank-1", "rate"] == (7, "压测结束")
    waits = await send(boss, limit="501")
    assert waits.headers["location"] == f"{HERE}?said=waiting"
    assert (await rates(gateway))["account", "bank-1", "rate"] == (7, "压测结束")
    taken_away = await send(boss, limit="", reason="恢复默认")
    assert taken_away.headers["location"] == f"{HERE}?said=done"
    assert ("account", "bank-1", "rate") not in await rates(gateway)


async def test_a_change_that_an_earlier_release_took_down_without_a_reason_is_asked_for_anew(gateway, boss):
    waits = await send(boss, limit="502")
    assert waits.headers["location"] == f"{HERE}?said=waiting"
    async with gateway.database.begin("test.earlier", role="owner") as session:
        query = "UPDATE change SET action = action - 'reason' WHERE action ->> 'limit' = '502' RETURNING change_id"
        (change,) = (await session.execute(text(query))).scalars()
    second = Actor("second", "operator", person="person:second")
    with pytest.raises(DeniedError) as refused:
        async with gateway.units.begin("test.decide", second) as work:
            await decide_change(work, means_of(gateway.settings, gateway.protector), change, approve=True)
    assert refused.value.denial.reason == "change-too-old"
    async with gateway.units.begin("test.decide", second) as work:
        rejected = await decide_change(work, means_of(gateway.settings, gateway.protector), change, approve=False)
    assert rejected.status == "rejected"
