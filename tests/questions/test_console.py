"""What was approved at the console or on paper, in the file that proves who asked: both verifiers see the text."""

import json
from datetime import UTC, datetime

import pyotp

from connectors.model.calendar import day_of
from consent.manner import CONSOLE_TYPE, PAPER_TYPE
from signing.canonical import sha256_hex
from signing.jws import payload_of, sign_jws
from signing.keys import generate_key, public_jwk
from tests.enterprises import uscc
from tests.owners import acting_for, approve
from tests.persons import enrol, forget_step, invited
from tests.questions.test_evidence import changed, keys, resigned, verdicts

__all__ = ["keys"]


async def test_an_approval_at_the_console_holds_for_both_and_with_another_text_for_neither(asked, keys):
    story, owner = asked.story, acting_for("owner-3", 3)
    token = await invited(story.gateway, "owner-3", "owner", enterprise=uscc(3))
    _, secret = await enrol(story.client, token, "owner-3")
    await forget_step(story.gateway, "owner-3")
    consent = (await story.request("bank-1", 3)).json()
    assert (await approve(story, consent, owner, pyotp.TOTP(secret).now())).made
    assert (await story.ask("bank-1", 3, consent=consent["consent"])).status_code == 200
    good = (await asked.evidence(uscc(3))).content
    assert verdicts(good, keys) == [None, None]
    file, version = json.loads(good), ["consents", 0, "versions", 1]
    claims = payload_of(file["consents"][0]["versions"][1]["approval"])

    def signed(**other):
        return sign_jws({**claims, **other}, story.gateway.keys.signing("consent"), CONSOLE_TYPE)

    tampered = {
        "another text": ("approval", signed(statement="another text")),
        "another person": ("approval", signed(by="person:owner-4")),
        "another decision": ("approval", signed(decision="reject")),
        "nobody's": ("approval", None),
        "by a key": ("key", public_jwk(generate_key("ES256"))),
    }
    for name, (member, value) in tampered.items():
        refused = verdicts(resigned(story.gateway, changed(file, [*version, member], value), lambda _: None), keys)
        assert all(refused), (name, refused)


async def test_an_approval_on_paper_holds_for_both_and_by_one_officer_or_with_another_scan_for_neither(asked, keys):
    story = asked.story
    for officer in ("op-1", "op-2"):
        await story.enrol(officer, "operator")
    consent = (await story.request("bank-1", 3)).json()
    place, scan = f"/v1/admin/paper/{consent['consent']}", b"%PDF-1.7 signed"

    async def call(who, method, path, **more):
        headers = {**more.pop("headers", {}), **await story.headers(who)}
        answer = await story.client.request(method, path, headers=headers, **more)
        assert answer.is_success, answer.text
        return answer.json()

    shown = (await call("op-1", "GET", place))["shown"]
    await call("op-1", "POST", f"{place}/scans", content=scan, headers={"Content-Type": "application/pdf"})
    signed_paper = {
        "scan": sha256_hex(scan), "shown": shown, "id_number": "330302197001010012", "role": "legal_rep",
        "signed_on": str(day_of(datetime.now(UTC))),
    }  # fmt: skip
    change = await call("op-1", "POST", place, json=signed_paper)
    await call("op-2", "POST", f"/v1/admin/changes/{change['change']}/approve", json={})
    assert (await story.ask("bank-1", 3, consent=consent["consent"])).status_code == 200
    good = (await asked.evidence(uscc(3))).content
    assert verdicts(good, keys) == [None, None]
    file = json.loads(good)
    at = [json.loads(one["terms"])["consent_id"] for one in file["consents"]].index(consent["consent"])
    number = next(n for n, one in enumerate(file["consents"][at]["versions"]) if one["approval"])
    version = ["consents", at, "versions", number]
    claims = payload_of(file["consents"][at]["versions"][number]["approval"])

    def signed(**other):
        return sign_jws({**claims, **other}, story.gateway.keys.signing("consent"), PAPER_TYPE)

    tampered = {
        "another text": ("approval", signed(statement="another text")),
        "another scan": ("approval", signed(scan_sha256="0" * 64)),
        "one officer": ("approval", signed(checked_by="op-1")),
        "another signer": ("approval", signed(by="paper:" + "0" * 64)),
        "at the console": ("approval", signed(channel="console")),
        "nobody's": ("approval", None),
        "by a key": ("key", public_jwk(generate_key("ES256"))),
    }
    for name, (member, value) in tampered.items():
        refused = verdicts(resigned(story.gateway, changed(file, [*version, member], value), lambda _: None), keys)
        assert all(refused), (name, refused)
