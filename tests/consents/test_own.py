"""What an institution's people see of consents and of enterprises: their own institution's, and no name before it."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from consent.lists import ENDED, ConsentFilter, list_of_grantee
from gateway.consents.acquaintances import Enterprise, find_enterprises
from gateway.consents.own import count_own, foretell, list_own, read_life, request_by_form, terms_of
from gateway.runtime.actor import Actor
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from tests.enterprises import uscc
from tests.stories import registration

LI = Actor("bank-1", "account", "bank", person="person:li")
STRANGER = Actor("bank-2", "account", "bank-two", person="person:wu")
NAME = "瓯海第{}鞋业有限公司"


@pytest.fixture
async def ready(story):
    """Enterprises 1 to 3 are on record; 1 permits bank, 2 was only asked."""
    if "s-1" not in story.keys:
        for number in (1, 2, 3):
            await story.push("market_regulation", "ent_registration", registration(number))
        await story.account("bank-1", "bank")
        await story.account("bank-2", "bank-two")
        await story.consent("bank-1", 1)
        assert (await story.request("bank-1", 2)).status_code == 201
    return story


async def find(story, said, actor=LI):
    async with story.gateway.units.begin("test.find", actor) as work:
        return await find_enterprises(work, story.gateway.protector, said)


@pytest.mark.parametrize("said", [NAME.format(1), "瓯海第1", uscc(1)[8:17], uscc(1), uscc(1).lower()])
async def test_an_enterprise_that_has_permitted_something_is_found_by_any_name_and_code(ready, said):
    assert await find(ready, said) == [Enterprise(uscc(1), NAME.format(1))]


@pytest.mark.parametrize("number", [2, 3, 4])
async def test_of_an_enterprise_that_has_permitted_nothing_nothing_is_told(ready, number):
    """Asked without an answer, never asked, and not on record at all: the same."""
    assert await find(ready, NAME.format(number)) == []
    assert await find(ready, uscc(number)[8:17]) == []
    assert await find(ready, uscc(number)) == [Enterprise(uscc(number), None)]


async def test_what_one_institution_knows_another_does_not(ready):
    assert await find(ready, NAME.format(1), STRANGER) == []
    assert await find(ready, uscc(1), STRANGER) == [Enterprise(uscc(1), None)]


async def test_an_enterprise_that_has_revoked_is_still_known_by_name(ready):
    given = await ready.consent("bank-2", 3)
    headers = await ready.headers("s-3")
    await ready.client.post(f"/v1/consents/{given['consent']}/revoke", headers=headers)
    assert await find(ready, NAME.format(3), STRANGER) == [Enterprise(uscc(3), NAME.format(3))]


async def test_a_piece_of_a_name_has_two_letters(ready):
    assert await find(ready, "鞋") == []
    assert await find(ready, "鞋业") == [Enterprise(uscc(1), NAME.format(1))]


async def own(story, wanted=None, actor=LI, **more):
    async with story.gateway.units.begin("test.own", actor) as work:
        return await list_own(work, wanted or ConsentFilter(), **{"limit": 100, **more})


async def test_consents_are_listed_by_where_they_stand(ready):
    spent = await ready.consent("bank-1", 1, purpose="renewal", max_uses=1)
    assert (await ready.ask("bank-1", 1, purpose="renewal")).status_code == 200
    paused = await ready.consent("bank-1", 1, purpose="post_loan")
    await ready.client.post(f"/v1/consents/{paused['consent']}/pause", headers=await ready.headers("s-1"))
    listed = await own(ready)
    by_id = {str(row.terms.consent_id): row.status for row in listed.rows}
    assert (by_id[spent["consent"]], by_id[paused["consent"]]) == ("exhausted", "paused")
    assert listed.total == len(listed.rows)
    for standing in ("requested", "active", "paused", "exhausted"):
        found = await own(ready, ConsentFilter(standings=[standing]))
        assert {row.status for row in found.rows} == {standing}
        assert found.total == list(by_id.values()).count(standing)
    assert [row.status for row in (await own(ready, ConsentFilter(standings=ENDED))).rows] == ["exhausted"]
    async with ready.gateway.units.begin("test.count", LI) as work:
        assert await count_own(work) == {one: list(by_id.values()).count(one) for one in set(by_id.values())}
    page = await own(ready, limit=1, offset=1)
    assert (page.total, page.rows) == (listed.total, listed.rows[1:2])


async def test_a_consent_has_ended_at_the_moment_it_runs_out(ready):
    async with ready.gateway.units.begin("test.moment", LI) as work:
        until = (await database_now(work.session)).replace(microsecond=0) + timedelta(seconds=30)
    made = await ready.consent("bank-1", 1, purpose="subsidy", valid_until=until.isoformat())
    for moment, standing in ((-1, "active"), (0, "expired"), (1, "expired")):
        found = await standing_at(ready, UUID(made["consent"]), until + timedelta(seconds=moment))
        assert found == standing, moment
    assert [row.status for row in (await own(ready, ConsentFilter(ends_before=until))).rows] == ["active"]
    assert (await own(ready, ConsentFilter(ends_before=until - timedelta(seconds=1)))).rows == []


async def standing_at(story, consent_id, now):
    async with story.gateway.units.begin("test.at", LI) as work:
        keys = work.keys.publics("consent")
        rows, _ = await list_of_grantee(work.session, keys, now, "bank", ConsentFilter(id=consent_id), limit=1)
    return rows[0].status


async def test_anothers_consent_is_not_there(ready):
    theirs = (await own(ready)).rows[0].terms.consent_id
    for consent_id in (theirs, uuid4()):
        async with ready.gateway.units.begin("test.life", STRANGER) as work:
            with pytest.raises(DeniedError) as refused:
                await read_life(work, consent_id)
        assert refused.value.denial.reason == "consent-not-found"
    async with ready.gateway.units.begin("test.life", LI) as work:
        life = await read_life(work, theirs)
    assert life.versions[0].status == "requested"


WANTED = {"uscc": uscc(2), "products": ["score"], "purpose": "guarantee_review", "max_uses": 2}


async def request(story, token, **changes):
    wanted = {**WANTED, "until": datetime.now(UTC) + timedelta(days=30), **changes}
    async with story.gateway.units.begin("test.request", LI) as work:
        return await request_by_form(work, token, **wanted)


async def test_a_request_by_form_is_stored_once_and_names_who_asked(ready):
    made = await request(ready, "first")
    assert (made.status, made.terms.institution, made.terms.purpose) == ("requested", "bank", "guarantee_review")
    assert await request(ready, "first") is None
    async with ready.gateway.units.begin("test.life", LI) as work:
        life = await read_life(work, made.terms.consent_id)
    assert ([version.actor for version in life.versions], life.name) == (["person:li"], None)


@pytest.mark.parametrize(
    "changes",
    [{"products": []}, {"products": ["gossip"]}, {"purpose": "curiosity"}, {"max_uses": 0}, {"max_uses": 100_001},
     {"until": timedelta(seconds=-1)}, {"until": timedelta(days=3 * 366 + 1)}],
)  # fmt: skip
async def test_terms_that_no_consent_may_have_are_refused_and_the_form_may_be_sent_again(ready, changes):
    token = str(uuid4())
    if "until" in changes:
        changes = {"until": datetime.now(UTC) + changes["until"]}
    with pytest.raises(DeniedError) as refused:
        await request(ready, token, **changes)
    assert refused.value.denial.reason == "invalid-terms"
    assert (await request(ready, token)).status == "requested"


async def test_a_form_that_is_sent_twice_at_once_requests_once(ready):
    made = await asyncio.gather(*(request(ready, "both", purpose="renewal") for _ in range(2)))
    assert [one is None for one in sorted(made, key=lambda one: one is None)] == [False, True]


async def test_what_the_enterprise_will_be_shown_is_told_before(ready):
    now = datetime.now(UTC)
    terms = terms_of(**WANTED, institution="bank", begins=now, until=now + timedelta(days=1))
    async with ready.gateway.units.begin("test.words", LI) as work:
        told = await foretell(work, terms)
    assert any("最多 2 次" in line for line in told["zh"])
