"""Real processes for tests: `xinqiao serve` and `xinqiao worker` on a database and a port of their own."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

import httpx

from gateway.runtime.database import DatabaseUrls

# How long another process is waited for: a busy machine does not reach it, only what never comes.
PATIENCE_SECONDS = 300.0
SERVICES = frozenset({"serve", "worker"})


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(home: Path, urls: DatabaseUrls | None, issuer: str, **more: str) -> dict[str, str]:
    """Build an instance's environment: nothing of ours leaks in but the search path. No URLs: the embedded server."""
    render = {}
    if urls is not None:
        render = {
            "XINQIAO_DATABASE_URL": urls.app.render_as_string(hide_password=False),
            "XINQIAO_DATABASE_SEQUENCER_URL": urls.sequencer.render_as_string(hide_password=False),
            "XINQIAO_DATABASE_OWNER_URL": urls.owner.render_as_string(hide_password=False),
        }
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "XINQIAO_HOME": str(home),
        "XINQIAO_ISSUER": issuer,
        "XINQIAO_PORT": issuer.rpartition(":")[2],
        "XINQIAO_METRICS_PORT": "0",
        **render,
        **more,
    }


class Process:
    """A process as `subprocess.Popen` shows one, started by tests/launcher.py; it leads a group of its own."""

    def __init__(
        self, arguments: Sequence[str], env: Mapping[str, str], module: str, stdout: IO[bytes], stderr: IO[bytes]
    ) -> None:
        self.args = [module, *arguments]
        self.returncode: int | None = None
        self._told, telling = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        wanted = {"module": module, "arguments": list(arguments), "env": dict(env)}
        with telling:
            files = [stdout.fileno(), stderr.fileno(), telling.fileno()]
            requests = _launcher()[0 if SERVICES.isdisjoint(arguments[:1]) else 1]
            socket.send_fds(requests, [json.dumps(wanted).encode()], files)
        self.pid = int(self._told.recv(20))

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit status. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self.returncode = int(self._told.recv(20))
            self._told.close()
        return self.returncode

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def terminate(self) -> None:
        """Ask it to end."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)


@cache
def _launcher() -> tuple[socket.socket, socket.socket, subprocess.Popen[bytes]]:
    """Return what to ask for commands, what to ask for services, and who starts them; it ends with the sockets."""
    commands, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    services, others = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its, others:
        files = [its.fileno(), others.fileno()]
        started = subprocess.Popen(
            [sys.executable, "-m", "tests.launcher", *map(str, files)],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.DEVNULL,
            pass_fds=files,
            start_new_session=True,  # whoever interrupts the run leaves it the time to end what it started
        )
    return commands, services, started


def end_launcher() -> None:
    """End the launcher and whatever it started that still runs."""
    if _launcher.cache_info().currsize:
        commands, services, started = _launcher()
        commands.close()
        services.close()
        started.wait()
        _launcher.cache_clear()


def xinqiao(
    arguments: Sequence[str], env: Mapping[str, str], *, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run one `xinqiao` command to its end."""
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        process = Process(arguments, env, "gateway", stdout, stderr)
        try:
            process.wait(PATIENCE_SECONDS)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        out, err = (_read(file) for file in (stdout, stderr))
    done = subprocess.CompletedProcess(process.args, process.wait(), out, err)
    if check and done.returncode:
        raise AssertionError(f"xinqiao {' '.join(arguments)} → {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


@contextmanager
def running(arguments: Sequence[str], env: Mapping[str, str], *, module: str = "gateway") -> Iterator[Process]:
    """Run a process group for the length of the block; its output goes to a file in its home, shown on failure."""
    log = Path(env["XINQIAO_HOME"]) / f"{arguments[0] if arguments else module}.log"
    with log.open("ab") as output:
        process = Process(arguments, env, module, output, output)
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(60)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()


def wait_ready(issuer: str, process: Process, log: Path) -> None:
    """Wait until the instance answers on /livez; a process that died is told with its output."""

    def ready() -> bool:
        if process.poll() is not None:
            raise AssertionError(f"the process ended with {process.returncode}:\n{log.read_text()[-4000:]}")
        try:
            return httpx.get(f"{issuer}/livez", timeout=2).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    wait_until(ready, f"{issuer} to answer")


def wait_until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Poll until the condition holds; fail with what was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.05)


def ready(env: Mapping[str, str], timeout: float = 5) -> tuple[int, dict[str, dict[str, object]]]:
    """Ask /readyz, which answers before whoever asks gives up; return the status and the checks by name."""
    answer = httpx.get(f"{env['XINQIAO_ISSUER']}/readyz", timeout=timeout)
    return answer.status_code, answer.json()["checks"]


def signed_size(env: Mapping[str, str]) -> int:
    """Return how many entries the newest checkpoint covers; 0 before the first."""
    answer = httpx.get(f"{env['XINQIAO_ISSUER']}/audit/log/checkpoint")
    return int(answer.text.split("\n")[1]) if answer.status_code == httpx.codes.OK else 0


def postmaster(home: Path) -> int | None:
    """Return the process id of the embedded server in a home, or None where none runs or it is starting."""
    path = home / "postgres/data/postmaster.pid"
    lines = path.read_text().split() if path.exists() else []
    return int(lines[0]) if lines else None
