"""A small town with two of each party, and how each object that a path names is made by the first of them.

Agencies tax and market_regulation, banks of two institutions, signatories of two enterprises, two platforms, and a
clerk of each agency. What is made here belongs to the first; the second is the stranger.
"""

import hashlib
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import text
from uuid_utils.compat import uuid7

import risk_monitor
from connectors.catalogue.load import datasets, get_dataset
from connectors.model.calendar import day_of
from connectors.store.numbers import find_number
from connectors.store.subjects import find_subject
from consent.statements import SEPARATE_TYPE, separate_claims
from gateway.crosscheck.deciding import decide as decide_check
from gateway.crosscheck.lists import take_list
from gateway.crosscheck.proposing import Wanted, propose
from gateway.disposal.files import add_file as add_case_file
from gateway.disposal.opening import open_case
from gateway.identity.clients.limits import set_for_people
from gateway.identity.clients.mandates import Mandate, set_mandate
from gateway.identity.clients.registry import add_client
from gateway.identity.tokens.access_tokens import TYPE
from gateway.matching.comparing import proposals_digest
from gateway.matching.tables import MatchProposal, MatchRun
from gateway.people.invitations import invite
from gateway.people.tables import Person
from gateway.platforms.messages import sign_message
from gateway.platforms.outbox import deliver
from gateway.platforms.peers import set_peer
from gateway.risk.standing import Changes, Found, write
from gateway.risk.tables import RiskDay
from gateway.risk_analysis.trials import ask_trial, list_trials
from gateway.runtime.actor import PROGRAM, Actor
from gateway.sites.keeping import keep_register, write_findings
from gateway.sites.register import Firm, Placed
from gateway.sites.tables import SiteDay
from gateway.warnings.telling import tell_warnings
from gateway.worker import STEPS
from risk_monitor.site_findings import Finding
from signing.jws import sign_jws
from signing.keys import generate_key, public_jwk
from tests.actors import MACHINE, OPERATOR, PLATFORM
from tests.enterprises import uscc
from tests.identities import PROOF_KEY
from tests.persons import csrf, same_site
from tests.stories import Story, registration, today

HEADER = "企业或单位名称,纳税人识别号,经营地点,欠税金额,税种"
WATCH = (Path(risk_monitor.__file__).parent / "watches/watch-1.yaml").read_text("utf-8")
AUDITOR = Actor("auditor-1", "auditor")
DATASET = "tax_arrears"
OWN, OTHER = 1, 2  # the enterprises' numbers
SITE = "one.example"


def arrears(*numbers, amount="5", column="") -> str:
    extra = (f",{column}", ",x") if column else ("", "")
    lines = [f"某公司{number},{uscc(number)},某路,{amount},增值税{extra[1]}" for number in numbers]
    return "\n".join([HEADER + extra[0], *lines]) + "\n"


# Of clients that act for a person of a role: their kind, and what they may.
FOR_PEOPLE = {"clerk": ("agency", "datasets"), "office": ("office", "cases"), "regulator": ("auditor", "audit")}
OFFICE, OTHER_OFFICE, CITY = "330302", "330304", "auditor-1"
_NEW = count(300_000)


@dataclass
class Town:
    """The clients by id, and the browsers of the clerks by agency."""

    story: Story
    browsers: dict

    async def headers(self, caller: str) -> dict[str, str]:
        """Log in as a client; "clerk of X" is client X acting for a person of the role."""
        role, of, client = caller.partition(" of ")
        if not of:
            return await self.story.headers(caller)
        kind, scope = FOR_PEOPLE[role]
        issuer, now = self.story.gateway.settings.issuer, int(time.time())
        claims = {
            "iss": issuer, "aud": issuer, "sub": f"person:{client}-{role}", "client_id": client, "kind": kind,
            "iat": now, "exp": now + 60, "jti": str(uuid4()), "scope": scope,
            "cnf": {"jkt": PROOF_KEY.thumbprint()},
        }  # fmt: skip
        return {"Authorization": f"DPoP {sign_jws(claims, self.story.gateway.keys.signing('token'), TYPE)}"}

    async def send(self, caller, method, path, **more):
        """Ask as a client over HTTP, or as a person in a browser where the path is one of the console."""
        if not path.startswith("/console"):
            headers = {**await self.headers(caller), **more.pop("headers", {})}
            return await self.story.client.request(method, path, headers=headers, **more)
        browser = self.browsers[caller]
        if method == "POST":
            more["data"] = {**more.get("data", {}), "csrf": await csrf(browser)}
        return await browser.request(method, path, headers=same_site(browser), **more)


async def settle(story):
    """Enrol two of each party, with an account that is open to people at each bank; register both enterprises."""
    for name in ("tax", "market_regulation"):
        await story.enrol(name, "agency")
    for name in ("platform-1", "platform-2"):
        await story.enrol(name, "platform", alg="Ed25519")
    for name, institution in (("bank-1", "bank"), ("bank-1b", "bank"), ("bank-2", "bank-two")):
        await story.account(name, institution)
    async with story.gateway.units.begin("test.for-people", OPERATOR) as work:
        for name in ("bank-1", "bank-2"):
            await set_for_people(work, client_id=name, allowed=True)
    for number in (OWN, OTHER):
        await story.enrol(f"s-{number}", "signatory", subject=uscc(number))
        await story.push("market_regulation", "ent_registration", registration(number))


async def batch(town, body=None, headers=None):
    """One row taken in and one refused."""
    body = body or arrears(OWN) + arrears(50, amount="若干").partition("\n")[2]
    headers = {"Batch-Id": str(uuid4()), **(headers or {})}
    pushed = await town.send(
        "tax", "POST", f"/v1/datasets/{DATASET}/batches", content=body.encode(), headers=headers
    )  # fmt: skip
    assert pushed.status_code in {201, 202}, pushed.text
    return {"batch_id": pushed.json().get("batch"), "held_id": pushed.json().get("held"), "agency": "tax"}


async def held(town):
    """A delivery with a column that earlier ones had not."""
    return await batch(town, arrears(OWN, column=f"列{uuid4().hex[:6]}"))


async def proposal(town):
    """An enterprise that records of the first agency may be of, and nobody decided yet."""
    gateway, run_id = town.story.gateway, uuid7()
    async with gateway.units.begin("test.match", MACHINE) as work:
        subject = await find_subject(work.session, "uscc", uscc(OWN))
        entry = uuid7()
        made = MatchProposal(
            proposal_id=uuid7(), run_id=run_id, agency="tax", kind="name", value=f"hashed:v1:{uuid4().hex}",
            subject_id=subject.subject_id, weight=Decimal("4.500"), status="open", event_id=entry,
            levels={"brand": "same", "trade": "begins", "place": "near", "form": "other", "district": ""},
        )  # fmt: skip
        run = {"digest": "d" * 64, "versions": {"splink": "5.0.0"}, "names": 1, "subjects": 1, "proposals": 1}
        payload = {**run, "run": str(run_id), "opened": 0, "found": proposals_digest([made])}
        await work.record("match.compared", payload, outcome="compared", event_id=entry)
        work.session.add(MatchRun(run_id=run_id, made_at=work.now, event_id=entry, **run))
        await work.session.flush()
        work.session.add(made)
    return {"proposal_id": str(made.proposal_id), "decision": "reject", "agency": "tax"}


async def ended_batch(town):
    """A full list of the first agency that ended a record."""
    name, own = "tax_credit_grade", get_dataset("tax_credit_grade")
    datasets()[name] = msgspec.structs.replace(own, delivery="full_list")
    try:
        for numbers in ((60, 61), (60,)):
            rows = "".join(f"某公司,{uscc(number)},2025,A\n" for number in numbers)
            pushed = await town.send(
                "tax", "POST", f"/v1/datasets/{name}/batches", headers={"Batch-Id": str(uuid4())},
                content=f"纳税人名称,统一社会信用代码,评价年度,纳税信用级别\n{rows}".encode(),
            )  # fmt: skip
            assert pushed.status_code == 201, pushed.text
    finally:
        datasets()[name] = own
    assert pushed.json()["ended"] == 1
    return {"batch_id": pushed.json()["batch"], "agency": "tax"}


async def preview(town):
    """A file of the first agency's clerk that waits for a decision after its preview."""
    form = {"dataset": DATASET, "batch": str(uuid4()), "preview": str(uuid4())}
    looked = await town.send(
        "clerk of tax", "POST", "/console/uploads", data=form, files={"file": ("甲.csv", arrears(OWN).encode())}
    )
    assert looked.status_code == 303, looked.text
    return {"preview_id": looked.headers["location"].rpartition("/")[2]}


async def record(town):
    """What the second agency has registered of the first enterprise."""
    shown = (await town.send(f"s-{OWN}", "GET", "/v1/records")).json()["records"]
    return {"record_id": next(one["record"] for one in shown if one["dataset"] == "ent_registration")}


async def own_code(town):
    """The first enterprise's code, once it is registered."""
    await record(town)
    return {"uscc": uscc(OWN)}


async def risk(town):
    """The first enterprise at a level of risk."""
    await record(town)
    await stand(town)


async def stand(town):
    """Have the first enterprise, which is registered, stand at a level."""
    async with town.story.gateway.units.begin("test.risk", OPERATOR) as work:
        subject = await find_subject(work.session, "uscc", uscc(OWN))
        number = await find_number(work.session, subject.subject_id)
        found = Found("notice", 30, {"dishonest": [(0, 1)]})
        await write(work.session, Changes([], {(number, "distress"): (found, None)}), day_of(work.now), 1)


async def regulator(town):
    """Have a regulator, whom the client of the auditors acts for, and both offices somebody."""
    await town.story.enrol(CITY, "auditor")
    people = {
        f"{CITY}-regulator": ("监管一", "regulator", {}), f"{OFFICE}-office": ("经办一", "office", {"office": OFFICE}),
        f"{OTHER_OFFICE}-office": ("经办二", "office", {"office": OTHER_OFFICE}),
    }  # fmt: skip
    units = town.story.gateway.units
    for person, (name, role, house) in people.items():
        async with units.begin("test.people", OPERATOR) as work:
            if await work.session.get(Person, person) is not None:
                continue
            await invite(work, person_id=person, name=name, role=role, **house)
        async with units.begin("test.people", Actor(f"person:{person}", "person")) as work:
            await work.record("person.enrolled", outcome="enrolled")
            (await work.session.get(Person, person)).status = "active"


async def new_risk(town):
    """An enterprise nobody knew before, at a level of risk."""
    await regulator(town)
    number = next(_NEW)
    await town.story.push("market_regulation", "ent_registration", registration(number))
    async with town.story.gateway.units.begin("test.risk", OPERATOR) as work:
        subject = await find_subject(work.session, "uscc", uscc(number))
        key = await find_number(work.session, subject.subject_id), "distress"
        await write(
            work.session, Changes([], {key: (Found("notice", 30, {"dishonest": [(0, 1)]}), None)}), day_of(work.now), 1
        )
    return {"uscc": uscc(number)}


async def case(town):
    """A case that the first office sees to, with a file."""
    made = await new_risk(town)
    city, handler = f"person:{CITY}-regulator", f"person:{OFFICE}-office"
    async with town.story.gateway.units.begin("test.case", Actor(city, "auditor", person=city)) as work:
        opened = await open_case(work, made["uscc"], "distress", OFFICE)
    async with town.story.gateway.units.begin("test.case-file", Actor(OFFICE, "office", person=handler)) as work:
        taken = await add_case_file(work, opened.id, "text/plain", "现场笔录".encode())
    return {"case_id": str(opened.id), "sha256": taken.sha256}


async def site(town):
    """A platform of the first enterprise that something was found of, on a day that was judged."""
    await record(town)
    async with town.story.gateway.units.begin("test.site", OPERATOR) as work:
        subject = await find_subject(work.session, "uscc", uscc(OWN))
        number = await find_number(work.session, subject.subject_id)
        firm = Firm("uscc", uscc(OWN), number)
        placed = [Placed(SITE, ["P-1"], ["huawei:com.example.one"], None, {firm: uuid7()})]
        await keep_register(work.session, placed)
        day = day_of(work.now) - timedelta(days=1)
        await write_findings(work.session, placed, {(0, "traffic", "spike"): Finding(day, day, 900, 100, 15, 200)})
        counts = {"sites": 1, "unplaced": 0, "reported": 1, "silent": False, "opened": 1, "ended": 0, "standing": 1}
        await work.session.merge(
            SiteDay(day=day, judged_at=work.now, version=1, rules="r", digest=b"d", event_id=uuid4(), **counts)
        )
    return {"site": SITE}


async def supervisor_list(town):
    """A list of another supervisor, with the first enterprise on it."""
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write(f"code\n{uscc(OWN)}\n")
        file.flush()
        async with town.story.gateway.units.begin("test.list", MACHINE) as work:
            return {"list_id": str((await take_list(work, "银行监管", Path(file.name))).list_id)}


async def crosscheck(town):
    """A check that somebody proposed, and nobody decided on yet."""
    lists = (UUID((await supervisor_list(town))["list_id"]),)
    async with town.story.gateway.units.begin("test.check", MACHINE) as work:
        made = await propose(work, Wanted("核对信贷情况", "notice", lists=lists))
    return {"check_id": str(made.check_id)}


async def private_check(town, learner="counterpart"):
    """A private check in which the first platform takes part: one for all, since there is one a day."""
    if not hasattr(town, "private_check"):
        await stand(town)
        async with town.story.gateway.units.begin("test.check", PROGRAM) as work:
            await work.session.merge(RiskDay(
                as_of=day_of(work.now), judged_at=work.now, version=1, watch="w", subjects=2, budget=50, notice=1,
                warning=0, restriction=0, opened=1, raised=0, lowered=0, ended=0, digest=b"", event_id=uuid4(),
            ))  # fmt: skip
        async with town.story.gateway.units.begin("test.check", MACHINE) as work:
            wanted = Wanted("核对信贷情况", "notice", counterpart="platform-1", learner=learner)
            made = await propose(work, wanted)
        another = Actor("person:reg-9", "auditor", person="person:reg-9")
        async with town.story.gateway.units.begin("test.check", another) as work:
            await decide_check(work, made.check_id, "approve", "已核对目的")
        town.private_check = {"check_id": str(made.check_id)}
    return town.private_check


async def no_subscription(town):
    """The first enterprise at no level of risk, and with a consent to warnings; nobody is subscribed to it."""
    await record(town)
    async with town.story.gateway.database.begin("test.risk", role="owner") as session:
        await session.execute(text("DELETE FROM risk_standing"))
    consents = (await town.send("bank-1", "GET", f"/v1/consents?status=active&subject={uscc(OWN)}")).json()["consents"]
    if not any("risk_watch" in one["products"] for one in consents):
        await town.story.consent("bank-1", OWN, products=["risk_watch", "score"], purpose="post_loan")
    for one in (await town.send("bank-1", "GET", "/v1/warning-subscriptions?status=active")).json()["subscriptions"]:
        await town.send("bank-1", "POST", f"/v1/warning-subscriptions/{one['subscription']}:end")
    return {}


async def subscription(town):
    """A subscription of the first bank to the first enterprise."""
    await no_subscription(town)
    put = await town.send("bank-1", "POST", "/v1/warning-subscriptions", json={"subjects": [uscc(OWN)]})
    return {"subscription_id": put.json()["items"][0]["subscription"]["subscription"]}


async def warning(town):
    """What the first bank was told of the first enterprise."""
    await subscription(town)
    await risk(town)
    async with town.story.gateway.units.begin("test.risk", OPERATOR) as work:
        await work.session.merge(
            RiskDay(
                as_of=day_of(work.now), judged_at=work.now, version=1, watch="00", subjects=1, budget=1, notice=1,
                warning=0, restriction=0, opened=1, raised=0, lowered=0, ended=0, digest=bytes(32), event_id=uuid4(),
            )
        )  # fmt: skip
    await tell_warnings(town.story.gateway.units)
    told = (await town.send("bank-1", "GET", "/v1/warnings?limit=1")).json()["warnings"]
    return {"warning_id": told[0]["warning"]}


async def joint_scan(town):
    """A scan that the first bank put, of the first enterprise."""
    await no_subscription(town)
    headers, asked = {"Idempotency-Key": str(uuid4())}, {"provider": "embedded", "subjects": [uscc(OWN)]}
    put = await town.send("bank-1", "POST", "/v1/joint-scans", json=asked, headers=headers)
    assert put.status_code == 202, put.text
    return {"scan_id": put.json()["scan"], "form": "csv"}


async def trial(town):
    """A trial of the watch in force, which waits."""
    async with town.story.gateway.units.begin("test.trial", AUDITOR) as work:
        found = [one for one in await list_trials(work) if one.state == "waiting"] or [await ask_trial(work, WATCH)]
        return {"trial_id": str(found[0].trial_id)}


async def no_trial(town):
    """Whatever is tried out has ended."""
    async with town.story.gateway.database.begin("test.no-trial") as session:
        await session.execute(text("UPDATE risk_trial SET state = 'failed' WHERE state = 'waiting'"))
    return {}


async def upload(town):
    """An upload of five bytes, begun."""
    headers = {"Batch-Id": str(uuid4()), "Upload-Length": "5", "Tus-Resumable": "1.0.0"}
    begun = await town.send("tax", "POST", f"/v1/datasets/{DATASET}/uploads", headers=headers)
    assert begun.status_code == 201, begun.text
    return {"upload_id": begun.headers["location"].rpartition("/")[2]}


async def dataset(_town):
    """A dataset of the first agency."""
    return {"dataset": DATASET}


async def agency(_town):
    """The first agency itself."""
    return {"code": "tax", "agency": "tax"}


async def consent(town):
    """A consent the first enterprise has given the first bank."""
    return {"consent_id": (await town.story.consent("bank-1", OWN))["consent"], "action": "revoke"}


EVIDENCE = {"params": {"kind": "sms"}, "content": "同意".encode(), "headers": {"Content-Type": "text/plain"}}


async def evidence(town):
    """A file that was handed in for such a consent."""
    made = await consent(town)
    answer = await town.send("bank-1", "POST", f"/v1/consents/{made['consent_id']}/files", **EVIDENCE)
    assert answer.status_code == 201, answer.text
    return {**made, "sha256": hashlib.sha256(EVIDENCE["content"]).hexdigest()}


async def consent_import(town):
    """A file of consents that the first bank handed in."""
    headers = {"Content-Type": "application/x-ndjson"}
    answer = await town.send("bank-1", "POST", "/v1/consent-imports", content=b'{"terms": 1}', headers=headers)
    assert answer.status_code == 200, answer.text
    return {"import_id": answer.json()["import"], "form": "csv"}


async def person_named(town):
    """A consent that waits for a named person's own, the one its signatory is."""
    asked = await town.story.consent("bank-1", OWN, pi_items=[{"person": "a" * 64, "role": "legal_rep"}])
    async with town.story.gateway.units.begin("test.mandate", MACHINE) as work:
        await set_mandate(work, f"s-{OWN}", Mandate(holder="a" * 64))
    claims = separate_claims(asked["consent"], asked["terms_sha256"], "a" * 64)
    return {"consent_id": asked["consent"], "statement": sign_jws(claims, town.story.keys[f"s-{OWN}"], SEPARATE_TYPE)}


def separately(made):
    return {"json": {"person": "a" * 64, "statement": made["statement"]}}


async def person_named_by_hash(town):
    """The same, by the consent and the hash that names the person."""
    return {"consent_id": (await person_named(town))["consent_id"], "person": "a" * 64}


async def person_who_consented(town):
    """A consent with a named person's own."""
    made = await person_named(town)
    given = await town.story.client.post(
        f"/v1/consents/{made['consent_id']}/separate-consents", **separately(made),
        headers=await town.story.headers(f"s-{OWN}"),
    )  # fmt: skip
    assert given.status_code == 200, given.text
    return {"consent_id": made["consent_id"], "person": "a" * 64}


async def signatory_key(town):
    """A second signatory of the first enterprise, whose key waits for the first one's word."""
    key, name = generate_key("ES256"), f"w-{uuid4().hex[:8]}"
    until = datetime.now(UTC) + timedelta(hours=1)
    async with town.story.gateway.units.begin("test.signatory", OPERATOR) as work:
        await add_client(
            work, client_id=name, kind="signatory", jwk=public_jwk(key), institution_id=None, subject=uscc(OWN),
            not_before=until,
        )  # fmt: skip
    return {"signatory_id": name, "kid": key.kid, "decision": "confirm"}


async def inquiry(town):
    """A question the first bank has asked."""
    asked = await town.story.ask("bank-1", OWN, consent=(await consent(town))["consent_id"])
    return {"inquiry_id": asked.json()["inquiry"]}


async def health_check(town):
    """A health check that the first bank was given, with a category of data on it."""
    consent = await town.story.consent("bank-1", OWN, products=["health_check"], purpose="guarantee_review")
    asked = await town.story.ask(
        "bank-1", OWN, product="health_check", purpose="guarantee_review", consent=consent["consent"]
    )
    assert asked.status_code == 200, asked.text
    return {"inquiry_id": asked.json()["inquiry"], "figure": "registration"}


async def portrait(town):
    """A portrait that the first bank was given, and a form of its network."""
    consent = await town.story.consent("bank-1", OWN, products=["portrait"], purpose="guarantee_review")
    asked = await town.story.ask(
        "bank-1", OWN, product="portrait", purpose="guarantee_review", consent=consent["consent"]
    )
    assert asked.status_code == 200, asked.text
    return {"inquiry_id": asked.json()["inquiry"], "form": "bods"}


async def two_inquiries(town):
    """Two answers that the first bank was given about one enterprise."""
    with_id = (await inquiry(town))["inquiry_id"]
    return {**await inquiry(town), "with_id": with_id}


async def inquiry_batch(town):
    """Questions that the first bank's account put together, one of them."""
    asked = {"questions": [{"subject": uscc(OWN), "product": "score", "purpose": "pre_loan"}]}
    headers = {"Idempotency-Key": str(uuid4())}
    put = await town.send("bank-1", "POST", "/v1/inquiries:batch", json=asked, headers=headers)
    assert put.status_code == 200, put.text
    return {"batch_id": put.json()["batch"]}


async def inquiry_batch_file(town):
    """The answers to them, as CSV."""
    return {**await inquiry_batch(town), "form": "csv"}


async def question(town):
    """What the first bank has asked about the first enterprise, as the enterprise names it."""
    return {"question_id": (await inquiry(town))["inquiry_id"]}


async def published_question(town):
    """One that a checkpoint covers."""
    made = await question(town)
    for step in ("sequence", "publish"):
        await STEPS[step][0](town.story.gateway)
    return made


async def webhook(town):
    """An endpoint of the first bank, and a message to it; the one there is, where there is one that is in use."""
    listed = (await town.send("bank-1", "GET", "/v1/webhooks")).json()["webhooks"]
    found = next((one["webhook"] for one in listed if one["status"] == "active"), None)
    if found is None:
        sent = {"url": f"http://127.0.0.1:9/{uuid4()}"}
        found = (await town.send("bank-1", "POST", "/v1/webhooks", json=sent)).json()["webhook"]
    told = await town.send("bank-1", "POST", f"/v1/webhooks/{found}:test")
    assert told.status_code == 200, told.text
    return {"webhook_id": found, "message_id": told.json()["delivery"], "change": "disable"}


async def usage_result(town):
    """What the first bank reported of its answer."""
    asked = await inquiry(town)
    report = {"inquiry": asked["inquiry_id"], "outcome": "refused", "decided_on": today()}
    told = await town.send("bank-1", "POST", "/v1/usage-results", json=report)
    assert told.status_code == 201, told.text
    return {"result_id": told.json()["result"]}


async def delivery(town):
    """A message the first platform has delivered here."""
    delivery_id = uuid4()
    message = message_of(town, delivery_id)
    told = await town.send("platform-1", "POST", "/v1/deliveries", json={"message": message})
    assert told.status_code == 200, told.text
    return {"delivery_id": str(delivery_id)}


async def sent(town):
    """A delivery that a platform refused, and one who may try it again."""
    await town.story.enrol("runner-1", "system")
    gateway, key = town.story.gateway, public_jwk(generate_key("Ed25519"))
    async with gateway.units.begin("test.sent", MACHINE) as work:
        await set_peer(work, peer_id="c", role="city", url="http://c.invalid", jwk=key, client_id="g", status="active")
    async with gateway.units.begin("test.sent", PLATFORM) as work:
        (made,) = await deliver(work, kind="evaluations", role="city", items=[{"subject": "x"}], exchange=uuid4())
    async with gateway.database.begin("test.sent", role="owner") as session:
        await session.execute(text("DELETE FROM procrastinate_jobs"))
        await session.execute(text("UPDATE delivery SET state = 'refused' WHERE delivery_id = :id"), {"id": made})
    return {"delivery_id": str(made)}


def message_of(town, delivery_id) -> str:
    """What the first platform signs to deliver something here."""
    return sign_message(
        town.story.keys["platform-1"], delivery=delivery_id, exchange=uuid4(), kind="evaluations",
        issuer="https://there.example", items=[{"subject": uscc(OWN)}], now=datetime.now(UTC),
    )  # fmt: skip
