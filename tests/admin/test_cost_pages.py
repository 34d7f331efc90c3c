"""What questions cost at the console: what is in force, to come and past; set by two people, with what follows said."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from gateway.console.words import LANGUAGE_COOKIE
from gateway.quota.costs import set_cost
from tests.actors import OPERATOR
from tests.visits import browsers_of, send

HERE, SCORE = "/console/costs", "/console/costs/score"


@pytest.fixture(scope="module")
async def browsers(gateway):
    """Two security administrators, an auditor, and staff of a bank, each signed in at a browser."""
    people = {
        "boss-c": ("operator", {}), "second-c": ("operator", {}), "eye-c": ("auditor", {}),
        "teller-c": ("staff", {"institution": "bank"}),
    }  # fmt: skip
    await registered(gateway)
    async with browsers_of(gateway, people) as opened:
        yield opened


async def registered(gateway):
    from gateway.identity.clients.registry import add_institution

    async with gateway.units.begin("test.house", OPERATOR) as work:
        await add_institution(work, institution_id="bank", name="某行", kind="bank")


async def test_all_three_see_what_questions_cost_and_administrators_alone_may_ask_for_a_change(browsers):
    for name, browser in browsers.items():
        shown = (await browser.get(HERE)).text
        assert ("现为每次 1 个单位" in shown, "现为每次 3 个单位" in shown, "系统初始值" in shown) == (True, True, True)
        assert (f'href="{SCORE}"' in shown) == (name in {"boss-c", "second-c"}), name
    for name in ("eye-c", "teller-c"):
        assert (await browsers[name].get(SCORE)).status_code == 403
        assert (await send(browsers[name], SCORE, units="2", reason="年度调整")).status_code == 403


async def test_what_follows_is_said_before_it_is_asked_for(browsers):
    shown = (await browsers["boss-c"].get(SCORE)).text
    assert 'value="1"' in shown
    for said in ("已计费的不变", "按预留数结算", "不能改写或删除", "另一位安全管理员批准"):
        assert said in shown, said
    cookies = {LANGUAGE_COOKIE: "en"}
    english = (await browsers["boss-c"].get(SCORE, headers={"Cookie": cookie(browsers["boss-c"], **cookies)})).text
    for said in ("What was charged stays", "settled as reserved", "neither edited nor deleted", "another security"):
        assert said in english, said
    assert (await browsers["boss-c"].get(f"{HERE}/fortune")).status_code == 404


def cookie(browser, **more):
    return "; ".join(f"{name}={value}" for name, value in {**dict(browser.cookies), **more}.items())


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"units": "0"}, "units"),
        ({"units": "-1"}, "units"),
        ({"units": str(2**63)}, "units"),
        ({"units": "10001"}, "units"),
        ({"units": "1.5"}, "units"),
        ({"units": ""}, "units"),
        ({"begins": "2027-02-30"}, "begins"),
        ({"reason": ""}, "reason"),
        ({"reason": "x"}, "reason"),
    ],
    ids=str,
)
async def test_case_57_what_will_not_do_is_said_beside_its_field(browsers, form, field):
    answer = await send(browsers["boss-c"], SCORE, **{"units": "2", "reason": "年度调整", **form})
    assert answer.status_code == 400
    assert f'id="error-{field}"' in answer.text
    assert f'href="#field-{field}"' in answer.text


async def test_a_day_that_is_over_is_refused(browsers):
    answer = await send(browsers["boss-c"], SCORE, units="2", begins="2026-01-01", reason="年度调整")
    assert (answer.status_code, "不能更改过去" in answer.text) == (409, True)


async def test_two_people_set_it_and_the_page_tells_what_is_and_was_and_will_be(gateway, browsers):
    asked = await send(browsers["boss-c"], SCORE, units="2", begins="", reason="年度调整")
    assert (asked.status_code, asked.headers["location"]) == (303, f"{HERE}?said=waiting")
    assert "等" in (await browsers["boss-c"].get(f"{HERE}?said=waiting")).text
    async with gateway.database.begin("test.change") as session:
        query = text("SELECT change_id FROM change WHERE status = 'waiting'")
        change = (await session.execute(query)).scalar_one()
    shown = (await browsers["second-c"].get(f"/console/changes/{change}")).text
    for said in ("设定产品成本", "信用评分", "生效时间"):
        assert said in shown, said
    own = await send(browsers["boss-c"], f"/console/changes/{change}/approve")
    assert own.status_code == 409
    done = await send(browsers["second-c"], f"/console/changes/{change}/approve")
    assert done.status_code == 303, done.text
    async with gateway.units.begin("test.cost", OPERATOR) as work:
        await set_cost(work, "score", 5, "来年调整", datetime.now(UTC) + timedelta(days=400))
    shown = (await browsers["teller-c"].get(HERE)).text
    for said in ("现为每次 2 个单位", "年度调整", "来年调整", "将生效", "已过去", "5 个单位"):
        assert said in shown, said


async def test_the_pages_where_questions_are_put_show_what_is_in_force(gateway, browsers):
    async with gateway.units.begin("test.cost", OPERATOR) as work:
        await set_cost(work, "health_check", 77, "年度调整")
    shown = {path: (await browsers["teller-c"].get(f"/console/{path}")).text for path in ("costs", "quota")}
    assert "现为每次 77 个单位" in shown["costs"]
    assert 'href="/console/costs"' in shown["quota"]
