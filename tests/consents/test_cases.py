"""Cases that a consent has to survive, each by its number, over HTTP and real PostgreSQL."""

import asyncio
import base64
import copy
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from consent.statements import APPROVAL_TYPE, SEPARATE_TYPE, approval_claims, separate_claims
from consent.store import load_consents
from consent.templates import shipped_members
from gateway.admin.action import means_of
from gateway.admin.changes import decide_change
from gateway.admin.consent_actions import InvalidateConsent, SetMandate
from gateway.consents.ending import end_due_consents
from gateway.consents.templates import set_template
from gateway.identity.clients.mandates import Mandate, set_mandate
from gateway.inquiries.needs import categories_needed
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.denial import DeniedError
from signing.jws import sign_jws
from signing.keys import generate_key
from tests.actors import MACHINE, OPERATOR
from tests.consents.test_consents import change, rewrite
from tests.enterprises import uscc
from tests.identities import asked
from tests.identities import change as change_standing
from tests.stories import registration, slug

NUMBERS = count(1)
CASES = {}
SECOND = Actor("second", "operator", person="person:second")
PERSON = "a" * 64


def case(name):
    def keep(function):
        CASES[name] = function
        return function

    return keep


class Enterprise:
    """An enterprise of its own for each case, with bank-1 of the institution bank, or of one more."""

    def __init__(self, story, number, bank="bank-1"):
        self.story, self.number, self.bank = story, number, bank

    async def request(self, **more):
        await self.story.enrol(f"s-{self.number}", "signatory", subject=uscc(self.number))
        return await self.story.request(self.bank, self.number, **more)

    async def consent(self, **more):
        return await self.story.consent(self.bank, self.number, **more)

    async def decide(self, consent, action="approve", who=""):
        return await self.story.decide(who or f"s-{self.number}", consent, action)

    async def ask(self, consent=None, **more):
        named = {"consent": consent["consent"]} if consent else {}
        return await self.story.ask(more.pop("who", self.bank), self.number, **named, **more)

    async def change(self, consent, action, who=""):
        return await change(self.story, who or f"s-{self.number}", consent, action)


@pytest.fixture
async def here(story):
    await story.account("bank-1", "bank")
    await story.account("bank-2", "bank-two")
    number = next(NUMBERS)
    await story.push("market_regulation", "ent_registration", registration(number))
    return Enterprise(story, number)


def refused(answer, status, name, **members):
    assert (answer.status_code, slug(answer)) == (status, name), answer.text
    assert {key: answer.json()[key] for key in members} == members


@case("case-2-anothers-consent-is-no-consent")
async def _(here):
    consent, other = await here.consent(), str(uuid4())
    theirs, nobodys = [await here.ask({"consent": one}, who="bank-2") for one in (consent["consent"], other)]
    refused(theirs, 404, "consent-not-found")
    told = [{**one.json(), "inquiry": None, "instance": None, "request_id": None} for one in (theirs, nobodys)]
    assert told[0] == told[1]


@case("case-3-another-enterprise")
async def _(here):
    consent = await here.consent()
    other = Enterprise(here.story, next(NUMBERS))
    refused(await other.ask(consent), 403, "consent-subject-mismatch")


@case("case-4-requested-only")
async def _(here):
    refused(await here.ask((await here.request()).json()), 403, "consent-pending")


@case("case-5-rejected")
async def _(here):
    consent = (await here.request()).json()
    await here.decide(consent, "reject")
    refused(await here.ask(consent), 403, "consent-rejected")


@case("case-6-lapsed")
async def _(here):
    consent = (await here.request()).json()
    await rewrite(here.story, consent, "recorded_at = recorded_at - interval '72 hours'")
    refused(await here.decide(consent), 403, "consent-integrity-failed")  # it was rewritten
    again = (await here.request()).json()
    await here.change(again, "revoke")
    refused(await here.decide(again), 409, "consent-revoked")


@case("case-7-paused-and-resumed-by-the-enterprise-alone")
async def _(here):
    consent = await here.consent()
    await here.change(consent, "pause")
    refused(await here.ask(consent), 403, "consent-paused")
    refused(await here.change(consent, "resume", "bank-1"), 403, "not-yours-to-decide")
    assert (await here.change(consent, "resume")).json()["status"] == "active"
    assert (await here.ask(consent)).status_code == 200


@case("case-8-and-9-revoked-once-and-for-good")
async def _(here):
    consent = await here.consent()
    first, again = await here.change(consent, "revoke"), await here.change(consent, "revoke", "bank-1")
    assert (first.json()["version"], again.json()["version"], again.status_code) == (3, 3, 200)
    refused(await here.ask(consent), 403, "consent-revoked")
    refused(await here.change(consent, "resume"), 409, "consent-revoked")


@case("case-10-and-11-valid-from-its-begin-until-its-end")
async def _(here):
    ends = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
    consent = await here.consent(valid_until=ends.isoformat())
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    refused(await here.ask(await here.consent(valid_from=later, purpose="renewal"), purpose="renewal"), 403,
            "consent-not-yet-valid")  # fmt: skip
    async with here.story.gateway.units.begin("test.end", MACHINE) as work:
        ids, keys = [UUID(consent["consent"])], work.keys.publics("consent")
        for now, status in ((ends - timedelta(milliseconds=1), "active"), (ends, "expired")):
            (found,) = await load_consents(work.session, ids, keys, now)
            assert (found.status, found.intact) == (status, True)


@case("case-12-the-callers-clock-decides-nothing")
async def _(here):
    consent = await here.consent()
    headers = {
        "Idempotency-Key": str(uuid4()),
        "Date": "Thu, 01 Jan 1970 00:00:00 GMT",
        **await here.story.headers("bank-1"),
    }
    body = {"subject": uscc(here.number), "product": "score", "purpose": "pre_loan", "consent": consent["consent"]}
    assert (await here.story.client.post("/v1/inquiries", json=body, headers=headers)).status_code == 200


@case("case-13-and-14-a-product-or-a-depth-that-was-not-permitted")
async def _(here):
    refused(await here.ask(await here.consent(), product="health_check"), 403, "consent-scope-exceeded",
            missing=["health_check"])  # fmt: skip
    basic = await here.consent(tier="basic", purpose="renewal")
    refused(await here.ask(basic, purpose="renewal"), 403, "consent-scope-exceeded", missing=["score:detail"])


@case("case-16-objects-are-not-crossed-and-unknown-types-are-errors")
async def _(here):
    objects = [
        {"type": "credit_query", "actions": ["score"], "datatypes": ["tax"]},
        {"type": "credit_query", "actions": ["health_check"], "datatypes": ["litigation"]},
    ]
    consent = await here.consent(products=["health_check", "score"], authorization_details=objects)
    assert [one["actions"] for one in asked_for(consent)] == [["score"], ["health_check"]]
    needed = {f"{code}/*" for code in categories_needed("score", "embedded")}
    refused(await here.ask(consent), 403, "consent-scope-exceeded", missing=sorted(needed - {"tax/*"}))
    assert (await here.ask(consent, categories=["tax"])).json()["scope"]["categories"] == ["tax"]
    refused(await here.ask(consent, categories=["litigation"]), 403, "consent-scope-exceeded",
            missing=["litigation/*"])  # fmt: skip
    for wrong in ({"type": "payment"}, {"type": "credit_query"}, {"type": "credit_query", "actions": ["gossip"]}):
        refused(await here.request(products=["score"], authorization_details=[wrong]), 422, "invalid-terms")


def asked_for(consent):
    return json.loads(consent["terms"])["authorization_details"]


@case("case-17-and-18-another-purpose-and-none")
async def _(here):
    consent = await here.consent()
    refused(await here.ask(consent, purpose="post_loan"), 403, "consent-purpose-mismatch")
    refused(await here.ask(consent, purpose="curiosity"), 422, "unknown-purpose")
    refused(await here.request(purpose="curiosity"), 422, "invalid-terms")


@case("case-19-another-text-of-the-purpose")
async def _(here):
    await own_template(here, "texts", purpose="guarantee_review")
    consent = (await here.request(purpose="guarantee_review")).json()
    await own_template(here, "texts", purpose="guarantee_review", purpose_text="担保审查（含再担保）")
    refused(await here.decide(consent), 422, "consent-exceeds-template", attribute="purpose")
    renewed = (await here.request(purpose="guarantee_review")).json()
    assert "用途：担保审查（含再担保），不得用于其他" in renewed["in_words"]["zh"]
    assert (await here.decide(renewed)).status_code == 200


@case("case-20-days-that-were-not-permitted")
async def _(here):
    consent = await here.consent(data_from="2025-01-01", purpose="renewal")
    refused(await here.ask(consent, purpose="renewal"), 403, "consent-range-exceeded", data_from="2025-01-01")


@case("case-22-a-persons-own-consent")
async def _(here):
    item = {"person": PERSON, "role": "legal_rep", "categories": ["identity"]}
    consent = await here.consent(pi_items=[item])
    boss = f"s-{here.number}"
    claims = separate_claims(consent["consent"], consent["terms_sha256"], PERSON)
    statement = sign_jws(claims, here.story.keys[boss], SEPARATE_TYPE)

    async def give(who, **more):
        body = {"person": PERSON, "statement": statement, **more}
        path = f"/v1/consents/{consent['consent']}/separate-consents"
        return await here.story.client.post(path, json=body, headers=await here.story.headers(who))

    refused(await give(boss), 403, "not-yours-to-decide")  # who holds the mandate is not known
    async with here.story.gateway.units.begin("test.mandate", MACHINE) as work:
        await set_mandate(work, boss, Mandate(holder=PERSON))
    refused(await give("bank-1"), 403, "not-yours-to-decide")
    refused(await give(boss, person="b" * 64), 403, "not-yours-to-decide")
    refused(await give(boss, statement=sign_jws(claims, generate_key("ES256"), SEPARATE_TYPE)), 400, "approval-invalid")
    given, again = await give(boss), await give(boss)
    assert (given.status_code, given.json()["version"], again.json()["version"]) == (200, 3, 3)
    async with here.story.gateway.units.begin("test.persons", MACHINE) as work:
        ids = [UUID(consent["consent"])]
        (found,) = await load_consents(work.session, ids, work.keys.publics("consent"), datetime.now(UTC))
        assert (found.persons, found.intact, found.status) == ((PERSON,), True, "active")


@case("case-23-once-is-once")
async def _(here):
    consent = await here.consent(fetch_type="ONETIME")
    assert consent["max_uses"] == 1
    first = await here.ask(consent, key="once-" + consent["consent"])
    assert first.status_code == 200
    refused(await here.ask(consent), 403, "consent-uses-exhausted")
    again = await here.ask(consent, key="once-" + consent["consent"])
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")


@case("case-24-uses-are-exact-under-parallel-questions")
async def _(here):
    consent = await here.consent(max_uses=5)
    headers = await here.story.headers("bank-1")
    body = {"subject": uscc(here.number), "product": "score", "purpose": "pre_loan", "consent": consent["consent"]}

    async def ask():
        more = {"Idempotency-Key": str(uuid4()), **headers}
        return (await here.story.client.post("/v1/inquiries", json=body, headers=more)).status_code

    answers = await asyncio.gather(*(ask() for _ in range(50)))
    assert (answers.count(200), answers.count(403)) == (5, 45)


@case("case-25-and-26-so-many-in-a-period")
async def _(here):
    limit = {"count": 2, "unit": "Y", "alignment": "consent"}
    consent = await here.consent(limits=[limit])
    assert [(await here.ask(consent)).status_code for _ in range(2)] == [200, 200]
    full = await here.ask(consent)
    refused(full, 429, "consent-frequency-exceeded", limit=limit)
    assert 364 * 86400 < int(full.headers["retry-after"]) <= 366 * 86400


@case("case-28-signed-members-that-were-edited")
async def _(here):
    for member in ("valid_until", "products", "limits", "access_mode"):
        consent = await here.consent()
        edited = f"replace(convert_from(terms, 'UTF8'), '\"{member}\"', '\"{member}x\"')"
        await rewrite(here.story, consent, f"terms = convert_to({edited}, 'UTF8')")
        refused(await here.ask(consent), 403, "consent-integrity-failed")
    consent = await here.consent()
    await rewrite(here.story, consent, "gathered = replace(gathered, 'legal_rep', 'agent')")
    refused(await here.ask(consent), 403, "consent-integrity-failed")


def base64url(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def encoded(header):
    return base64url(json.dumps(header).encode())


@case("case-29-no-algorithm-but-those-of-keys")
async def _(here):
    consent, boss = (await here.request()).json(), f"s-{here.number}"
    claims = approval_claims(consent["consent"], consent["terms_sha256"], "approve")
    key = here.story.keys[boss]
    whole = sign_jws(claims, key, APPROVAL_TYPE)
    _head, body, _signature = whole.split(".")
    none = f"{encoded({'alg': 'none'})}.{body}."
    signed = f"{encoded({'alg': 'HS256', 'kid': key.kid, 'typ': APPROVAL_TYPE})}.{body}"
    shared = f"{signed}.{base64url(hmac.digest(key.jwk.as_pem(private=False), signed.encode(), 'sha256'))}"
    for forged in (none, shared, sign_jws(claims, generate_key("ES256"), APPROVAL_TYPE)):
        answer = await change(here.story, boss, consent, "approve", approval=forged)
        refused(answer, 400, "approval-invalid")
    refused(await here.ask(consent), 403, "consent-pending")


@case("case-30-a-file-that-was-swapped-or-is-gone")
async def _(here):
    content = b"%PDF-1.7 signed"
    digest = hashlib.sha256(content).hexdigest()
    named = {"kind": "paper_scan", "sha256": digest, "size": len(content)}
    for spoiled in ("UPDATE consent_file SET sealed = sealed || 'x'::bytea", "DELETE FROM consent_file"):
        consent = (await here.request(evidence=[named])).json()
        path = f"/v1/consents/{consent['consent']}/files"
        refused(await here.decide(consent), 409, "evidence-missing")
        headers = {"Content-Type": "application/pdf", **await here.story.headers("bank-1")}
        answer = await here.story.client.post(f"{path}?kind=paper_scan", content=content, headers=headers)
        assert answer.status_code == 201, answer.text
        read = await here.story.client.get(f"{path}/{digest}", headers=await here.story.headers(f"s-{here.number}"))
        assert (read.content, read.headers["content-type"]) == (content, "application/octet-stream")
        assert (await here.decide(consent)).status_code == 200
        assert (await here.ask(consent)).status_code == 200
        async with here.story.gateway.database.begin("test", role="owner") as session:
            await session.execute(text("ALTER TABLE consent_file DISABLE TRIGGER USER"))
            await session.execute(text(f"{spoiled} WHERE consent_id = :c"), {"c": consent["consent"]})
            await session.execute(text("ALTER TABLE consent_file ENABLE TRIGGER USER"))
        refused(await here.ask(consent), 403, "consent-integrity-failed")


@case("case-31-an-institution-never-approves-its-own-request")
async def _(here):
    refused(await here.change((await here.request()).json(), "approve", "bank-1"), 403, "not-yours-to-decide")


@case("case-32-invalidated-by-two-officers")
async def _(here):
    consent, gateway = await here.consent(), here.story.gateway
    wish = await asked(gateway, InvalidateConsent(consent=consent["consent"], reason="签署人冒名"))
    assert (await here.ask(consent)).status_code == 200

    async def approve(actor):
        async with gateway.units.begin("change.decide", actor) as work:
            await decide_change(work, means_of(gateway.settings, gateway.protector), wish.change_id, approve=True)

    with pytest.raises(DeniedError) as same:
        await approve(OPERATOR)
    assert same.value.denial.reason == "own-change"
    await approve(SECOND)
    refused(await here.ask(consent), 403, "consent-invalidated")
    refused(await here.change(consent, "resume"), 409, "consent-invalidated")


@case("case-33-a-mandate-that-ended-before-the-approval")
async def _(here):
    consent, boss = (await here.request()).json(), f"s-{here.number}"
    gateway, over = here.story.gateway, datetime.now(UTC) - timedelta(seconds=1)
    ended = SetMandate(signatory=boss, role="agent", reference="授权书 7", valid_until=over)
    assert (await asked(gateway, ended)).status == "waiting"
    async with gateway.units.begin("test.mandate", MACHINE) as work:
        await set_mandate(work, boss, Mandate("agent", "授权书 7", over))
    refused(await here.decide(consent), 403, "consent-mandate-ended")
    async with gateway.units.begin("test.mandate", MACHINE) as work:
        await set_mandate(work, boss, Mandate("agent", "授权书 8", over + timedelta(days=9)))
    approved = (await here.decide(consent)).json()
    (approval,) = approved["approvals"]
    assert (approval["who"], approval["role"], approval["mandate_ref"]) == (boss, "agent", "授权书 8")


@case("case-34-one-approval-of-two")
async def _(here):
    consent = (await here.request(required_approvals=2)).json()
    await here.story.enrol(f"t-{here.number}", "signatory", subject=uscc(here.number))
    first, again = await here.decide(consent), await here.decide(consent)
    assert (first.json()["status"], first.json()["version"], again.json()["version"]) == ("requested", 2, 2)
    refused(await here.ask(consent), 403, "consent-pending")
    second = (await here.decide(consent, who=f"t-{here.number}")).json()
    assert (second["status"], len(second["approvals"])) == ("active", 2)
    assert (await here.ask(consent)).status_code == 200


async def own_template(here, name, bank=None, **changes):
    """Let a template of one institution rule; a member of `most` by its own name."""
    written = copy.deepcopy(dict(shipped_members()[0]))
    written |= {"template": name, "institution": bank or "bank"}
    for member, value in changes.items():
        (written["most"] if member in written["most"] else written)[member] = value
    async with here.story.gateway.units.begin("test.template", MACHINE) as work:
        await set_template(work, written)


MONTHLY = [{"count": 5, "unit": "M", "alignment": "calendar"}]
BEYOND = [
    ("validity", "P1M", {}, "valid_until"),
    ("frequency", MONTHLY, {"limits": [{"count": 6, "unit": "M"}]}, "limits"),
    ("data_life", "P1Y", {"data_life": "P2Y"}, "data_life"),
    ("history", "P1Y", {"data_from": "2001-01-01"}, "data_from"),
    ("tiers", ["basic"], {"tier": "detail"}, "tier"),
    ("access_modes", ["VIEW"], {"access_mode": "STORE"}, "access_mode"),
    ("approvals", 2, {"required_approvals": 1}, "required_approvals"),
]


@case("case-35-beyond-the-template")
async def _(here):
    await here.story.account("tight-1", "tight")
    bank = Enterprise(here.story, here.number, "tight-1")
    far = (datetime.now(UTC) + timedelta(days=40)).isoformat()
    for bound, value, wanted, attribute in BEYOND:
        await own_template(here, "tight", "tight", purpose="subsidy", **{bound: value})
        answer = await bank.request(purpose="subsidy", valid_until=far, **wanted)
        refused(answer, 422, "consent-exceeds-template", attribute=attribute)
    await own_template(here, "tight", "tight", purpose="subsidy", history="P1Y", frequency=MONTHLY)
    usual = (await bank.request(purpose="subsidy")).json()
    assert "每月最多 5 次" in "".join(usual["in_words"]["zh"])


@case("case-36-a-template-that-was-tightened")
async def _(here):
    await here.story.account("late-1", "late")
    bank = Enterprise(here.story, here.number, "late-1")
    consent = await bank.consent()
    assert (await bank.ask(consent)).status_code == 200
    await own_template(here, "late", "late", validity="P1D")
    refused(await bank.ask(consent), 403, "consent-template-breached", attribute="valid_until")


@case("case-37-renewed-without-gap-or-overlap")
async def _(here):
    old = await here.consent()
    more = {"supersedes": old["consent"], "valid_until": (datetime.now(UTC) + timedelta(days=300)).isoformat()}
    refused(await here.request(**more, products=["health_check", "score"]), 422, "invalid-terms")
    new = (await here.request(**more)).json()
    assert (await here.ask(old)).status_code == 200
    assert (await here.decide(new)).json()["status"] == "active"
    refused(await here.ask(old), 403, "consent-superseded")
    assert (await here.ask(new)).status_code == 200
    assert (await here.ask()).status_code == 200  # one of the two permits it, not both
    async with here.story.gateway.database.begin("test") as session:
        query = text("SELECT recorded_at FROM consent_version WHERE consent_id = ANY(:ids) AND version = :v")
        ids = [UUID(old["consent"]), UUID(new["consent"])]
        ended = (await session.execute(query, {"ids": ids[:1], "v": 3})).scalar_one()
        began = (await session.execute(query, {"ids": ids[1:], "v": 2})).scalar_one()
    assert ended == began
    refused(await here.request(**more), 409, "consent-not-renewable")


@case("case-38-terms-that-no-consent-may-have")
async def _(here):
    now = datetime.now(UTC)
    for wrong in (
        {"access_mode": "VIEW", "data_life": "P1D"}, {"valid_until": None},
        {"valid_from": (now + timedelta(days=9)).isoformat(), "valid_until": (now + timedelta(days=8)).isoformat()},
        {"valid_until": (now + timedelta(days=3653)).isoformat()},
    ):  # fmt: skip
        refused(await here.request(**wrong), 422, "invalid-terms")
    assert (await here.request(access_mode="VIEW")).status_code == 201


@case("case-39-an-institution-that-was-suspended")
async def _(here):
    await here.story.account("gone-1", "gone")
    bank = Enterprise(here.story, here.number, "gone-1")
    consent, headers = await bank.consent(), await here.story.headers("gone-1")
    await change_standing(here.story.gateway, "institution:gone", "suspend")
    body = {"subject": uscc(here.number), "product": "score", "purpose": "pre_loan", "consent": consent["consent"]}
    answer = await here.story.client.post(
        "/v1/inquiries", json=body, headers={"Idempotency-Key": str(uuid4()), **headers}
    )
    assert answer.status_code in {401, 403}


@case("case-40-an-account-that-moved")
async def _(here):
    await here.story.account("moving-1", "first-house")
    await here.story.account("staying-1", "second-house")
    bank = Enterprise(here.story, here.number, "moving-1")
    consent = await bank.consent()
    async with here.story.gateway.database.begin("test", role="owner") as session:
        await session.execute(text("UPDATE client SET institution_id = 'second-house' WHERE client_id = 'moving-1'"))
    here.story.gateway.access.expire()
    refused(await bank.ask(consent), 404, "consent-not-found")


@case("case-41-one-spelling-of-a-code")
async def _(here):
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in uscc(here.number))
    for spelled in (uscc(here.number).lower(), wide):
        assert (await here.request(subject=spelled)).json()["subject"] == uscc(here.number)
    broken = uscc(here.number)[:-1] + ("0" if uscc(here.number)[-1] != "0" else "1")
    assert (await here.request(subject=broken)).status_code in {400, 422}


@case("the-sweep-writes-down-what-has-ended-and-no-more")
async def _(here):
    gateway = here.story.gateway
    spent, asked_for_only, living = await here.consent(max_uses=1), (await here.request()).json(), await here.consent(
        purpose="renewal"
    )  # fmt: skip
    assert (await here.ask(spent)).status_code == 200
    for _ in range(2):
        async with gateway.units.begin("test.sweep", PROGRAM) as work:
            await end_due_consents(work)
    headers = await here.story.headers("bank-1")
    told = {}
    for name, consent in (("spent", spent), ("asked", asked_for_only), ("living", living)):
        path = f"/v1/consents/{consent['consent']}/evidence"
        versions = (await here.story.client.get(path, headers=headers)).json()["versions"]
        told[name] = [(one["status"], one["actor"]) for one in versions]
    assert told["spent"][-1] == ("exhausted", "worker")
    assert (len(told["spent"]), told["asked"][-1][0], told["living"][-1][0]) == (3, "requested", "active")
    refused(await here.ask(spent), 403, "consent-uses-exhausted")


@pytest.mark.parametrize("name", CASES)
async def test_case(here, name):
    await CASES[name](here)
