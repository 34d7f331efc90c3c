"""The demonstration's town: a gateway, the platforms of city and province, the financial brain, an outside provider.

All of it lives in a folder of its own, with a database server of its own, and is gone when the demonstration ends.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.demo.command_line import CommandLine, DemoError
from gateway.demo.instance import Instance
from gateway.runtime.embedded import lease, release

LONG_ENOUGH_PORTS = (8000,)  # tried first for the gateway, so that its address is the one the README names


@dataclass
class Town:
    """The four instances, and the provider's process."""

    gateway: Instance
    city: Instance
    province: Instance
    brain: Instance
    provider: "subprocess.Popen[bytes]"

    def instances(self) -> list[Instance]:
        """Return them in the order they are started."""
        return [self.province, self.city, self.brain, self.gateway]


@contextmanager
def open_town(run: CommandLine) -> Iterator[Town]:
    """Set the town up, its commands run by `run`, and tear it down.

    An instance's processes start as soon as it is initialised, while the others are.
    """
    folder = Path(tempfile.mkdtemp(prefix="xinqiao-demo-"))
    folder.chmod(0o755)  # the database server runs as an unprivileged account
    lease(folder)
    provider_port = _free_port()
    provider = subprocess.Popen([sys.executable, str(_provider_program()), "--port", str(provider_port)])
    providers = json.dumps({"five-force": f"http://127.0.0.1:{provider_port}/score"})
    town = Town(
        _instance(run, folder, "gateway", "gateway", port=_free_port(*LONG_ENOUGH_PORTS), providers=providers),
        _instance(run, folder, "city", "city-platform"),
        _instance(run, folder, "province", "province-platform"),
        _instance(run, folder, "brain", "city-platform"),
        provider,
    )
    try:
        for instance in town.instances():
            instance.cli("init")
            instance.start("serve")
            instance.start("worker")
        _introduce(town)
        for instance in town.instances():
            instance.wait_up()
        yield town
    finally:
        for instance in town.instances():
            instance.close()
            instance.end()
        for instance in town.instances():
            instance.wait_ended()
        provider.kill()
        provider.wait()
        release(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _instance(
    run: CommandLine, folder: Path, name: str, role: str, port: int | None = None, providers: str = "{}"
) -> Instance:
    port = port or _free_port()
    issuer = f"http://127.0.0.1:{port}"
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("XINQIAO_") and k != "DATABASE_URL"},
        "XINQIAO_HOME": str(folder),
        "XINQIAO_INSTANCE": name,
        "XINQIAO_ROLE": role,
        "XINQIAO_ISSUER": issuer,
        "XINQIAO_PORT": str(port),
        "XINQIAO_METRICS_PORT": "0",
        "XINQIAO_PROVIDERS": providers,
        "XINQIAO_PROVIDER_TIMEOUT_SECONDS": "2",
        "XINQIAO_DELIVERY_RETRY_SECONDS": "1",
        "XINQIAO_DATABASE_POOL_SIZE": "4",
    }
    home = folder / name
    home.mkdir()
    return Instance(name, issuer, home, env, run)


def _introduce(town: Town) -> None:
    """Tell the instances of each other: who may deliver where, and whose signatures are believed."""
    for sender, receiver, role in (
        (town.gateway, town.brain, "brain"),
        (town.gateway, town.city, "city"),
        (town.city, town.province, "province"),
        (town.gateway, town.province, "province"),
    ):
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


def _provider_program() -> Path:
    """Return the example provider: shipped beside this file when installed, in examples/ in a checkout."""
    shipped = Path(__file__).parent / "score_provider.py"
    program = shipped if shipped.exists() else Path(__file__).parents[2] / "examples" / "score_provider.py"
    if not program.exists():
        raise DemoError(f"缺少 {program} is missing")
    return program


def _free_port(*wanted: int) -> int:
    for port in (*wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise DemoError("没有可用端口 no free port")
