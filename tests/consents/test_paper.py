"""What an enterprise signed on paper: one officer enters it, another checks it against the scan, and it is in force."""

import asyncio
import hashlib
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from connectors.model.calendar import day_of
from consent.manner import PAPER_TYPE, verify_decision
from consent.statements import RECEIPT_TYPE
from gateway.consents.holders import LONGEST_NUMBER, SHORTEST_NUMBER
from gateway.consents.life import change_consent
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from signing.jws import type_of, verify_jws
from tests.consents.test_reasons import HEAD
from tests.enterprises import uscc
from tests.gates import held
from tests.stories import registration, slug

SCAN = b"%PDF-1.7 signed and sealed"
SIGNER = {"id_number": "330302197001010012", "role": "legal_rep"}
ADMIN = "/v1/admin/paper"
APPROVED = text("""
    SELECT e.event_id, p.key_id, k.wrapped_key, p.sealed FROM consent_version v JOIN audit_event e USING (event_id)
    JOIN audit_payload p USING (event_id) JOIN audit_dek k USING (key_id)
    WHERE v.consent_id = :id AND e.type = 'consent.approved'
""")


def digest(content=SCAN):
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
async def ready(story):
    await story.account("bank-1", "bank")
    for officer in ("op-1", "op-2"):
        await story.enrol(officer, "operator")
    for number in (1, 2):
        await story.enrol(f"s-{number}", "signatory", subject=uscc(number))
    await story.push("market_regulation", "ent_registration", registration(1))
    return story


TOKENS = {}


async def call(story, who, method, path, **more):
    if (held_by := (story.gateway.settings.issuer, id(story.gateway), who)) not in TOKENS:
        TOKENS[held_by] = await story.headers(who)
    headers = {**more.pop("headers", {}), **TOKENS[held_by]}
    return await story.client.request(method, path, headers=headers, **more)


async def requested(story, **more):
    answer = await story.request("bank-1", 1, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def hand_in(story, consent, who="op-1", content=SCAN, media_type="application/pdf"):
    path = f"{ADMIN}/{consent['consent']}/scans"
    return await call(story, who, "POST", path, content=content, headers={"Content-Type": media_type})


async def enter(story, consent, who="op-1", content=SCAN, **more):
    shown = (await call(story, "op-1", "GET", f"{ADMIN}/{consent['consent']}")).json()["shown"]
    signed = {"scan": digest(content), "shown": shown, "signed_on": str(day_of(datetime.now(UTC))), **SIGNER, **more}
    return await call(story, who, "POST", f"{ADMIN}/{consent['consent']}", json=signed)


async def entered(story, consent, content=SCAN, **more):
    assert (await hand_in(story, consent, content=content)).status_code == 201
    answer = await enter(story, consent, content=content, **more)
    assert answer.status_code == 202, answer.text
    return answer.json()["change"]


async def decide(story, change, who="op-2", decision="approve", **more):
    return await call(story, who, "POST", f"/v1/admin/changes/{change}/{decision}", json=more)


async def standing(story, consent, who="bank-1"):
    return (await call(story, who, "GET", f"/v1/consents/{consent['consent']}")).json()


async def approved_event(story, consent):
    async with story.gateway.database.begin("test.payload") as session:
        values = {"id": consent["consent"]}
        sealed = (await session.execute(APPROVED, values)).one()
    return json.loads(story.gateway.audit.open_payload(*sealed)["payload"])


async def test_two_officers_bring_it_in_force_and_the_receipt_says_who_they_were_and_what_the_paper_said(ready):
    consent = await requested(ready)
    change = await entered(ready, consent)
    assert (await standing(ready, consent))["status"] == "requested"
    assert slug(await ready.ask("bank-1", 1, consent=consent["consent"])) == "consent-pending"
    assert (await decide(ready, change)).status_code == 200
    now = await standing(ready, consent)
    (approval,) = now["approvals"]
    assert (now["status"], approval["method"], approval["role"]) == ("active", "paper", "legal_rep")
    assert [(one["sha256"], one["kind"], one["by"]) for one in now["files"]] == [(digest(), "paper_scan", "op-1")]
    assert (await ready.ask("bank-1", 1, consent=consent["consent"])).status_code == 200
    evidence = (await call(ready, "bank-1", "GET", f"/v1/consents/{consent['consent']}/evidence")).json()
    version, keys = evidence["versions"][-1], evidence["keys"]
    claims = verify_decision(version["approval"], keys, UUID(consent["consent"]), now["terms_sha256"], "approve")
    said = {
        "channel": "paper", "by": approval["who"], "entered_by": "op-1", "checked_by": "op-2",
        "scan_sha256": digest(), "statement_sha256": claims["statement_sha256"],
    }  # fmt: skip
    assert said.items() <= claims.items()
    assert "瓯海第1鞋业有限公司" in claims["statement"]
    assert now["terms_sha256"] in claims["statement"]
    assert said.items() <= verify_jws(version["receipt"], keys, RECEIPT_TYPE).items()
    assert type_of(version["approval"]) == PAPER_TYPE
    payload = await approved_event(ready, consent)
    told = {"channel": "paper", "scan": digest(), "entered_by": "op-1", "checked_by": "op-2", "change": change}
    assert told.items() <= payload.items()
    assert SIGNER["id_number"] not in str((claims, payload, version))


async def test_the_same_officer_does_not_check_what_they_entered(ready):
    consent = await requested(ready)
    change = await entered(ready, consent)
    same = await decide(ready, change, "op-1")
    assert (same.status_code, slug(same)) == (403, "own-change")
    assert (await standing(ready, consent))["status"] == "requested"


async def test_it_is_sent_back_with_a_reason_and_may_be_entered_again(ready):
    consent = await requested(ready)
    change = await entered(ready, consent)
    back = (await decide(ready, change, decision="reject", reason="印章不清")).json()
    assert (back["status"], back["reason"]) == ("rejected", "印章不清")
    assert (await standing(ready, consent))["status"] == "requested"
    again = (await enter(ready, consent)).json()["change"]
    assert again != change
    assert (await decide(ready, again)).status_code == 200
    assert (await standing(ready, consent))["status"] == "active"


async def test_the_same_scan_is_one_entry_while_it_waits_and_nothing_once_it_is_in_force(ready):
    consent = await requested(ready)
    change = await entered(ready, consent)
    assert (await enter(ready, consent)).json()["change"] == change
    assert (await hand_in(ready, consent)).status_code == 201
    assert (await decide(ready, change)).status_code == 200
    for late in (await enter(ready, consent), await hand_in(ready, consent)):
        assert (late.status_code, slug(late)) == (409, "consent-active")


async def test_the_institutions_own_scan_waits_for_two_officers(ready):
    consent = await requested(ready)
    path = f"/v1/consents/{consent['consent']}/files"
    sent = await call(
        ready, "bank-1", "POST", f"{path}?kind=paper_scan", content=SCAN, headers={"Content-Type": "application/pdf"}
    )
    assert sent.status_code == 201
    queue = (await call(ready, "op-1", "GET", ADMIN, params={"subject": uscc(1)})).json()
    assert consent["consent"] in [one["consent"] for one in queue["to_enter"]]
    change = (await enter(ready, consent)).json()["change"]
    queue = (await call(ready, "op-2", "GET", ADMIN, params={"subject": uscc(1)})).json()
    assert consent["consent"] not in [one["consent"] for one in queue["to_enter"]]
    assert change in [one["change"] for one in queue["to_check"]]
    other = (await call(ready, "op-2", "GET", ADMIN, params={"subject": uscc(2)})).json()
    assert other == {"to_enter": [], "to_check": []}
    assert (await decide(ready, change)).status_code == 200
    queue = (await call(ready, "op-2", "GET", ADMIN, params={"subject": uscc(1)})).json()
    assert change not in [one["change"] for one in queue["to_check"]]


async def test_the_enterprise_sees_its_paper_and_revokes(ready):
    consent = await requested(ready)
    await decide(ready, await entered(ready, consent))
    assert (await standing(ready, consent, "s-1"))["approvals"][0]["method"] == "paper"
    path = f"/v1/consents/{consent['consent']}"
    assert (await call(ready, "s-1", "GET", f"{path}/files/{digest()}")).content == SCAN
    assert (await call(ready, "s-1", "POST", f"{path}/revoke", json={"reason": "不是本企业所签"})).status_code == 200
    assert slug(await ready.ask("bank-1", 1, consent=consent["consent"])) == "consent-revoked"


async def test_a_swapped_scan_fails_the_consents_integrity(ready):
    consent = await requested(ready)
    await decide(ready, await entered(ready, consent))
    async with ready.gateway.database.begin("test", role="owner") as session:
        await session.execute(text("ALTER TABLE consent_file DISABLE TRIGGER USER"))
        await session.execute(
            text("UPDATE consent_file SET sealed = sealed || 'x'::bytea WHERE consent_id = :c"),
            {"c": consent["consent"]},
        )
        await session.execute(text("ALTER TABLE consent_file ENABLE TRIGGER USER"))
    assert slug(await ready.ask("bank-1", 1, consent=consent["consent"])) == "consent-integrity-failed"
    read = await call(ready, "op-1", "GET", f"{ADMIN}/{consent['consent']}/scans/{digest()}")
    assert slug(read) == "consent-integrity-failed"


async def test_each_paper_is_one_approval_of_as_many_as_the_terms_ask_for_and_of_another_person(ready):
    consent = await requested(ready, required_approvals=2)
    assert (await decide(ready, await entered(ready, consent))).status_code == 200
    assert (await standing(ready, consent))["status"] == "requested"
    assert (await hand_in(ready, consent, content=SCAN + b"2")).status_code == 201
    same = await enter(ready, consent, content=SCAN + b"2", id_number=" ３３０３０２19700101 0012")
    assert (same.status_code, slug(same)) == (409, "consent-approved-before")
    second = await entered(ready, consent, SCAN + b"3", id_number="330302198002020023")
    assert (await decide(ready, second)).status_code == 200
    now = await standing(ready, consent)
    assert (now["status"], len(now["approvals"])) == ("active", 2)


async def test_a_paper_and_a_key_count_together(ready):
    consent = await requested(ready, required_approvals=2)
    assert (await ready.decide("s-1", consent, "approve")).json()["status"] == "requested"
    assert (await decide(ready, await entered(ready, consent))).status_code == 200
    assert (await standing(ready, consent))["status"] == "active"


YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).isoformat()
TOMORROW = str(day_of(datetime.now(UTC) + timedelta(days=1)))


@pytest.mark.parametrize(
    ("changed", "status", "reason"),
    [
        ({"signed_on": TOMORROW}, 400, "invalid-request"),
        ({"shown": "0" * 64}, 409, "consent-shown-otherwise"),
        ({"scan": "0" * 64}, 404, "evidence-not-found"),
        ({"role": "agent"}, 400, "invalid-request"),
        ({"role": "agent", "reference": "授权书 7", "until": YESTERDAY}, 403, "consent-mandate-ended"),
        ({"reference": "授权书 7"}, 400, "invalid-request"),
        ({"id_number": "1" * (SHORTEST_NUMBER - 1)}, 400, "invalid-request"),
        ({"id_number": "1" * SHORTEST_NUMBER}, 202, None),
        ({"id_number": "1" * LONGEST_NUMBER}, 202, None),
        ({"id_number": "1" * (LONGEST_NUMBER + 1)}, 400, "invalid-request"),
        ({"id_number": "330302-1970"}, 400, "invalid-request"),
    ],
    ids=[
        "signed tomorrow", "another text", "no scan", "an agent without a mandate", "a mandate that ended",
        "a mandate of nobody's", "number too short", "shortest number", "longest number", "number too long",
        "no number",
    ],
)  # fmt: skip
async def test_what_no_paper_says_is_not_entered(ready, changed, status, reason):
    consent = await requested(ready)
    assert (await hand_in(ready, consent)).status_code == 201
    answer = await enter(ready, consent, **changed)
    assert answer.status_code == status, answer.text
    if reason:
        assert slug(answer) == reason


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", "application/pdf"),
        (b"plain", "text/plain"),
        (b"\xff\xd8\xff", "application/pdf"),
        (b"{}", "application/json"),
    ],
)
async def test_a_scan_is_a_picture_or_a_pdf(ready, content, media_type):
    consent = await requested(ready)
    assert slug(await hand_in(ready, consent, content=content, media_type=media_type)) == "evidence-refused"


async def test_nobody_but_officers_sees_or_enters_papers_and_no_consent_is_not_found(ready):
    consent = await requested(ready)
    await hand_in(ready, consent)
    await ready.enrol("aud-1", "auditor")
    paths = [("GET", ADMIN), ("GET", f"{ADMIN}/{consent['consent']}"),
             ("GET", f"{ADMIN}/{consent['consent']}/scans/{digest()}")]  # fmt: skip
    for who in ("bank-1", "s-1", "aud-1"):
        for method, path in paths:
            assert (await call(ready, who, method, path)).status_code == 403, (who, path)
        assert (await hand_in(ready, consent, who)).status_code == 403
        assert (await enter(ready, consent, who)).status_code == 403
    nothing = {"consent": "01983a2b-7c1d-7e00-8000-000000000010"}
    assert slug(await call(ready, "op-1", "GET", f"{ADMIN}/{nothing['consent']}")) == "consent-not-found"
    assert slug(await hand_in(ready, nothing)) == "consent-not-found"
    unknown = await call(ready, "op-1", "GET", f"{ADMIN}/{consent['consent']}/scans/{'0' * 64}")
    assert slug(unknown) == "evidence-not-found"


async def test_nobody_enters_a_paper_at_the_machine_alone(ready):
    from gateway.admin.consent_actions import ApproveOnPaper
    from tests.actors import MACHINE
    from tests.identities import asked

    consent = await requested(ready)
    await hand_in(ready, consent)
    shown = (await call(ready, "op-1", "GET", f"{ADMIN}/{consent['consent']}")).json()["shown"]
    paper = ApproveOnPaper(
        consent=consent["consent"], subject=uscc(1), scan=digest(), shown=shown, holder="a" * 64, role="legal_rep",
        signed_on=day_of(datetime.now(UTC)),
    )  # fmt: skip
    with pytest.raises(DeniedError) as alone:
        await asked(ready.gateway, paper, MACHINE)
    assert alone.value.denial.reason == "change-refused"
    strange = paper.model_copy(update={"subject": uscc(2)})
    change = await asked(ready.gateway, strange, Actor("op-1", "operator"))
    refused = await decide(ready, change.change_id)
    assert (refused.status_code, slug(refused)) == (422, "change-refused")
    assert (await standing(ready, consent))["status"] == "requested"


async def test_what_changed_while_it_waited_is_looked_at_again(ready):
    consent = await requested(ready)
    change = await entered(ready, consent)
    async with ready.gateway.database.begin("test", role="owner") as session:
        await session.execute(text("UPDATE institution SET name = '更名银行' WHERE institution_id = 'bank'"))
    refused = await decide(ready, change)
    assert (refused.status_code, slug(refused)) == (422, "change-refused")
    assert "更" in refused.json()["detail"] or "所示" in refused.json()["detail"]
    async with ready.gateway.database.begin("test", role="owner") as session:
        await session.execute(text("UPDATE institution SET name = '测试银行' WHERE institution_id = 'bank'"))
    assert (await decide(ready, change)).status_code == 200


async def test_an_enterprise_that_rejects_meanwhile_has_rejected(ready):
    consent = await requested(ready)
    change = await entered(ready, consent)
    boss = Actor("s-1", "signatory", subject=uscc(1))
    async with held(ready.gateway.database, HEAD, id=consent["consent"]) as gate:

        async def revoke():
            async with ready.gateway.units.begin("test.revoke", boss) as work:
                return await change_consent(work, UUID(consent["consent"]), "revoke", reason="没有签过")

        first = asyncio.create_task(revoke())
        await gate.waiting(1)
        second = asyncio.create_task(decide(ready, change))
        await gate.waiting(2)
    assert (await first).status == "revoked"
    assert slug(await second) == "change-refused"
    assert (await standing(ready, consent))["status"] == "revoked"


async def test_two_officers_who_approve_at_once_approve_once(ready):
    consent = await requested(ready)
    await ready.enrol("op-3", "operator")
    change = await entered(ready, consent)
    async with held(ready.gateway.database, HEAD, id=consent["consent"]) as gate:
        tasks = [asyncio.create_task(decide(ready, change, who)) for who in ("op-2", "op-3")]
        await gate.waiting(2)
    answers = sorted([answer.status_code for answer in await asyncio.gather(*tasks)])
    assert answers == [200, 409]
    assert len((await standing(ready, consent))["approvals"]) == 1


async def test_a_renewal_on_paper_ends_what_it_renews(ready):
    first = await ready.consent("bank-1", 1)
    until = (datetime.now(UTC) + timedelta(days=60)).isoformat()
    renewal = await requested(ready, supersedes=first["consent"], valid_until=until)
    assert (await decide(ready, await entered(ready, renewal))).status_code == 200
    assert (await standing(ready, first))["status"] == "superseded"
