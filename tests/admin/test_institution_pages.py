"""Institutions, accounts and keys at the console: what is shown, asked for by forms, and refused beside its field."""

import json

import httpx
import pytest

from gateway.admin.client_actions import ChangeStanding
from gateway.admin.institution_actions import AddInstitution
from gateway.app import create_app
from gateway.identity.clients.registry import add_institution
from signing.keys import generate_key, public_jwk
from tests.actors import OPERATOR
from tests.identities import asked, register
from tests.persons import csrf, same_site, signed_in

BANK, ACCOUNT = "/console/institutions/bank", "/console/institutions/bank/accounts/bank-1"
LONG = "很长的名称🏦\u202e" * 20


@pytest.fixture(scope="module")
async def bank(gateway):
    async with gateway.units.begin("test.other", OPERATOR) as work:
        await add_institution(work, institution_id="other", name=LONG, kind="other")
    return await register(gateway, "bank-1", "account", "bank")


@pytest.fixture(scope="module")
async def operator(gateway, bank):
    """Open pages and send forms as an operator, signed in once."""
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as browser:
        await signed_in(gateway, browser, "boss-i", "operator")
        token = await csrf(browser)

        class Operator:
            async def get(self, path):
                return await browser.get(path)

            async def send(self, path, **form):
                return await browser.post(path, data={"csrf": token, **form}, headers=same_site(browser))

        yield Operator()


async def test_what_belongs_to_an_institution_is_shown_by_names(operator):
    listed = (await operator.get("/console/institutions?q=测试&status=active")).text
    assert ("测试银行" in listed, LONG in listed) == (True, False)
    assert LONG in (await operator.get("/console/institutions?sort=-used")).text
    shown = await operator.get(BANK)
    assert ("测试银行" in shown.text, ACCOUNT in shown.text, "没有配额" in shown.text) == (True, True, True)
    account = (await operator.get(ACCOUNT)).text
    assert ("ES256" not in account, "P-256" in account, "不限" in account) == (True, True, True)


async def test_what_is_not_there_or_another_institutions_is_no_page(operator):
    for path in (
        "/console/institutions/nobody", f"{BANK}/nothing", f"{BANK}/accounts/nobody", f"{ACCOUNT}/nothing",
        "/console/institutions/other/accounts/bank-1", "/console/institutions/nobody/quota",
    ):  # fmt: skip
        answer = await operator.get(path)
        assert (answer.status_code, "没有此页" in answer.text) == (404, True), path
    for path in ("/console/institutions/nobody/standing", f"{ACCOUNT}/keys/none/retire", "/console/keys/audit/rotate"):
        assert (await operator.send(path, change="suspend", reason="核实", sure="yes")).status_code == 404, path


@pytest.mark.parametrize(
    ("path", "form", "field"),
    [
        ("/console/institutions/new", {"institution": "新", "name": "新行", "class": "bank"}, "institution"),
        ("/console/institutions/new", {"institution": "new", "name": " ", "class": "bank"}, "name"),
        (f"{BANK}/quota", {"per_day": "x", "per_month": "9"}, "per_day"),
        (f"{BANK}/quota", {"per_day": "-1", "per_month": "9"}, "per_day"),
        (f"{BANK}/quota", {"per_day": "1", "per_month": ""}, "per_month"),
        (f"{BANK}/agreement", {"agreement_from": "2026-13-01"}, "agreement_from"),
        (f"{BANK}/account", {"client": "bank-2", "key": "{"}, "key"),
        (f"{ACCOUNT}/key", {"key": "{}", "overlap_hours": "2161"}, "overlap_hours"),
    ],
)
async def test_what_will_not_do_is_said_beside_its_field(operator, path, form, field):
    answer = await operator.send(path, **form)
    assert answer.status_code == 400
    assert f'id="error-{field}"' in answer.text
    assert f'href="#field-{field}"' in answer.text


async def test_a_day_that_is_more_than_the_month_is_refused(operator):
    answer = await operator.send(f"{BANK}/quota", per_day="10", per_month="9")
    assert (answer.status_code, "所填内容有误" in answer.text) == (400, True)


async def test_acts_are_changes_that_are_made_or_wait_for_another(operator):
    key = json.dumps(public_jwk(generate_key("ES256")))
    done = await operator.send(f"{BANK}/quota", per_day="5", per_month="1,000")
    assert done.headers["location"] == f"{BANK}?said=done"
    for path, form in (
        (f"{BANK}/quota", {"per_day": "5", "per_month": "1001"}),
        (f"{BANK}/account", {"client": "bank-3", "key": key}),
        (f"{BANK}/agreement", {"agreement_from": "2026-01-01", "agreement_until": ""}),
        (f"{ACCOUNT}/key", {"key": key, "overlap_hours": "0"}),
        (f"{BANK}/standing", {"change": "close", "reason": "不再合作", "sure": "yes"}),
    ):
        waits = await operator.send(path, **form)
        assert waits.headers["location"].endswith("?said=waiting"), (path, waits.text)
    shown = (await operator.get(f"{BANK}?said=done")).text
    assert ("已执行" in shown, "每月 1,000" in shown) == (True, True)


async def test_what_is_final_is_asked_for_by_who_said_that_they_know_it(operator):
    short = await operator.send(f"{BANK}/standing", change="suspend", reason="x")
    assert (short.status_code, "请写明理由" in short.text) == (400, True)
    unsure = await operator.send(f"{BANK}/standing", change="close", reason="不再合作")
    assert (unsure.status_code, "请先勾选" in unsure.text) == (400, True)
    assert (await operator.send("/console/keys/answer/rotate-now", reason="泄露")).status_code == 400


async def test_an_account_is_suspended_resumed_and_its_key_retired(operator, bank):
    assert "已停用" not in (await operator.get(ACCOUNT)).text
    suspended = await operator.send(f"{ACCOUNT}/standing", change="suspend", reason="核实投诉")
    assert suspended.headers["location"] == f"{ACCOUNT}?said=done"
    assert "已停用" in (await operator.get(ACCOUNT)).text
    resumed = await operator.send(f"{ACCOUNT}/standing", change="resume", reason="已核实")
    assert resumed.headers["location"] == f"{ACCOUNT}?said=waiting"
    retired = await operator.send(f"{ACCOUNT}/keys/{bank.kid}/retire", sure="yes")
    assert retired.headers["location"] == f"{ACCOUNT}?said=done"
    again = await operator.send(f"{ACCOUNT}/keys/{bank.kid}/retire", sure="yes")
    assert (again.status_code, "没有此密钥" in again.text) == (409, True)


async def test_a_key_is_rotated_and_one_that_leaked_waits_for_another(operator):
    assert "日志密钥目前不能轮换" in (await operator.get("/console/keys")).text
    assert (await operator.send("/console/keys/batch/rotate", reason="x")).status_code == 400
    made = await operator.send("/console/keys/batch/rotate", reason="每年轮换")
    assert made.headers["location"] == "/console/keys?said=done"
    assert "待启用" in (await operator.get("/console/keys")).text
    twice = await operator.send("/console/keys/batch/rotate", reason="每年轮换")
    assert (twice.status_code, "已有待启用的密钥" in twice.text) == (409, True)
    none = await operator.send("/console/keys/consent/promote")
    assert (none.status_code, "没有待启用的密钥" in none.text) == (409, True)
    leaked = await operator.send("/console/keys/answer/rotate-now", reason="泄露", sure="yes")
    assert leaked.headers["location"] == "/console/keys?said=waiting"


async def test_who_approves_sees_the_id_that_an_institution_is_to_bear_or_bears(gateway, operator):
    new = AddInstitution(institution="fresh-1", name="新银行", **{"class": "bank"})
    known = ChangeStanding(change="suspend", whose="institution:bank", reason="核查")
    for action, said in ((new, "新银行 · fresh-1"), (known, "测试银行 · bank")):
        change = await asked(gateway, action, OPERATOR)
        assert said in (await operator.get(f"/console/changes/{change.change_id}")).text
        assert said in (await operator.get("/console/changes")).text
