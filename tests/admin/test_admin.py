"""Administration over HTTP: onboarding as an operator does it, two people for what is risky, and who is not used."""

import asyncio
from uuid import uuid4

import pytest

from signing.keys import generate_key, public_jwk
from tests.enterprises import uscc
from tests.identities import ask_token, assertion, login, register


@pytest.fixture(scope="module")
async def operators(gateway):
    return {name: await register(gateway, name, "operator") for name in ("operator-2", "operator-3")}


@pytest.fixture
async def office(client, gateway, operators):
    """Post and read as one of two operators."""

    class Office:
        async def headers(self, who="operator-2"):
            return await login(client, operators[who], who, gateway.settings.issuer)

        async def change(self, who="operator-2", **action):
            return await client.post("/v1/admin/changes", json=action, headers=await self.headers(who))

        async def decide(self, change, decision="approve", who="operator-3"):
            path = f"/v1/admin/changes/{change}/{decision}"
            return await client.post(path, headers=await self.headers(who))

        async def read(self, path):
            return (await client.get(path, headers=await self.headers())).json()

        async def both(self, **action):
            asked = await self.change(**action)
            assert asked.status_code == 202, asked.text
            return await self.decide(asked.json()["change"])

    return Office()


async def onboard(office, name, key):
    party = {"institution": name, "name": "新银行", "class": "bank", "agreement_from": "2026-01-01"}
    account = {"client": f"{name}-1", "kind": "account", "institution": name, "key": public_jwk(key)}
    for action in ({"action": "institution.add", **party}, {"action": "client.add", **account}):
        answer = await office.both(**action)
        assert (answer.status_code, answer.json()["status"]) == (200, "done"), answer.text
    answer = await office.change(
        action="quota.set", scope="account", id=f"{name}-1", per_day=10, per_month=100
    )  # fmt: skip
    assert (answer.status_code, answer.json()["status"]) == (200, "done"), answer.text


async def test_an_institution_is_taken_on_step_by_step(client, gateway, office):
    key = generate_key("ES256")
    await onboard(office, "newbank", key)
    limited = await office.both(action="client.limits", client="newbank-1", scopes=["inquiries"], products=["score"])
    assert limited.json()["status"] == "done"
    token = (await ask_token(client, assertion(key, "newbank-1", gateway.settings.issuer))).json()
    assert token["scope"] == "inquiries"
    answer = await ask_token(client, assertion(key, "newbank-1", gateway.settings.issuer), scope="consents")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    (row,) = (await office.read("/v1/admin/clients?institution=newbank"))["clients"]
    assert (row["products"], row["stopped"], row["last_used_at"] is not None) == (["score"], None, True)
    parties = (await office.read("/v1/admin/institutions"))["institutions"]
    assert next(party["accounts"] for party in parties if party["institution_id"] == "newbank") == 1


async def test_a_product_that_was_not_given_is_denied(client, gateway, office):
    key = generate_key("ES256")
    await onboard(office, "narrow", key)
    await office.both(action="client.limits", client="narrow-1", products=["health_check"])
    headers = await login(client, key, "narrow-1", gateway.settings.issuer)
    question = {"subject": uscc(1), "product": "score", "purpose": "pre_loan"}
    headers["Idempotency-Key"] = str(uuid4())
    answer = await client.post("/v1/inquiries", json=question, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (403, "product not entitled")


async def test_nobody_approves_what_they_asked_for(office):
    key = generate_key("ES256")
    asked = await office.change(action="client.add", client="auditor-7", kind="auditor", key=public_jwk(key))
    assert asked.status_code == 202
    change = asked.json()["change"]
    own = await office.decide(change, who="operator-2")
    assert (own.status_code, own.json()["title"]) == (403, "own change")
    listed = (await office.read("/v1/admin/clients"))["clients"]
    assert "auditor-7" not in [row["client_id"] for row in listed]
    answers = await asyncio.gather(*(office.decide(change) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    listed = (await office.read("/v1/admin/clients"))["clients"]
    assert "auditor-7" in [row["client_id"] for row in listed]


async def test_a_rejected_change_is_not_made_and_not_made_later(office):
    asked = await office.change(action="client.add", client="auditor-8", kind="auditor",
                                key=public_jwk(generate_key("ES256")))  # fmt: skip
    change = asked.json()["change"]
    assert (await office.decide(change, "reject", "operator-2")).json()["status"] == "rejected"
    assert (await office.decide(change)).status_code == 409
    assert (await office.decide(str(uuid4()))).status_code == 404
    waiting = (await office.read("/v1/admin/changes?status=waiting"))["changes"]
    assert change not in [row["change"] for row in waiting]


async def test_a_change_that_cannot_be_made_any_more_stays_open_and_says_why(office):
    key = generate_key("ES256")
    await onboard(office, "gone", key)
    asked = (await office.change(action="client.key", client="gone-1", key=public_jwk(generate_key("ES256")))).json()
    await office.both(action="standing", change="close", whose="client:gone-1", reason="left")
    late = await office.decide(asked["change"])
    assert (late.status_code, late.json()["title"]) == (422, "change refused")
    waiting = (await office.read("/v1/admin/changes?status=waiting"))["changes"]
    assert asked["change"] in [row["change"] for row in waiting]


async def test_a_suspension_needs_one_person_a_resumption_two(client, gateway, office):
    key = generate_key("ES256")
    await onboard(office, "paused", key)
    headers = await login(client, key, "paused-1", gateway.settings.issuer)
    stop = {"action": "standing", "whose": "institution:paused", "reason": "complaint"}
    assert (await office.change(change="suspend", **stop)).status_code == 200
    assert (await client.get("/v1/quota", headers=headers)).status_code == 403
    assert (await office.both(change="resume", **stop)).status_code == 200
    assert (await client.get("/v1/quota", headers=headers)).status_code == 200
    await office.both(change="close", **stop)
    refused = await client.get("/v1/quota", headers=headers)
    assert (refused.status_code, refused.json()["title"]) == (403, "institution closed")
    reopened = await office.both(change="resume", **stop)
    assert reopened.status_code == 422


async def test_a_client_changes_its_key_with_an_overlap_and_a_leaked_one_is_out(client, gateway, office):
    issuer, old, new = gateway.settings.issuer, generate_key("ES256"), generate_key("Ed25519")
    await onboard(office, "turning", old)
    await office.both(action="client.key", client="turning-1", key=public_jwk(new), overlap_hours=1)
    for key in (old, new):
        assert (await ask_token(client, assertion(key, "turning-1", issuer))).status_code == 200
    unnamed = await ask_token(client, assertion(new, "turning-1", issuer, header={"kid": None}))
    assert "kid" in unnamed.json()["error_description"]
    headers = await login(client, old, "turning-1", issuer)
    assert (await office.change(action="client.key-retire", client="turning-1", kid=old.kid)).status_code == 200
    assert (await ask_token(client, assertion(old, "turning-1", issuer))).status_code == 401
    assert (await client.get("/v1/quota", headers=headers)).status_code == 401
    assert (await ask_token(client, assertion(new, "turning-1", issuer))).status_code == 200
    again = await office.both(action="client.key", client="turning-1", key=public_jwk(old))
    assert (again.status_code, "before" in again.json()["detail"]) == (422, True)


async def test_an_overlap_of_nothing_ends_the_old_key(client, gateway, office):
    issuer, old, new = gateway.settings.issuer, generate_key("ES256"), generate_key("ES256")
    await onboard(office, "swift", old)
    await office.both(action="client.key", client="swift-1", key=public_jwk(new), overlap_hours=0)
    assert (await ask_token(client, assertion(old, "swift-1", issuer))).status_code == 401
    assert (await ask_token(client, assertion(new, "swift-1", issuer))).status_code == 200


async def test_those_never_used_are_named(office):
    await onboard(office, "idle", generate_key("ES256"))
    unused = (await office.read("/v1/admin/clients?unused_days=0&limit=500"))["clients"]
    assert {"client_id": "idle-1", "last_used_at": None}.items() <= next(
        row for row in unused if row["client_id"] == "idle-1"
    ).items()
    assert (await office.read("/v1/admin/clients?unused_days=30"))["clients"] == []


@pytest.mark.parametrize(
    ("action", "word"),
    [
        ({"action": "no-such"}, "action"),
        ({"action": "institution.add", "institution": "A!", "name": "x", "class": "bank"}, "institution"),
        ({"action": "client.limits", "client": "x-1", "networks": ["10.0.0.1/8"]}, "networks"),
        ({"action": "quota.set", "scope": "account", "id": "x-1", "per_day": 5, "per_month": 1}, "per_day"),
        ({"action": "standing", "change": "suspend", "whose": "x", "reason": "why"}, "whose"),
    ],
)
async def test_a_malformed_change_names_the_fault(office, action, word):
    answer = await office.change(**action)
    assert (answer.status_code, word in answer.text) == (400, True)


@pytest.mark.parametrize("action", [
    {"action": "standing", "change": "suspend", "whose": "client:nobody", "reason": "why"},
    {"action": "client.key-retire", "client": "nobody", "kid": "x"},
    {"action": "person.standing", "change": "suspend", "person": "nobody", "reason": "why"},
])  # fmt: skip
async def test_a_change_upon_nobody_says_so_and_leaves_nothing(office, action):
    answer = await office.change(**action)
    assert (answer.status_code, answer.json()["title"]) == (422, "change refused")
    assert action not in [row["action"] for row in (await office.read("/v1/admin/changes"))["changes"]]


@pytest.mark.parametrize("action", [
    {"action": "institution.agreement", "institution": "nobody"},
    {"action": "institution.add", "institution": "odd", "name": "x", "class": "bank",
     "agreement_from": "2026-02-01", "agreement_until": "2026-01-01"},
    {"action": "client.add", "client": "tax", "kind": "agency", "key": {"kty": "oct", "k": "AAAA"}},
])  # fmt: skip
async def test_a_change_that_cannot_be_made_says_so_and_leaves_nothing(office, action):
    answer = await office.both(**action)
    assert (answer.status_code, answer.json()["title"]) == (422, "change refused")
    done = (await office.read("/v1/admin/changes?status=done"))["changes"]
    assert action not in [row["action"] for row in done]


@pytest.mark.parametrize(
    "address",
    [
        "http://bank.example/cb", "https://bank.example/cb#x", "javascript:alert(1)", "https://", "https://*",
        "https://*.bank.example/cb", "https://user@bank.example/cb", "https://user:word@bank.example", "https:/cb",
        "https://bank.example; script-src https://evil.example/", "https://bank.example;script-src/cb",
        "https://bank.example, https://evil.example", "https://bank.example\\@evil.example", "https://bank.example/ cb",
        "https://bank.example/\ncb", "https://bank.example/cb\n", "https://bänk.example/cb", "https://bank.example:x/cb",
        "//bank.example/cb", "http://localhost.evil.example/cb", "https://-bank.example",
        f"https://a.example/{'x' * 500}",
    ],
)  # fmt: skip
async def test_codes_are_sent_to_safe_addresses_alone(office, address):
    await register_once(office)
    answer = await office.both(action="client.limits", client="web-1", redirect_uris=[address])
    assert answer.status_code == 422


async def test_codes_are_sent_to_named_hosts_and_to_this_machine(office):
    await register_once(office)
    sound = ["https://bank.example", "https://a-b.bank.example:8443/cb/x?state=1&a=%20", "http://127.0.0.1:7000/cb",
             "http://localhost/cb", "http://[::1]:7000/"]  # fmt: skip
    answer = await office.both(action="client.limits", client="web-1", redirect_uris=sound)
    assert answer.status_code == 200, answer.text


async def register_once(office):
    listed = (await office.read("/v1/admin/institutions"))["institutions"]
    if "web" not in {one["institution_id"] for one in listed}:
        await onboard(office, "web", generate_key("ES256"))


async def test_what_a_change_replaces_and_why_it_was_rejected_is_kept(client, gateway, office):
    key = generate_key("ES256")
    await onboard(office, "kept", key)
    made = await office.change(action="quota.set", scope="account", id="kept-1", per_day=20, per_month=100)
    assert made.json()["before"] == {"per_day": 10, "per_month": 100}
    asked = (await office.change(action="client.limits", client="kept-1", products=["score"])).json()
    assert asked["before"] == {"scopes": None, "products": None, "networks": None, "redirect_uris": []}
    await office.both(action="client.limits", client="kept-1", products=["health_check"])
    path, headers = f"/v1/admin/changes/{asked['change']}", await office.headers("operator-3")
    for reason, status in (("x", 400), ("长" * 501, 400), ("产品不符", 200)):
        rejected = await client.post(f"{path}/reject", json={"reason": reason}, headers=headers)
        assert rejected.status_code == status, rejected.text
    assert (rejected.json()["reason"], rejected.json()["before"]) == ("产品不符", asked["before"])
    again = (await office.both(action="client.limits", client="kept-1", products=["score"])).json()
    assert again["before"]["products"] == ["health_check"]
