"""What ends a token before its time: revocation, suspension, an agreement's end, an address that is not on the list."""

import base64
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from urllib.parse import quote
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from sqlalchemy import text

from gateway.identity.clients.access import BOUND_SECONDS
from tests.identities import ask_token, assertion, change, form, login, register


@pytest.fixture(scope="module")
async def bank(gateway):
    return await register(gateway, "bank-1", "account", "bank")


@pytest.fixture(scope="module")
async def lender(gateway):
    return await register(gateway, "lender-1", "account", "lender")


@pytest.fixture
def issuer(gateway):
    return gateway.settings.issuer


async def state(client, key, client_id, issuer, endpoint, token, **more):
    filled = {**form(assertion(key, client_id, issuer), token=token), **more}
    del filled["grant_type"]
    return await client.post(f"/oauth/{endpoint}", data=filled)


async def token_of(client, key, client_id, issuer):
    return (await login(client, key, client_id, issuer))["Authorization"].removeprefix("DPoP ")


async def test_a_token_says_what_it_is_to_its_own_client_alone(client, bank, lender, issuer):
    token = await token_of(client, bank, "bank-1", issuer)
    told = (await state(client, bank, "bank-1", issuer, "introspect", token)).json()
    assert (told["active"], told["client_id"], told["token_type"]) == (True, "bank-1", "DPoP")
    assert told["cnf"]["jkt"]
    assert told["exp"] > time.time()
    for asked in (token, "unknown", token[:-4] + "AAAA"):
        answer = await state(client, lender, "lender-1", issuer, "introspect", asked)
        assert (answer.status_code, answer.json()) == (200, {"active": False})


async def test_a_hint_is_a_hint(client, bank, issuer):
    token = await token_of(client, bank, "bank-1", issuer)
    for hint in ("refresh_token", "pigeon"):
        answer = await state(client, bank, "bank-1", issuer, "introspect", token, token_type_hint=hint)
        assert answer.json()["active"] is True


@pytest.mark.parametrize("endpoint", ["introspect", "revoke"])
async def test_nobody_asks_without_proving_who_it_is(client, bank, issuer, endpoint):
    token = await token_of(client, bank, "bank-1", issuer)
    path = f"/oauth/{endpoint}"
    assert (await client.post(path, data={"token": token})).json()["error"] == "invalid_client"
    as_bearer = await client.post(path, data={"token": token}, headers={"Authorization": f"Bearer {token}"})
    assert (as_bearer.status_code, as_bearer.json()["error"]) == (401, "invalid_client")
    missing = form(assertion(bank, "bank-1", issuer))
    del missing["grant_type"]
    answer = await client.post(path, data=missing)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert (await client.get(path)).status_code == 405


async def test_a_revoked_token_opens_nothing_and_is_not_alive(client, bank, issuer):
    token = await token_of(client, bank, "bank-1", issuer)
    headers = {"Authorization": f"DPoP {token}"}
    assert (await client.get("/v1/quota", headers=headers)).status_code == 200
    assert (await state(client, bank, "bank-1", issuer, "revoke", token)).status_code == 200
    refused = await client.get("/v1/quota", headers=headers)
    assert (refused.status_code, 'error="invalid_token"' in refused.headers["www-authenticate"]) == (401, True)
    assert (await state(client, bank, "bank-1", issuer, "introspect", token)).json() == {"active": False}
    assert (await state(client, bank, "bank-1", issuer, "revoke", token)).status_code == 200


async def test_a_foreign_token_is_left_alive_and_an_unknown_one_is_200(client, bank, lender, issuer):
    token = await token_of(client, bank, "bank-1", issuer)
    for told in (token, "unknown", "a.b.c"):
        assert (await state(client, lender, "lender-1", issuer, "revoke", told)).status_code == 200
    assert (await client.get("/v1/quota", headers={"Authorization": f"DPoP {token}"})).status_code == 200


async def test_suspending_an_institution_stops_its_next_request(client, gateway, lender, issuer):
    headers = await login(client, lender, "lender-1", issuer)
    assert (await client.get("/v1/quota", headers=headers)).status_code == 200
    await change(gateway, "institution:lender", "suspend")
    refused = await client.get("/v1/quota", headers=headers)
    assert (refused.status_code, refused.json()["title"]) == (403, "institution suspended")
    assert (await ask_token(client, assertion(lender, "lender-1", issuer))).status_code == 400
    await change(gateway, "institution:lender", "resume")
    assert (await client.get("/v1/quota", headers=headers)).status_code == 200


async def test_a_change_made_elsewhere_acts_within_the_bound(client, gateway, bank, issuer):
    headers = await login(client, bank, "bank-1", issuer)
    assert (await client.get("/v1/quota", headers=headers)).status_code == 200
    async with gateway.database.begin("elsewhere") as session:
        await session.execute(text("UPDATE client SET status = 'suspended' WHERE client_id = 'bank-1'"))
    changed = time.monotonic()
    while (await client.get("/v1/quota", headers=headers)).status_code == 200:
        assert time.monotonic() - changed < 2 * BOUND_SECONDS
    await change(gateway, "client:bank-1", "resume")


async def test_without_the_database_nobody_is_let_in(client, gateway, bank, issuer, monkeypatch):
    headers = await login(client, bank, "bank-1", issuer)

    async def fail(_session):
        raise ConnectionError("gone")

    monkeypatch.setattr("gateway.identity.clients.access.read_access", fail)
    gateway.access.expire()
    assert (await client.get("/v1/quota", headers=headers)).status_code == 500


@pytest.mark.parametrize(("since", "until", "status"), [
    (None, -1, 400), (1, None, 400), (0, 0, 200), (-1, 1, 200),
])  # fmt: skip
async def test_an_agreement_is_in_force_from_its_first_day_to_its_last(client, gateway, issuer, since, until, status):
    name = f"party{uuid4().hex[:8]}"
    key = await register(gateway, f"{name}-1", "account", name)
    today = (datetime.now(UTC) + timedelta(hours=8)).date()
    days = {"since": since, "until": until}
    days = {word: None if shift is None else today + timedelta(days=shift) for word, shift in days.items()}
    query = "UPDATE institution SET agreement_from = :since, agreement_until = :until WHERE institution_id = :id"
    async with gateway.database.begin("test.agreement") as session:
        await session.execute(text(query), {**days, "id": name})
    assert (await ask_token(client, assertion(key, f"{name}-1", issuer))).status_code == status


async def test_an_address_that_is_not_on_the_list_is_refused(client, gateway, issuer, monkeypatch):
    key = await register(gateway, "listed-1", "account", "listed")
    headers = await login(client, key, "listed-1", issuer)
    query = "UPDATE client SET networks = ARRAY['10.1.0.0/16', '2001:db8::/32'] WHERE client_id = 'listed-1'"
    async with gateway.database.begin("test.networks") as session:
        await session.execute(text(query))
    gateway.access.expire()
    refused = await client.get("/v1/quota", headers=headers)
    assert (refused.status_code, refused.json()["title"]) == (403, "address not allowed")
    spoofed = await client.get("/v1/quota", headers={**headers, "X-Forwarded-For": "10.1.2.3"})
    assert spoofed.status_code == 403
    monkeypatch.setitem(gateway.settings.__dict__, "trusted_proxies", (ip_network("127.0.0.0/8"),))
    for chain, status in {
        "10.1.2.3": 200, "2001:db8::7": 200, "10.2.2.3": 403, "10.1.2.3, 10.2.0.1": 403, "10.1.2.3, 127.0.0.9": 200,
        "10.1.2.3, nonsense": 403,
    }.items():  # fmt: skip
        answer = await client.get("/v1/quota", headers={**headers, "X-Forwarded-For": chain})
        assert answer.status_code == status, chain


def certificate():
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bank-1")])
    start = datetime.now(UTC) - timedelta(hours=1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=1))
    return builder.sign(key, hashes.SHA256())


def as_header(found, style):
    if style == "RFC 9440":
        return f":{base64.b64encode(found.public_bytes(Encoding.DER)).decode()}:"
    return quote(found.public_bytes(Encoding.PEM))


@pytest.mark.parametrize("style", ["RFC 9440", "nginx"])
async def test_a_certificate_binds_as_well_as_a_proof(client, gateway, bank, issuer, monkeypatch, style):
    monkeypatch.setitem(gateway.settings.__dict__, "trusted_proxies", (ip_network("127.0.0.1/32"),))
    own, other = certificate(), certificate()
    shown = {"Client-Cert": as_header(own, style)}
    answer = await ask_token(client, assertion(bank, "bank-1", issuer), shown)
    assert (answer.status_code, answer.json()["token_type"]) == (200, "Bearer")
    token = answer.json()["access_token"]
    told = (await state(client, bank, "bank-1", issuer, "introspect", token)).json()
    assert list(told["cnf"]) == ["x5t#S256"]
    for headers, status in (
        ({**shown, "Authorization": f"Bearer {token}"}, 200),
        ({"Client-Cert": as_header(other, style), "Authorization": f"Bearer {token}"}, 401),
        ({"Authorization": f"Bearer {token}"}, 401),
        ({**shown, "Authorization": f"DPoP {token}"}, 401),
        ({"Client-Cert": ":AAAA:", "Authorization": f"Bearer {token}"}, 401),
        ({"Client-Cert": "%%%", "Authorization": f"Bearer {token}"}, 401),
    ):
        assert (await client.get("/v1/quota", headers=headers)).status_code == status, headers
    twice = [("Client-Cert", as_header(own, style)), ("Client-Cert", as_header(own, style))]
    answer = await client.get("/v1/quota", headers=[*twice, ("Authorization", f"Bearer {token}")])
    assert answer.status_code == 401


async def test_a_certificate_header_from_anybody_else_is_no_certificate(client, bank, issuer):
    answer = await ask_token(
        client, assertion(bank, "bank-1", issuer), {"Client-Cert": as_header(certificate(), "nginx")}
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")


async def test_a_token_for_another_service_is_not_given(client, bank, issuer):
    answer = await ask_token(client, assertion(bank, "bank-1", issuer), resource=issuer)
    assert answer.status_code == 200
    answer = await ask_token(client, assertion(bank, "bank-1", issuer), resource="https://other.example")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_target")
