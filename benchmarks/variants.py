"""Services measured beside a bare handler: one worker on the first core, the load on the last, slices interleaved."""

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from cost import Cost, Meter, run_on
from inquiry_town import prepared
from load import Taken, closed

from gateway.demo.command_line import environment
from gateway.runtime.settings import load_settings

Told = dict[str, float | str]


@dataclass
class Variant:
    """Something that is measured: where it is, what it is asked, which process serves it; and what came of it."""

    port: int
    requests: Callable[[int], Iterator[bytes]]
    process: int
    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    cost: Cost = field(default_factory=Cost)
    guess: float = 100.0
    status: int = 200

    def run(self, meter: Meter, seconds: float, connections: int, seed: int) -> Taken:
        """Measure a slice; everything must be answered with the one status."""
        requests = prepared(self.requests(seed), int(self.guess * 1.2 * seconds) + connections)
        with meter.measured(self.cost):
            taken = closed(self.port, requests, seconds, connections)
        assert set(taken.statuses) == {self.status}, taken.statuses
        self.guess = taken.rate
        self.rates.append(taken.rate)
        self.latencies += taken.latencies
        return taken


def serve(folder: Path, stack: ExitStack, name: str, port: int, env: dict[str, str]) -> int:
    """Serve an application by uvicorn with one worker; return its process."""
    options = ["--port", str(port), "--no-access-log", "--log-level", "warning", "--loop", "uvloop", "--http",
               "httptools", "--no-proxy-headers"]  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "uvicorn", name, *options], cwd=folder, env=env)
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process.pid


def wait_open(port: int) -> None:
    """Return once somebody listens at a port."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return


def ready(variants: dict[str, Variant], env: dict[str, str], settle: float = 0.0) -> dict[str, Meter]:
    """Wait until all are served, give them and this process their cores, and return what measures each."""
    with environment(env):
        meters = {name: Meter(load_settings(), one.process) for name, one in variants.items()}
    cores = sorted(os.sched_getaffinity(0))
    for one in variants.values():
        wait_open(one.port)
    time.sleep(settle)
    for one in variants.values():
        run_on(one.process, cores[:1])
    run_on(os.getpid(), cores[-1:])
    return meters


def slices(
    variants: dict[str, Variant], meters: dict[str, Meter], seconds: float, connections: int, seeds: Iterable[int]
) -> None:
    """Measure a slice of each variant in turn, once for each seed; what was measured before is forgotten."""
    for one in variants.values():
        one.rates, one.latencies, one.cost = [], [], Cost()
    for seed in seeds:
        for name, one in variants.items():
            one.run(meters[name], seconds, connections, seed)


def told_of(name: str, one: Variant, bare: Variant) -> Told:
    """Return the figures of one variant."""
    each, cuts = one.cost.per(len(one.latencies)), statistics.quantiles(one.latencies, n=100)
    ratios = [mine / floor for mine, floor in zip(one.rates, bare.rates, strict=True)]
    return {
        f"rate_{name}": round(statistics.median(one.rates)), f"ratio_{name}": round(statistics.median(ratios), 3),
        f"python_us_{name}": round(each.service_us), f"postgresql_us_{name}": round(each.database_us),
        f"wal_bytes_{name}": round(each.wal_bytes), f"p50_ms_{name}": round(cuts[49] * 1000, 1),
        f"p99_ms_{name}": round(cuts[98] * 1000, 1),
    }  # fmt: skip


def tell(told: Told, *, as_json: bool) -> None:
    """Print the figures: as one object, or a line each."""
    if as_json:
        print(json.dumps(told))
    else:
        for name, value in told.items():
            print(f"{name:28} {value}")
