"""Real processes for tests: `xinqiao serve` and `xinqiao worker` on a database and a port of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from gateway.runtime.database import DatabaseUrls

START_SECONDS = 60.0


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(home: Path, urls: DatabaseUrls, issuer: str, **more: str) -> dict[str, str]:
    """Build an instance's environment: nothing of ours leaks in but the search path."""
    render = {role: getattr(urls, role).render_as_string(hide_password=False) for role in ("app", "sequencer", "owner")}
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "XINQIAO_HOME": str(home),
        "XINQIAO_ISSUER": issuer,
        "XINQIAO_PORT": issuer.rpartition(":")[2],
        "XINQIAO_DATABASE_URL": render["app"],
        "XINQIAO_DATABASE_SEQUENCER_URL": render["sequencer"],
        "XINQIAO_DATABASE_OWNER_URL": render["owner"],
        **more,
    }


def xinqiao(
    arguments: Sequence[str], env: Mapping[str, str], *, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run one `xinqiao` command to its end."""
    command = [sys.executable, "-m", "gateway.cli.main", *arguments]
    done = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False, timeout=120)
    if check and done.returncode:
        raise AssertionError(f"xinqiao {' '.join(arguments)} → {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


@contextmanager
def running(
    arguments: Sequence[str], env: Mapping[str, str], *, module: str = "gateway.cli.main"
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process group for the length of the block; its output goes to a file in its home, shown on failure."""
    log = Path(env["XINQIAO_HOME"]) / f"{arguments[0] if arguments else module}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=dict(env),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()


def wait_ready(issuer: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the instance answers on /livez; a process that died is told with its output."""

    def ready() -> bool:
        if process.poll() is not None:
            raise AssertionError(f"the process ended with {process.returncode}:\n{log.read_text()[-4000:]}")
        try:
            return httpx.get(f"{issuer}/livez", timeout=2).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    wait_until(ready, f"{issuer} to answer")


def wait_until(condition: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
    """Poll until the condition holds; fail with what was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.05)
