"""Intermediaries: who may ask in whose name, what stays the institution's, and who has to ask through one alone."""

import pytest
from sqlalchemy import text

from gateway.identity.clients.delegations import end_delegation, grant_delegation, list_delegations, set_exit
from gateway.identity.clients.limits import Limits, set_limits
from gateway.runtime.denial import DeniedError
from signing.jws import payload_of
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.identities import ask_token, assertion, change
from tests.stories import registration, slug, today

SERVICE = "fsp-1 for bank-1"


@pytest.fixture
async def ready(story):
    """The service platform may ask in the name of bank-1, and not of other-1; both may ask about enterprise 1."""
    await story.push("market_regulation", "ent_registration", registration(1))
    for account, institution in (("bank-1", "bank"), ("other-1", "other"), ("fsp-1", "fsp")):
        await story.account(account, institution)
    for account in ("bank-1", "other-1"):
        if not await known(story, account):
            await story.consent(account, 1)
    await act(story, grant_delegation, account="bank-1", intermediary="fsp")
    await act(story, set_exit, institution="bank", exit_via=None)
    return story


async def known(story, account):
    listed = await story.client.get("/v1/consents", headers=await story.headers(account))
    return listed.json()["consents"]


async def act(story, use_case, **named):
    async with story.gateway.units.begin("test.act", OPERATOR) as work:
        return await use_case(work, **named)


async def token(story, **more):
    signed = assertion(story.keys["fsp-1"], "fsp-1", story.gateway.settings.issuer)
    return await ask_token(story.client, signed, **more)


async def test_the_token_says_who_acts_in_whose_name(ready):
    answer = await token(ready, on_behalf_of="bank-1", scope="inquiries")
    said = payload_of(answer.json()["access_token"])
    assert (said["sub"], said["client_id"], said["institution"]) == ("bank-1", "fsp-1", "bank")
    assert (said["act"], said["scope"]) == ({"sub": "fsp-1", "institution": "fsp"}, "inquiries")


async def test_without_a_delegation_in_force_no_token_is_given(ready):
    for account in ("other-1", "nobody", "fsp-1", "\x00"):
        answer = await token(ready, on_behalf_of=account)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_target"), account
    await act(ready, end_delegation, account="bank-1", intermediary="fsp", reason="test")
    assert (await token(ready, on_behalf_of="bank-1")).json()["error"] == "invalid_target"


async def test_a_token_has_the_scopes_that_both_have(ready):
    await act(ready, set_limits, client_id="bank-1", limits=Limits(["inquiries", "consents"], None, None, []))
    await act(ready, set_limits, client_id="fsp-1", limits=Limits(["inquiries", "usage-results"], None, None, []))
    try:
        answer = await token(ready, on_behalf_of="bank-1")
        assert answer.json()["scope"] == "inquiries"
        assert (await token(ready, on_behalf_of="bank-1", scope="usage-results")).json()["error"] == "invalid_scope"
    finally:
        for client in ("bank-1", "fsp-1"):
            await act(ready, set_limits, client_id=client, limits=Limits(None, None, None, []))


async def test_consent_quota_and_report_are_the_banks(ready):
    before = [(await left(ready, one))["used"] for one in ("bank-1", "fsp-1")]
    told = (await ready.ask(SERVICE, 1)).json()
    assert (told["account"], told["institution"], told["intermediary"]) == ("bank-1", "bank", "fsp")
    assert [(await left(ready, one))["used"] for one in ("bank-1", "fsp-1")] == [before[0] + 1, before[1]]
    path = f"/v1/inquiries/{told['inquiry']}"
    seen = [(await ready.client.get(path, headers=await ready.headers(one))).status_code
            for one in ("bank-1", SERVICE, "other-1")]  # fmt: skip
    assert seen == [200, 200, 404]
    report = {"inquiry": told["inquiry"], "outcome": "refused", "decided_on": today()}
    sent = [await ready.client.post("/v1/usage-results", json=report, headers=await ready.headers(one))
            for one in ("fsp-1", SERVICE)]  # fmt: skip
    assert [answer.status_code for answer in sent] == [404, 201]
    async with ready.gateway.database.begin("test.actor") as session:
        query = text("SELECT actor, account, institution FROM audit_event WHERE event_id = CAST(:entry AS uuid)")
        assert tuple((await session.execute(query, {"entry": told["entry"]})).one()) == ("fsp-1", "bank-1", "bank")


async def left(story, account):
    return (await story.client.get("/v1/quota", headers=await story.headers(account))).json()["day"]


async def test_an_ended_delegation_ends_what_a_living_token_may(ready):
    headers = await ready.headers(SERVICE)
    await act(ready, end_delegation, account="bank-1", intermediary="fsp", reason="test")
    body = {"subject": uscc(1), "product": "score", "purpose": "pre_loan"}
    answer = await ready.client.post("/v1/inquiries", json=body, headers={"Idempotency-Key": "ended", **headers})
    assert (answer.status_code, slug(answer)) == (403, "delegation-ended")
    assert (await ready.ask("bank-1", 1)).status_code == 200


@pytest.mark.parametrize("whose", ["client:fsp-1", "client:bank-1", "institution:fsp", "institution:bank"])
async def test_each_of_the_parties_can_be_stopped(ready, whose):
    headers = await ready.headers(SERVICE)
    await change(ready.gateway, whose, "suspend")
    try:
        answer = await ready.client.get("/v1/quota", headers=headers)
        assert slug(answer) == ("account-suspended" if whose.startswith("client") else "institution-suspended")
    finally:
        await change(ready.gateway, whose, "resume")


async def test_where_there_is_a_sole_exit_nothing_is_asked_past_it(ready):
    await act(ready, set_exit, institution="bank", exit_via="fsp")
    direct = await ready.ask("bank-1", 1)
    assert (direct.status_code, slug(direct), direct.json()["intermediary"]) == (403, "intermediary-required", "fsp")
    assert (await ready.ask(SERVICE, 1)).status_code == 200
    assert (await ready.ask("other-1", 1)).status_code == 200


async def test_a_delegation_is_granted_once_and_ended_once(ready):
    await act(ready, end_delegation, account="bank-1", intermediary="fsp", reason="test")
    made = [await act(ready, grant_delegation, account="bank-1", intermediary="fsp") for _ in range(2)]
    assert made[0] == made[1]
    listed = await act(ready, list_delegations, limit=10, account="bank-1")
    assert (listed[0].delegation_id, listed[0].ended_at) == (made[0], None)
    assert all(one.ended_at and one.ended_by for one in listed[1:])
    wrong = [
        (grant_delegation, {"account": "nobody", "intermediary": "fsp"}),
        (grant_delegation, {"account": "bank-1", "intermediary": "nobody"}),
        (grant_delegation, {"account": "bank-1", "intermediary": "bank"}),
        (end_delegation, {"account": "other-1", "intermediary": "fsp", "reason": "test"}),
        (set_exit, {"institution": "bank", "exit_via": "bank"}),
        (set_exit, {"institution": "bank", "exit_via": "nobody"}),
        (set_exit, {"institution": "nobody", "exit_via": "fsp"}),
    ]
    for use_case, named in wrong:
        with pytest.raises(DeniedError) as refused:
            await act(ready, use_case, **named)
        assert refused.value.denial.reason == "change-refused"
