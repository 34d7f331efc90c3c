"""A town for tests: several instances of the program as real processes, each with a database and a port of its own."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from uuid import uuid4

import httpx
import psycopg

from gateway.database import DatabaseUrls
from signing.keys import SigningKey, generate_key, public_jwk
from tests import database_server
from tests.identities import assertion, form
from tests.processes import environment, free_port, running, wait_ready, xinqiao


@dataclass
class Instance:
    """One instance: where it is, its environment, its clients' keys, and its processes."""

    name: str
    issuer: str
    home: Path
    urls: DatabaseUrls
    env: dict[str, str]
    keys: dict[str, SigningKey] = field(default_factory=dict)
    tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    processes: dict[str, Popen[bytes]] = field(default_factory=dict)

    def cli(self, *arguments: str) -> dict:
        return json.loads(xinqiao([*arguments, "--json"], self.env).stdout)

    def add(self, kind: str, client_id: str, *more: str) -> None:
        """Register a client with a key made here."""
        key = generate_key("ES256")
        path = self.home / f"{client_id}.pub"
        path.write_text(json.dumps(public_jwk(key)))
        self.cli(kind, "add", client_id, "--key", str(path), *more)
        self.keys[client_id] = key

    def headers(self, client_id: str) -> dict[str, str]:
        token, until = self.tokens.get(client_id, ("", 0.0))
        if time.time() > until:
            signed = form(assertion(self.keys[client_id], client_id, self.issuer))
            answer = httpx.post(f"{self.issuer}/oauth/token", data=signed, timeout=30)
            assert answer.status_code == 200, answer.text
            token = answer.json()["access_token"]
            self.tokens[client_id] = token, time.time() + 120
        return {"Authorization": f"Bearer {token}"}

    def get(self, client_id: str, path: str) -> dict:
        answer = httpx.get(f"{self.issuer}{path}", headers=self.headers(client_id), timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, client_id: str, path: str, body: object, **headers: str) -> httpx.Response:
        headers = {**headers, **self.headers(client_id)}
        return httpx.post(f"{self.issuer}{path}", json=body, headers=headers, timeout=30)

    def push(self, agency: str, dataset: str, body: str, batch: str | None = None) -> httpx.Response:
        headers = {"Batch-Id": batch or str(uuid4()), **self.headers(agency)}
        url = f"{self.issuer}/v1/datasets/{dataset}/batches"
        return httpx.post(url, content=body.encode(), headers=headers, timeout=60)

    def rows(self, query: str) -> list[tuple]:
        address = self.urls.owner.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            return connection.execute(query).fetchall()

    @contextmanager
    def run(self, command: str) -> Iterator[Popen[bytes]]:
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
        xinqiao(["init"], env)
        yield Instance(name, issuer, home, urls, env)


def introduce(sender: Instance, receiver: Instance, role: str, *, known_only: bool = False) -> None:
    """Tell two instances of each other: the sender may deliver, and each believes the other's signatures."""
    keys = sender.home / f"{receiver.name}.keys"
    keys.write_text(xinqiao(["keys", "show"], receiver.env).stdout)
    arguments = ["deliveries", "peer", receiver.name, "--role", role, "--url", receiver.issuer, "--key", str(keys)]
    sender.cli(*arguments, "--client-id", sender.name, *(["--known-only"] if known_only else []))
    if not known_only:
        ours = json.loads(xinqiao(["keys", "show"], sender.env).stdout)["delivery"]
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
