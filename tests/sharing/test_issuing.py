"""A credential of the own score: where it is offered, for the enterprise alone, bound to its key, verified offline."""

import time
from datetime import timedelta

import pytest

from gateway.runtime.actor import Actor
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.sharing import issuing
from gateway.sharing.issuing import LIFE, OLDEST, issue_credential
from tests.enterprises import uscc
from tests.matching.proposals import rows_of
from tests.stories import registration, slug
from xinqiao_client.credentials import CredentialError, present, verify

BANK, NONCE = "https://bank.example", "n-1"


@pytest.fixture
def offered(gateway, monkeypatch):
    """The setting, put on for a test."""
    monkeypatch.setitem(gateway.settings.__dict__, "share_credentials", True)


@pytest.fixture
async def scored(story):
    """Return what makes an enterprise whose score a bank was answered; and its number."""

    async def make(number):
        await story.push("market_regulation", "ent_registration", registration(number))
        await story.feeds()
        await story.account("bank-1", "bank")
        await story.consent("bank-1", number)
        answered = await story.ask("bank-1", number)
        assert answered.status_code == 200, answered.text
        return answered.json()

    return make


async def take(story, number):
    return await story.client.post("/v1/credentials", headers=await story.headers(f"s-{number}"))


async def keys(story):
    return (await story.client.get("/.well-known/jwt-vc-issuer")).json()


async def test_an_enterprise_shows_a_bank_its_band_alone(story, offered, scored):
    await scored(7301)
    told = (await take(story, 7301)).json()
    issuer = await keys(story)
    assert issuer["issuer"] == story.gateway.settings.issuer
    shown = present(told["credential"], ["band"], story.keys["s-7301"].jwk, audience=BANK, nonce=NONCE)
    asked = {"audience": BANK, "nonce": NONCE, "issuer": issuer["issuer"], "vct": told["type"]}
    claims = verify(shown, issuer["jwks"]["keys"], **asked)
    assert claims["sub"] == uscc(7301)
    assert claims["band"]
    assert claims.keys() == {"iss", "vct", "sub", "iat", "exp", "model", "answered_at", "cnf", "band"}
    assert claims["exp"] - claims["iat"] == LIFE.total_seconds()
    assert "bank" not in str(claims).replace(BANK, "")
    with pytest.raises(CredentialError):
        verify(shown, issuer["jwks"]["keys"], **asked, now=claims["exp"])
    other = {**asked, "audience": "https://other.example"}
    with pytest.raises(CredentialError):
        verify(shown, issuer["jwks"]["keys"], **other)
    events = await rows_of(story.gateway, "SELECT count(*) FROM audit_event WHERE type = 'credential.issued'")
    assert events[0].count == 1
    assert abs(claims["iat"] - time.time()) < LIFE.total_seconds()


async def test_another_enterprises_signatory_gets_none_of_it(story, offered, scored):
    await scored(7302)
    await story.enrol("s-7303", "signatory", subject=uscc(7303))
    assert slug(await take(story, 7303)) == "nothing-to-share"
    for actor in (Actor("bank-1", "account", institution_id="bank"), Actor("o", "operator"), Actor("a", "auditor")):
        async with story.gateway.units.begin("test.issue", actor) as work:
            with pytest.raises(DeniedError) as fault:
                await issue_credential(work, offered=True)
        assert fault.value.denial.reason == "insufficient-scope"
    person = Actor("person:owner", "signatory", subject=uscc(7302), person="person:owner")
    async with story.gateway.units.begin("test.issue", person) as work:
        with pytest.raises(DeniedError) as fault:
            await issue_credential(work, offered=True)
    assert fault.value.denial.reason == "holder-key-missing"


async def test_an_old_answer_is_not_shown(story, offered, scored, monkeypatch):
    await scored(7304)
    assert (await take(story, 7304)).status_code == 200
    later = await _moved(OLDEST + timedelta(seconds=1))
    monkeypatch.setattr(issuing, "database_now", later)
    assert slug(await take(story, 7304)) == "nothing-to-share"
    monkeypatch.setattr(issuing, "database_now", await _moved(OLDEST - timedelta(hours=1)))
    assert (await take(story, 7304)).status_code == 200


async def _moved(by):
    async def moved(session):
        return await database_now(session) + by

    return moved


async def test_where_it_is_not_offered_there_is_nothing(story):
    await story.enrol("s-7305", "signatory", subject=uscc(7305))
    assert slug(await take(story, 7305)) == "sharing-not-offered"
    assert (await story.client.get("/.well-known/jwt-vc-issuer")).status_code == 404
