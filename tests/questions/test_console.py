"""What a person approved at the console, in the file that proves who asked: both verifiers see the text they saw."""

import json

import pyotp

from consent.console import CONSOLE_TYPE
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
