"""What cannot be undone says so, with what follows, and asks: on the command line, and on the console by a box."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.__main__ import app
from gateway.admin.client_actions import ChangeStanding
from gateway.admin.graph import ACTS, Harm, is_final, leads_to
from gateway.runtime.actor import Actor
from tests.enterprises import uscc
from tests.house.test_without_instance import COMMANDS
from tests.identities import asked, register
from tests.persons import csrf, same_site, signed_in
from tests.processes import PATIENCE_SECONDS, environment

UUID = "01a21e54-bfd6-7267-83b0-32d5723f6e21"
KINDS = ("account", "agency", "signatory", "platform", "office", "auditor", "operator", "system")
# Every final act of the command line, and with which words.
FINAL = {
    "institution close": ["house", "--reason", "xx"],
    **{f"{kind} close": ["x-1", "--reason", "xx"] for kind in KINDS},
    **{f"{kind} key-retire": ["x-1", "kid"] for kind in KINDS},
    "consent invalidate": [UUID, "--reason", "xx"],
    "record erase": ["--subject", uscc(1), "--reason", "xx"], "record retention": [],
    "agency held discard": [UUID], "source remove": ["s"], "keys rotate": ["token", "--now"],
}  # fmt: skip
# Those with tests of their own: they look at a service, a sandbox or what was lost before they can say what follows.
ELSEWHERE = {
    "enterprise approve", "enterprise reject", "enterprise revoke", "enterprise object", "audit accept-loss",
    "sandbox reset", "paper approve",
}  # fmt: skip
FINAL_WORDS = re.compile(r"不可恢复|for good")


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    for name, value in environment(tmp_path / "home", None, "http://127.0.0.1:1").items():
        monkeypatch.setenv(name, value)


def test_whatever_asks_and_whatever_says_that_it_is_final_is_in_the_table():
    assert {name for name, one in COMMANDS.items() if any(p.name == "yes" for p in one.params)} == {*FINAL, *ELSEWHERE}
    said = {name for name, one in COMMANDS.items() if FINAL_WORDS.search(one.help)}
    assert said - ELSEWHERE <= set(FINAL)
    assert {name for name in FINAL if not name.startswith("keys")} <= said


def test_a_paper_is_approved_by_no_script_that_does_not_say_it_was_compared(nowhere, tmp_path):
    (tmp_path / "key.json").write_text("{}")
    to = ["--service", "http://127.0.0.1:1", "--as", "operator-1", "--key", str(tmp_path / "key.json")]
    done = CliRunner().invoke(app, ["paper", "approve", UUID, *to])
    (line,) = done.stderr.splitlines()
    assert (done.exit_code, "--yes" in line) == (1, True)


@pytest.mark.parametrize("name", FINAL)
def test_a_script_that_does_not_say_yes_is_refused_in_one_line_and_nothing_is_looked_at(name, nowhere):
    done = CliRunner().invoke(app, [*name.split(), *FINAL[name]])
    (line,) = done.stderr.splitlines()
    assert (done.exit_code, "不可恢复" in line, "--yes" in line) == (1, True, True)
    assert re.match("失败 failed: 将.* This [a-z]+s ", line)  # what will be, not what was done


@pytest.mark.parametrize(
    "name", ["institution close", "account key-retire", *(n for n in FINAL if "account" not in n)][:9]
)
def test_with_yes_it_says_what_follows_and_goes_on(name, nowhere):
    done = CliRunner().invoke(app, [*name.split(), *FINAL[name], "--yes"])
    first, last = done.stderr.splitlines()
    assert ("不可恢复 This is final" in first, "xinqiao init" in last) == (True, True)


@pytest.mark.parametrize(("answer", "goes_on"), [("n", False), ("y", True)])
def test_a_person_is_asked(answer, goes_on, tmp_path):
    ours, its = pty.openpty()
    env = environment(tmp_path / "home", None, "http://127.0.0.1:1")
    started = subprocess.Popen(
        [sys.executable, "-m", "gateway", "institution", "close", "house", "--reason", "xx"],
        env=env, cwd=Path(__file__).parents[2], stdin=its, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.write(ours, f"{answer}\n".encode())
    said = started.communicate(timeout=PATIENCE_SECONDS)[1]
    os.close(ours)
    os.close(its)
    assert ("Go on?" in said, "xinqiao init" in said, started.returncode) == (True, goes_on, 1)
    assert ("未同意，什么都没做 nothing was done" in said, "Aborted" in said) == (not goes_on, False)


def test_the_final_acts_of_the_graph_are_those_that_close_erase_and_retire():
    assert {act for act in ACTS if is_final(act)} == {
        act for act in ACTS if Harm.FINAL in leads_to(act) or re.search("close|erase|key-retire", act)
    }


async def test_a_closing_is_approved_by_who_ticked_that_it_is_final(gateway, client):
    await register(gateway, "bank-1", "account", "bank")
    await signed_in(gateway, client, "boss-a", "operator")
    asker = Actor("person:boss-z", "operator", person="person:boss-z")
    change = await asked(gateway, ChangeStanding(change="close", whose="client:bank-1", reason="不再合作"), asker)
    page = (await client.get(f"/console/changes/{change.change_id}")).text
    assert ('name="sure"' in page, "编号也不能再用" in page, "required" in page) == (True, True, True)
    form, path = {"csrf": await csrf(client)}, f"/console/changes/{change.change_id}/approve"
    refused = await client.post(path, data=form, headers=same_site(client))
    assert (refused.status_code, "请先勾选" in refused.text) == (400, True)
    assert str(change.change_id) in refused.text
    done = await client.post(path, data={**form, "sure": "yes"}, headers=same_site(client))
    assert done.headers["location"] == "/console/changes?said=done"
