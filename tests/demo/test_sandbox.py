"""The sandbox as a newcomer meets it: built and served by the commands of docs/first-answer.md, a small one."""

import json
import re
import stat
import subprocess
import sys
import time
from contextlib import ExitStack

import httpx
import pytest

from gateway.demo.cases import cases
from gateway.demo.cast import OWNERS, PEOPLE
from gateway.demo.handout import read_logins
from gateway.demo.sandbox import delete, find_sandbox
from gateway.people.roles import ROLES
from tests.demo.newcomers import ASK, COMMANDS, ENTERPRISES, SERVE, SET_UP, VERIFY, Newcomer
from tests.processes import wait_until, xinqiao
from xinqiao_client import Xinqiao, load_key

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def newcomer():
    with Newcomer.arriving() as somebody:
        yield somebody


@pytest.fixture(scope="module")
def sandbox(newcomer):
    """Built by the page's command, and served by it: it is built once, so that it is served again here."""
    built = newcomer.run(f"{SERVE} --no-serve")
    assert built.returncode == 0, built.stderr
    with ExitStack() as newcomer.ended:
        newcomer.told = newcomer.ended.enter_context(newcomer.serving())
        assert (newcomer.told.startswith(built.stdout), "Ctrl-C" in newcomer.told) == (True, True)
        yield newcomer


def printed(told: str, title: str) -> list[str]:
    """Return the commands printed for a role."""
    chapter = re.search(rf"^\S* ?{title}:\n(.*?)(?:\n\n|\Z)", told, re.DOTALL | re.MULTILINE)[1]
    return [line.strip() for line in chapter.splitlines() if line.startswith("  ") and not line.startswith("  #")]


def test_a_first_answer_of_ones_own_takes_five_commands_at_most(sandbox):
    assert (len(COMMANDS) <= 5, SET_UP) == (True, "make setup")
    asked, verified = sandbox.run(ASK), sandbox.run(VERIFY)
    assert (asked.returncode, verified.returncode) == (0, 0), asked.stderr + verified.stderr
    answer = json.loads((sandbox.here / "answer.json").read_text())
    assert answer["subject"] in ASK
    changed = {**answer, "score": answer["score"] + 1}
    (sandbox.here / "answer.json").write_text(json.dumps(changed))
    assert sandbox.run(VERIFY).returncode == 1


def test_what_an_integrator_is_told_to_try_works_as_printed(sandbox):
    ask, verify, ask_another, push, interface = map(sandbox.run, printed(sandbox.told, "Integrator"))
    assert (ask.returncode, verify.returncode, interface.returncode) == (0, 0, 0), ask.stderr + verify.stderr
    assert (ask_another.returncode, "consent-pending" in ask_another.stderr) == (1, True)
    counts = json.loads(push.stdout)
    assert (push.returncode, counts["rejected"], counts["rows"]) == (0, 0, 6)


def test_what_an_enterprise_is_told_to_try_works_as_printed(sandbox):
    listed, approved, asked = map(sandbox.run, printed(sandbox.told, "Enterprise"))
    assert (listed.stdout.count("waiting:"), approved.stdout.count("approved:")) == (1, 1), listed.stderr
    assert asked.returncode == 0, asked.stderr


def test_what_an_auditor_is_told_to_try_works_as_printed_and_all_agrees(sandbox):
    first, *others = printed(sandbox.told, "Auditor")
    exported = sandbox.run(first)
    assert exported.returncode == 0, exported.stderr
    log = str(sandbox.here / "sandbox-log")  # where the first one wrote
    for command in others:
        sandbox.own(*command.replace("sandbox-log", log).split()[1:])
    assert json.loads(sandbox.own("audit", "fsck", "--json"))["differences"] == 0


def test_there_are_consents_in_every_state_and_denials_of_every_planned_reason(sandbox):
    def client(client_id):
        return Xinqiao(sandbox.issuer, client_id, load_key(sandbox.handout / f"keys/{client_id}.json"))

    with client("lake-bank-1") as bank, client("auditor") as auditor:
        consents = bank.get("/v1/consents", limit=200)["consents"]
        denied = auditor.get("/v1/audit/entries", type="inquiry.denied", limit=500)["entries"]
    assert {one["status"] for one in consents} >= {"active", "paused", "rejected", "revoked", "expired"}
    planned = {case.denied for case in cases(ENTERPRISES)} - {""} | {"consent-required", "quota-exceeded"}
    assert {entry["leaf"]["outcome"] for entry in denied} >= planned


def test_deliveries_reach_the_platforms_and_one_submission_is_held(sandbox):
    def states():
        return {row["state"] for row in json.loads(sandbox.own("deliveries", "list", "--json"))["deliveries"]}

    wait_until(lambda: states() == {"confirmed"}, "every receipt")
    assert len(json.loads(sandbox.own("agency", "held", "list", "--json"))["held"]) == 1


def test_everybody_signs_in_with_what_was_handed_out(sandbox):
    assert {somebody.role for somebody in (*PEOPLE, *OWNERS)} == set(ROLES)
    told = int(sandbox.run(f"sandbox/xinqiao sandbox code {PEOPLE[0].person}").stdout)
    (first, *_) = read_logins(sandbox.handout)
    assert told in {int(first.code(time.time() - past)) for past in (0, 30)}
    for login in read_logins(sandbox.handout):
        code = login.code(time.time())
        form = {"person": login.person, "password": login.password, "code": code, "next": "/console"}
        same = {"Origin": sandbox.issuer, "Sec-Fetch-Site": "same-origin"}
        answer = httpx.post(f"{sandbox.issuer}/console/sign-in", data=form, headers=same)
        assert answer.status_code == 303, (login.person, answer.text)


def test_what_was_handed_out_is_its_owners_alone(sandbox):
    assert stat.S_IMODE(sandbox.handout.stat().st_mode) == 0o700
    assert {stat.S_IMODE(key.stat().st_mode) for key in (sandbox.handout / "keys").iterdir()} == {0o600}
    assert (sandbox.handout / "README.txt").read_text() in sandbox.told


def test_a_second_one_is_refused_in_one_line(sandbox, tmp_path):
    again = sandbox.run(SERVE)
    assert (again.returncode, len(again.stderr.splitlines()), "running" in again.stderr) == (1, 1, True), again.stderr
    env = {**sandbox.env, "XINQIAO_HOME": str(tmp_path)}
    taken = xinqiao(["sandbox"], env, check=False)
    assert (taken.returncode, len(taken.stderr.splitlines()), "taken" in taken.stderr) == (1, 1, True), taken.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_is_not_a_sandboxs_is_left_alone(newcomer, tmp_path):
    (tmp_path / "sandbox").mkdir()
    (tmp_path / "sandbox" / "kek").write_text("an instance's own")
    for command in (["sandbox"], ["sandbox", "reset", "--yes"]):
        refused = xinqiao(command, {**newcomer.env, "XINQIAO_HOME": str(tmp_path)}, check=False)
        assert (refused.returncode, "no sandbox" in refused.stderr) == (1, True)
    assert [path.name for path in tmp_path.rglob("*")] == ["sandbox", "kek"]


def test_it_is_deleted_without_a_trace_once_somebody_says_so(sandbox):
    """The last of the module: it ends what the others share."""
    mark = find_sandbox(sandbox.home / "sandbox")
    sandbox.ended.close()
    (sandbox.handout / "answer.json").write_text("the newcomer's own")
    refused = subprocess.run(
        [sys.executable, "-m", "gateway", "sandbox", "reset"], env=sandbox.env, cwd=sandbox.here, input="n\n",
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (refused.returncode, find_sandbox(mark.home)) == (1, mark), refused.stderr
    delete(mark)
    assert (list(sandbox.home.iterdir()), [path.name for path in sandbox.handout.iterdir()]) == ([], ["answer.json"])
