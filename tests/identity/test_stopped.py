"""Suspended, closed and unknown are three answers to a client that proved its key, at every door; one to all others."""

import re
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from gateway.abnormal.tables import AbnormalUse
from gateway.identity.clients.registry import set_agreement
from gateway.runtime.actor import PROGRAM
from gateway.web.error_table import ERRORS
from signing.keys import generate_key
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.identities import TYPE, assertion, change, form, proof, register
from xinqiao_client.errors import STOPPED

DOORS = {
    "/oauth/token": {"grant_type": "client_credentials"},
    "/oauth/par": {"response_type": "code", "scope": "inquiries"},
    "/oauth/introspect": {"token": "x"},
    "/oauth/revoke": {"token": "x"},
}
KINDS = ("account", "agency", "signatory", "platform", "auditor")
ASCII = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+")  # RFC 6749 5.2


async def knock(client, door, signed):
    fields = {"client_assertion_type": TYPE, "client_assertion": signed, **DOORS[door]}
    return await client.post(door, data=fields, headers={"DPoP": proof(f"http://127.0.0.1:8000{door}")})


async def end_agreement(gateway, institution):
    async with gateway.units.begin("test.agreement", OPERATOR) as work:
        await set_agreement(work, institution_id=institution, agreement=(None, date(2020, 1, 1)))


async def hold(gateway, account):
    """Hold an account for abnormal use, as the worker does, whatever it asked."""
    async with gateway.units.begin("test.hold", PROGRAM) as work:
        work.session.add(
            AbnormalUse(
                case_id=uuid7(),
                account=account,
                institution="bank",
                rule="denials",
                counted=2,
                most=1,
                since=work.now,
                until=work.now,
                sample=[],
                status="held",
                held_at=work.now,
                event_id=uuid4(),
            )
        )


WAYS = {
    "account-suspended": lambda gateway, number: change(gateway, f"client:stopped-{number}", "suspend"),
    "account-closed": lambda gateway, number: change(gateway, f"client:stopped-{number}", "close"),
    "institution-suspended": lambda gateway, number: change(gateway, f"institution:house-{number}", "suspend"),
    "institution-closed": lambda gateway, number: change(gateway, f"institution:house-{number}", "close"),
    "abnormal-usage-detected": lambda gateway, number: hold(gateway, f"stopped-{number}"),
    "agreement-not-in-force": lambda gateway, number: end_agreement(gateway, f"house-{number}"),
}


@pytest.mark.parametrize("reason", WAYS)
async def test_who_proved_the_key_is_told_what_stops_it_what_to_do_and_whom_to_ask(client, gateway, reason):
    issuer, number = gateway.settings.issuer, list(WAYS).index(reason)
    key = await register(gateway, f"stopped-{number}", "account", f"house-{number}")
    await WAYS[reason](gateway, number)
    for door in DOORS:
        answer = await knock(client, door, assertion(key, f"stopped-{number}", issuer))
        told, row = answer.json(), ERRORS[reason]
        assert (answer.status_code, told["error"]) == (400, "unauthorized_client"), door
        assert told["error_uri"] == f"{issuer}/problems/{reason}"
        assert told["error_description"] == f"{row.title_en} {row.remedy_en}"
        assert (told["detail"], told["remedy"]) == (row.title, row.remedy)
        page = await client.get(told["error_uri"].removeprefix(issuer))
        assert (page.status_code, row.remedy_zh in page.text) == (200, True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("how", "reason"), [("suspend", "account-suspended"), ("close", "account-closed")])
async def test_whatever_kind_of_client_it_is(client, gateway, kind, how, reason):
    name = {"suspend": "tax", "close": "drc"}[how] if kind == "agency" else f"{kind}-{how}"
    house, subject = ("bank" if kind == "account" else None), (uscc(1) if kind == "signatory" else None)
    key = await register(gateway, name, kind, house, subject=subject)
    await change(gateway, f"client:{name}", how)
    told = (await knock(client, "/oauth/token", assertion(key, name, gateway.settings.issuer))).json()
    assert told["error_uri"].endswith(f"/problems/{reason}")


@pytest.mark.parametrize("door", DOORS)
async def test_who_did_not_prove_the_key_learns_nothing(client, gateway, door):
    issuer, other = gateway.settings.issuer, generate_key("ES256")
    name = f"silent-{list(DOORS).index(door)}"
    key = await register(gateway, name, "account", "bank")
    await register(gateway, f"{name}-open", "account", "bank")
    await change(gateway, f"client:{name}", "suspend")
    unknown = await knock(client, door, assertion(other, "nobody", issuer))
    for claimed, header in ((name, {}), (f"{name}-open", {}), (name, {"kid": key.kid}), ("nobody", {"kid": key.kid})):
        answer = await knock(client, door, assertion(other, claimed, issuer, header=header))
        assert (answer.status_code, answer.content) == (unknown.status_code, unknown.content)
    assert (unknown.status_code, unknown.json()["error"]) == (401, "invalid_client")
    said = unknown.json()["error_description"]
    assert said.isascii()
    assert re.fullmatch(f"断言不是用此客户端登记的密钥签名的.*。{re.escape(said)}", unknown.json()["detail"])


async def test_an_assertion_seen_before_or_meant_for_another_tells_nothing_either(client, gateway):
    key = await register(gateway, "heard-1", "account", "bank")
    used = assertion(key, "heard-1", gateway.settings.issuer)
    assert (await client.post("/oauth/token", data=form(used))).json()["error"] == "invalid_dpop_proof"
    await change(gateway, "client:heard-1", "suspend")
    for signed in (used, assertion(key, "heard-1", "https://other.example")):
        answer = await knock(client, "/oauth/token", signed)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_it_leaves_one_event_and_the_same_key_logs_in_once_it_is_resumed(client, gateway):
    key = await register(gateway, "back-1", "account", "bank")
    await change(gateway, "client:back-1", "suspend")
    await knock(client, "/oauth/token", assertion(key, "back-1", gateway.settings.issuer))
    async with gateway.database.begin("test.refused") as session:
        seen = await session.execute(
            text("SELECT outcome FROM audit_event WHERE account = 'back-1' AND type LIKE 't%'")
        )
        assert list(seen.scalars()) == ["unauthorized_client"]
    await change(gateway, "client:back-1", "resume")
    assert (await knock(client, "/oauth/token", assertion(key, "back-1", gateway.settings.issuer))).status_code == 200


@pytest.mark.parametrize("reason", sorted(STOPPED))
def test_what_the_token_endpoint_says_is_ascii_and_the_client_package_knows_the_reason(reason):
    row = ERRORS[reason]
    assert ASCII.fullmatch(f"{row.title_en} {row.remedy_en}")
    assert set(WAYS) == STOPPED
