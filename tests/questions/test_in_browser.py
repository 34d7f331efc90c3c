"""The file that proves who asked, checked as an auditor's browser does it: what holds, and what is refused."""

import json

import pytest

from gateway.identity.key_routes import public_keys
from gateway.questions.file import STATEMENT_TYPE, contents_digest, file_bytes
from signing.jws import payload_of, sign_jws
from tests.enterprises import uscc
from tests.verifying import fault_of, run_checks


@pytest.fixture
async def file(asked):
    return (await asked.evidence(uscc(1))).content.decode()


def resigned(asked, content, change):
    """Return a file that the gateway itself has changed and signed again, its digest made to fit."""
    made = json.loads(content)
    statement = payload_of(made["statement"])
    change(made, statement)
    statement["contents"] = contents_digest(made)
    return file_bytes(
        {**made, "statement": sign_jws(statement, asked.story.gateway.keys.signing("answer"), STATEMENT_TYPE)}
    ).decode()


async def test_a_sound_file_holds_and_what_was_not_looked_at_is_said(asked, file, tmp_path):
    keys = public_keys(asked.story.gateway.units)
    whole, unkeyed = run_checks(
        tmp_path, ["verifyEvidence", file, keys["audit"], keys["answer"]], ["verifyEvidence", file, keys["audit"]]
    )
    assert fault_of(whole) == fault_of(unkeyed) == ""
    told = {one["step"]: one for one in whole}
    assert [one["result"] for one in whole] == ["holds"] * 6 + ["unchecked"]
    assert (told["questions"]["count"], told["entries"]["unproved"], told["entries"]["erased"]) == (6, 0, 0)
    assert told["entries"]["count"] == len(json.loads(file)["entries"])
    assert unkeyed[1] == {"step": "statement", "result": "unchecked"}


def left_out(made, _statement):
    del made["entries"][0]


def not_named(_made, statement):
    statement["questions"].pop()


def other_account(_made, statement):
    statement["questions"][0]["account"] = "bank-9"


def other_reason(_made, statement):
    statement["questions"][0]["reason"] = "quota-exceeded"


def out_of_order(made, _statement):
    made["entries"].reverse()


async def test_a_changed_file_is_refused_whoever_changed_it(asked, file, tmp_path):
    keys = public_keys(asked.story.gateway.units)
    other = {**keys["answer"], "kid": "other"}
    swapped = {**keys, "answer": {**keys["answer"], "x": keys["consent"]["x"]}}
    cases = {
        "a blank more": (file.replace("{", "{ ", 1), keys, "format not-canonical"),
        "another file": ('{"type":"more"}\n', keys, "format not-evidence"),
        "no file": ("<html>", keys, "format malformed"),
        "another key": (file, {**keys, "answer": other}, "statement not-by-key"),
        "a signature of another": (file, swapped, "statement wrong"),
        "left out": (resigned(asked, file, left_out), keys, "entries left-out"),
        "not named": (resigned(asked, file, not_named), keys, "entries not-named"),
        "another account": (resigned(asked, file, other_account), keys, "questions differs"),
        "another reason": (resigned(asked, file, other_reason), keys, "questions differs"),
        "out of order": (resigned(asked, file, out_of_order), keys, "entries order"),
    }  # fmt: skip
    calls = [["verifyEvidence", content, known["audit"], known["answer"]] for content, known, _ in cases.values()]
    found = dict(zip(cases, map(fault_of, run_checks(tmp_path, *calls)), strict=True))
    assert found == {kind: why for kind, (_, _, why) in cases.items()}
    changed = json.loads(file)
    changed["consents"][0]["versions"][0]["status"] = "revoked"
    (steps,) = run_checks(tmp_path, ["verifyEvidence", file_bytes(changed).decode(), keys["audit"], keys["answer"]])
    assert fault_of(steps) == "contents changed"
