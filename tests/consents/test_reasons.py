"""Why a consent was changed: said by whoever changed it, read by both parties, kept in the log."""

import asyncio
import json
from uuid import UUID

import pytest
from sqlalchemy import text

from consent.statements import APPROVAL_TYPE, approval_claims
from gateway.consents.life import change_consent
from gateway.consents.reasons import reason_of
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.reasons import is_reason
from signing.jws import sign_jws
from tests.enterprises import uscc
from tests.gates import held
from tests.stories import slug

HEAD = "SELECT FROM consent_head WHERE consent_id = :id FOR UPDATE"
NEWEST = text("""
    SELECT e.type, e.event_id, p.key_id, k.wrapped_key, p.sealed FROM audit_event e
    JOIN audit_payload p USING (event_id) JOIN audit_dek k USING (key_id)
    WHERE e.type LIKE 'consent.%' ORDER BY e.event_id DESC LIMIT 1
""")


@pytest.fixture
async def ready(story):
    await story.account("bank-1", "bank")
    await story.account("bank-2", "bank-two")
    await story.enrol("s-1", "signatory", subject=uscc(1))
    return story


async def change(story, who, consent, action, **body):
    path = f"/v1/consents/{consent['consent']}/{action}"
    return await story.client.post(path, json=body, headers=await story.headers(who))


def approval(story, consent, decision):
    claims = approval_claims(consent["consent"], consent["terms_sha256"], decision)
    return sign_jws(claims, story.keys["s-1"], APPROVAL_TYPE)


async def seen(story, who, consent, part=""):
    path = f"/v1/consents/{consent['consent']}{part}"
    return (await story.client.get(path, headers=await story.headers(who))).json()


async def newest_event(story):
    async with story.gateway.database.begin("test.payload") as session:
        kind, *sealed = (await session.execute(NEWEST)).one()
    return kind, json.loads(story.gateway.audit.open_payload(*sealed)["payload"])


async def test_a_revocation_says_why_to_both_parties_and_in_the_log(ready):
    consent = await ready.consent("bank-1", 1)
    revoked = await change(ready, "s-1", consent, "revoke", reason="贷款已在别处办妥")
    assert (revoked.status_code, revoked.json()["reason"]) == (200, "贷款已在别处办妥")
    for party in ("s-1", "bank-1"):
        document = await seen(ready, party, consent)
        assert (document["status"], document["reason"]) == ("revoked", "贷款已在别处办妥")
        assert document["in_words"]["zh"][-1] == "理由：贷款已在别处办妥"
        versions = (await seen(ready, party, consent, "/evidence"))["versions"]
        assert [version["reason"] for version in versions] == [None, None, "贷款已在别处办妥"]
    kind, payload = await newest_event(ready)
    assert (kind, payload["reason"]) == ("consent.revoked", "贷款已在别处办妥")


async def test_a_rejection_says_why_and_who_revokes_again_changes_no_reason(ready):
    consent = (await ready.request("bank-1", 1)).json()
    body = {"approval": approval(ready, consent, "reject"), "reason": "未申请过贷款"}
    assert (await change(ready, "s-1", consent, "reject", **body)).json()["reason"] == "未申请过贷款"
    other = await ready.consent("bank-1", 1)
    await change(ready, "bank-1", other, "revoke", reason="客户已还清")
    again = await change(ready, "s-1", other, "revoke", reason="另一个理由")
    assert (again.json()["version"], again.json()["reason"]) == (3, "客户已还清")


async def test_a_change_without_a_reason_has_none(ready):
    consent = await ready.consent("bank-1", 1)
    assert (await change(ready, "s-1", consent, "pause")).json()["reason"] is None
    assert "reason" not in (await newest_event(ready))[1]
    assert len((await seen(ready, "s-1", consent))["in_words"]["zh"]) == 10


async def test_what_a_reason_says_of_persons_is_taken_out_before_it_is_stored(ready):
    consent = await ready.consent("bank-1", 1)
    told = await change(ready, "s-1", consent, "revoke", reason="请联系 13800138000 办理")
    assert told.json()["reason"] == "请联系 〔电话已隐去〕 办理"


@pytest.mark.parametrize(("reason", "status"), [("x", 400), ("xx", 200), ("字" * 500, 200), ("字" * 501, 400)])
async def test_a_reason_has_2_to_500_characters_and_one_that_does_not_is_named(ready, reason, status):
    consent = await ready.consent("bank-1", 1)
    answer = await change(ready, "s-1", consent, "revoke", reason=reason)
    assert answer.status_code == status
    if status == 400:
        assert [one["name"] for one in answer.json()["invalid_params"]] == ["body.reason"]


@pytest.mark.parametrize("reason", ["", "x", "  ", "字" * 501])
async def test_the_use_case_itself_takes_no_other_reason(ready, reason):
    consent = await ready.consent("bank-1", 1)
    async with ready.gateway.units.begin("test.revoke", Actor("s-1", "signatory", subject=uscc(1))) as work:
        with pytest.raises(DeniedError, match="2 to 500"):
            await change_consent(work, UUID(consent["consent"]), "revoke", reason=reason)


async def test_nul_is_no_reason(ready):
    consent = await ready.consent("bank-1", 1)
    assert (await change(ready, "s-1", consent, "revoke", reason="a\x00b")).status_code == 400


async def test_two_approvals_at_once_are_one_and_a_rejection_beside_one_comes_too_late(ready):
    consent = (await ready.request("bank-1", 1)).json()

    async def decide(action):
        return await change(ready, "s-1", consent, action, approval=approval(ready, consent, action), reason="同时")

    async with held(ready.gateway.database, HEAD, id=consent["consent"]) as gate:
        tasks = []
        for count, action in enumerate(("approve", "approve", "reject"), 1):
            tasks.append(asyncio.create_task(decide(action)))
            await gate.waiting(count)
    first, second, third = await asyncio.gather(*tasks)
    assert [(a.status_code, a.json()["version"], a.json()["status"]) for a in (first, second)] == [
        (200, 2, "active")
    ] * 2
    assert (third.status_code, slug(third)) == (409, "consent-active")
    assert [v["status"] for v in (await seen(ready, "bank-1", consent, "/evidence"))["versions"]] == [
        "requested", "active",
    ]  # fmt: skip


async def test_reasons_to_choose_from_are_listed_by_action_and_each_is_one(ready):
    told = (await ready.client.get("/v1/consents/reasons", headers=await ready.headers("s-1"))).json()
    assert set(told) == {"reject", "pause", "revoke"}
    assert all(is_reason(one["zh"]) and one["en"] for listed in told.values() for one in listed)
    assert reason_of("revoke", "settled", " 另换银行 ") == "贷款已结清或不再申请；另换银行"
    assert [reason_of("revoke", code, "另换银行") for code in ("", "nonsense")] == ["另换银行"] * 2
