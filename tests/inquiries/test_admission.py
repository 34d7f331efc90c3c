"""Who may ask what on which consent: the denials that need more than one consent, and an account's own limits."""

import pytest
from sqlalchemy import text

from connectors.store.subjects import find_subject
from gateway.identity.clients.limits import Limits, set_limits
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.stories import registration, slug


@pytest.fixture
async def ready(story):
    """Enterprise 1 is on record, and bank-1 has an account."""
    await story.push("market_regulation", "ent_registration", registration(1))
    await story.account("bank-1", "bank")
    return story


async def denied(story, **question):
    answer = await story.ask("bank-1", 1, **question)
    return answer.status_code, slug(answer)


async def act(story, consent, action):
    path = f"/v1/consents/{consent['consent']}/{action}"
    answer = await story.client.post(path, headers=await story.headers("s-1"))
    assert answer.status_code == 200, answer.text


async def test_where_several_consents_permit_it_one_has_to_be_named(ready):
    first, second = [await ready.consent("bank-1", 1, purpose="pre_loan") for _ in range(2)]
    await ready.account("other-1", "other")
    await ready.consent("other-1", 1, purpose="pre_loan")  # another bank's is never told
    await ready.consent("bank-1", 1, purpose="renewal")  # and one that does not fit is no choice
    answer = await ready.ask("bank-1", 1)
    assert (answer.status_code, slug(answer)) == (409, "consent-ambiguous")
    assert answer.json()["consents"] == [first["consent"], second["consent"]]
    assert (await ready.ask("bank-1", 1, consent=first["consent"])).status_code == 200
    await act(ready, second, "pause")
    assert (await ready.ask("bank-1", 1)).status_code == 200
    await act(ready, first, "revoke")
    assert await denied(ready) == (403, "consent-paused")  # the newest for this purpose and product
    await act(ready, second, "revoke")
    assert await denied(ready) == (403, "consent-revoked")


async def test_a_denial_of_another_purpose_is_told_where_it_is_the_only_one(ready):
    await ready.push("market_regulation", "ent_registration", registration(2))
    await ready.consent("bank-1", 2, purpose="renewal")
    answer = await ready.ask("bank-1", 2, purpose="subsidy")
    assert (slug(answer), answer.json()["purpose"]) == ("consent-purpose-mismatch", "renewal")
    await ready.consent("bank-1", 2, purpose="post_loan")
    assert slug(await ready.ask("bank-1", 2, purpose="subsidy")) == "consent-required"
    assert slug(await ready.ask("bank-1", 2, purpose="renewal", product="health_check")) == "consent-required"


async def test_an_account_asks_for_the_products_it_was_given(ready):
    await ready.consent("bank-1", 1, purpose="guarantee_review", products=["score", "health_check"])
    question = {"purpose": "guarantee_review", "product": "health_check"}
    async with ready.gateway.units.begin("test.limits", OPERATOR) as work:
        await set_limits(work, client_id="bank-1", limits=Limits(None, ["score"], None, []))
    assert await denied(ready, **question) == (403, "product-not-entitled")
    async with ready.gateway.units.begin("test.limits", OPERATOR) as work:
        await set_limits(work, client_id="bank-1", limits=Limits(None, ["score", "health_check"], None, []))
    assert (await ready.ask("bank-1", 1, **question)).status_code == 200


async def test_a_denial_is_kept_under_the_enterprise_it_is_about(ready):
    await ready.account("bank-5", "bank", per_day=0)
    await ready.enrol("bank-6", "account", institution_id="bank")
    await ready.consent("bank-5", 1, purpose="subsidy", accounts=["bank-5", "bank-6"])
    denials = [
        await ready.ask("bank-1", 1, purpose="subsidy"),
        await ready.ask("bank-5", 1, purpose="subsidy"),
        await ready.ask("bank-6", 1, purpose="subsidy"),
    ]
    reasons = ["consent-not-found", "quota-exceeded", "product-not-entitled"]
    assert [slug(answer) for answer in denials] == reasons
    assert (int(denials[1].headers["Retry-After"]) > 0, "Retry-After" in denials[2].headers) == (True, False)
    query = text("""
        SELECT i.outcome FROM inquiry i JOIN audit_event e USING (event_id)
        WHERE i.subject_id = :subject AND e.subject = CAST(:subject AS text) AND e.outcome = i.outcome
            AND i.inquiry_id = ANY (CAST(:ids AS uuid[]))
    """)
    ids = [answer.json()["inquiry"] for answer in denials]
    async with ready.gateway.database.begin("test") as session:
        subject = await find_subject(session, "uscc", uscc(1))
        kept = (await session.execute(query, {"subject": subject.subject_id, "ids": ids})).scalars().all()
    assert sorted(kept) == sorted(reasons)
