"""Asking what would be answered: the same verdict as asking, at no charge, and without a sign of what is others'."""

from uuid import uuid4

import pytest

from tests.enterprises import uscc
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
