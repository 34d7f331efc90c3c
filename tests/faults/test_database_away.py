"""The database away, hanging, or killed: processes wait, say so, end quickly when told to, and go on by themselves."""

import json
import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
import pytest

from tests.processes import (
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

STOP_SECONDS = 8.0  # a few, and what a busy machine adds
OUTAGE_SECONDS = float(os.environ.get("XINQIAO_OUTAGE_SECONDS", "3"))
MIB = 1024 * 1024


def lines(env, name):
    text = (Path(env["XINQIAO_HOME"]) / f"{name}.log").read_text()
    assert "Traceback" not in text, text[-4000:]
    return [json.loads(line) for line in text.splitlines()]


def end(process):
    """Tell a process to stop and return how long it took."""
    started = time.monotonic()
    process.terminate()
    assert process.wait(60) == 0
    return time.monotonic() - started


@pytest.mark.parametrize("workers", ["1", "2"])
def test_processes_started_while_the_database_is_away_wait_for_it_say_so_and_can_be_stopped(proxied, workers):
    env, proxy = proxied
    proxy.away()
    commands = {"serve": ["serve", "--workers", workers], "worker": ["worker"]}
    with ExitStack() as stack:
        started = {name: stack.enter_context(running(command, env)) for name, command in commands.items()}
        for name in commands:
            wait_until(lambda name=name: waits(env, name) == 1, f"{name} to say that it waits")
        assert [process.poll() for process in started.values()] == [None, None]
        proxy.back()
        wait_ready(env["XINQIAO_ISSUER"], started["serve"], Path(env["XINQIAO_HOME"]) / "serve.log")
        wait_until(lambda: signed_size(env) == 5, "the first checkpoint")
    proxy.away()
    for name, command in commands.items():
        before = waits(env, name)
        with running(command, env) as waiting:
            wait_until(lambda name=name, before=before: waits(env, name) > before, f"{name} to wait")
            assert end(waiting) < STOP_SECONDS


def waits(env, name):
    """Return how often a process has said that it waits."""
    return len([line for line in lines(env, name) if line["event"] == "waiting for the database"])


@pytest.mark.parametrize("how", ["away", "hang"])
def test_processes_stop_within_seconds_while_the_database_is_away_or_hangs(proxied, how):
    env, proxy = proxied
    home = Path(env["XINQIAO_HOME"])
    with running(["serve"], env) as server, running(["worker"], env) as worker:
        wait_ready(env["XINQIAO_ISSUER"], server, home / "serve.log")
        wait_until(lambda: signed_size(env) == 5, "the first checkpoint")
        getattr(proxy, how)()
        wait_until(lambda: ready(env)[0] == 503, "the service to be not ready")
        assert ready(env)[1]["database"]["ok"] is False
        assert ready(env)[1]["disk"]["ok"] is True
        if how == "hang":
            told = xinqiao(["status"], env, check=False)
            assert (told.returncode, "the database does not answer" in told.stdout) == (1, True)
            assert "Traceback" not in told.stderr
        assert end(worker) < STOP_SECONDS
        assert end(server) < STOP_SECONDS
    assert not list((home / "gateway/worker").iterdir())


def test_a_database_that_is_away_is_503_with_retry_after_for_everybody(proxied):
    env, proxy = proxied
    with running(["serve"], env) as server:
        wait_ready(env["XINQIAO_ISSUER"], server, Path(env["XINQIAO_HOME"]) / "serve.log")
        proxy.away()
        answer = httpx.get(f"{env['XINQIAO_ISSUER']}/audit/log/checkpoint", timeout=20)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert answer.json()["type"].endswith("/problems/storage-unavailable")
        page = httpx.get(f"{env['XINQIAO_ISSUER']}/console", headers={"Cookie": "xinqiao-session=x"}, timeout=20)
        assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
        proxy.back()
        wait_until(lambda: ready(env)[0] == 200, "the service to be ready")


def test_a_database_that_is_away_for_long_finds_the_same_processes_and_no_more_of_their_memory(proxied):
    """Everybody who asks is told so at once, all the time; what came before is there, what comes after is signed."""
    env, proxy = proxied
    home = Path(env["XINQIAO_HOME"])
    with running(["serve"], env) as server, running(["worker"], env) as worker:
        wait_ready(env["XINQIAO_ISSUER"], server, home / "serve.log")
        wait_until(lambda: signed_size(env) == 5, "the first checkpoint")
        processes = [psutil.Process(process.pid) for process in (server, worker)]
        before = [process.memory_info().rss for process in processes]
        proxy.away()
        back = time.monotonic() + OUTAGE_SECONDS
        while time.monotonic() < back:
            answer = httpx.get(f"{env['XINQIAO_ISSUER']}/audit/log/checkpoint", timeout=20)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            assert ready(env)[0] == 503
            time.sleep(1)  # as long as it takes; nothing is waited for
        after = [process.memory_info().rss for process in processes]
        proxy.back()
        wait_until(lambda: ready(env)[0] == 200, "the service to be ready")
        xinqiao(["institution", "add", "bank", "--name", "某银行"], env)
        wait_until(lambda: signed_size(env) > 5, "what came after to be signed")
        assert [server.poll(), worker.poll()] == [None, None]
    assert all(now - then < 64 * MIB for now, then in zip(after, before, strict=True)), (before, after)
    for name in ("serve", "worker"):
        assert len(lines(env, name)) < 100 + 5 * OUTAGE_SECONDS


def test_an_embedded_server_killed_again_and_again_is_back_within_seconds(private_home):
    issuer = f"http://127.0.0.1:{free_port()}"
    env = environment(private_home, None, issuer, XINQIAO_METRICS_PORT="0")
    xinqiao(["init"], env)
    with running(["serve"], env) as server, running(["worker"], env) as worker:
        wait_ready(issuer, server, private_home / "serve.log")
        wait_until(lambda: ready(env)[0] == 200, "the service to be ready")
        for _ in range(2):
            os.kill(postmaster(private_home), signal.SIGKILL)
            wait_until(lambda: ready(env)[0] == 503, "the fault to be seen")
            wait_until(lambda: ready(env)[0] == 200, "the database to be back", 30)
        assert [server.poll(), worker.poll()] == [None, None]
    assert not (private_home / "postgres/data/postmaster.pid").exists()
