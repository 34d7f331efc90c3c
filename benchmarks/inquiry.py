"""The whole inquiry path (token, proof, consent, exact quota, score, signature, durable entry) beside a bare handler.

python benchmarks/inquiry.py [--seconds 2] [--rounds 5] [--connections 64] [--banks 50] [--consents 20] [--json]
One worker on the first core, the load on the last; PostgreSQL is bound to no core. Slices of all variants are
interleaved, and medians of their rates and of their ratios within a round are told. CPU, by the kernel's count of each
process, is steadier than any rate. `--json` ends with one object.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from cost import Cost, Meter, run_on
from inquiry_town import Size, Town, build, prepared
from load import Taken, closed, paced
from place import place

from connectors.catalogue.load import datasets, get_dataset
from connectors.model.calendar import day_of
from gateway.__main__ import app
from gateway.demo.command_line import CommandLine, environment
from gateway.demo.instance import Instance
from gateway.demo.samples import as_csv, parties_of, sample_of
from gateway.runtime.clock import now
from gateway.runtime.settings import load_settings
from scoring_adapter.scorecard import load_scorecard

sys.path.insert(0, str(Path(__file__).parents[1]))
OURS, BARE_PORT, TWIN_PORT = 8731, 8732, 8733
BARE = """
from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class Question(BaseModel):
    subject: str
    product: str
    purpose: str
@app.post("/v1/inquiries")
async def ask(question: Question):
    return {"subject": question.subject, "score": 600}
"""


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


def start(folder: Path, size: Size, stack: ExitStack) -> tuple[Instance, Town]:
    """Serve an instance with its town."""
    issuer = f"http://127.0.0.1:{OURS}"
    env = {**os.environ, "XINQIAO_HOME": str(folder), "XINQIAO_PORT": str(OURS), "XINQIAO_ISSUER": issuer,
           "XINQIAO_LOG_LEVEL": "WARNING", "XINQIAO_TRUSTED_PROXIES": '["127.0.0.1/32"]',
           "XINQIAO_METRICS_PORT": "0"}  # fmt: skip
    (folder / "gateway").mkdir()
    instance = Instance("gateway", issuer, folder / "gateway", env, CommandLine(app))
    instance.cli("init")
    header = ["企业名称", "统一社会信用代码", "成立日期", "核准日期", "企业类型", "注册资本", "经营范围", "住所"]
    rows = [
        [one.name, one.code, "2011-03-15", "2024-01-01", "有限责任公司", "500(万元人民币)", "鞋", "某路"]
        for one in parties_of(range(1, size.enterprises + 1))
    ]
    (folder / "town.csv").write_bytes(as_csv(header, rows))
    _deliver(instance, folder)
    with environment(env):
        town = build(load_settings(), size)
    instance.cli("columns", "append")
    instance.cli("scan")
    instance.start("serve")
    stack.callback(instance.wait_ended)
    stack.callback(instance.end)
    instance.wait_up()
    return instance, town


def _deliver(instance: Instance, folder: Path) -> None:
    """Take in the enterprises' registration, and a sample of each other dataset that the card's tags are computed from:
    answers then say what those of a city say where all agencies deliver.
    """
    card, registered = load_scorecard(), "ent_registration"
    read = {name for tag in card.own_tags.tags for name in card.own_tags.sources_of(tag)} & datasets().keys()
    for agency in sorted({get_dataset(name).agency for name in read | {registered}}):
        instance.cli("agency", "add", agency, "--key", str(_public(folder)))
    instance.cli("ingest", registered, str(folder / "town.csv"))
    for name in sorted(read - {registered}):
        (folder / f"{name}.csv").write_bytes(as_csv(*sample_of(get_dataset(name), day_of(now()))))
        instance.cli("ingest", name, str(folder / f"{name}.csv"))


def _public(folder: Path) -> Path:
    from signing.keys import generate_key, public_jwk  # noqa: PLC0415

    (folder / "agency.pub").write_text(json.dumps(public_jwk(generate_key("ES256"))))
    return folder / "agency.pub"


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--banks", type=int, default=50)
    parser.add_argument("--consents", type=int, default=20, help="of each bank")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    size = Size(given.banks, min(1000, given.banks * given.consents), given.consents)
    cores = sorted(os.sched_getaffinity(0))
    with ExitStack() as stack:
        folder = stack.enter_context(place())
        (folder / "bare.py").write_text(BARE)
        instance, town = start(folder, size, stack)
        env = {
            **instance.env,
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parent)]),
        }
        variants = {
            "bare": Variant(BARE_PORT, lambda _: town.bare(), serve(folder, stack, "bare:app", BARE_PORT, env)),
            "dpop": Variant(OURS, town.by_proof, instance.processes["serve"].pid),
            "tls": Variant(OURS, town.by_certificate, instance.processes["serve"].pid),
            "twin": Variant(TWIN_PORT, town.by_proof, serve(folder, stack, "twin:app", TWIN_PORT, env)),
        }
        with environment(env):
            meters = {name: Meter(load_settings(), one.process) for name, one in variants.items()}
        for one in variants.values():
            wait_open(one.port)
        time.sleep(5)
        for one in variants.values():
            run_on(one.process, cores[:1])
        run_on(os.getpid(), cores[-1:])
        told = measure(variants, meters, given)
    if given.json:
        print(json.dumps(told))
    else:
        for name, value in told.items():
            print(f"{name:28} {value}")


def measure(
    variants: dict[str, Variant], meters: dict[str, Meter], given: argparse.Namespace
) -> dict[str, float | str]:
    """Return the figures by name."""
    for name, one in variants.items():  # what is loaded and cached by the first of them is not measured
        one.run(meters[name], 1.0, given.connections, 0)
    for one in variants.values():
        one.rates.clear()
        one.latencies.clear()
        one.cost = Cost()
    for seed in range(1, given.rounds + 1):
        for name, one in variants.items():
            one.run(meters[name], given.seconds, given.connections, seed)
    told: dict[str, float | str] = {"load_average": os.getloadavg()[0], "connections": given.connections}
    for name, one in variants.items():
        told |= told_of(name, one, variants["bare"])
    twin = variants["twin"]
    pairs = zip(variants["dpop"].rates, twin.rates, strict=True)
    told["ratio_twin"] = round(statistics.median(a / b for a, b in pairs), 1)
    for name in ("bare", "dpop"):
        alone = Variant(variants[name].port, variants[name].requests, variants[name].process)
        for seed in range(given.rounds):
            alone.run(meters[name], given.seconds / 2, 1, 100 + seed)
        told[f"p50_alone_ms_{name}"] = round(statistics.median(alone.latencies) * 1000, 3)
        told |= {f"alone_{key}": value for key, value in told_of(name, alone, alone).items() if "us" in key}
        rate = 0.7 * statistics.median(variants[name].rates)
        requests = prepared(variants[name].requests(99), int(rate * given.seconds) + 10)
        latencies = paced(variants[name].port, requests, given.seconds, rate).latencies
        told[f"p99_paced_ms_{name}"] = round(statistics.quantiles(latencies, n=100)[98] * 1000, 2)
    told["ratio_alone_p50"] = round(float(told["p50_alone_ms_dpop"]) / float(told["p50_alone_ms_bare"]), 2)
    told["ratio_paced_p99"] = round(float(told["p99_paced_ms_dpop"]) / float(told["p99_paced_ms_bare"]), 2)
    return told


def told_of(name: str, one: Variant, bare: Variant) -> dict[str, float | str]:
    """Return the figures of one variant."""
    each, cuts = one.cost.per(len(one.latencies)), statistics.quantiles(one.latencies, n=100)
    ratios = [mine / floor for mine, floor in zip(one.rates, bare.rates, strict=True)]
    return {
        f"rate_{name}": round(statistics.median(one.rates)), f"ratio_{name}": round(statistics.median(ratios), 3),
        f"python_us_{name}": round(each.service_us), f"postgresql_us_{name}": round(each.database_us),
        f"wal_bytes_{name}": round(each.wal_bytes), f"p50_ms_{name}": round(cuts[49] * 1000, 1),
        f"p99_ms_{name}": round(cuts[98] * 1000, 1),
    }  # fmt: skip


if __name__ == "__main__":
    main()
