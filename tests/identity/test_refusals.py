"""A known caller who is refused leaves one event; a flood is counted; strangers leave none."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from gateway.admin.actions import SetSigning
from gateway.identity.refusals import MOST_IN_A_MINUTE, Refusals
from gateway.people.standing import set_standing
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.identities import asked, login, proof, register
from tests.persons import csrf, invited, same_site, signed_in

SUBJECT = Actor("bank-1", "account", "bank")


@pytest.fixture(scope="module")
async def bank(gateway):
    return await register(gateway, "bank-1", "account", "bank")


@pytest.fixture
async def since(gateway):
    """Return the refusals recorded since the test began, oldest first."""
    began = datetime.now(UTC)
    query = (
        "SELECT actor, institution, account, outcome FROM audit_event WHERE type = :type AND ts >= :began ORDER BY ts"
    )

    async def select(event_type="request.refused"):
        async with gateway.database.begin("test.refusals") as session:
            found = await session.execute(text(query), {"type": event_type, "began": began})
            return [tuple(row) for row in found]

    return select


async def test_a_scope_that_is_missing_leaves_one_event(gateway, client, bank, since):
    headers = await login(client, bank, "bank-1", gateway.settings.issuer)
    assert (await client.get("/v1/audit/entries", headers=headers)).status_code == 403
    assert await since() == [("bank-1", "bank", "bank-1", "insufficient-scope")]


async def test_a_proof_that_comes_twice_leaves_one_event(gateway, client, bank, since):
    headers = await login(client, bank, "bank-1", gateway.settings.issuer)
    token = headers["Authorization"].removeprefix("DPoP ")
    headers["DPoP"] = proof(f"{gateway.settings.issuer}/v1/quota", "GET", token)
    statuses = [(await client.get("/v1/quota", headers=headers)).status_code for _ in range(2)]
    assert statuses == [200, 401]
    assert await since() == [("bank-1", "bank", "bank-1", "invalid-dpop-proof")]


async def test_strangers_leave_none(client, since):
    for headers in ({}, {"Authorization": "DPoP x.y.z"}):
        assert (await client.get("/v1/quota", headers=headers)).status_code == 401
    assert await since() == []


async def test_a_page_of_another_role_and_a_form_of_another_site_leave_one_event_each(gateway, client, since):
    await signed_in(gateway, client, "guest-1", "auditor")
    assert (await client.get("/console/clients")).status_code == 403
    form = {"csrf": await csrf(client)}
    assert (
        await client.post("/console/sign-out", data=form, headers={"Origin": "https://evil.example"})
    ).status_code == 403
    assert (await client.post("/console/sign-out", data={"csrf": "x"}, headers=same_site(client))).status_code == 403
    told = [(actor, outcome) for actor, _, _, outcome in await since()]
    assert told == [("person:guest-1", outcome) for outcome in ("forbidden", "form-stale", "form-stale")]


def test_a_flood_is_counted_and_told_by_the_next_event():
    refusals = Refusals()
    first = [refusals.admit("bank-1", 0.0) for _ in range(MOST_IN_A_MINUTE + 5)]
    assert first == [0] * MOST_IN_A_MINUTE + [None] * 5
    assert refusals.admit("other-1", 59.0) == 0
    assert [refusals.admit("bank-1", 60.0), refusals.admit("bank-1", 60.0)] == [5, 0]


async def test_who_is_no_operator_changes_nothing_whatever_the_door(gateway):
    with pytest.raises(DeniedError) as change:
        await asked(gateway, SetSigning(client="bank-1", required=True), SUBJECT)
    assert change.value.denial.reason == "insufficient-scope"
    await invited(gateway, "guest-2", "auditor")
    async with gateway.units.begin("test.standing", SUBJECT) as work:
        with pytest.raises(DeniedError) as standing:
            await set_standing(work, person_id="guest-2", status="suspended")
    assert standing.value.denial.reason == "insufficient-scope"
