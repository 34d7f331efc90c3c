"""An institution's inquiries for its programs: pages of them, and an answer again, as long as it may be given."""

from uuid import uuid4

import pytest

from gateway.identity.clients.delegations import grant_delegation
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.persons import signed_in
from tests.stories import registration, slug


@pytest.fixture
async def asked(story):
    """Two banks; the first has asked three times: an answer, a denial, an answer through another account."""
    for account, institution in (("bank-1", "bank"), ("bank-1b", "bank"), ("other-1", "other"), ("fsp-1", "fsp")):
        if account not in story.keys:
            await story.account(account, institution)
    if "s-1" not in story.keys:
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.push("market_regulation", "ent_registration", registration(2))
    async with story.gateway.units.begin("test.grant", OPERATOR) as work:
        await grant_delegation(work, account="bank-1", intermediary="fsp")
    consent = await story.consent("bank-1", 1)
    told = await story.ask("fsp-1 for bank-1", 1, consent=consent["consent"])
    assert told.status_code == 200, told.text
    denied = await story.ask("bank-1", 2)
    assert denied.status_code == 403, denied.text
    return story, consent, told.json()["inquiry"], denied.json()["inquiry"]


async def get(story, caller, path, **params):
    return await story.client.get(f"/v1/inquiries{path}", params=params, headers=await story.headers(caller))


async def test_inquiries_are_listed_newest_first_page_by_page_and_by_filter(asked):
    story, _consent, answered, denied = asked
    first = (await get(story, "bank-1", "", limit=1)).json()
    assert [one["inquiry"] for one in first["inquiries"]] == [denied]
    second = (await get(story, "bank-1", "", limit=1, before=first["next"])).json()
    assert [one["inquiry"] for one in second["inquiries"]] == [answered]
    for wanted, found in (
        ({"outcome": "denied", "limit": 1}, denied), ({"outcome": "answered", "limit": 1}, answered),
        ({"subject": uscc(1), "limit": 1}, answered), ({"subject": uscc(2).lower(), "limit": 1}, denied),
        ({"account": "bank-1", "purpose": "pre_loan", "product": "score", "limit": 1}, denied),
    ):  # fmt: skip
        assert [one["inquiry"] for one in (await get(story, "bank-1", "", **wanted)).json()["inquiries"]] == [found]
    for wanted in ({"account": "bank-1b"}, {"product": "health_check"}, {"until": "2020-01-01T00:00:00Z"}):
        assert (await get(story, "bank-1", "", **wanted)).json() == {"inquiries": [], "next": None}
    assert slug(await get(story, "bank-1", "", since="yesterday")) == "invalid-request"


async def test_another_institution_sees_what_it_passed_on_and_nothing_else(asked):
    story, _consent, answered, denied = asked
    assert (await get(story, "other-1", "")).json()["inquiries"] == []
    assert slug(await get(story, "other-1", f"/{answered}")) == "inquiry-not-found"
    assert (await get(story, "fsp-1", "")).json()["inquiries"] == []
    behalf = (await get(story, "fsp-1 for bank-1", "")).json()["inquiries"]
    assert {one["intermediary"] for one in behalf} == {"fsp"}
    assert slug(await get(story, "fsp-1 for bank-1", f"/{denied}")) == "inquiry-not-found"
    passed = (await get(story, "fsp-1", "", passed_on="true", limit=1)).json()["inquiries"]
    assert [(one["inquiry"], one["institution"], one["intermediary"]) for one in passed] == [
        (answered, "bank", "fsp")
    ]  # fmt: skip
    shown = (await get(story, "fsp-1", f"/{answered}")).json()
    assert (shown["answer"], shown["withheld"]) == (None, "answer-not-yours")
    assert slug(await get(story, "fsp-1", f"/{answered}/answer")) == "answer-not-yours"
    assert slug(await get(story, "fsp-1", f"/{denied}")) == "inquiry-not-found"
    assert slug(await get(story, "other-1", f"/{uuid4()}/answer")) == "inquiry-not-found"


async def test_an_answer_is_given_again_to_the_account_that_asked_and_to_no_other(asked):
    story, _consent, answered, denied = asked
    again = await get(story, "bank-1", f"/{answered}/answer")
    assert again.status_code == 200, again.text
    shown = (await get(story, "bank-1", f"/{answered}")).json()
    assert (shown["answer"], shown["withheld"]) == (again.json()["answer"], None)
    assert slug(await get(story, "bank-1b", f"/{answered}/answer")) == "answer-not-yours"
    assert (await get(story, "bank-1b", f"/{answered}")).json()["withheld"] == "answer-not-yours"
    assert slug(await get(story, "bank-1", f"/{denied}/answer")) == "inquiry-unanswered"
    assert (await get(story, "bank-1", f"/{denied}")).json()["outcome"] == "consent-required"


async def test_case_65_nothing_is_given_again_after_the_revocation(asked):
    story, consent, answered, _denied = asked
    key = str(uuid4())
    assert (await story.ask("bank-1", 1, key, consent=consent["consent"])).status_code == 200
    assert (await story.decide("s-1", consent, "revoke")).status_code == 200
    replayed = await story.ask("bank-1", 1, key, consent=consent["consent"])
    assert (replayed.status_code, slug(replayed)) == (403, "consent-revoked")
    fetched = await get(story, "bank-1", f"/{answered}/answer")
    assert (fetched.status_code, slug(fetched)) == (403, "consent-revoked")
    shown = (await get(story, "bank-1", f"/{answered}")).json()
    assert (shown["answer"], shown["withheld"]) == (None, "consent-revoked")
    assert "eyJ" not in replayed.text + fetched.text


async def test_a_request_leads_its_enterprises_owner_there_and_nobody_else(gateway, client, asked):
    story, *_ = asked
    requested = (await story.request("bank-1", 1)).json()
    path = f"/v1/consents/{requested['consent']}/qr.svg"
    drawn = await client.get(path, headers=await story.headers("bank-1"))
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/svg+xml")
    assert drawn.content.startswith(b"<?xml")
    assert slug(await client.get(path, headers=await story.headers("other-1"))) == "consent-not-found"
    uri = requested["approval_uri"]
    assert uri == f"{gateway.settings.issuer}/console/enterprise/consents/{requested['consent']}"
    opened = await client.get(uri)
    assert (opened.status_code, opened.headers["location"].partition("?")[0]) == (303, "/console/sign-in")
    assert uscc(1) not in opened.text
    await signed_in(gateway, client, "owner-of-two", "owner", enterprise=uscc(2))
    other = await client.get(uri)
    assert other.status_code == 404
    assert "bank" not in other.text
    client.cookies.clear()
    await signed_in(gateway, client, "owner-of-one", "owner", enterprise=uscc(1))
    assert (await client.get(uri)).status_code == 200
    client.cookies.clear()
    await signed_in(gateway, client, "staff-of-bank", "staff", institution="bank")
    page = (await client.get(f"/console/consents/{requested['consent']}")).text
    assert uri in page
    assert "<svg" in page.partition('class="qr"')[2]
    assert (await client.get(uri)).status_code == 403
    approved = (await story.decide("s-1", requested, "approve")).json()
    assert approved["approval_uri"] is None
    ended = await client.get(path, headers=await story.headers("bank-1"))
    assert (ended.status_code, slug(ended)) == (409, "consent-answered")
    assert uri not in (await client.get(f"/console/consents/{requested['consent']}")).text
