"""Lists and checks over HTTP by clients of two people, and what a client of nobody cannot do."""

import pytest

from gateway.identity.clients.registry import add_client
from gateway.people.invitations import invite
from signing.keys import generate_key, public_jwk
from tests.actors import OPERATOR
from tests.crosscheck.checks import PURPOSE
from tests.enterprises import uscc
from tests.stories import slug


async def client_of(town, person):
    """Register a client of an auditor."""
    key, client_id = generate_key("ES256"), f"client-{person}"
    async with town.gateway.units.begin("test.client", OPERATOR) as work:
        await invite(work, person_id=person, name=person, role="auditor")
        await add_client(
            work, client_id=client_id, kind="auditor", jwk=public_jwk(key), institution_id=None, person=person
        )
    town.keys[client_id] = key
    return client_id


async def call(town, who, method, path, **request):
    headers = await town.headers(who)
    return await town.client.request(method, f"/v1/{path}", headers=headers, **request)


async def handed_in(town, who, *codes):
    content = "\n".join(["code", *codes]) + "\n"
    params = {"supervisor": "银行监管"}
    return await call(town, who, "POST", "supervisor-lists", content=content.encode(), params=params)


async def test_two_people_have_a_list_compared(town):
    one, other = await client_of(town, "aud-1"), await client_of(town, "aud-2")
    taken = (await handed_in(town, one, uscc(621), uscc(622), "bad")).json()
    assert (taken["rows"], taken["sound"], taken["faults"]) == (3, 2, [{"place": 4, "fault": "not-unified"}])
    wanted = {"purpose": PURPOSE, "level": "warning", "lists": [taken["list"]]}
    check = (await call(town, one, "POST", "crosschecks", json=wanted)).json()
    assert check["state"] == "proposed"
    path, approve = f"crosschecks/{check['check']}/decision", {"decision": "approve", "reason": "已核对目的"}
    own = await call(town, one, "POST", path, json=approve)
    assert (own.status_code, slug(own)) == (403, "crosscheck-other-person")
    nobodys = await call(town, "auditor-1", "POST", path, json=approve)
    assert (nobodys.status_code, slug(nobodys)) == (403, "person-unknown")
    assert (await call(town, other, "POST", path, json=approve)).json()["found"] == 2
    shown = (await call(town, one, "GET", f"crosschecks/{check['check']}")).json()
    assert [found["subject"] for found in shown["enterprises"]] == [uscc(621), uscc(622)]
    assert shown["enterprises"][0]["lists"] == [{"list": taken["list"], "supervisor": "银行监管"}]
    for path, name in (("crosschecks", "checks"), ("supervisor-lists", "lists")):
        assert len((await call(town, one, "GET", path, params={"limit": 1})).json()[name]) == 1


async def test_a_client_of_nobody_hands_in_and_does_not_propose(town):
    taken = (await handed_in(town, "auditor-1", uscc(623))).json()["list"]
    refused = await call(
        town, "auditor-1", "POST", "crosschecks", json={"purpose": PURPOSE, "level": "notice", "lists": [taken]}
    )
    assert (refused.status_code, slug(refused)) == (403, "person-unknown")


@pytest.mark.parametrize("path", ["crosschecks", "supervisor-lists"])
async def test_what_there_is_not_is_told_so(town, path):
    answer = await call(town, "auditor-1", "GET", f"{path}/01970f3e-0000-7000-8000-0000000000c1")
    assert (answer.status_code, slug(answer)) == (404, "crosscheck-not-found")


@pytest.mark.parametrize(
    "wanted", [{"level": "low"}, {"type": "gossip"}, {"purpose": "短"}, {"learner": "everybody"}, {"more": 1}]
)
async def test_what_cannot_be_proposed_is_refused_at_the_door(town, wanted):
    body = {"purpose": PURPOSE, "level": "notice", **wanted}
    assert (await call(town, "auditor-1", "POST", "crosschecks", json=body)).status_code == 400


async def test_no_one_but_overseers_is_let_in(town):
    await town.account("bank-1", "bank")
    for who in ("bank-1", "bank-supervisor"):
        for path in ("crosschecks", "supervisor-lists"):
            assert slug(await call(town, who, "GET", path)) == "insufficient-scope"
