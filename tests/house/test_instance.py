"""An instance as its operator meets it: real processes, real commands, kill -9 of the worker."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psycopg
import pytest

from audit.note import verify_checkpoint
from tests import database_server
from tests.processes import (
    PATIENCE_SECONDS,
    environment,
    free_port,
    running,
    signed_size,
    wait_ready,
    wait_until,
    xinqiao,
)


@pytest.fixture
def instance(socket_folder, tmp_path):
    """The environment of an instance that has not been initialised."""
    issuer = f"http://127.0.0.1:{free_port()}"
    with database_server.fresh_database(socket_folder) as urls:
        yield environment(tmp_path, urls, issuer)


def test_serve_and_worker_refuse_an_instance_without_keys_and_say_what_to_do(instance):
    for command in ("serve", "worker"):
        done = xinqiao([command], instance, check=False)
        assert done.returncode == 1
        assert "xinqiao init" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command", [["status"], ["institution", "add", "bank", "--name", "某银行"], ["migrate", "--check"]]
)
def test_a_command_where_there_is_no_instance_says_so_and_makes_no_database(tmp_path, command):
    home = tmp_path / "home"
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "XINQIAO_HOME": str(home)}
    done = xinqiao(command, env, check=False)
    assert done.returncode == 1
    assert "xinqiao init" in done.stderr
    assert "Traceback" not in done.stderr
    assert not home.exists()


def test_init_writes_keys_for_their_owner_alone_and_refuses_to_run_twice(instance, tmp_path):
    shown = json.loads(xinqiao(["init", "--json"], instance).stdout)
    key = Path(shown["private_key"])
    assert json.loads(key.read_text())["kid"] == shown["kid"]
    kek = tmp_path / "gateway/keys/kek"
    assert {oct(path.stat().st_mode & 0o777) for path in (key, kek)} == {"0o600"}
    before = key.read_bytes(), kek.read_bytes()
    again = xinqiao(["init"], instance, check=False)
    assert again.returncode == 1
    assert "already" in again.stderr
    assert (key.read_bytes(), kek.read_bytes()) == before


def test_an_init_that_fails_on_its_way_leaves_nothing_and_can_be_repeated(instance, tmp_path):
    occupied = tmp_path / "operator.json"
    occupied.write_text("mine")
    failed = xinqiao(["init", "--key", str(occupied)], instance, check=False)
    assert failed.returncode == 1
    assert "cannot be read as a private key" in failed.stderr
    assert occupied.read_text() == "mine"
    xinqiao(["init"], instance)


def test_two_inits_at_once_make_one_instance_whose_keys_still_open(instance):
    with running(["init"], instance) as first, running(["init"], instance) as second:
        assert sorted([first.wait(PATIENCE_SECONDS), second.wait(PATIENCE_SECONDS)]) == [0, 1]
    xinqiao(["status"], instance)


@pytest.mark.slow
@pytest.mark.parametrize("nth", [1, 2])
def test_an_init_that_is_killed_after_writing_a_key_file_can_be_repeated(instance, tmp_path, nth):
    """Killed at the nth fsync: after the KEK, and after the operator's key; nothing is committed yet."""
    folder = tmp_path / "killer"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import os, signal\nreal, seen = os.fsync, []\n"
        "def fsync(fd):\n    real(fd)\n    seen.append(fd)\n"
        f"    if len(seen) == {nth}: os.kill(os.getpid(), signal.SIGKILL)\n"
        "os.fsync = fsync\n"
    )
    command = [sys.executable, "-m", "gateway", "init"]
    killed = subprocess.run(command, env={**instance, "PYTHONPATH": str(folder)}, check=False, timeout=PATIENCE_SECONDS)
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / "gateway/keys/kek").exists()
    assert "xinqiao init" in xinqiao(["worker"], instance, check=False).stderr
    xinqiao(["init"], instance)
    assert xinqiao(["init"], instance, check=False).returncode == 1


def test_a_wrong_kek_is_refused_without_showing_it(instance):
    xinqiao(["init"], instance)
    another = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
    for kek, status in (("c2hvcnQ=", 2), ("not base64", 2), (another, 1)):
        done = xinqiao(["worker"], {**instance, "XINQIAO_KEK": kek}, check=False)
        assert done.returncode == status
        assert "KEK" in done.stderr
        assert "Traceback" not in done.stderr
        assert kek not in done.stderr


def test_what_is_recorded_is_published_exported_and_verified_offline(instance, tmp_path):
    xinqiao(["init"], instance)
    vkey = xinqiao(["audit", "key"], instance).stdout.strip()
    log = tmp_path / "serve.log"
    with running(["serve"], instance) as server, running(["worker"], instance) as first:
        wait_ready(instance["XINQIAO_ISSUER"], server, log)
        os.killpg(first.pid, signal.SIGKILL)
        with running(["worker"], instance), running(["worker"], instance):
            wait_until(lambda: signed_size(instance) == 5, "the first checkpoint")
        ready = httpx.get(f"{instance['XINQIAO_ISSUER']}/readyz").json()
        assert ready["status"] == "ok"
        note = httpx.get(f"{instance['XINQIAO_ISSUER']}/audit/log/checkpoint").text
        assert verify_checkpoint(note, vkey).size == 5
        tile = httpx.get(f"{instance['XINQIAO_ISSUER']}/audit/log/tile/0/000.p/5")
        assert len(tile.content) == 160
        for path in ("0/000", "0/000.p/6", "0/000.p/0", "0/001.p/1", "1/000.p/1", "0/x", "99/000", "entries/000.p/5"):
            refused = httpx.get(f"{instance['XINQIAO_ISSUER']}/audit/log/tile/{path}")
            assert (refused.status_code, refused.headers["content-type"]) == (404, "application/problem+json")
    xinqiao(["audit", "export", str(tmp_path / "log")], instance)
    (tmp_path / "kept").write_text(note)
    arguments = ["audit", "verify", str(tmp_path / "log"), "--key", vkey, "--kept", str(tmp_path / "kept"), "--json"]
    offline = {name: instance[name] for name in ("PATH", "HOME", "LC_ALL")}
    told = json.loads(xinqiao(arguments, offline).stdout)
    assert told.pop("cannot_see")
    assert told | {"root": "", "rows": {}, "unsigned": 0} == {
        "log": instance["XINQIAO_ISSUER"].split("//")[1] + "/audit",
        "entries": 5,
        "root": "",
        "rows": {},
        "earlier_checkpoints": 1,
        "types": {"instance.initialised": 1, "client.added": 1, "person.invited": 3},
        "not_compared": {},
        "unsigned": 0,
        "verdict": "verified",
    }
    bundle = tmp_path / "log/tile/entries/000.p/5"
    bundle.write_bytes(bundle.read_bytes().replace(b"operator", b"operatOr"))
    refused = xinqiao(arguments, offline, check=False)
    assert refused.returncode == 1
    assert "NOT verified" in refused.stderr


def test_status_shows_one_screen_and_fails_when_something_is_wrong(instance):
    xinqiao(["init"], instance)
    shown = xinqiao(["status"], instance)
    assert "审计事件 events" in shown.stdout
    assert len(shown.stdout.splitlines()) < 24


def test_reconcile_tells_every_difference_and_how_many_there_are(instance):
    xinqiao(["init"], instance)
    assert json.loads(xinqiao(["reconcile", "--json"], instance).stdout) == {"differences": []}
    owner = instance["XINQIAO_DATABASE_OWNER_URL"].replace("+psycopg", "")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("UPDATE person SET role = 'regulator' WHERE role IN ('operator', 'system')")
        left = "SELECT outcome FROM audit_event WHERE type = 'audit.reconciled'"
        assert connection.execute(left).fetchall() == [("agrees",)]
    done = xinqiao(["reconcile"], instance, check=False)
    assert done.returncode == 1
    told = " ".join(done.stdout.split())  # it is folded to the width of the screen
    assert "differences 2 " in told
    assert ("operator role: operator ≠ regulator" in told, "system role: system ≠ regulator" in told) == (True, True)
