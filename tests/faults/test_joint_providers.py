"""A gateway and its providers as real processes: one hangs, one answers garbage, one is down, one is told to sign.

The joint answer comes within its deadline, says who is missing and why, and is rightly charged; who comes back is asked
again without a restart of the gateway.
"""

import json
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from consent.statements import APPROVAL_TYPE, approval_claims
from signing.jws import sign_jws
from tests.enterprises import uscc
from tests.processes import free_port, wait_until
from tests.providers import provider, signing_provider
from tests.stories import registration
from tests.town import instance

SHARE = 200_000
WAYS = {"hangs": ("--break", "hang"), "garbage": ("--break", "truncated"), "sound": ()}


@pytest.fixture(scope="module")
def gateway(socket_folder, tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("joint"), free_port()
    with ExitStack() as stack:
        made = stack.enter_context(instance(socket_folder, folder, "gateway"))
        urls = {name: stack.enter_context(provider(*more)) for name, more in WAYS.items()}
        urls["unsigned"], key = stack.enter_context(signing_provider(folder, "--break", "unsigned"))
        urls["down"] = f"http://127.0.0.1:{port}/score"
        for name, url in urls.items():
            terms = {"time_ms": 30_000, "attempts": 1, "open_after": 2, "open_seconds": 2}
            terms |= {"signing": key} if name == "unsigned" else {}
            (folder / name).write_text(json.dumps(terms))
            made.cli("provider", "set", name, url, "--terms", str(folder / name), "--reason", "协议已签")
        parts = [{"provider": name, "required": name == "sound", "weight_ppm": SHARE} for name in urls]
        joint = {"parts": parts, "rule": "weighted-mean", "bands": [{"least": 0, "band": "fair"}], "time_ms": 3000}
        for name, charged in (("city-joint", True), ("free-joint", False)):
            (folder / name).write_text(json.dumps({**joint, "charge_partial": charged}))
            made.cli("provider", "join", name, "--terms", str(folder / name), "--reason", "协议已签")
        made.cli("institution", "add", "bank", "--name", "某银行")
        made.add("account", "bank-1", "--institution", "bank")
        made.add("agency", "market_regulation")
        made.add("signatory", "s-1", "--subject", uscc(1))
        for scope, holder in (("account", "bank-1"), ("institution", "bank")):
            made.cli("quota", "set", holder, "--scope", scope, "--day", "100", "--month", "100")
        stack.enter_context(made.run("serve"))
        permit(made)
        yield made, port


def permit(made):
    assert made.push("market_regulation", "ent_registration", registration(1)).status_code == 201
    terms = {"subject": uscc(1), "products": ["score"], "purpose": "pre_loan",
             "valid_until": (datetime.now(UTC) + timedelta(days=9)).isoformat()}  # fmt: skip
    consent = made.post("bank-1", "/v1/consents", terms).json()
    claims = approval_claims(consent["consent"], consent["terms_sha256"], "approve")
    approval = sign_jws(claims, made.keys["s-1"], APPROVAL_TYPE)
    path = f"/v1/consents/{consent['consent']}/approve"
    assert made.post("s-1", path, {"approval": approval}).status_code == 200


def ask(made, name):
    body = {"subject": uscc(1), "product": "score", "purpose": "pre_loan", "provider": name}
    answer = made.post("bank-1", "/v1/inquiries", body, {"Idempotency-Key": str(uuid4())})
    assert answer.status_code == 200, answer.text
    return answer.json()


def faults(answer):
    return {one["provider"]: one.get("fault") for one in answer["parts"]}


def used(made):
    return made.get("bank-1", "/v1/quota")["day"]["used"]


def test_a_joint_answer_is_right_about_what_is_missing_rightly_charged_and_whole_again_without_a_restart(gateway):
    made, port = gateway
    before, answer = used(made), ask(made, "city-joint")
    told = {"sound": None, "hangs": "timeout", "garbage": "unreachable", "unsigned": "signature", "down": "unreachable"}
    assert faults(answer) == told
    sound = next(one for one in answer["parts"] if one["provider"] == "sound")
    assert (answer["partial"], answer["charged"], answer["score"]) == (True, True, sound["score"])
    assert used(made) == before + 1
    free = ask(made, "free-joint")
    assert (free["partial"], free["charged"], used(made)) == (True, False, before + 1)
    with provider(port=port):
        wait_until(lambda: faults(ask(made, "city-joint"))["down"] is None, "the provider that was down")
    assert made.processes["serve"].poll() is None
    days = json.loads(made.cli("provider", "days", "--json"))["days"]
    counted = {one["provider"]: one for one in days}
    assert counted["sound"]["available_bp"] == 10_000
    assert {"timeout", "open"} >= set(counted["hangs"]["faults"])
    assert counted["unsigned"]["faults"]["signature"] >= 1
    made.cli("quota", "reconcile")  # it would end in failure where ledger and counters differ
