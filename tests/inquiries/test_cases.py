"""Cases that asking has to survive, each by its number: consent, races over two workers, keys, the log, who writes."""

import asyncio
from uuid import uuid4

import pytest
from psycopg import AsyncCursor
from sqlalchemy import text

from gateway.evidence.conservation import find_differences
from gateway.identity.clients.scopes import SCOPES
from gateway.runtime.actor import PROGRAM
from tests.consents.test_consents import change
from tests.enterprises import uscc
from tests.identities import PROOF_KEY
from tests.identity.test_routes import GUARDED, request_of, token
from tests.second_worker import second_worker
from tests.stories import registration, slug


@pytest.fixture
async def ready(story):
    if "s-1" not in story.keys:
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.push("market_regulation", "ent_registration", registration(2))
        await story.account("bank-1", "bank")
        await story.account("bank-2", "bank-two")
        await story.consent("bank-1", 1)
    yield story
    async with story.gateway.units.begin("test.reconcile", PROGRAM) as work:
        assert await find_differences(work) == []


async def rows(story, query, **values):
    async with story.gateway.database.begin("test.read", role="owner") as session:
        return [tuple(row) for row in await session.execute(text(query), values)]


async def test_case_1_without_a_consent_the_denial_says_where_one_is_requested(ready):
    answer = await ready.ask("bank-2", 1)
    assert (answer.status_code, slug(answer)) == (403, "consent-required")
    assert answer.json()["consent_request_uri"] == "/v1/consents"
    told = await rows(ready, "SELECT outcome, units FROM inquiry WHERE inquiry_id = :i", i=answer.json()["inquiry"])
    assert told == [("consent-required", 0)]
    terms = {"subject": uscc(1), "products": ["score"], "purpose": "pre_loan", "valid_until": "2027-01-01T00:00:00Z"}
    headers = await ready.headers("bank-2")
    asked = await ready.client.post(answer.json()["consent_request_uri"], json=terms, headers=headers)
    assert asked.json()["status"] == "requested"


async def test_case_27_after_a_revocation_there_is_no_answer_and_no_use_over_two_workers(ready):
    consent = await ready.consent("bank-1", 1, purpose="post_loan")
    headers, answered = await ready.headers("bank-1"), []
    begun, revoked = asyncio.Barrier(9), asyncio.Event()
    body = {"subject": uscc(1), "product": "score", "purpose": "post_loan", "consent": consent["consent"]}

    async def hammer(client):
        first = True
        while True:
            begun_after = revoked.is_set()
            more = {"Idempotency-Key": str(uuid4()), **headers}
            answer = await client.post("/v1/inquiries", json=body, headers=more)
            answered.append((begun_after, answer.status_code))
            if answer.status_code != 200:
                return slug(answer)
            if first:
                await begun.wait()
            first = False

    async def revoke():
        await begun.wait()
        answer = await change(ready, "s-1", consent, "revoke")
        revoked.set()
        return answer.json()["status"]

    async with second_worker(ready.gateway) as other:
        ended = await asyncio.gather(revoke(), *(hammer(client) for client in (ready.client, other) * 4))
    assert ended == ["revoked", *["consent-revoked"] * 8]
    assert (True, 200) not in answered
    late = """
        SELECT count(*) FROM consent_use u JOIN consent_version v USING (consent_id)
        WHERE v.status = 'revoked' AND u.consent_id = :c AND u.used_at >= v.recorded_at"""
    assert await rows(ready, late, c=consent["consent"]) == [(0,)]
    uses = await rows(ready, "SELECT count(*) FROM consent_use WHERE consent_id = :c", c=consent["consent"])
    assert uses == [(sum(status == 200 for _, status in answered),)]


async def test_case_42_an_enterprise_that_took_over_another_permits_for_itself(ready):
    absorbed = await ready.consent("bank-1", 1, purpose="renewal")
    answer = await ready.ask("bank-1", 2, purpose="renewal", consent=absorbed["consent"])
    assert (answer.status_code, slug(answer)) == (403, "consent-subject-mismatch")
    assert slug(await ready.ask("bank-1", 2, purpose="renewal")) == "consent-required"


async def test_case_51_a_key_is_one_question_of_one_account_over_two_workers(ready):
    await ready.account("bank-1b", "bank")
    headers = {"Idempotency-Key": "case-51", **await ready.headers("bank-1")}
    body = {"subject": uscc(1), "product": "score", "purpose": "pre_loan"}
    async with second_worker(ready.gateway) as other:
        both = await asyncio.gather(
            *(client.post("/v1/inquiries", json=body, headers=headers) for client in (ready.client, other))
        )
    assert {answer.status_code for answer in both} <= {200, 409}
    assert len({answer.json()["inquiry"] for answer in both}) == 1
    assert slug(await ready.ask("bank-1", 1, key="case-51", product="health_check")) == "idempotency-key-reused"
    another = await ready.ask("bank-1b", 1, key="case-51")
    assert another.json()["inquiry"] != both[0].json()["inquiry"]
    charged = "SELECT account, count(*) FROM quota_ledger WHERE inquiry_id = ANY(:ids) GROUP BY 1 ORDER BY 1"
    ids = [one.json()["inquiry"] for one in (*both, another)]
    assert await rows(ready, charged, ids=ids) == [("bank-1", 1), ("bank-1b", 1)]


@pytest.mark.parametrize("table", ["audit_event", "audit_pending", "quota_ledger", "consent_use"])
async def test_case_58_where_the_log_or_the_ledger_takes_nothing_no_data_leaves(ready, table):
    kept = "SELECT count(*) FROM inquiry"
    before, headers = await rows(ready, kept), {"Idempotency-Key": str(uuid4()), **await ready.headers("bank-1")}
    body = {"subject": uscc(1), "product": "score", "purpose": "pre_loan"}
    await rows_changed(ready, f"REVOKE INSERT ON {table} FROM xinqiao_app")
    try:
        answer = await ready.client.post("/v1/inquiries", json=body, headers=headers)
    finally:
        await rows_changed(ready, f"GRANT INSERT ON {table} TO xinqiao_app")
    assert (answer.status_code, slug(answer)) == (503, "audit-unavailable")
    assert "score" not in answer.json()
    assert await rows(ready, kept) == before


async def rows_changed(story, statement):
    async with story.gateway.database.begin("test.change", role="owner") as session:
        await session.execute(text(statement))


WRITES = sorted(name for name in GUARDED if not name.startswith("GET "))


@pytest.mark.parametrize("name", WRITES)
async def test_case_60_an_auditor_changes_nothing(ready, name):
    granted = token(ready.gateway, "auditor")
    answer = await ready.client.request(**request_of(ready.client, name, granted, PROOF_KEY), json={})
    assert (answer.status_code != 403) == bool(SCOPES["auditor"] & set(GUARDED[name]))
    assert name in AUDITORS_OWN or answer.status_code == 403


# To compute an answer again changes nothing; of changes, auditors decide those that are about auditing. Regulators come
# by the same kind of client, as the person they are: they try rules, propose comparisons, and take steps of cases; that
# changes no record, no consent, no quota and no answer.
AUDITORS_OWN = {
    "POST /v1/audit/inquiries/{inquiry_id}/replay",
    "POST /v1/admin/changes/{change_id}/{decision}",
    "POST /v1/risk-trials",
    "POST /v1/supervisor-lists",
    "POST /v1/crosschecks",
    "POST /v1/crosschecks/{check_id}/audit",
    "POST /v1/crosschecks/{check_id}/decision",
    "POST /v1/cases",
    "POST /v1/cases/first",
    "POST /v1/cases/{case_id}/files",
    "POST /v1/cases/{case_id}/steps",
}


# An inquiry's state goes on, and what was answered is held against the log: a row of it may be changed, never removed.
SPOILS = [
    (table, statement)
    for table in ("quota_ledger", "consent_version", "consent_use", "audit_event", "inquiry")
    for statement in ("UPDATE {} SET event_id = event_id", "DELETE FROM {}", "TRUNCATE {}")
    if (table, statement[:6]) != ("inquiry", "UPDATE")
]


@pytest.mark.parametrize(("table", "statement"), SPOILS)
async def test_case_60_the_application_changes_no_evidence(ready, table, statement):
    with pytest.raises(Exception, match=r"permission denied|refused"):
        async with ready.gateway.database.begin("test.spoil") as session:
            await session.execute(text(statement.format(table)))


@pytest.mark.parametrize("wrong", ["'; DROP TABLE inquiry; --", '{"$ne": 1}', "x\r\nSet-Cookie: a=b", "\x00", "\u202e"])
async def test_case_64_what_is_given_is_never_run_nor_echoed_into_a_head(ready, wrong):
    answers = [
        await ready.ask("bank-1", 1, **{member: wrong}) for member in ("subject", "purpose", "product", "consent")
    ]
    answers.append(await ready.request("bank-1", 1, purpose_text=wrong))
    assert {answer.status_code // 100 for answer in answers} == {4}
    for answer in answers:
        assert "set-cookie" not in answer.headers
        assert wrong not in str(dict(answer.headers))


@pytest.mark.parametrize(
    ("key", "status"), [("k", 200), ("x" * 200, 200), ("x" * 201, 400), ("a b", 400), ("键", 400), ("", 400)]
)
async def test_case_64_a_key_is_plain_text_of_some_length(ready, key, status):
    headers = [(b"idempotency-key", key.encode()), *(await ready.headers("bank-1")).items()]
    body = {"subject": uscc(1), "product": "score", "purpose": "pre_loan"}
    answer = await ready.client.post("/v1/inquiries", json=body, headers=headers)
    assert answer.status_code == status, answer.text


async def test_case_66_anothers_consent_and_none_are_looked_up_alike(ready, monkeypatch):
    """What tells them apart would be what is done for them; how long that takes: benchmarks/indistinguishable.py."""
    theirs, asked = (await ready.consent("bank-1", 1, purpose="renewal"))["consent"], []

    async def listen(cursor, statement, *more, execute=AsyncCursor.execute, **others):
        if "consent" in str(statement):
            asked.append(statement)
        return await execute(cursor, statement, *more, **others)

    monkeypatch.setattr(AsyncCursor, "execute", listen)
    done = {}
    for name in (theirs, str(uuid4())):
        asked.clear()
        assert slug(await ready.ask("bank-2", 1, consent=name)) == "consent-not-found"
        done[name] = list(asked)
    first, second = done.values()
    assert first == second
    assert first
