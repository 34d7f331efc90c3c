"""What operators do on the console: look at clients, approve what another asked for; other roles are kept out."""

import httpx
import pytest

from gateway.admin.client_actions import AddKey, ChangeStanding
from gateway.app import create_app
from gateway.runtime.actor import Actor
from signing.keys import public_jwk
from tests.enterprises import uscc
from tests.identities import asked as change_asked
from tests.identities import register
from tests.persons import csrf, same_site, signed_in
from tests.submissions import add_source, pull_due


@pytest.fixture(scope="module")
async def bank(gateway):
    return await register(gateway, "bank-1", "account", "bank")


@pytest.fixture
async def browser(gateway):
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as opened:
        yield opened


async def waiting(gateway, person):
    action = ChangeStanding(change="resume", whose="client:bank-1", reason="<b>checked</b>")
    return await change_asked(gateway, action, Actor(f"person:{person}", "operator", person=f"person:{person}"))


async def test_an_operator_approves_what_another_asked_for_and_not_their_own(gateway, client, bank):
    await signed_in(gateway, client, "boss-a", "operator")
    own, other = await waiting(gateway, "boss-a"), await waiting(gateway, "boss-z")
    listed = (await client.get("/console/changes")).text
    assert f"/console/changes/{other.change_id}" in listed
    page, mine = [(await client.get(f"/console/changes/{one.change_id}")).text for one in (other, own)]
    assert f"/console/changes/{other.change_id}/approve" in page
    assert f"/console/changes/{own.change_id}/approve" not in mine
    assert "<b>checked" not in page + listed
    form, headers = {"csrf": await csrf(client)}, same_site(client)
    refused = await client.post(f"/console/changes/{own.change_id}/approve", data=form, headers=headers)
    assert (refused.status_code, "另一人" in refused.text) == (409, True)
    done = await client.post(f"/console/changes/{other.change_id}/approve", data=form, headers=headers)
    assert done.headers["location"] == "/console/changes?said=done"
    unsigned = await client.post(f"/console/changes/{own.change_id}/reject", data={"csrf": "x"}, headers=headers)
    assert unsigned.status_code == 403
    rejected = await client.post(f"/console/changes/{own.change_id}/reject", data=form, headers=headers)
    assert rejected.status_code == 303


async def test_a_change_that_cannot_be_made_says_why(gateway, client, bank):
    await signed_in(gateway, client, "boss-b", "operator")
    key = public_jwk(bank)
    asked = await change_asked(gateway, AddKey(client="bank-1", key=key))
    form, headers = {"csrf": await csrf(client)}, same_site(client)
    answer = await client.post(f"/console/changes/{asked.change_id}/approve", data=form, headers=headers)
    assert (answer.status_code, "此公钥已登记给" in answer.text) == (409, True)


async def test_clients_are_listed_with_their_last_use(gateway, client, bank):
    await register(gateway, "idle-1", "account", "bank")
    await signed_in(gateway, client, "boss-c", "operator")
    page = (await client.get("/console/clients")).text
    assert ("bank-1" in page, "idle-1" in page, "从未" in page) == (True, True, True)


async def test_a_source_that_fails_is_seen_paused_and_tried_again(gateway, client, tmp_path):
    file = tmp_path / "arrears.csv"
    file.write_text(f"企业或单位名称,纳税人识别号,欠税金额,税种\n某公司,{uscc(1)},1,增值税\n", "utf-8")
    await signed_in(gateway, client, "boss-s", "system")
    assert "由系统管理员在服务器上登记" in (await client.get("/console/sources")).text
    await add_source(
        gateway, source_id="<b>drop", dataset="tax_arrears", connector="file",
        config={"path": str(file)}, every_seconds=3600,
    )  # fmt: skip
    file.unlink()
    await pull_due(gateway)
    listed = (await client.get("/console/sources")).text
    assert ("1 个来源读取失败" in listed, "&lt;b&gt;drop" in listed, "欠税公告" in listed) == (True, True, True)
    form, headers, path = {"csrf": await csrf(client)}, same_site(client), "/console/sources/%3Cb%3Edrop"
    seen = (await client.get(path)).text
    assert ("连续失败 1 次" in seen, "arrears.csv 无法打开" in seen) == (True, True)
    for act, said in (("pause", "已暂停"), ("resume", "读取中"), ("reset-watermark", "读取中")):
        done = await client.post(f"{path}/{act}", data=form, headers=headers)
        assert done.headers["location"] == f"{path}?said=done", done.text
        assert said in (await client.get(path)).text
    assert (await client.post(f"{path}/pause", data={"csrf": "x"}, headers=headers)).status_code == 403
    none = await client.post("/console/sources/nothing/pause", data=form, headers=headers)
    assert (none.status_code, (await client.get("/console/sources/nothing")).status_code) == (404, 404)


@pytest.mark.parametrize("path", ["/console/changes", "/console/clients", "/console/sources"])
@pytest.mark.parametrize("role", ["regulator", "staff"])
async def test_other_roles_are_kept_out_and_told(gateway, browser, bank, path, role):
    more = {"institution": "bank"} if role == "staff" else {}
    await signed_in(gateway, browser, f"{role}-x", role, **more)
    answer = await browser.get(path)
    assert (answer.status_code, "您的角色" in answer.text) == (403, True)
    assert path not in (await browser.get("/console/catalogue")).text
