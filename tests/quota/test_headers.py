"""The header fields that say what is left, read by a parser of structured fields (RFC 9651)."""

from dataclasses import replace

import http_sf
import pytest

from gateway.quota.headers import fields
from tests.numbered import case
from tests.quota.test_books import room
from tests.stories import registration, slug


def read(headers, name):
    """Return a field's items: their names with their parameters."""
    parsed = http_sf.parse(headers[name].encode(), tltype="list")
    return {str(item): dict(parameters) for item, parameters in parsed}


def test_the_tightest_is_told_and_every_one_that_leaves_a_fifth_or_less():
    rooms = [room(used=79), room(period="week", used=80), room(period="month", used=99), room(period="year", used=1)]
    told = fields([*rooms, room("institution", "bank", used=100)])
    assert read(told, "RateLimit") == {"acct-week": {"r": 20, "t": 3600}, "acct-month": {"r": 1, "t": 3600}}
    assert read(told, "RateLimit-Policy") == {"acct-week": {"q": 100, "w": 604_800}, "acct-month": {"q": 100}}
    assert read(fields(rooms[:1]), "RateLimit") == {"acct-day": {"r": 21, "t": 3600}}


def test_of_a_denial_the_limits_are_told_that_stood_in_its_way():
    rooms = [room(used=100), room(period="month", used=99), room("institution", "bank", used=1000)]
    assert read(fields(rooms, ["acct-day", "inst-day"]), "RateLimit") == {"acct-day": {"r": 0, "t": 3600}}
    assert fields(rooms, ["inst-day"]) == {}
    assert fields([]) == {}


def test_a_limit_that_was_lowered_or_never_ends_makes_no_number_less_than_nothing():
    told = fields([room(most=10, used=60), replace(room(period="none", most=0), resets_at=None, resets_in=None)])
    assert read(told, "RateLimit") == {"acct-day": {"r": 0, "t": 3600}, "acct-none": {"r": 0}}


@pytest.fixture
async def ready(story):
    await story.push("market_regulation", "ent_registration", registration(1))
    await story.account("bank-1", "bank")
    await story.consent("bank-1", 1)
    return story


@case("case-46-and-case-56-what-answers-tell-of-the-quota")
async def test_charged_answers_and_denials_by_quota_tell_what_is_left_and_others_do_not(ready, case):
    await ready.plan("account", "bank-1", 2, 1000)
    answered = await ready.ask("bank-1", 1)
    assert read(answered.headers, "RateLimit")["acct-day"]["r"] == 1
    assert read(answered.headers, "RateLimit-Policy") == {"acct-day": {"q": 2, "w": 86_400}}
    await ready.ask("bank-1", 1)
    denied = await ready.ask("bank-1", 1)
    assert (slug(denied), denied.json()["violated-policies"]) == ("quota-exceeded", ["acct-day"])
    left = read(denied.headers, "RateLimit")["acct-day"]
    assert left["r"] == 0
    assert 0 < left["t"] <= int(denied.headers["Retry-After"])
    unknown = await ready.ask("bank-1", 1, consent="01983a2b-7c1d-7e00-8000-000000000099")
    unknown_to = await ready.client.post("/v1/inquiries", json={})
    assert (slug(unknown), unknown_to.status_code) == ("consent-not-found", 401)
    for other in (unknown, unknown_to):
        assert not [name for name in other.headers if name.lower().startswith("ratelimit")]
