"""Consents over HTTP: requested, approved with the signatory's own key, revoked by either; and what is refused."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from consent.statements import APPROVAL_TYPE, RECEIPT_TYPE, approval_claims
from consent.terms import Terms
from gateway.consents.life import change_consent, request_consent
from gateway.runtime.actor import Actor
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from signing.jws import sign_jws, verify_jws
from signing.keys import generate_key
from tests.enterprises import citizen, uscc
from tests.stories import registration, slug

EXCHANGE = "convert_from(leaf, 'UTF8')::json ->> 'exch'"  # no column: nobody searches the log by it


@pytest.fixture
async def ready(story):
    await story.account("bank-1", "bank")
    await story.account("bank-2", "bank-two")
    await story.enrol("s-1", "signatory", subject=uscc(1))
    await story.enrol("s-2", "signatory", subject=uscc(2))
    return story


async def change(story, who, consent, action, **body):
    path = f"/v1/consents/{consent['consent']}/{action}"
    return await story.client.post(path, json=body or None, headers=await story.headers(who))


async def test_a_consents_whole_life_leaves_evidence_of_every_version(ready):
    requested = (await ready.request("bank-1", 1)).json()
    assert requested["status"] == "requested"
    approved = (await ready.decide("s-1", requested, "approve")).json()
    assert (approved["status"], approved["version"]) == ("active", 2)
    assert (await change(ready, "s-1", requested, "pause")).json()["status"] == "paused"
    assert (await change(ready, "s-1", requested, "resume")).json()["status"] == "active"
    assert (await change(ready, "bank-1", requested, "revoke")).json()["status"] == "revoked"
    again = (await change(ready, "s-1", requested, "revoke")).json()
    assert (again["status"], again["version"]) == ("revoked", 5)
    assert slug(await change(ready, "s-1", requested, "resume")) == "consent-revoked"
    path = f"/v1/consents/{requested['consent']}/evidence"
    evidence = (await ready.client.get(path, headers=await ready.headers("s-1"))).json()
    for version in evidence["versions"]:
        receipt = verify_jws(version["receipt"], evidence["keys"], RECEIPT_TYPE)
        assert (receipt["status"], receipt["terms_sha256"]) == (version["status"], requested["terms_sha256"])
    assert [v["status"] for v in evidence["versions"]] == ["requested", "active", "paused", "active", "revoked"]


async def test_only_the_signatorys_own_key_over_these_terms_approves(ready):
    consent, other = (await ready.request("bank-1", 1)).json(), (await ready.request("bank-1", 1)).json()
    claims = approval_claims(consent["consent"], consent["terms_sha256"], "approve")
    for key, signed in (
        (generate_key("ES256"), claims),
        (ready.keys["bank-1"], claims),
        (ready.keys["s-1"], approval_claims(other["consent"], consent["terms_sha256"], "approve")),
        (ready.keys["s-1"], approval_claims(consent["consent"], "0" * 64, "approve")),
        (ready.keys["s-1"], approval_claims(consent["consent"], consent["terms_sha256"], "reject")),
    ):
        answer = await change(ready, "s-1", consent, "approve", approval=sign_jws(signed, key, APPROVAL_TYPE))
        assert (answer.status_code, slug(answer)) == (400, "approval-invalid")
    wrong_type = sign_jws(claims, ready.keys["s-1"], "JWT")
    assert (await change(ready, "s-1", consent, "approve", approval=wrong_type)).status_code == 400
    assert (await change(ready, "s-1", consent, "approve")).status_code == 400


async def test_an_approval_that_does_not_hold_is_refused_of_an_active_consent_too(ready):
    consent = (await ready.request("bank-1", 1)).json()
    assert (await ready.decide("s-1", consent, "approve")).json()["status"] == "active"
    claims = approval_claims(consent["consent"], consent["terms_sha256"], "approve")
    for body in ({"approval": sign_jws(claims, generate_key("ES256"), APPROVAL_TYPE)}, {"approval": "x"}, {}):
        answer = await change(ready, "s-1", consent, "approve", **body)
        assert (answer.status_code, slug(answer)) == (400, "approval-invalid")
    again = (await ready.decide("s-1", consent, "approve")).json()
    assert (again["status"], again["version"]) == ("active", 2)
    assert await events_of(ready, consent) == [
        ("consent.requested", "bank-1", "requested"), ("consent.approved", "s-1", "active"),
        *[("consent.approval_refused", "s-1", "approval-invalid")] * 3,
    ]  # fmt: skip


async def events_of(story, consent):
    """Return type, actor and outcome of what the log says of a consent."""
    async with story.gateway.database.begin("test") as session:
        query = text(f"SELECT type, actor, outcome FROM audit_event WHERE {EXCHANGE} = :c ORDER BY event_id")
        return [tuple(row) for row in await session.execute(query, {"c": consent["consent"]})]


async def test_a_consents_times_are_the_databases_whatever_the_machines_clock_says(ready):
    """By the machine's clock, which is a year behind, a consent that was over yesterday would still be to come."""
    bank = Actor("bank-1", "account", institution_id="bank")
    async with ready.gateway.units.begin("test.clock", bank) as work:
        behind, now = replace(work, now=work.now - timedelta(days=365)), await database_now(work.session)
        terms = Terms(uuid4(), uscc(1), "bank", (), ("score",), "pre_loan", now, now + timedelta(days=1), None)
        with pytest.raises(DeniedError, match="valid_until"):
            over = replace(terms, valid_from=now - timedelta(days=9), valid_until=now - timedelta(days=1))
            await request_consent(behind, over)
        await request_consent(behind, terms)
        await change_consent(behind, terms.consent_id, "revoke")
        query = text("SELECT recorded_at FROM consent_version WHERE consent_id = :c")
        recorded = (await work.session.execute(query, {"c": terms.consent_id})).scalars().all()
    assert [now <= moment < now + timedelta(minutes=1) for moment in recorded] == [True, True]


async def test_no_account_of_a_consent_holds_nul(ready):
    answer = await ready.request("bank-1", 1, accounts=["bank-1\x00"])
    assert (answer.status_code, slug(answer)) == (400, "invalid-request")


async def test_an_institution_never_approves_resumes_or_sees_anothers(ready):
    consent = (await ready.request("bank-1", 1)).json()
    for action in ("approve", "resume", "pause", "reject"):
        answer = await change(ready, "bank-1", consent, action, approval="x.y.z")
        assert (answer.status_code, slug(answer)) == (403, "not-yours-to-decide")
    for stranger in ("bank-2", "s-2"):
        seen = await ready.client.get(f"/v1/consents/{consent['consent']}", headers=await ready.headers(stranger))
        none = await ready.client.get(f"/v1/consents/{uuid4()}", headers=await ready.headers(stranger))
        assert (seen.status_code, seen.json()) == (404, none.json())
        assert (await change(ready, stranger, consent, "revoke")).status_code == 404


async def test_each_party_lists_its_own_by_page(ready):
    for _ in range(3):
        await ready.request("bank-2", 2)
    headers = await ready.headers("s-2")
    first = (await ready.client.get("/v1/consents?limit=2", headers=headers)).json()
    rest = (await ready.client.get(f"/v1/consents?limit=2&after={first['next']}", headers=headers)).json()
    assert (len(first["consents"]), len(rest["consents"]), rest["next"]) == (2, 1, None)


@pytest.mark.parametrize(
    ("changes", "status", "expected"),
    [
        ({"subject": citizen(1)}, 400, "invalid-subject"),
        ({"purpose": "curiosity"}, 422, "invalid-terms"),
        ({"products": ["gossip"]}, 422, "invalid-terms"),
        ({"valid_until": "2020-01-01T00:00:00Z"}, 422, "invalid-terms"),
        ({"valid_until": "2020-01-01T00:00:00"}, 400, "invalid-request"),
        ({"max_uses": 0}, 422, "invalid-terms"),
        ({"max_uses": True}, 400, "invalid-request"),
        ({"surprise": 1}, 400, "invalid-request"),
    ],
)
async def test_terms_no_consent_may_have_are_refused(ready, changes, status, expected):
    answer = await ready.request("bank-1", 1, **changes)
    assert (answer.status_code, slug(answer)) == (status, expected)


async def test_a_signatory_cannot_request(ready):
    assert slug(await ready.request("s-1", 1)) == "not-yours-to-decide"


async def rewrite(story, consent, change):
    """Change a consent's newest version as only a database administrator can."""
    newest = "consent_id = :c AND version = (SELECT max(version) FROM consent_version WHERE consent_id = :c)"
    async with story.gateway.database.begin("test", role="owner") as session:
        await session.execute(text("ALTER TABLE consent_version DISABLE TRIGGER USER"))
        query = text(f"UPDATE consent_version SET {change} WHERE {newest}")
        changed = await session.execute(query, {"c": consent["consent"]})
        await session.execute(text("ALTER TABLE consent_version ENABLE TRIGGER USER"))
    assert changed.rowcount == 1


# What the administrator changes, and what the untouched consent answers: never 200 once it was changed.
REWRITTEN = {
    "the terms": ("terms = convert_to(replace(convert_from(terms, 'UTF8'), 'null', '9'), 'UTF8')", None, 200),
    "the status": ("status = 'active'", "revoke", 403),
    "the version": ("recorded_at = recorded_at + interval '1 second'", None, 200),
    "the receipt": ("receipt = receipt || 'A'", None, 200),
}


@pytest.mark.parametrize("what", REWRITTEN)
async def test_what_was_changed_in_the_database_permits_nothing(ready, what):
    change_made, action, before = REWRITTEN[what]
    if "s-9" not in ready.keys:
        await ready.push("market_regulation", "ent_registration", registration(9))
    consent = await ready.consent("bank-1", 9, purpose="subsidy")
    if action:
        assert (await change(ready, "s-9", consent, action)).status_code == 200
    asked = await ready.ask("bank-1", 9, purpose="subsidy", consent=consent["consent"])
    assert asked.status_code == before, asked.text
    await rewrite(ready, consent, change_made)
    answer = await ready.ask("bank-1", 9, purpose="subsidy", consent=consent["consent"])
    assert (answer.status_code, slug(answer)) == (403, "consent-integrity-failed")


async def test_a_request_nobody_answers_lapses(ready):
    consent = (await ready.request("bank-1", 1)).json()
    await rewrite(ready, consent, "recorded_at = recorded_at - interval '73 hours'")
    shown = await ready.client.get(f"/v1/consents/{consent['consent']}", headers=await ready.headers("bank-1"))
    assert shown.json()["status"] == "lapsed"
