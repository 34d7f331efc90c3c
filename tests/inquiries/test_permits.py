"""case-59: a provider answers a question that the gateway permitted, for a minute, once; no other."""

import time

import httpx
import orjson
import pytest

from gateway.identity.key_routes import public_keys
from gateway.inquiries.answers import ANSWER_TYPE
from gateway.inquiries.permits import PERMIT_TYPE
from signing.jws import payload_of, sign_jws
from signing.keys import generate_key
from tests.enterprises import uscc
from tests.providers import provider, registered, serving
from tests.stories import registration
from xinqiao_client import PermitError, Permits

ISSUER = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def asked():
    """What providers were shown, in turn: the head and the body of each question."""
    return []


@pytest.fixture(scope="module")
def url(asked):
    def answer(headers, body):
        question = orjson.loads(body)
        asked.append((headers["Authorization"], question))
        again = [one for _, one in asked if one["inquiry"] == question["inquiry"]]
        told = {"inquiry": question["inquiry"], "subject": question["subject"], "score": 7, "band": "b", "model": "m"}
        return (503, b"") if len(again) == 1 else (200, orjson.dumps(told))

    with serving(answer) as opened:
        yield opened


@pytest.fixture
async def shown(story, asked, url):
    """The permits of one inquiry that was tried twice, the question, and whoever checks."""
    if not asked:
        await registered(story.gateway, "five-force", url)
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.account("bank-1", "bank")
        await story.consent("bank-1", 1)
        assert (await story.ask("bank-1", 1, provider="five-force")).status_code == 200
    return asked[0][0], asked[1][0], asked[1][1], Permits(ISSUER, "five-force", public_keys(story.gateway.units))


async def test_each_try_shows_a_permit_of_its_own_that_names_who_asks_on_which_consent(story, shown):
    first, second, question, permits = shown
    claims = permits.check(first, question)
    assert permits.check(second, question)["jti"] != claims["jti"]
    assert (claims["institution"], claims["account"], claims["subject"]) == ("bank", "bank-1", uscc(1))
    assert (claims["exp"] - claims["iat"], claims["consent"]["version"]) == (60, 2)
    assert claims["authorization_details"] == [{"type": "credit_query", "actions": ["score"], "identifier": uscc(1)}]


async def test_a_permit_is_shown_once(shown):
    first, _, question, permits = shown
    permits.check(first, question)
    with pytest.raises(PermitError, match="shown before"):
        permits.check(first, question)


@pytest.mark.parametrize("member", ["inquiry", "subject", "product", "purpose"])
async def test_it_permits_no_other_question(shown, member):
    first, _, question, permits = shown
    with pytest.raises(PermitError, match=member):
        permits.check(first, question | {member: "other"})
    assert permits.check(first, question)  # what was refused was not spent


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"aud": "another"}, "aud"), ({"iss": "https://other.example"}, "iss"), ({"iat": 61}, "ended"),
        ({"iat": -6}, "clock"), ({"exp": None}, "no times"),
    ],
)  # fmt: skip
async def test_of_another_moment_or_another_place_it_is_refused(story, shown, changes, says):
    first, _, question, permits = shown
    now = int(time.time())
    if "iat" in changes:
        changes = {"iat": now - changes["iat"], "exp": now - changes["iat"] + 60}
    claims = payload_of(first.partition(" ")[2]) | {"iat": now, "exp": now + 60} | changes
    forged = sign_jws(claims, story.gateway.keys.signing("answer"), PERMIT_TYPE)
    with pytest.raises(PermitError, match=says):
        permits.check(f"Bearer {forged}", question)


async def test_it_is_taken_up_to_its_last_second_and_from_a_clock_a_little_ahead(story, shown):
    first, _, question, permits = shown
    for issued in (int(time.time()) - 57, int(time.time()) + 4):
        claims = payload_of(first.partition(" ")[2]) | {"iat": issued, "exp": issued + 60, "jti": str(issued)}
        assert permits.check(f"Bearer {sign_jws(claims, story.gateway.keys.signing('answer'), PERMIT_TYPE)}", question)


async def test_what_is_no_permit_of_this_gateway_is_refused(story, shown):
    first, _, question, permits = shown
    claims, own = payload_of(first.partition(" ")[2]), story.gateway.keys.signing("answer")
    for head in (
        None, "", "Bearer", "Bearer x.y.z", first.replace("Bearer", "DPoP"),
        f"Bearer {sign_jws(claims, own, ANSWER_TYPE)}",
        f"Bearer {sign_jws(claims, generate_key('Ed25519'), PERMIT_TYPE)}",
    ):  # fmt: skip
        with pytest.raises(PermitError) as refused:
            permits.check(head, question)
        assert uscc(1) not in str(refused.value)


async def test_the_example_answers_nothing_without_one(story, tmp_path):
    keys = tmp_path / "keys.json"
    keys.write_bytes(orjson.dumps(public_keys(story.gateway.units)))
    with provider("--keys", str(keys), "--issuer", ISSUER) as opened:
        question = {"inquiry": "1", "subject": uscc(1), "product": "score", "purpose": "pre_loan"}
        claims = {**question, "iss": ISSUER, "aud": "five-force", "jti": "1", "iat": int(time.time())}
        claims["exp"] = claims["iat"] + 60
        good = f"Bearer {sign_jws(claims, story.gateway.keys.signing('answer'), PERMIT_TYPE)}"
        async with httpx.AsyncClient() as http:
            heads = ({"Authorization": one} for one in ("", good, good))
            answers = [await http.post(opened, json=question, headers=head) for head in heads]
    assert [answer.status_code for answer in answers] == [401, 200, 401]
    assert b"score" not in answers[0].content + answers[2].content
