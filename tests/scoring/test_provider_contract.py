"""The contract that every provider keeps to: the example does, and each of its faults is told for what it is."""

import json
import os
import subprocess
import sys
from http.server import ThreadingHTTPServer
from pathlib import Path

import orjson
import pytest

from scoring_adapter.providers.contract import Trial, check_contract
from scoring_adapter.providers.terms import AnswerMap, Terms
from tests.enterprises import uscc
from tests.processes import free_port
from tests.providers import provider, serving

ALL = ["answers", "repeats", "at-once", "refuses"]
SUBJECTS = [uscc(1), uscc(2), uscc(3)]
assert ThreadingHTTPServer.daemon_threads  # what hangs ends with the test


def trial(url, **terms):
    return Trial(Terms(url, **{"time_ms": 900, **terms}), SUBJECTS, "score", "pre_loan", "2026-01-31")


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
        except ValueError:
            return 200, b"{}"
        return told(question, **({"subject": uscc(1)} if question["subject"] != uscc(1) else {}))

    with serving(mixes) as url:
        found = {one.name: one for one in await check_contract(trial(url))}
    assert [found[name].kept for name in ALL] == [True, True, False, False]
    assert found["refuses"].seen == "HTTP 200"


async def test_one_that_fails_on_what_is_no_question_is_found_out():
    def fails(_headers, body):
        try:
            return told(orjson.loads(body))
        except ValueError:
            return 500, b""

    with serving(fails) as url:
        found = await check_contract(trial(url))
    assert [one.kept for one in found] == [True, True, True, False]


async def test_one_of_another_format_is_held_to_the_same():
    def answer(_headers, body):
        try:
            return 200, orjson.dumps({"who": orjson.loads(body)["q"], "points": "7.1", "grade": "A"})
        except ValueError:
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
    assert (good.returncode, [one["kept"] for one in json.loads(good.stdout)["checks"]]) == (0, [True] * 4)
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
