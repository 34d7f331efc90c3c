"""Codes: a person permits a client to act for them, over a pushed request, and every way that must not work."""

import asyncio
import base64
import hashlib
import secrets
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey
from sqlalchemy import text

from gateway.identity.clients.limits import Limits, set_limits
from gateway.people.standing import set_standing
from signing.jws import payload_of
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.gates import held
from tests.identities import assertion, form, login, proof, register
from tests.persons import attempt as sign_in_again
from tests.persons import csrf, forget_step, same_site, signed_in

BACK = "https://app.bank.example/back?from=here"
TOKEN_URL = "http://127.0.0.1:8000/oauth/token"
PAR_URL = "http://127.0.0.1:8000/oauth/par"
VERIFIER = secrets.token_urlsafe(48)
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
REQUEST = {
    "response_type": "code", "redirect_uri": BACK, "scope": "inquiries", "state": "s" * 600,
    "code_challenge": CHALLENGE, "code_challenge_method": "S256",
}  # fmt: skip


@pytest.fixture(scope="module")
async def bank(gateway):
    key = await register(gateway, "bank-1", "account", "bank")
    await allow(gateway, "bank-1")
    return key


@pytest.fixture(scope="module")
async def other(gateway):
    key = await register(gateway, "other-1", "account", "other")
    await allow(gateway, "other-1")
    return key


async def allow(gateway, client_id):
    limits = Limits(None, None, None, [BACK])
    async with gateway.units.begin("test.limits", OPERATOR) as work:
        await set_limits(work, client_id=client_id, limits=limits)


@pytest.fixture
async def teller(gateway, client, bank):
    """A teller of the bank, signed in."""
    name = f"teller-{secrets.token_hex(3)}"
    secret = await signed_in(gateway, client, name, "staff", institution="bank")
    return name, secret


@pytest.fixture
def issuer(gateway):
    return gateway.settings.issuer


def identified(key, client_id, issuer):
    filled = form(assertion(key, client_id, issuer))
    del filled["grant_type"]
    return filled


async def push(client, key, issuer, client_id="bank-1", headers=None, **changes):
    filled = {**identified(key, client_id, issuer), **REQUEST, **changes}
    return await client.post("/oauth/par", data={k: v for k, v in filled.items() if v is not None}, headers=headers)


async def pushed(client, key, issuer, **changes):
    answer = await push(client, key, issuer, **changes)
    assert answer.status_code == 201, answer.text
    return answer.json()["request_uri"]


async def decide(client, request_uri, decision="permit", client_id="bank-1"):
    filled = {"csrf": await csrf(client), "client_id": client_id, "request_uri": request_uri, "decision": decision}
    return await client.post("/oauth/authorize", data=filled, headers=same_site(client))


async def permitted(client, key, issuer, **changes):
    """Push, show and permit; return the code."""
    request_uri = await pushed(client, key, issuer, **changes)
    shown = await client.get("/oauth/authorize", params={"client_id": "bank-1", "request_uri": request_uri})
    assert (shown.status_code, "查询企业信用" in shown.text) == (200, True)
    answer = await decide(client, request_uri)
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


async def take(client, key, issuer, code, client_id="bank-1", headers=None, **changes):
    filled = {
        **form(assertion(key, client_id, issuer)), "grant_type": "authorization_code", "code": code,
        "redirect_uri": BACK, "code_verifier": VERIFIER, **changes,
    }  # fmt: skip
    headers = {"DPoP": proof(TOKEN_URL)} if headers is None else headers
    filled = {k: v for k, v in filled.items() if v is not None}
    return await client.post("/oauth/token", data=filled, headers=headers)


async def test_a_person_permits_and_the_client_acts_for_them(client, bank, teller, issuer):
    answer = await push(client, bank, issuer)
    assert (answer.status_code, answer.json()["expires_in"]) == (201, 90)
    sent = await decide(client, answer.json()["request_uri"])
    back = urlsplit(sent.headers["location"])
    told = parse_qs(back.query)
    assert f"{back.scheme}://{back.netloc}{back.path}" == "https://app.bank.example/back"
    assert (told["from"], told["state"], told["iss"]) == (["here"], ["s" * 600], [issuer])
    token = await take(client, bank, issuer, told["code"][0])
    assert token.status_code == 200, token.text
    claims = payload_of(token.json()["access_token"])
    assert (claims["sub"], claims["client_id"], claims["scope"]) == (f"person:{teller[0]}", "bank-1", "inquiries")
    assert "refresh_token" not in token.json()
    headers = {"Authorization": f"DPoP {token.json()['access_token']}"}
    assert (await client.get("/v1/quota", headers=headers)).status_code == 200


@pytest.fixture
async def stranger(gateway, client):
    """A browser where nobody is signed in."""
    async with httpx.AsyncClient(transport=client._transport, base_url=client.base_url) as browser:
        yield browser


async def test_a_sound_request_leads_to_the_sign_in_and_back(client, stranger, bank, issuer):
    asked = {"client_id": "bank-1", "request_uri": await pushed(client, bank, issuer)}
    sent = await stranger.get("/oauth/authorize", params=asked)
    back = parse_qs(urlsplit(sent.headers["location"]).query)["next"][0]
    assert (sent.status_code, parse_qs(urlsplit(back).query)) == (303, {name: [one] for name, one in asked.items()})


@pytest.mark.parametrize("wrong", ["another client's", "unknown", "none", "used up", "address taken away"])
async def test_nobody_signs_in_for_a_request_that_is_not_sound(gateway, client, stranger, bank, teller, issuer, wrong):
    request_uri = await pushed(client, bank, issuer)
    asked = {"client_id": "bank-1", "request_uri": request_uri}
    if wrong == "used up":
        await decide(client, request_uri)
    if wrong == "address taken away":
        limits = Limits(None, None, None, ["https://app.bank.example/elsewhere"])
        async with gateway.units.begin("test.limits", OPERATOR) as work:
            await set_limits(work, client_id="bank-1", limits=limits)
    changed = {
        "another client's": {"client_id": "other-1"},
        "unknown": {"request_uri": "urn:x"},
        "none": {"request_uri": ""},
    }
    answer = await stranger.get("/oauth/authorize", params=asked | changed.get(wrong, {}))
    await allow(gateway, "bank-1")
    assert (answer.status_code, "location" in answer.headers) == (400, False)
    assert "password" not in answer.text


async def test_a_suspended_persons_token_ends(gateway, client, bank, teller, issuer):
    token = (await take(client, bank, issuer, await permitted(client, bank, issuer))).json()["access_token"]
    async with gateway.units.begin("test.standing", OPERATOR) as work:
        await set_standing(work, person_id=teller[0], status="suspended")
    gateway.access.expire()
    answer = await client.get("/v1/quota", headers={"Authorization": f"DPoP {token}"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": "https://evil.example"}, "invalid_request"),
        ({"redirect_uri": BACK + "&x=1"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"request_uri": "urn:x"}, "invalid_request"),
        ({"request": "e30.e30."}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"state": "x" * 2000}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"resource": "https://other.example"}, "invalid_target"),
    ],
)
async def test_a_request_that_will_not_do_is_not_kept_and_never_a_redirect(client, bank, issuer, changes, error):
    answer = await push(client, bank, issuer, **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error), answer.text
    assert "location" not in answer.headers


async def test_only_a_known_client_pushes_and_only_with_post(client, bank, issuer):
    answer = await client.post("/oauth/par", data=REQUEST)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    for aud in (PAR_URL, TOKEN_URL, [issuer]):
        filled = {**REQUEST, **form(assertion(bank, "bank-1", issuer, aud=aud))}
        answer = await client.post("/oauth/par", data=filled)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    for method in ("GET", "PUT"):
        assert (await client.request(method, "/oauth/par")).status_code == 405


async def test_a_request_can_be_bound_to_a_key(client, bank, teller, issuer):
    own, stranger = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    headers = {"DPoP": proof(PAR_URL, key=own)}
    answer = await push(client, bank, issuer, headers=headers, dpop_jkt=stranger.thumbprint())
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
    answer = await push(client, bank, issuer, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")  # the proof was used
    answer = await push(client, bank, issuer, headers={"DPoP": "x"})
    assert answer.json()["error"] == "invalid_dpop_proof"
    for bound in ({"headers": {"DPoP": proof(PAR_URL, key=own)}}, {"dpop_jkt": own.thumbprint()}):
        code = await permitted(client, bank, issuer, **bound)
        wrong = await take(client, bank, issuer, code, headers={"DPoP": proof(TOKEN_URL, key=stranger)})
        assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
        right = await take(client, bank, issuer, code, headers={"DPoP": proof(TOKEN_URL, key=own)})
        assert right.status_code == 200


async def test_a_code_goes_to_its_own_client_with_its_own_verifier_and_address(client, bank, other, teller, issuer):
    code = await permitted(client, bank, issuer)
    for changes in (
        {"code_verifier": None}, {"code_verifier": "x" * 50}, {"code_verifier": "short"}, {"code_verifier": "é" * 60},
        {"redirect_uri": None}, {"redirect_uri": "https://app.bank.example/back"}, {"code": "unknown"},
    ):  # fmt: skip
        answer = await take(client, bank, issuer, changes.pop("code", code), **changes)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), changes
    stolen = await take(client, other, issuer, code, client_id="other-1")
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert (await take(client, bank, issuer, code, headers={})).json()["error"] == "invalid_dpop_proof"
    assert (await take(client, bank, issuer, code)).status_code == 200


async def test_a_code_used_thirty_times_at_once_gives_one_token_which_dies(client, bank, teller, issuer):
    code = await permitted(client, bank, issuer)
    answers = await asyncio.gather(*(take(client, bank, issuer, code) for _ in range(30)))
    given = [answer for answer in answers if answer.status_code == 200]
    assert len(given) == 1
    assert {answer.json()["error"] for answer in answers if answer is not given[0]} == {"invalid_grant"}
    headers = {"Authorization": f"DPoP {given[0].json()['access_token']}"}
    assert (await client.get("/v1/quota", headers=headers)).status_code == 401


async def test_a_request_that_is_decided_twice_at_once_gives_one_code(gateway, client, bank, teller, issuer):
    request_uri = await pushed(client, bank, issuer)
    row = "SELECT FROM pushed_request WHERE request_uri = :uri FOR UPDATE"
    async with held(gateway.database, row, uri=request_uri) as gate:
        both = [asyncio.create_task(decide(client, request_uri)) for _ in range(2)]
        await gate.waiting(2)
    answers = sorted(await asyncio.gather(*both), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [303, 400]
    code = parse_qs(urlsplit(answers[0].headers["location"]).query)["code"][0]
    assert (await take(client, bank, issuer, code)).status_code == 200


async def test_a_code_and_a_request_end(gateway, client, bank, teller, issuer):
    code = await permitted(client, bank, issuer)
    async with gateway.database.begin("test.age", role="owner") as session:
        await session.execute(text("UPDATE authorization_code SET expires_at = now()"))
    answer = await take(client, bank, issuer, code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    request_uri = await pushed(client, bank, issuer)
    async with gateway.database.begin("test.age", role="owner") as session:
        await session.execute(text("UPDATE pushed_request SET expires_at = now()"))
    assert (await decide(client, request_uri)).status_code == 400


@pytest.mark.parametrize(("length", "status"), [(1023, 201), (1024, 201), (1025, 400)])
async def test_a_state_has_at_most_1024_characters(client, bank, issuer, length, status):
    assert (await push(client, bank, issuer, state="x" * length)).status_code == status


async def test_a_code_lives_for_a_minute_and_a_request_for_90_seconds(gateway, client, bank, teller, issuer):
    await permitted(client, bank, issuer)
    assert (await push(client, bank, issuer)).json()["expires_in"] == 90
    async with gateway.database.begin("test.read") as session:
        for table, seconds in (("authorization_code", 60), ("pushed_request", 90)):
            query = text(f"SELECT EXTRACT(epoch FROM max(expires_at) - now()) FROM {table}")
            left = float((await session.execute(query)).scalar_one())
            assert seconds - 30 < left <= seconds


async def test_what_was_not_pushed_gets_an_error_page_and_no_redirect(client, bank, other, teller, issuer):
    request_uri = await pushed(client, bank, issuer)
    for asked in (
        {**REQUEST, "client_id": "bank-1"}, {"client_id": "bank-1"},
        {"client_id": "other-1", "request_uri": request_uri},
        {"client_id": "bank-1", "request_uri": "urn:unknown"}, {"request_uri": request_uri},
    ):  # fmt: skip
        answer = await client.get("/oauth/authorize", params=asked)
        assert (answer.status_code, "location" in answer.headers) == (400, False), asked
    assert (await decide(client, request_uri)).status_code == 303
    assert (await decide(client, request_uri)).status_code == 400  # used up


async def test_signing_in_comes_first_and_leads_back(gateway, client, bank, teller, issuer):
    request_uri = await pushed(client, bank, issuer)
    client.cookies.clear()
    asked = await client.get("/oauth/authorize", params={"client_id": "bank-1", "request_uri": request_uri})
    assert asked.status_code == 303
    following = parse_qs(urlsplit(asked.headers["location"]).query)["next"][0]
    await forget_step(gateway, teller[0])
    sent = await sign_in_again(client, *teller, following=following)
    assert (await client.get(sent.headers["location"])).status_code == 200
    assert (await decide(client, request_uri)).status_code == 303


async def test_a_refusal_goes_back_with_state_and_issuer(client, bank, teller, issuer):
    answer = await decide(client, await pushed(client, bank, issuer), "refuse")
    told = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (told["error"], told["state"], told["iss"]) == (["access_denied"], ["s" * 600], [issuer])
    assert "code" not in told


async def test_a_person_of_another_house_can_permit_nothing(gateway, client, bank, other, issuer):
    for name, role, more in (("other-teller", "staff", {"institution": "other"}), ("auditor-p", "auditor", {})):
        client.cookies.clear()
        await signed_in(gateway, client, name, role, **more)
        request_uri = await pushed(client, bank, issuer)
        shown = await client.get("/oauth/authorize", params={"client_id": "bank-1", "request_uri": request_uri})
        assert 'value="permit"' not in shown.text
        told = parse_qs(urlsplit((await decide(client, request_uri)).headers["location"]).query)
        assert told["error"] == ["access_denied"]


async def test_the_form_may_lead_to_the_application_and_nowhere_else(client, bank, teller, issuer):
    request_uri = await pushed(client, bank, issuer)
    shown = await client.get("/oauth/authorize", params={"client_id": "bank-1", "request_uri": request_uri})
    assert "form-action 'self' https://app.bank.example;" in shown.headers["content-security-policy"]


async def test_the_log_names_the_person_who_asked(gateway, client, bank, teller, issuer):
    token = (await take(client, bank, issuer, await permitted(client, bank, issuer))).json()["access_token"]
    question = {"subject": uscc(1), "product": "score", "purpose": "pre_loan"}
    headers = {"Authorization": f"DPoP {token}", "Idempotency-Key": secrets.token_hex(8)}
    assert (await client.post("/v1/inquiries", json=question, headers=headers)).status_code in {403, 404}
    seen = await login(client, await register(gateway, "auditor-9", "auditor"), "auditor-9", issuer)
    found = (await client.get("/v1/audit/entries?type=inquiry.denied", headers=seen)).json()["entries"]
    assert (found[-1]["leaf"]["actor"], found[-1]["leaf"]["account"]) == (f"person:{teller[0]}", "bank-1")
