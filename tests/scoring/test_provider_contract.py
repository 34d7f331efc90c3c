"""The contract that every provider keeps to: the example does, and each of its faults is told for what it is."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from http.server import ThreadingHTTPServer
from pathlib import Path

import orjson
import pytest

from gateway.inquiries.permits import PERMIT_TYPE
from scoring_adapter.providers.contract import Trial, check_contract
from scoring_adapter.providers.contract_permits import StandIn
from scoring_adapter.providers.terms import AnswerMap, Terms
from signing.jws import sign_jws
from signing.keys import generate_key, public_jwk, save_key
from tests.enterprises import uscc
from tests.processes import free_port
from tests.providers import provider, serving
from xinqiao_client import create_key

ALL = ["answers", "repeats", "at-once", "refuses", "stranger"]
SUBJECTS = [uscc(1), uscc(2), uscc(3)]
WRONG = (ValueError, TypeError, KeyError)  # of what is no question
assert ThreadingHTTPServer.daemon_threads  # what hangs ends with the test


def trial(url, **terms):
    return Trial(Terms(url, **{"time_ms": 1500, **terms}), SUBJECTS, "score", "pre_loan", "2026-01-31")


async def test_the_example_keeps_to_all_of_it():
    with provider() as url:
        found = await check_contract(trial(url))
    assert [(one.name, one.kept) for one in found] == [(name, True) for name in ALL]


@pytest.mark.parametrize(
    ("fault", "failed", "seen"),
    [("status500", "answers", "status"), ("shape", "answers", "shape"), ("subject", "answers", "subject"),
     ("inquiry", "answers", "subject"), ("range", "answers", "range"), ("boolean", "answers", "shape"),
     ("truncated", "answers", "unreachable"), ("slow", "answers", "timeout"), ("hang", "answers", "timeout"),
     ("lying", "repeats", "two ways")],
)  # fmt: skip
async def test_each_fault_is_told_for_what_it_is(fault, failed, seen):
    with provider("--break", fault) as url:
        found = await check_contract(trial(url))
    broken = next(one for one in found if not one.kept)
    assert broken.name == failed
    assert seen in broken.seen


def told(question, **changes):
    answer = {"inquiry": question["inquiry"], "subject": question["subject"], "score": 5, "band": "b", "model": "m"}
    return 200, orjson.dumps({**answer, **changes})


async def test_one_that_mixes_up_what_is_asked_at_once_or_answers_no_question_is_found_out():
    def mixes(_headers, body):
        try:
            question = orjson.loads(body)
            question["subject"]
        except WRONG:
            return 200, b"{}"
        return told(question, **({"subject": uscc(1)} if question["subject"] != uscc(1) else {}))

    with serving(mixes) as url:
        found = {one.name: one for one in await check_contract(trial(url))}
    assert [found[name].kept for name in ALL] == [True, True, False, False, False]
    assert found["refuses"].seen == "HTTP 200"


async def test_one_that_fails_on_what_is_no_question_is_found_out():
    def fails(_headers, body):
        try:
            return told(orjson.loads(body))
        except WRONG:
            return 500, b""

    with serving(fails) as url:
        found = await check_contract(trial(url))
    assert [one.kept for one in found] == [True, True, True, False, True]


async def test_one_of_another_format_is_held_to_the_same():
    def answer(_headers, body):
        try:
            return 200, orjson.dumps({"who": orjson.loads(body)["q"], "points": "7.1", "grade": "A"})
        except WRONG:
            return 400, b""

    mapped = {
        "question": {"/q": "subject"},
        "answer": AnswerMap("/who", "/points", band="/grade", highest=100, decimals=1),
    }
    with serving(answer) as url:
        assert all(one.kept for one in await check_contract(trial(url, **mapped)))


def run(*arguments):
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
    command = [Path(sys.executable).with_name("xinqiao"), "provider", "check", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_the_command_needs_no_instance_and_ends_in_failure_where_the_contract_is_not_kept(tmp_path):
    with provider() as url:
        good = run(url, "--json")
    assert (good.returncode, [one["kept"] for one in json.loads(good.stdout)["checks"]]) == (0, [True] * 5)
    gone = run(f"http://127.0.0.1:{free_port()}/", "--json", "--subject", uscc(1))
    assert gone.returncode == 1
    assert "unreachable" in json.loads(gone.stdout)["checks"][0]["seen"]
    terms = tmp_path / "terms.json"
    for written, said in (
        ('{"time_ms": 49}', "time_ms"),
        ("{", "JSON"),
        ('{"url": "http://x"}', "其余约定"),
        ("[]", "其余约定"),
    ):
        terms.write_text(written)
        wrong = run("http://127.0.0.1:1/", "--terms", str(terms))
        assert wrong.returncode != 0
        assert said in wrong.stderr
    assert "url" in run("ftp://x").stderr


async def test_one_that_answers_what_is_half_a_question_or_fails_on_a_stranger_is_found_out():
    def answers(_headers, body):
        try:
            question = orjson.loads(body)
            return told(question) if question["subject"] in SUBJECTS else (500, b"")
        except (TypeError, KeyError):
            return told({"inquiry": "x", "subject": "x"})
        except ValueError:
            return 400, b""

    with serving(answers) as url:
        found = {one.name: one for one in await check_contract(trial(url, attempts=1))}
    assert [found[name].kept for name in ALL] == [True, True, True, False, False]
    assert "status" in found["stranger"].seen


async def test_a_no_to_a_stranger_is_as_good_as_an_answer():
    def refuses(_headers, body):
        try:
            question = orjson.loads(body)
            return told(question) if question["subject"] in SUBJECTS else (404, b"")
        except WRONG:
            return 400, b""

    with serving(refuses) as url:
        assert all(one.kept for one in await check_contract(trial(url)))


@pytest.mark.parametrize(("fault", "kept"), [("", True), ("unsigned", False), ("forged", False)])
async def test_one_that_signs_is_held_to_its_key(tmp_path, fault, kept):
    key = json.loads(create_key(tmp_path / "provider.json").read_text())
    with provider("--sign", str(tmp_path / "provider.json"), *(("--break", fault) if fault else ())) as url:
        found = await check_contract(trial(url, signing=key))
    assert all(one.kept for one in found) is kept
    assert kept or "signature" in found[0].seen


ISSUER, NAME = "https://credit.example", "own-model"


@pytest.fixture
def stand_in(tmp_path):
    """Who signs permits in the gateway's place, and the file of its public key."""
    key = generate_key("Ed25519")
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"answer": public_jwk(key)}))
    save_key(tmp_path / "stand-in.json", key)
    return StandIn(ISSUER, NAME, lambda claims: sign_jws(claims, key, PERMIT_TYPE)), keys


async def test_one_that_looks_at_permits_accepts_sound_ones_alone(stand_in):
    signing, keys = stand_in
    with provider("--keys", str(keys), "--issuer", ISSUER, "--name", NAME) as url:
        found = await check_contract(replace(trial(url), stand_in=signing))
        without = await check_contract(trial(url))
        told = run(
            url, "--json", "--permit-key", str(keys.with_name("stand-in.json")), "--issuer", ISSUER, "--name", NAME
        )  # fmt: skip
    assert [(one.name, one.kept, one.seen) for one in found][-1] == ("permits", True, "")
    assert all(one.kept for one in found)
    assert "refused" in without[0].seen
    assert (told.returncode, len(json.loads(told.stdout)["checks"])) == (0, 6), told.stderr


async def test_one_that_looks_at_no_permit_is_found_out(stand_in):
    with provider() as url:
        found = await check_contract(replace(trial(url), stand_in=stand_in[0]))
    assert [one.name for one in found if not one.kept] == ["permits"]
    for name in ("none", "no permit", "shown twice", "another provider's", "another gateway's", "expired",
                 "another enterprise's", "another inquiry's"):  # fmt: skip
        assert f"{name}: HTTP 200" in found[-1].seen


def test_a_key_of_permits_that_is_none_is_said(tmp_path):
    (tmp_path / "key.json").write_text("{}")
    wrong = run("http://127.0.0.1:1/", "--permit-key", str(tmp_path / "key.json"))
    assert (wrong.returncode, "key.json" in wrong.stderr) == (1, True)
