"""A town of several instances as real processes: a gateway, the platforms of city and province.

All of it lives in a folder of its own, with a database server of its own.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gateway.demo.command_line import CommandLine, DemoError
from gateway.demo.instance import Instance
from gateway.runtime.embedded import lease, release

LOOK_SECONDS = 1.0
FIRST_PORT = 8000  # the gateway's, so that its address is the one the README names


@dataclass
class Town:
    """The instances of a town."""

    gateway: Instance
    city: Instance
    province: Instance

    def platforms(self) -> list[Instance]:
        """Return those that deliveries go to, the farthest first."""
        return [self.province, self.city]

    def instances(self) -> list[Instance]:
        """Return them in the order they are started."""
        return [*self.platforms(), self.gateway]


@dataclass
class StoryTown(Town):
    """The demonstration's: with a financial brain, and an outside provider's process."""

    brain: Instance
    provider: "subprocess.Popen[bytes]"

    def platforms(self) -> list[Instance]:
        """Return those that deliveries go to, the farthest first."""
        return [self.brain, *super().platforms()]


@contextmanager
def open_town(run: CommandLine) -> Iterator[StoryTown]:
    """Set the demonstration's town up, its commands run by `run`, and tear it down: nothing is left."""
    folder = Path(tempfile.mkdtemp(prefix="xinqiao-demo-"))
    provider_port = _free_port()
    provider = subprocess.Popen([sys.executable, str(example("score_provider")), "--port", str(provider_port)])
    address = f"http://127.0.0.1:{provider_port}/score"
    town = StoryTown(
        _instance(run, folder, "gateway", "gateway", _free_port(FIRST_PORT)),
        _instance(run, folder, "city", "city-platform", _free_port()),
        _instance(run, folder, "province", "province-platform", _free_port()),
        _instance(run, folder, "brain", "city-platform", _free_port()),
        provider,
    )
    try:
        with leased(folder), running(town.instances(), fresh=True, meanwhile=partial(_introduce_all, town, address)):
            yield town
    finally:
        with _undisturbed():
            provider.kill()
            provider.wait()
            shutil.rmtree(folder, ignore_errors=True)


def lasting_town(run: CommandLine, folder: Path, port: int) -> Town:
    """Return a town that stays: its gateway at this port, the platforms at the two after it."""
    return Town(
        _instance(run, folder, "gateway", "gateway", port),
        _instance(run, folder, "city", "city-platform", port + 1),
        _instance(run, folder, "province", "province-platform", port + 2),
    )


@contextmanager
def leased(folder: Path) -> Iterator[None]:
    """Keep a folder's database server for the length of the block."""
    lease(folder)
    try:
        yield
    finally:
        with _undisturbed():
            release(folder)


@contextmanager
def running(
    instances: Sequence[Instance], *, fresh: bool, meanwhile: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Run instances for the length of the block; `fresh` ones are initialised first.

    An instance's processes start as soon as it is initialised, while the others are; and while all of them start,
    `meanwhile` is done. Raises DemoError where one ends.
    """
    try:
        for instance in instances:
            if fresh:
                instance.cli("init")
            instance.start("serve")
            instance.start("worker")
        meanwhile()
        for instance in instances:
            instance.wait_up()
        yield
    finally:
        with _undisturbed():
            for instance in instances:
                instance.close()
                instance.end()
            for instance in instances:
                instance.wait_ended()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no second Ctrl-C interrupt the block: what it ends would be left running."""
    earlier = {name: signal.signal(name, signal.SIG_IGN) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for name, handler in earlier.items():
            signal.signal(name, handler)


def wait_for_end(town: Town) -> None:
    """Wait until this process is told to end. Raises DemoError where one of the town's ends by itself."""
    while True:
        for instance in town.instances():
            for command, process in instance.processes.items():
                if process.poll() is not None:
                    raise DemoError(f"{instance.name} {command} 已退出 ended: {instance.home / f'{command}.log'}")
        time.sleep(LOOK_SECONDS)


def example(name: str) -> Path:
    """Return an example program: shipped beside this file when installed, in examples/ in a checkout."""
    shipped = Path(__file__).parent / f"{name}.py"
    program = shipped if shipped.exists() else Path(__file__).parents[2] / "examples" / f"{name}.py"
    if not program.exists():
        raise DemoError(f"缺少 {program} is missing")
    return program


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _instance(run: CommandLine, folder: Path, name: str, role: str, port: int) -> Instance:
    issuer = f"http://127.0.0.1:{port}"
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("XINQIAO_") and k != "DATABASE_URL"},
        "XINQIAO_HOME": str(folder),
        "XINQIAO_INSTANCE": name,
        "XINQIAO_ROLE": role,
        "XINQIAO_JURISDICTION": "330300",  # Wenzhou, as the codes of its enterprises say
        "XINQIAO_ISSUER": issuer,
        "XINQIAO_PORT": str(port),
        "XINQIAO_METRICS_PORT": "0",
        "XINQIAO_DELIVERY_RETRY_SECONDS": "1",
        "XINQIAO_DATABASE_POOL_SIZE": "4",
    }
    home = folder / name
    home.mkdir(exist_ok=True)
    return Instance(name, issuer, home, env, run)


def _introduce_all(town: StoryTown, provider: str) -> None:
    introduce(town)
    town.gateway.cli("provider", "set", "five-force", provider, "--reason", "演示 the demonstration's")


def introduce(town: Town) -> None:
    """Tell the instances of each other: who may deliver where, and whose signatures are believed."""
    pairs = [
        (town.gateway, town.city, "city"),
        (town.city, town.province, "province"),
        (town.gateway, town.province, "province"),
    ]
    for sender, receiver, role in [
        *pairs,
        *([(town.gateway, town.brain, "brain")] if isinstance(town, StoryTown) else []),
    ]:
        keys = sender.home / f"{receiver.name}.keys"
        keys.write_text(receiver.cli("keys", "show"))
        peer = ["deliveries", "peer", receiver.name, "--role", role, "--url", receiver.issuer, "--key", str(keys)]
        if sender is town.gateway and receiver is town.province:
            sender.cli(*peer, "--known-only")  # its receipts come back through the city
            continue
        sender.cli(*peer, "--client-id", sender.name)
        public = receiver.home / f"{sender.name}.pub"
        public.write_text(json.dumps(json.loads(sender.cli("keys", "show"))["delivery"]))
        receiver.cli("platform", "add", sender.name, "--key", str(public))


def _free_port(wanted: int = 0) -> int:
    if wanted and is_free(wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found
