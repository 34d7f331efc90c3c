"""An enterprise sees who asked about it: denied questions and requests for consent too, and nobody else's."""

from itertools import count

import pytest

from tests.enterprises import uscc
from tests.stories import registration, slug

NUMBERS = count(900)


@pytest.fixture
async def asked(story):
    """An enterprise asked about without a consent, then asked for one, which it gives, and asked about again."""
    number = next(NUMBERS)
    await story.push("market_regulation", "ent_registration", registration(number))
    await story.account("bank-1", "bank")
    await story.account("bank-2", "bank-two", per_day=0)
    assert slug(await story.ask("bank-1", number)) == "consent-required"
    consent = (await story.consent("bank-1", number))["consent"]
    assert (await story.ask("bank-1", number)).status_code == 200
    return story, number, consent


async def read(story, who, **parameters):
    answer = await story.client.get("/v1/questions", params=parameters, headers=await story.headers(who))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_denied_questions_and_requests_are_among_them_in_their_order(asked):
    story, number, consent = asked
    found = (await read(story, f"s-{number}"))["questions"]
    assert [(one["kind"], one["outcome"], one["reason"], one["consent"]) for one in found] == [
        ("inquiry", "denied", "consent-required", None), ("consent-request", "active", None, consent),
        ("inquiry", "answered", None, consent),
    ]  # fmt: skip
    assert {(one["institution"], one["institution_name"], one["account"], one["purpose"]) for one in found} == {
        ("bank", "测试银行", "bank-1", "pre_loan")
    }


async def test_what_is_between_the_institution_and_others_is_not_told(asked):
    story, number, _ = asked
    await story.consent("bank-2", number)
    assert slug(await story.ask("bank-2", number)) == "quota-exceeded"
    newest = (await read(story, f"s-{number}"))["questions"][-1]
    assert (newest["institution"], newest["outcome"], newest["reason"]) == ("bank-two", "denied", None)


async def test_they_are_found_by_outcome_by_institution_and_page_by_page(asked):
    story, number, _ = asked
    boss = f"s-{number}"
    assert [one["outcome"] for one in (await read(story, boss, outcome="denied"))["questions"]] == ["denied"]
    assert (await read(story, boss, institution="bank-two"))["questions"] == []
    first = await read(story, boss, limit=2)
    rest = await read(story, boss, limit=2, after=first["next"])
    assert [len(first["questions"]), len(rest["questions"]), rest["next"]] == [2, 1, None]


async def test_another_enterprise_sees_none_of_them_not_even_after_ones_id(asked):
    story, number, _ = asked
    other = next(NUMBERS)
    await story.enrol(f"s-{other}", "signatory", subject=uscc(other))
    assert await read(story, f"s-{other}") == {"questions": [], "next": None}
    theirs = (await read(story, f"s-{number}"))["questions"][0]["question"]
    assert await read(story, f"s-{other}", after=theirs) == {"questions": [], "next": None}


async def test_one_that_nothing_is_held_of_sees_its_denied_questions_too(story):
    number = next(NUMBERS)
    await story.account("bank-1", "bank")
    await story.ask("bank-1", number)
    await story.enrol(f"s-{number}", "signatory", subject=uscc(number))
    assert [one["reason"] for one in (await read(story, f"s-{number}"))["questions"]] == ["consent-required"]
