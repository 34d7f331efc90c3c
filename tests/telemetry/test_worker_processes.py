"""The worker and its database, over real processes: the database goes away for long, and comes back."""

import json
import os
import signal
from contextlib import contextmanager, nullcontext
from pathlib import Path

import httpx
import pytest
from psycopg import sql

from gateway.worker import QUEUE, STEPS
from tests import database_server
from tests.processes import (
    PATIENCE_SECONDS,
    environment,
    free_port,
    postmaster,
    ready,
    running,
    signed_size,
    wait_ready,
    wait_until,
    xinqiao,
)

# A wait this short runs out several times over while the test lasts, as the default does in an outage of a minute.
WAIT_SECONDS = "1"
# A session that is starting holds its database from before it asks whether it may enter until it is listed as one.
STARTING = """
    SELECT count(*) FROM pg_locks JOIN pg_database ON objid = pg_database.oid
    WHERE locktype = 'object' AND classid = 'pg_database'::regclass AND datname = %s
"""


@pytest.fixture
def instance(socket_folder, tmp_path):
    """The environment of an initialised instance, and the name of its database."""
    issuer = f"http://127.0.0.1:{free_port()}"
    with database_server.fresh_database(socket_folder) as urls:
        env = environment(
            tmp_path, urls, issuer, XINQIAO_DATABASE_WAIT_SECONDS=WAIT_SECONDS, XINQIAO_METRICS_PORT=f"{free_port()}"
        )
        xinqiao(["init"], env)
        yield env, urls.app.database


@contextmanager
def away(socket_folder, name):
    """Take a database from everybody for the length of the block."""
    allow = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    with database_server._admin(socket_folder) as connection:
        connection.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        # Who was let in before and is not listed yet would not be ended, and go on as if nothing were.
        wait_until(lambda: connection.execute(STARTING, [name]).fetchone() == (0,), "sessions to have started")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            connection.execute(allow.format(sql.Identifier(name), sql.SQL("true")))


def test_a_worker_whose_database_was_away_for_long_is_the_same_process_and_works_again(instance, socket_folder):
    env, database = instance
    home = Path(env["XINQIAO_HOME"])
    with running(["serve"], env) as server, running(["worker"], env) as worker:
        wait_ready(env["XINQIAO_ISSUER"], server, home / "serve.log")
        wait_until(lambda: signed_size(env) == 5, "the first checkpoint")
        assert (ready(env)[0], ready(env)[1]["worker"]) == (200, {"ok": True, "seen": "1 个在运行 1 running"})
        with away(socket_folder, database):
            frequent = {QUEUE, "sequence", "publish", "pull-0", "keys"}

            def named():
                _, checks = ready(env)
                return all(f"{name} fails since" in checks["worker"]["seen"] for name in frequent)

            wait_until(named, "the failing steps to be named")
            wait_until(lambda: times(env, QUEUE) > 2, "the queue to have been opened in vain again and again")
            status, checks = ready(env)
            assert status == 503
            assert (checks["database"]["ok"], checks["worker"]["ok"], checks["keys"]["ok"]) == (False, False, True)
            assert worker.poll() is None
        wait_until(lambda: ready(env)[0] == 200, "the service to be ready")
        wait_until(
            lambda: ready(env)[1]["worker"] == {"ok": True, "seen": "1 个在运行 1 running"}, "every step to work"
        )
        xinqiao(["institution", "add", "bank", "--name", "某某银行"], env)
        wait_until(lambda: signed_size(env) > 2, "what came after to be signed")
        assert worker.poll() is None
    lines = [json.loads(line) for line in (home / "worker.log").read_text().splitlines()]
    ours = [line for line in lines if line.get("event", "").startswith("step failed")]
    assert {line["step"] for line in ours} <= {*STEPS, QUEUE}
    assert not [line for line in ours if database in json.dumps(line)]


def times(env, step):
    """Return how many times a step has failed by now, as the metrics tell it."""
    text = httpx.get(f"http://127.0.0.1:{env['XINQIAO_METRICS_PORT']}/metrics", timeout=10).text
    (line,) = [one for one in text.splitlines() if one.startswith(f'xinqiao_worker_step_faults_total{{step="{step}"}}')]
    return float(line.split()[1])


@pytest.mark.parametrize("beside", ["worker", None])
def test_a_killed_embedded_server_is_started_again_by_who_runs(private_home, beside):
    issuer = f"http://127.0.0.1:{free_port()}"
    env = environment(private_home, None, issuer)
    xinqiao(["init"], env)
    with running(["serve"], env) as server, running([beside], env) if beside else nullcontext() as worker:
        wait_ready(issuer, server, private_home / "serve.log")
        if worker:
            wait_until(lambda: signed_size(env) == 5, "the first checkpoint")
        killed = postmaster(private_home)
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: postmaster(private_home) not in {killed, None}, "the server to be started again")
        wait_until(lambda: ready(env)[0] == 200, "the database to be back")
        seen = "1 个在运行 1 running" if worker else "本机没有 none shares this home"
        wait_until(lambda: ready(env)[1]["worker"] == {"ok": True, "seen": seen}, "every step to work")
        assert [process.poll() for process in (server, worker) if process] == [None] * (2 if worker else 1)
    assert not (private_home / "postgres/data/postmaster.pid").exists(), "the last of them stops it as ever"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_told_to_stop_ends_cleanly_with_its_database_and_without(instance, socket_folder, how):
    env, database = instance
    home = Path(env["XINQIAO_HOME"])
    told = home / "gateway/worker"
    with running(["worker"], env) as worker:
        wait_until(lambda: list(told.glob("*.json")), "the worker to be at work")
        os.killpg(worker.pid, how)
        assert worker.wait(PATIENCE_SECONDS) == 0
    assert not list(told.iterdir())
    with running(["worker"], env) as worker:
        wait_until(lambda: list(told.glob("*.json")), "the worker to be at work")
        with away(socket_folder, database):
            wait_until(lambda: {QUEUE, "sequence"} <= failing(told), "the steps to fail")
            os.killpg(worker.pid, how)
            assert worker.wait(PATIENCE_SECONDS) == 0
    assert not list(told.iterdir())
    assert "Traceback" not in (home / "worker.log").read_text()


def failing(folder):
    """Return the steps that fail, as the worker tells them."""
    return {name for path in folder.glob("*.json") for name in json.loads(path.read_text())["failing"]}
