"""One instance as its users see it: commands, HTTP with tokens of their own, and the two processes."""

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from connectors.model.calendar import day_of
from gateway.demo.command_line import DemoError
from gateway.runtime.clock import now
from signing.keys import SigningKey, generate_key, public_jwk
from xinqiao_client import XinqiaoAuth

START_SECONDS = 60
STOP_SECONDS = 20


@dataclass
class Instance:
    """An instance's address, home and environment; the keys and connections of its clients; its running processes.

    `run_command` runs one of the program's commands in an environment and returns what it printed.
    """

    name: str
    issuer: str
    home: Path
    env: dict[str, str]
    run_command: Callable[[Sequence[str], Mapping[str, str]], str]
    keys: dict[str, SigningKey] = field(default_factory=dict)
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def cli(self, *arguments: str) -> str:
        """Run a command on this instance and return what it printed."""
        return self.run_command(arguments, self.env)

    def add(self, kind: str, client_id: str, *more: str) -> None:
        """Register a client with a key made here."""
        key = generate_key("ES256")
        path = self.home / f"{client_id}.pub"
        path.write_text(json.dumps(public_jwk(key)))
        self.cli(kind, "add", client_id, "--key", str(path), *more)
        self.keys[client_id] = key

    def client(self, client_id: str) -> httpx.Client:
        """Return the HTTP client of one of them, logging in with its key as needed; of an intermediary's that acts in
        an account's name it is "client for account".
        """
        if client_id not in self.clients:
            own, _, account = client_id.partition(" for ")
            auth = XinqiaoAuth(self.issuer, own, self.keys[own].jwk, on_behalf_of=account or None)
            self.clients[client_id] = httpx.Client(base_url=self.issuer, auth=auth, timeout=60, verify=_tls())
        return self.clients[client_id]

    def close(self) -> None:
        """Close the connections of its clients."""
        for client in self.clients.values():
            client.close()
        self.clients.clear()

    def get(self, client_id: str, path: str) -> dict[str, Any]:
        """Read as a client. Raises DemoError for anything but 200."""
        return _good(self.client(client_id).get(path))

    def post(
        self, client_id: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Write as a client."""
        return self.client(client_id).post(path, json=body, headers=headers)

    def push(self, agency: str, dataset: str, body: str, batch: str | None = None) -> httpx.Response:
        """Push a batch as an agency."""
        url, headers = f"/v1/datasets/{dataset}/batches", {"Batch-Id": batch or str(uuid4())}
        return self.client(agency).post(url, content=body.encode(), headers=headers)

    def is_proved(self, auditor: str, entry: str) -> bool:
        """Tell, as an auditor, whether an entry of the log stands under a signed head yet."""
        return self.client(auditor).get(f"/v1/audit/entries/{entry}/proof").status_code == httpx.codes.OK

    def start(self, command: str) -> None:
        """Start `serve` or `worker`."""
        with (self.home / f"{command}.log").open("ab") as log:
            self.processes[command] = subprocess.Popen(
                [sys.executable, "-m", "gateway", command], env=self.env, stdout=log,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    def end(self) -> None:
        """Tell its processes to end."""
        for process in self.processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)

    def wait_ended(self) -> None:
        """Wait until its processes have ended; one that takes too long is killed."""
        while self.processes:
            _, process = self.processes.popitem()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def wait_up(self) -> None:
        """Wait until it serves. Raises DemoError with the end of its log where it ended instead."""

        def up() -> bool:
            if self.processes["serve"].poll() is not None:
                raise DemoError(f"{self.name} ended: {(self.home / 'serve.log').read_text()[-2000:]}")
            try:
                return probe.get("/livez").status_code == httpx.codes.OK
            except httpx.TransportError:
                return False

        with httpx.Client(base_url=self.issuer, timeout=2, verify=_tls()) as probe:
            wait_until(up, f"{self.name} to answer")


@cache
def _tls() -> ssl.SSLContext:
    """Return what connections are made with: reading the machine's certificates for each client takes long."""
    return ssl.create_default_context()


def today() -> date:
    """Return this day by China's calendar, which the gateway goes by, wherever this machine is."""
    return day_of(now())


def wait_until(condition: Any, what: str, seconds: float = START_SECONDS, pause: float = 0.05) -> None:  # noqa: ANN401
    """Poll until the condition holds. Raises DemoError with what was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise DemoError(f"等了 {seconds:.0f} 秒也没有等到 waited {seconds:.0f} s for {what}")
        time.sleep(pause)


def _good(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code != httpx.codes.OK:
        raise DemoError(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}")
    read: dict[str, Any] = answer.json()
    return read
