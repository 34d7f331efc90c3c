"""Asking what would be answered: the same verdict as asking, at no charge, and without a sign of what is others'."""

import time
from collections import Counter
from itertools import product
from uuid import uuid4

import pytest
from sqlalchemy import text

from gateway.quota.rates import set_rate
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.numbered import case
from tests.stories import registration, slug


@pytest.fixture
async def ready(story):
    """Enterprise 1 is on record; bank-1 has an account, and other-1 of another institution a consent."""
    await story.push("market_regulation", "ent_registration", registration(1))
    await story.account("bank-1", "bank", per_day=2)
    await story.account("other-1", "other")
    return story


async def explained(story, **question):
    body = {"subject": uscc(1), "product": "score", "purpose": "pre_loan", **question}
    return await story.client.post("/v1/inquiries:explain", json=body, headers=await story.headers("bank-1"))


async def test_what_is_explained_is_what_asking_then_answers_and_costs_nothing(ready):
    consent = await ready.consent("bank-1", 1, purpose="pre_loan", max_uses=2)
    for left in (2, 1):
        for _ in range(3):
            told = await explained(ready)
            assert (told.status_code, told.json()["uses_left"], told.json()["remaining"]) == (200, left, left), (
                told.text
            )
        assert told.json()["consent"]["id"] == consent["consent"]
        answer = await ready.ask("bank-1", 1)
        assert answer.json()["consent"] == told.json()["consent"]
    told, answer = await explained(ready), await ready.ask("bank-1", 1)
    assert slug(told) == slug(answer) == "consent-uses-exhausted"


async def test_every_denial_is_the_same_explained_and_asked(ready):
    theirs = await ready.consent("other-1", 1, purpose="pre_loan")
    questions = [
        {}, {"consent": theirs["consent"]}, {"consent": str(uuid4())}, {"purpose": "fun"}, {"subject": "9133"},
    ]  # fmt: skip
    for question in questions:
        told, asked = await explained(ready, **question), await ready.ask("bank-1", 1, **question)
        mine, other = told.json(), asked.json()
        other.pop("inquiry")  # what was only looked at is none
        assert (told.status_code, mine) == (asked.status_code, other), question
    await ready.consent("bank-1", 1, purpose="renewal")
    await ready.plan("account", "bank-1", 0, 0)
    told, asked = await explained(ready, purpose="renewal"), await ready.ask("bank-1", 1, purpose="renewal")
    assert slug(told) == slug(asked) == "quota-exceeded"


@case("case-61-explained-and-asked-are-one-verdict")
async def test_whatever_is_asked_the_verdict_is_the_one_that_was_explained(ready, case):
    """Over every combination of what a question may say."""
    await ready.plan("account", "bank-1", 1000)
    own = (await ready.consent("bank-1", 1, purpose="guarantee_review"))["consent"]
    theirs = (await ready.consent("other-1", 1, purpose="guarantee_review"))["consent"]
    said = product(
        (uscc(1), uscc(2), "9133"), ("score", "health_check"), ("guarantee_review", "subsidy"),
        (None, own, theirs, str(uuid4())),
    )  # fmt: skip
    seen = Counter()
    for subject, kind, purpose, consent in said:
        question = {"subject": subject, "product": kind, "purpose": purpose, "consent": consent}
        told, asked = await explained(ready, **question), await ready.ask("bank-1", 1, **question)
        assert told.status_code == asked.status_code, question
        seen["answered" if asked.status_code == 200 else slug(asked)] += 1
        if asked.status_code == 200:
            assert told.json()["consent"] == asked.json()["consent"], question
        else:
            other = asked.json()
            other.pop("inquiry")
            assert told.json() == other, question
        if consent == theirs:
            assert told.status_code in {400, 404}, "another's consent is as one that is not there"
    assert seen["answered"] == 2, "by its name, and without one"
    assert len(seen) > 3, seen


@case("case-61-explained-a-thousand-times")
async def test_explaining_over_and_over_is_slowed_and_uses_nothing(ready, case, monkeypatch):
    consent = (await ready.consent("bank-1", 1, purpose="subsidy", max_uses=2))["consent"]
    await ready.plan("account", "bank-1", 1000)
    await rate(ready, rate=1, burst=20)
    headers, now = await ready.headers("bank-1"), time.monotonic_ns()
    monkeypatch.setattr(ready.gateway.limiter, "_clock", lambda: now)
    ready.gateway.limiter._arrivals.clear()
    before = await uses_and_units(ready, consent)
    seen = Counter()
    for _ in range(1000):
        body = {"subject": uscc(1), "product": "score", "purpose": "subsidy"}
        told = await ready.client.post("/v1/inquiries:explain", json=body, headers=headers)
        seen[told.status_code] += 1
        if told.status_code == 200:
            assert (told.json()["consent"]["id"], told.json()["uses_left"]) == (consent, 2)
    assert (set(seen), seen[200] >= 20, seen[429] > 900) == ({200, 429}, True, True), seen
    assert await uses_and_units(ready, consent) == before
    await rate(ready, rate=None, burst=None)


async def rate(story, **measures):
    async with story.gateway.units.begin("test.rate", OPERATOR) as work:
        for measure, most in measures.items():
            await set_rate(work, "account", "bank-1", measure, most, "测试")
    story.gateway.access.expire()


async def uses_and_units(story, consent):
    query = """SELECT (SELECT uses FROM consent_head WHERE consent_id = :id),
        (SELECT coalesce(sum(units), 0) FROM quota_ledger WHERE account = 'bank-1'),
        (SELECT count(*) FROM inquiry WHERE account = 'bank-1')"""
    async with story.gateway.database.begin("test.uses") as session:
        return tuple((await session.execute(text(query), {"id": consent})).one())
