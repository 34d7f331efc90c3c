"""An enterprise's own person answers a request at the console: by a fresh code, over the very text that was shown."""

import asyncio
import time
from uuid import UUID, uuid4

import pyotp
import pytest
from sqlalchemy import text

from consent.errors import ApprovalError
from consent.manner import CONSOLE_TYPE, verify_decision
from consent.statements import RECEIPT_TYPE
from gateway.consents.at_console import Answer, Answered, approve_at_console, reject_at_console
from gateway.consents.life import change_consent
from gateway.people.lanes import FREE_TRIES
from gateway.people.signin import SignInWaitError
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial, DeniedError
from signing.canonical import sha256_hex
from signing.jws import verify_jws
from tests.consents.test_reasons import HEAD, newest_event, seen
from tests.enterprises import uscc
from tests.gates import held
from tests.owners import acting_for, answer_to, approve, reject
from tests.persons import enrol, forget_step, invited
from tests.stories import registration, slug

PERSONS = {"owner-1": 1, "owner-1b": 1, "owner-2": 2}


def acts(person):
    return acting_for(person, PERSONS[person])


@pytest.fixture(scope="module")
def secrets():
    """The persons' devices, by person."""
    return {}


@pytest.fixture
async def ready(story, secrets):
    await story.account("bank-1", "bank")
    await story.enrol("s-1", "signatory", subject=uscc(1))
    if not secrets:
        await story.push("market_regulation", "ent_registration", registration(1))
        for person, number in PERSONS.items():
            token = await invited(story.gateway, person, "owner", enterprise=uscc(number))
            _, secrets[person] = await enrol(story.client, token, person)
    async with story.gateway.database.begin("test.lanes") as session:
        await session.execute(text("DELETE FROM sign_in_lane"))
    for person in PERSONS:
        await forget_step(story.gateway, person)
    return story


async def requested(story):
    return (await story.request("bank-1", 1)).json()


async def test_an_approval_says_who_by_what_factor_and_over_which_text(ready, secrets):
    consent = await requested(ready)
    _, text_shown = await answer_to(ready, consent, acts("owner-1"))
    done = await approve(ready, consent, acts("owner-1"), pyotp.TOTP(secrets["owner-1"]).now())
    assert (done.made, done.consent.status) == (True, "active")
    evidence = await seen(ready, "bank-1", consent, "/evidence")
    version = evidence["versions"][-1]
    digest = consent["terms_sha256"]
    claims = verify_decision(
        version["approval"], evidence["keys"], UUID(consent["consent"]), digest, "approve"
    )  # fmt: skip
    said = {"channel": "console", "by": "person:owner-1", "factor": "one-time-code"}
    assert said.items() <= claims.items()
    assert claims["statement"] == text_shown
    assert "瓯海第1鞋业有限公司" in text_shown
    assert digest in text_shown
    receipt = verify_jws(version["receipt"], evidence["keys"], RECEIPT_TYPE)
    assert {**said, "statement_sha256": sha256_hex(text_shown.encode())}.items() <= receipt.items()
    kind, payload = await newest_event(ready)
    assert (kind, payload["channel"], payload["factor"]) == ("consent.approved", "console", "one-time-code")
    assert payload["statement"] == sha256_hex(text_shown.encode())
    for decision, of in (("reject", consent["consent"]), ("approve", uuid4())):
        with pytest.raises(ApprovalError):
            verify_decision(version["approval"], evidence["keys"], UUID(str(of)), digest, decision)


async def test_what_a_person_approved_can_be_asked_on_and_not_once_its_text_was_exchanged(ready, secrets):
    consent = await requested(ready)
    await approve(ready, consent, acts("owner-1"), pyotp.TOTP(secrets["owner-1"]).now())
    assert (await ready.ask("bank-1", 1, consent=consent["consent"])).status_code == 200
    other = await requested(ready)
    await forget_step(ready.gateway, "owner-1")
    await approve(ready, other, acts("owner-1"), pyotp.TOTP(secrets["owner-1"]).now())
    exchanged = f"(SELECT approval FROM consent_version WHERE consent_id = '{other['consent']}' AND version = 2)"
    for changed in (exchanged, "replace(approval, '.', '.e')", "NULL"):
        async with ready.gateway.database.begin("test", role="owner") as session:
            await session.execute(text("ALTER TABLE consent_version DISABLE TRIGGER USER"))
            query = text(f"UPDATE consent_version SET approval = {changed} WHERE consent_id = :c AND version = 2")
            await session.execute(query, {"c": consent["consent"]})
            await session.execute(text("ALTER TABLE consent_version ENABLE TRIGGER USER"))
        assert slug(await ready.ask("bank-1", 1, consent=consent["consent"])) == "consent-integrity-failed"


async def test_a_code_approves_once_and_a_wrong_one_never(ready, secrets):
    first, second, code = await requested(ready), await requested(ready), pyotp.TOTP(secrets["owner-1"]).now()
    for wrong in ("", "000000", code[::-1] + "0"):
        assert (await approve(ready, first, acts("owner-1"), wrong)).reason == "one-time-code-wrong"
    assert (await newest_event(ready))[0] == "consent.approval_refused"
    assert (await approve(ready, first, acts("owner-1"), code)).made
    assert (await approve(ready, second, acts("owner-1"), code)).reason == "one-time-code-wrong"
    assert (await approve(ready, second, acts("owner-1b"), code)).reason == "one-time-code-wrong"
    assert (await seen(ready, "s-1", second))["status"] == "requested"


async def test_codes_are_guessed_no_faster_than_at_sign_in(ready, secrets):
    consent, good = await requested(ready), pyotp.TOTP(secrets["owner-1"]).at(time.time())
    for _ in range(FREE_TRIES):
        assert (await approve(ready, consent, acts("owner-1"), "000000")).reason == "one-time-code-wrong"
    with pytest.raises(SignInWaitError):
        await approve(ready, consent, acts("owner-1"), good)
    assert (await seen(ready, "s-1", consent))["status"] == "requested"


async def test_no_other_text_than_the_one_shown_is_approved(ready, secrets):
    consent, code = await requested(ready), pyotp.TOTP(secrets["owner-1"]).now()
    for shown in ("", "0" * 64, (await answer_to(ready, await requested(ready), acts("owner-1")))[0].shown):
        said = Answer(shown, "zh", code, "10.1.1.1")
        denied = await approve_at_console(
            ready.gateway.units, acts("owner-1"), "owner-1", UUID(consent["consent"]), said
        )  # fmt: skip
        assert denied.reason == "consent-shown-otherwise"
    english = Answer((await answer_to(ready, consent, acts("owner-1")))[0].shown, "en", code, "10.1.1.1")
    denied = await approve_at_console(
        ready.gateway.units, acts("owner-1"), "owner-1", UUID(consent["consent"]), english
    )
    assert denied.reason == "consent-shown-otherwise"
    assert (await approve(ready, consent, acts("owner-1"), code)).made  # nothing of this has used the code up


async def test_nobody_but_the_enterprises_own_person_answers_so(ready, secrets):
    consent, code = await requested(ready), pyotp.TOTP(secrets["owner-1"]).now()
    said, _ = await answer_to(ready, consent, acts("owner-1"), code=code, reason="不同意")
    bank = Actor("bank-1", "account", institution_id="bank", person="person:owner-1")
    key_holder = Actor("s-1", "signatory", subject=uscc(1), person="person:owner-1")
    strangers = {
        acts("owner-2"): "consent-not-found", bank: "not-yours-to-decide", key_holder: "not-yours-to-decide",
    }  # fmt: skip
    for actor, reason in strangers.items():
        denied = await approve_at_console(ready.gateway.units, actor, "owner-1", UUID(consent["consent"]), said)
        assert denied.reason == reason
        async with ready.gateway.units.begin("test.reject", actor) as work:
            assert (await reject_at_console(work, UUID(consent["consent"]), said)).reason == reason
    async with ready.gateway.units.begin("test.change", acts("owner-1")) as work:
        for action in ("approve", "reject"):  # where keys sign, a person's word is none
            assert (await change_consent(work, UUID(consent["consent"]), action)).reason == "approval-invalid"
    assert (await seen(ready, "s-1", consent))["status"] == "requested"


async def test_a_rejection_needs_a_reason_and_no_code(ready):
    consent = await requested(ready)
    for reason in ("", "x", "长" * 501):
        with pytest.raises(DeniedError, match="2 至 500"):
            await reject(ready, consent, acts("owner-1"), reason)
    done = await reject(ready, consent, acts("owner-1"), "没有申请过，请电 13812345678")
    assert (done.made, done.consent.status) == (True, "rejected")
    assert "13812345678" not in done.consent.reason
    approval = (await seen(ready, "bank-1", consent, "/evidence"))["versions"][-1]["approval"]
    keys = ready.gateway.keys.publics("consent")
    assert verify_jws(approval, keys, CONSOLE_TYPE)["factor"] == "session"


async def test_a_suspended_person_approves_nothing(ready, secrets):
    consent, code = await requested(ready), pyotp.TOTP(secrets["owner-1b"]).now()
    change = text("UPDATE person SET status = :status WHERE person_id = 'owner-1b'")
    async with ready.gateway.database.begin("test.suspend") as session:
        await session.execute(change, {"status": "suspended"})
    assert (await approve(ready, consent, acts("owner-1b"), code)).reason == "account-suspended"
    async with ready.gateway.database.begin("test.resume") as session:
        await session.execute(change, {"status": "active"})


async def test_of_two_owners_at_once_one_decides_and_the_other_is_told(ready, secrets):
    codes = {person: pyotp.TOTP(secrets[person]).now() for person in ("owner-1", "owner-1b")}
    for second in ("approve", "reject"):
        consent = await requested(ready)
        for person in codes:
            await forget_step(ready.gateway, person)
        async with held(ready.gateway.database, HEAD, id=consent["consent"]) as gate:
            first = asyncio.create_task(approve(ready, consent, acts("owner-1"), codes["owner-1"]))
            await gate.waiting(1)
            later = approve(ready, consent, acts("owner-1b"), codes["owner-1b"]) if second == "approve" else reject(
                ready, consent, acts("owner-1b")
            )  # fmt: skip
            other = asyncio.create_task(later)
            await gate.waiting(2)
        won, told = await first, await other
        assert (won.made, won.consent.status) == (True, "active")
        if second == "approve":
            assert told == Answered(told.consent, made=False)
            assert (told.consent.status, told.consent.version) == ("active", 2)
        else:
            assert told == Denial("unchangeable-active")
