"""Somebody in a fresh clone, with a small sandbox of their own: what the tests of pages for newcomers share."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from gateway.demo.sandbox import PORTS
from tests.processes import PATIENCE_SECONDS, wait_until
from tests.town import run_command

ROOT = Path(__file__).parents[2]
ENTERPRISES = 40


def blocks_of(page: str) -> list[str]:
    """Return the `sh` blocks of a page of the manual."""
    return re.findall(r"^```sh\n(.*?)^```$", (ROOT / "docs" / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)


COMMANDS = [line for block in blocks_of("first-answer.md") for line in block.splitlines()]
SET_UP, SERVE, ASK, VERIFY = COMMANDS


def neighbouring_ports() -> int:
    """Return the first of as many ports in a row as a sandbox needs; tests that run beside these begin elsewhere."""
    firsts = range(20_000, 32_000, PORTS)
    begin = os.getpid() % len(firsts)
    for first in (*firsts[begin:], *firsts[:begin]):
        with ExitStack() as stack:
            try:
                for port in range(first, first + PORTS):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise AssertionError("no ports")


class Newcomer:
    """Somebody in a fresh clone: where they are, what their environment says, the address of their sandbox."""

    def __init__(self, folder: Path, **settings: str) -> None:
        port = neighbouring_ports()
        self.here, self.issuer = folder / "clone", f"http://127.0.0.1:{port}"
        self.here.mkdir()
        (self.here / ".venv").symlink_to(sys.prefix)
        (self.here / "examples").symlink_to(ROOT / "examples")
        self.home, self.handout = folder / "home", self.here / "sandbox"
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "XINQIAO_HOME": str(self.home),
            "XINQIAO_PORT": str(port), "XINQIAO_SANDBOX_ENTERPRISES": str(ENTERPRISES),
            **settings,
        }  # fmt: skip

    @classmethod
    @contextmanager
    def arriving(cls, **settings: str) -> Iterator["Newcomer"]:
        """Give somebody a folder for the length of the block."""
        folder = Path(tempfile.mkdtemp(prefix="xinqiao-newcomer-"))
        folder.chmod(0o755)  # the database server's account may enter it
        try:
            yield cls(folder, **settings)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def run(self, command: str, patience: float = PATIENCE_SECONDS) -> subprocess.CompletedProcess[str]:
        """Run a command as it stands, but for the address of the service."""
        script = command.replace("http://127.0.0.1:8000", self.issuer)
        return subprocess.run(
            ["bash", "-c", script],
            cwd=self.here,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=patience,
        )

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Keep the sandbox running for the length of the block; Ctrl-C ends it."""
        said = self.here / "said.txt"
        with said.open("wb") as output:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {SERVE}"], cwd=self.here, env=self.env, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip
            try:
                ended_or_up = lambda: process.poll() is not None or "Ctrl-C" in said.read_text()  # noqa: E731
                wait_until(ended_or_up, "the sandbox")
                assert process.poll() is None, said.read_text()
                yield said.read_text()
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGINT)
                process.wait(PATIENCE_SECONDS)
        assert process.returncode == 0, said.read_text()

    def own(self, *arguments: str) -> str:
        """Do what the handed-out program does, without a process for it."""
        program = (self.handout / "xinqiao").read_text()
        return run_command(
            arguments, {**self.env, **dict(re.findall(r"^export (\w+)='?(.*?)'?$", program, re.MULTILINE))}
        )
