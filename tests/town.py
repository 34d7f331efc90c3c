"""A town for tests: several instances of the program as real processes, each with a database and a port of its own."""

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from gateway.__main__ import app
from gateway.demo import instance as demo
from gateway.demo.command_line import CommandLine
from gateway.runtime.database import DatabaseUrls
from tests import database_server
from tests.processes import Process, environment, free_port, running, wait_ready

_COMMAND_LINE = CommandLine(app)


def run_command(arguments: Sequence[str], env: Mapping[str, str]) -> str:
    """Run a command in this process, as the demonstration does: a process for each is most of what it takes.

    What a test is about is run by `tests.processes.xinqiao`, in a process of its own. The thread is for tests that have
    an event loop running.
    """
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(_COMMAND_LINE, arguments, env).result()


@dataclass
class Instance(demo.Instance):
    """An instance as its users see it, whose database a test may also look into."""

    urls: DatabaseUrls | None = None

    def rows(self, query: str) -> list[tuple]:
        address = self.urls.owner.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            return connection.execute(query).fetchall()

    @contextmanager
    def run(self, command: str) -> Iterator[Process]:
        """Run `serve` or `worker` for the length of the block."""
        with running([command], self.env) as process:
            self.processes[command] = process
            if command == "serve":
                wait_ready(self.issuer, process, self.home / "serve.log")
            yield process


@contextmanager
def instance(socket: Path, folder: Path, name: str, role: str = "gateway", **more: str) -> Iterator[Instance]:
    """Make an initialised instance; nothing runs yet."""
    home = folder / name
    home.mkdir()
    issuer = f"http://127.0.0.1:{free_port()}"
    with database_server.fresh_database(socket) as urls:
        env = environment(home, urls, issuer, XINQIAO_ROLE=role, XINQIAO_DELIVERY_RETRY_SECONDS="1", **more)
        run_command(["init"], env)
        made = Instance(name, issuer, home, env, run_command, urls=urls)
        yield made
        made.close()


def introduce(sender: Instance, receiver: Instance, role: str, *, known_only: bool = False) -> None:
    """Tell two instances of each other: the sender may deliver, and each believes the other's signatures."""
    keys = sender.home / f"{receiver.name}.keys"
    keys.write_text(receiver.cli("keys", "show"))
    arguments = ["deliveries", "peer", receiver.name, "--role", role, "--url", receiver.issuer, "--key", str(keys)]
    sender.cli(*arguments, "--client-id", sender.name, *(["--known-only"] if known_only else []))
    if not known_only:
        ours = json.loads(sender.cli("keys", "show"))["delivery"]
        path = receiver.home / f"{sender.name}.pub"
        path.write_text(json.dumps(ours))
        receiver.cli("platform", "add", sender.name, "--key", str(path))


@contextmanager
def everything(*instances: Instance) -> Iterator[None]:
    """Serve and work all of them."""
    with ExitStack() as stack:
        for one in instances:
            for command in ("serve", "worker"):
                stack.enter_context(one.run(command))
        yield
