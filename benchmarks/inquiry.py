"""The whole inquiry path (token, proof, consent, exact quota, score, signature, durable entry) beside a bare handler.

python benchmarks/inquiry.py [--seconds 2] [--rounds 5] [--connections 64] [--banks 50] [--consents 20] [--json]
One worker on the first core, the load on the last; PostgreSQL is bound to no core. Slices of all variants are
interleaved, and medians of their rates and of their ratios within a round are told. CPU, by the kernel's count of each
process, is steadier than any rate. `--json` ends with one object.
"""

import argparse
import json
import os
import statistics
import sys
from contextlib import ExitStack
from pathlib import Path

from cost import Meter
from inquiry_town import Size, Town, build, prepared
from load import paced
from place import place
from variants import Told, Variant, ready, serve, slices, tell, told_of

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
        told = measure(variants, ready(variants, env, settle=5), given)
    tell(told, as_json=given.json)


def measure(variants: dict[str, Variant], meters: dict[str, Meter], given: argparse.Namespace) -> Told:
    """Return the figures by name."""
    slices(variants, meters, 1.0, given.connections, [0])  # what is loaded and cached by the first of them
    slices(variants, meters, given.seconds, given.connections, range(1, given.rounds + 1))
    told: Told = {"load_average": os.getloadavg()[0], "connections": given.connections}
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


if __name__ == "__main__":
    main()
