"""An enterprise that has a signatory is told of another one, and has its word before that one can sign."""

import pytest
from sqlalchemy import text

from gateway.admin.action import means_of
from gateway.admin.changes import decide_change
from gateway.admin.client_actions import AddClient, AddKey, ChangeStanding
from gateway.runtime.actor import Actor
from signing.keys import generate_key, public_jwk
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.identities import ask_token, asked, assertion
from tests.persons import signed_in
from tests.stories import slug

SECOND = Actor("second", "operator", person="person:second")
NUMBERS = iter(range(400, 500))


async def by_two(gateway, action):
    change = await asked(gateway, action)
    assert change.status == "waiting"
    async with gateway.units.begin("test.approve", SECOND) as work:
        await decide_change(work, means_of(gateway.settings, gateway.protector), change.change_id, approve=True)
    gateway.access.expire()


@pytest.fixture
async def enterprise(story):
    """An enterprise with one signatory, and another one that two people have added."""
    number, key = next(NUMBERS), generate_key("ES256")
    await story.enrol(f"s-{number}", "signatory", subject=uscc(number))
    new = AddClient(client=f"new-{number}", kind="signatory", key=public_jwk(key), subject=uscc(number))
    await by_two(story.gateway, new)
    story.keys[f"new-{number}"] = key
    return number


async def can_log_in(story, who):
    answer = await ask_token(story.client, assertion(story.keys[who], who, story.gateway.settings.issuer))
    return answer.status_code == 200


async def seen_by(story, who):
    answer = await story.client.get("/v1/signatories", headers=await story.headers(who))
    assert answer.status_code == 200, answer.text
    return {(row["signatory"], row["kid"]): row for row in answer.json()["signatories"]}


async def decide(story, who, signatory, decision, kid=None):
    sent = {"kid": kid or story.keys[signatory].kid}
    path = f"/v1/signatories/{signatory}/{decision}"
    return await story.client.post(path, json=sent, headers=await story.headers(who))


async def seen_by_operators(story, subject):
    await story.enrol("operator-9", "operator")
    headers = await story.headers("operator-9")
    return await story.client.get("/v1/admin/signatories", params={"subject": subject}, headers=headers)


async def test_operators_see_who_may_approve_since_when_who_added_them_and_what_waits(story, enterprise):
    first, new = f"s-{enterprise}", f"new-{enterprise}"
    waiting = await asked(story.gateway, AddKey(client=first, key=public_jwk(generate_key("ES256"))))
    other = {"client": f"third-{enterprise}", "kind": "signatory", "subject": uscc(399)}
    await asked(story.gateway, AddClient(**other, key=public_jwk(generate_key("ES256"))))
    answer = await seen_by_operators(story, uscc(enterprise).lower())
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    keys = {row["signatory"]: row for row in shown["signatories"]}
    assert (shown["subject"], keys[first]["key"], keys[new]["key"]) == (uscc(enterprise), "in-use", "waiting")
    assert (keys[new]["asked_by"], keys[new]["approved_by"]) == (OPERATOR.name, SECOND.name)
    assert [change["change"] for change in shown["changes"]] == [str(waiting.change_id)]
    assert slug(await seen_by_operators(story, "nobody")) == "change-refused"
    story.client.cookies.clear()
    await signed_in(story.gateway, story.client, f"boss-{enterprise}", "operator")
    page = await story.client.get("/console/signatories", params={"subject": uscc(enterprise)})
    names = (OPERATOR.name.removeprefix("person:"), SECOND.name.removeprefix("person:"))
    told = (first, new, "可签署", "等待生效", *names, f"/console/changes/{waiting.change_id}")
    assert [said for said in told if said not in page.text] == []
    assert (await story.client.get("/console/signatories?subject=x")).status_code == 400
    assert "没有签署人" in (await story.client.get("/console/signatories", params={"subject": uscc(398)})).text


async def test_the_first_signatory_signs_at_once_and_the_next_one_waits_where_the_enterprise_sees_it(story, enterprise):
    first, new = f"s-{enterprise}", f"new-{enterprise}"
    assert await can_log_in(story, first)
    assert not await can_log_in(story, new)
    seen = await seen_by(story, first)
    assert seen[new, story.keys[new].kid]["key"] == "waiting"
    assert seen[first, story.keys[first].kid]["key"] == "in-use"


async def test_an_existing_signatory_confirms_and_the_new_one_is_good_at_once(story, enterprise):
    first, new = f"s-{enterprise}", f"new-{enterprise}"
    done = await decide(story, first, new, "confirm")
    assert (done.status_code, done.json()["decided_by"]) == (200, first)
    assert await can_log_in(story, new)
    assert slug(await decide(story, first, new, "object")) == "signatory-decided"
    assert (await seen_by(story, new))[new, story.keys[new].kid]["key"] == "in-use"


async def test_an_existing_signatory_objects_and_the_new_one_never_signs(story, enterprise):
    first, new = f"s-{enterprise}", f"new-{enterprise}"
    assert (await decide(story, first, new, "object")).status_code == 200
    async with story.gateway.database.begin("test.later") as session:
        await session.execute(text("UPDATE client_key SET not_before = now() WHERE client_id = :id"), {"id": new})
    assert not await can_log_in(story, new)
    assert (await seen_by(story, first))[new, story.keys[new].kid]["key"] == "objected"


async def test_what_nobody_objects_to_is_good_when_the_time_has_passed(story, enterprise):
    new = f"new-{enterprise}"
    async with story.gateway.database.begin("test.later") as session:
        await session.execute(text("UPDATE client_key SET not_before = now() WHERE client_id = :id"), {"id": new})
    assert await can_log_in(story, new)


async def test_a_new_key_of_a_signatory_waits_too_and_an_objection_leaves_the_old_one_as_it_was(story, enterprise):
    first, key = f"s-{enterprise}", generate_key("ES256")
    await by_two(story.gateway, AddKey(client=first, key=public_jwk(key), overlap_hours=0))
    assert await can_log_in(story, first)
    issuer = story.gateway.settings.issuer
    assert (await ask_token(story.client, assertion(key, first, issuer))).status_code == 401
    old = story.keys[first].kid
    assert (await seen_by(story, first))[first, old]["ends_at"] is not None
    assert (await decide(story, first, first, "object", key.kid)).status_code == 200
    assert (await seen_by(story, first))[first, old]["ends_at"] is None


async def test_a_signatory_that_was_closed_is_not_replaced_at_once(story, enterprise):
    number, key = enterprise, generate_key("ES256")
    for who in (f"s-{number}", f"new-{number}"):
        await by_two(story.gateway, ChangeStanding(change="close", whose=f"client:{who}", reason="离任"))
    again = AddClient(client=f"again-{number}", kind="signatory", key=public_jwk(key), subject=uscc(number))
    await by_two(story.gateway, again)
    answer = await ask_token(story.client, assertion(key, f"again-{number}", story.gateway.settings.issuer))
    assert answer.status_code == 401


async def test_another_enterprise_sees_and_decides_nothing(story, enterprise):
    await story.enrol("s-stranger", "signatory", subject=uscc(next(NUMBERS)))
    assert {who for who, _ in await seen_by(story, "s-stranger")} == {"s-stranger"}
    refused = await decide(story, "s-stranger", f"new-{enterprise}", "confirm")
    assert (refused.status_code, slug(refused)) == (404, "signatory-not-found")
