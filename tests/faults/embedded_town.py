"""A gateway, a city and a province on one embedded database of their own, each part of which can be killed."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from gateway.runtime import embedded
from tests.processes import environment, free_port, postmaster
from tests.town import Instance, introduce, run_command

COMMANDS = ("worker", "serve")  # the second is waited for
ROLES = {"gateway": "gateway", "city": "city-platform", "province": "province-platform"}
VICTIMS = {
    "serve": [("gateway", "serve")],
    "worker": [("gateway", "worker")],
    "city": [("city", command) for command in COMMANDS],
    "province": [("province", command) for command in COMMANDS],
    "database": [],
}


class EmbeddedTown:
    """The instances by name. The database is as durable as the program makes it, and its processes bring it back."""

    def __init__(self, home: Path, running: ExitStack) -> None:
        self.home, self._running = home, running
        socket = embedded.lease(home)
        self.instances = {name: _instance(home, socket, name, role) for name, role in ROLES.items()}
        self.gateway, self.city, self.province = self.instances.values()

    def start(self, victim: str) -> None:
        """Start its processes, as an operator would; the database needs none."""
        for name, command in VICTIMS[victim]:
            self._running.enter_context(self.instances[name].run(command))

    def start_ended(self) -> list[str]:
        """Start what ended by itself, as whoever watches over services would; return what that was."""
        ended = [(name, command) for name, instance in self.instances.items() for command in COMMANDS
                 if instance.processes[command].poll() is not None]  # fmt: skip
        for name, command in ended:
            self._running.enter_context(self.instances[name].run(command))
        return [f"{name} {command}" for name, command in ended]

    def kill(self, victim: str) -> None:
        """Kill all its processes with SIGKILL."""
        if victim == "database":
            self._kill_database()
        processes = [self.instances[name].processes[command] for name, command in VICTIMS[victim]]
        for process in processes:
            os.killpg(process.pid, signal.SIGKILL)
        for process in processes:
            process.wait()

    def _kill_database(self) -> None:
        first = psutil.Process(postmaster(self.home))
        for process in [first, *first.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                process.kill()


@contextmanager
def embedded_town(home: Path) -> Iterator[EmbeddedTown]:
    """Set the town up in an empty folder and run it for the length of the block."""
    with ExitStack() as running:
        running.callback(embedded.release, home)
        town = EmbeddedTown(home, running)
        for instance in town.instances.values():
            running.callback(instance.close)
            instance.cli("init")
        introduce(town.gateway, town.city, "city")
        introduce(town.city, town.province, "province")
        introduce(town.gateway, town.province, "province", known_only=True)
        for victim in VICTIMS:
            town.start(victim)
        yield town


def _instance(home: Path, socket: Path, name: str, role: str) -> Instance:
    issuer = f"http://127.0.0.1:{free_port()}"
    env = environment(
        home, None, issuer, XINQIAO_INSTANCE=name, XINQIAO_ROLE=role, XINQIAO_METRICS_PORT="0",
        XINQIAO_DELIVERY_RETRY_SECONDS="1", XINQIAO_TOKEN_LIFETIME_SECONDS="3600",
    )  # fmt: skip
    return Instance(name, issuer, home, env, run_command, urls=embedded.embedded_urls(socket, f"xinqiao_{name}"))
