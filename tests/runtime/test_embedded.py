"""The embedded server: shared by processes, gone with the last of them, and back after kill -9."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import PATIENCE_SECONDS, free_port, postmaster, running, wait_ready, xinqiao

PROGRAM = """
import sys, time
from pathlib import Path
from gateway.runtime import embedded
import psycopg
socket = embedded.lease(Path(sys.argv[1]))
embedded.ensure_database(socket, "xinqiao_trial")
with psycopg.connect(host=str(socket), port=5432, user="xinqiao_owner", dbname="xinqiao_trial", autocommit=True) as db:
    db.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
    db.execute("INSERT INTO kept VALUES (1)")
    print(db.execute("SELECT count(*) FROM kept").fetchone()[0], flush=True)
if sys.argv[2] == "stay":
    sys.stdin.read()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(f"/tmp/xinqiao-embedded-{os.getpid()}")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def start(home: Path, mode: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(home), mode], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )


def first_line(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def test_the_last_user_stops_the_server_and_data_stay(home: Path) -> None:
    one, two = start(home, "stay"), None
    try:
        assert first_line(one) == 1
        two = start(home, "stay")
        assert first_line(two) == 2
        one.communicate("")
        assert (home / "postgres/data/postmaster.pid").exists(), "the second user still holds it"
        two.communicate("")
        assert not (home / "postgres/data/postmaster.pid").exists()
    finally:
        for process in (one, two):
            if process is not None and process.poll() is None:
                process.kill()
    again = start(home, "leave")
    assert first_line(again) == 3
    again.communicate()


def test_killed_users_and_a_killed_server_are_recovered_from(home: Path) -> None:
    user = start(home, "stay")
    assert first_line(user) == 1
    server = postmaster(home)
    user.send_signal(signal.SIGKILL)
    user.communicate()
    os.kill(server, signal.SIGKILL)
    while Path(f"/proc/{server}").exists():
        time.sleep(0.02)
    after = start(home, "leave")
    assert first_line(after) == 2
    after.communicate()
    assert after.returncode == 0
    assert not (home / "postgres/data/postmaster.pid").exists()


def test_who_comes_while_a_process_of_a_killed_server_is_left_waits_for_its_end(home: Path) -> None:
    user = start(home, "leave")
    assert first_line(user) == 1
    user.communicate()
    data = home / "postgres/data"
    left = ["sh", "-c", "sleep 2 >&2 & echo $!"]  # nobody's child, as a server is
    named = subprocess.run(left, stdout=subprocess.PIPE, text=True, check=True, user=data.stat().st_uid)
    (data / "postmaster.pid").write_text(named.stdout)
    user = start(home, "leave")
    assert first_line(user) == 2
    user.communicate()


def test_a_service_that_is_told_to_stop_leaves_no_server_behind(home: Path) -> None:
    home.mkdir(mode=0o755)
    port = free_port()
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "XINQIAO_HOME": str(home), "XINQIAO_PORT": str(port)}
    assert f"http://127.0.0.1:{port}/console/enrol" in xinqiao(["init"], env).stdout  # the address follows the port
    moved = xinqiao(["serve", "--port", str(free_port())], env, check=False)
    assert (moved.returncode, f"XINQIAO_ORIGIN=127.0.0.1:{port}/audit" in moved.stderr) == (1, True), moved.stderr
    assert "Traceback" not in moved.stderr
    with running(["serve"], env) as service:
        wait_ready(f"http://127.0.0.1:{port}", service, home / "serve.log")
        assert postmaster(home)
        service.terminate()
        assert service.wait(PATIENCE_SECONDS) == 0
    assert not (home / "postgres/data/postmaster.pid").exists()
