"""A further person of an enterprise waits: those who act for it confirm or object, in time, and no stranger does."""

import asyncio
from itertools import count

import pytest
from sqlalchemy import text

from gateway.consents.reading import Page, list_consents
from gateway.people.owners import decide_owner
from gateway.people.standing import set_standing
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.gates import held
from tests.persons import acting_of, invited, signed_in
from tests.stories import slug

NUMBERS = count(900)


@pytest.fixture
async def waiting(gateway, client):
    """An enterprise with an owner, and a further one who is signed in and waits: their ids, and who the first is."""
    number = next(NUMBERS)
    first = Actor(f"person:first-{number}", "signatory", subject=uscc(number), person=f"person:first-{number}")
    await invited(gateway, f"first-{number}", "owner", enterprise=uscc(number))
    await signed_in(gateway, client, f"second-{number}", "owner", enterprise=uscc(number), wait_hours=1)
    return number, f"second-{number}", first


async def decide(gateway, actor, person, decision):
    async with gateway.units.begin("test.decide", actor) as work:
        await decide_owner(work, person, decision)


async def refusal(gateway, actor, person, decision="confirm"):
    with pytest.raises(DeniedError) as refused:
        await decide(gateway, actor, person, decision)
    return refused.value.denial.reason


async def test_who_is_confirmed_acts_at_once(gateway, client, waiting):
    _, second, first = waiting
    assert (await acting_of(gateway, client)).kind == "person"
    await decide(gateway, first, second, "confirm")
    actor = await acting_of(gateway, client)
    assert (actor.kind, actor.subject) == ("signatory", first.subject)
    assert await refusal(gateway, first, second, "object") == "signatory-decided"


async def test_who_is_objected_to_is_out_and_not_let_in_again(gateway, client, waiting):
    _, second, first = waiting
    await decide(gateway, first, second, "object")
    assert (await client.get("/console/account")).status_code == 303
    with pytest.raises(DeniedError, match="never enrolled"):
        async with gateway.units.begin("test.resume", OPERATOR) as work:
            await set_standing(work, person_id=second, status="active")
    assert await refusal(gateway, first, second) == "signatory-decided"


async def test_nobody_else_decides(gateway, client, waiting):
    number, second, first = waiting
    other = Actor("person:other", "signatory", subject=uscc(number + 5000), person="person:other")
    assert await refusal(gateway, other, second) == "signatory-not-found"
    assert await refusal(gateway, first, "nobody-at-all") == "signatory-not-found"
    assert await refusal(gateway, await acting_of(gateway, client), second) == "insufficient-scope"
    assert await refusal(gateway, OPERATOR, second) == "insufficient-scope"


@pytest.mark.parametrize(("seconds", "told"), [(5, None), (-5, "signatory-decided")])
async def test_until_the_wait_is_over(gateway, waiting, seconds, told):
    _, second, first = waiting
    async with gateway.database.begin("test.wait") as session:
        query = "UPDATE person SET acts_from = now() + make_interval(secs => :s) WHERE person_id = :id"
        await session.execute(text(query), {"s": seconds, "id": second})
    if told:
        assert await refusal(gateway, first, second, "object") == told
    else:
        await decide(gateway, first, second, "object")


async def test_of_two_decisions_at_once_one_counts(gateway, waiting):
    _, second, first = waiting
    query = "SELECT FROM person WHERE person_id = :id FOR UPDATE"
    async with held(gateway.database, query, id=second) as gate:
        both = [asyncio.create_task(decide(gateway, first, second, one)) for one in ("object", "confirm")]
        await gate.waiting(2)
    told = await asyncio.gather(*both, return_exceptions=True)
    assert [one.denial.reason for one in told if one] == ["signatory-decided"]


async def test_a_signatory_decides_over_http(story):
    number = next(NUMBERS)
    await story.enrol(f"s-{number}", "signatory", subject=uscc(number))
    await invited(story.gateway, f"late-{number}", "owner", enterprise=uscc(number), wait_hours=1)
    headers = await story.headers(f"s-{number}")
    (late,) = (await story.client.get("/v1/signatories", headers=headers)).json()["people"]
    assert (late["person"], late["acts_from"] is None) == (f"late-{number}", False)
    path = f"/v1/signatories/people/late-{number}"
    assert (await story.client.post(f"{path}/confirm", headers=headers)).status_code == 200
    again = await story.client.post(f"{path}/confirm", headers=headers)
    assert (again.status_code, slug(again)) == (409, "signatory-decided")


async def test_who_waits_sees_nothing(gateway, client, waiting):
    async with gateway.units.begin("test.owner", await acting_of(gateway, client)) as work:
        assert await list_consents(work, Page(10)) == []
