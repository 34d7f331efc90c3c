"""Cases at the console: operators ask what becomes of one, auditors approve it, an institution sees its own."""

import json
import re

import pytest
from sqlalchemy import text

from gateway.abnormal.holding import hold_abnormal
from gateway.demo.command_line import DemoError
from gateway.quota.rates import set_rate
from gateway.runtime.actor import PROGRAM
from tests.actors import OPERATOR
from tests.processes import environment
from tests.stories import registration
from tests.town import run_command
from tests.visits import browsers_of, send

HERE = "/console/abnormal-use"


@pytest.fixture
async def browsers(gateway):
    """An operator, an auditor, staff of the bank and of another institution, each signed in at a browser."""
    people = {
        "boss-h": ("operator", {}), "eye-h": ("auditor", {}), "teller-h": ("staff", {"institution": "bank"}),
        "stranger-h": ("staff", {"institution": "other"}),
    }  # fmt: skip
    async with browsers_of(gateway, people) as opened:
        yield opened


@pytest.fixture
async def case(story):
    """bank-1 is held."""
    await story.push("market_regulation", "ent_registration", registration(1))
    for account, institution in (("bank-1", "bank"), ("other-1", "other")):
        await story.account(account, institution)
    async with story.gateway.units.begin("test.limit", OPERATOR) as work:
        await set_rate(work, "account", "bank-1", "denials", 1, "测试")
    for _ in range(2):
        await story.ask("bank-1", 9)
    async with story.gateway.units.begin("test.abnormal", PROGRAM) as work:
        await hold_abnormal(work, "denials")
    story.gateway.access.expire()


async def test_each_sees_what_is_theirs_and_two_decide(gateway, database_urls, case, browsers):
    pages = {name: (await browser.get(HERE)).text for name, browser in browsers.items()}
    told = {name: "因没有授权被拒 2 次，上限 1 次" in shown for name, shown in pages.items()}
    assert told == {"boss-h": True, "eye-h": True, "teller-h": True, "stranger-h": False}
    assert [name for name, shown in pages.items() if "<dialog" in shown and "恢复账户" in shown] == ["boss-h"]
    assert "说明这些查询的用途" in pages["teller-h"]
    assert len(set(re.findall(r"/console/audit/inquiries/([0-9a-f-]{36})", pages["eye-h"]))) == 2
    number = re.search(rf"{HERE}/([0-9a-f-]{{36}})", pages["boss-h"])[1]
    path, boss = f"{HERE}/{number}", browsers["boss-h"]
    for name in ("eye-h", "teller-h", "stranger-h"):
        assert (await send(browsers[name], path, decision="lift", client="bank-1", reason="已核实")).status_code == 403
    assert (await send(boss, path, decision="free", client="bank-1", reason="已核实")).status_code == 400
    assert (await send(boss, path, decision="lift", client="", reason="已核实")).status_code == 400
    assert "请写明理由" in (await send(boss, path, decision="lift", client="bank-1", reason="x")).text
    asked = await send(boss, path, decision="lift", client="bank-1", reason="已核实用途")
    assert (asked.status_code, asked.headers["location"]) == (303, f"{HERE}?said=waiting")
    changes = (await browsers["eye-h"].get("/console/changes")).text
    change = re.search(r"/console/changes/([0-9a-f-]{36})", changes)[1]
    shown = (await browsers["eye-h"].get(f"/console/changes/{change}")).text
    assert ("恢复查询" in shown, "bank-1" in shown) == (True, True)
    approved = await send(browsers["eye-h"], f"/console/changes/{change}/approve")
    assert approved.status_code == 303, approved.text
    assert "已恢复查询" in (await browsers["teller-h"].get(HERE)).text
    env = environment(gateway.settings.home, database_urls, gateway.settings.issuer)
    (one,) = json.loads(run_command(["abnormal", "list", "--status", "lifted", "--json"], env))["cases"]
    assert (one["case"], one["account"], one["status"], one["reason"]) == (number, "bank-1", "lifted", "已核实用途")
    with pytest.raises(DemoError, match="no case of bank-1"):
        run_command(["abnormal", "decide", "bank-1", "--decision", "lift", "--reason", "已核实"], env)
    await held_again(gateway)
    told = run_command(["abnormal", "decide", "bank-1", "--decision", "suspend", "--reason", "已核实", "--json"], env)
    assert json.loads(told)["decision"] == "suspend"
    assert "已停用" in (await browsers["teller-h"].get(HERE)).text


async def held_again(gateway):
    """What was counted before is held once more."""
    async with gateway.database.begin("test.again", role="owner") as session:
        await session.execute(text("UPDATE abnormal_use SET ended_at = ended_at - interval '1 day'"))
    async with gateway.units.begin("test.abnormal", PROGRAM) as work:
        await hold_abnormal(work, "denials")
