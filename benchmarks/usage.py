"""Reporting a usage result (token, proof, lock, version, durable entry, delivery and its job) beside a bare handler.

python benchmarks/usage.py [--seconds 2] [--rounds 5] [--connections 64] [--answers 3000] [--json]
One worker on the first core, the load on the last; PostgreSQL is bound to no core. Slices are interleaved. Answers are
reported on again and again, with another amount each time: all but the first reports of each are further versions. A
city platform is registered, so that every report is a delivery; nothing is sent, since no `worker` runs.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path

import psycopg
from cost import Meter
from inquiry import BARE_PORT, OURS, start
from inquiry_town import Size, Town
from load import closed
from place import place
from variants import Told, Variant, ready, serve, slices, tell, told_of

from connectors.model.calendar import day_of
from gateway.demo.command_line import environment
from gateway.demo.instance import Instance
from gateway.runtime.embedded import resolve_urls
from gateway.runtime.settings import load_settings
from signing.keys import generate_key, public_jwk

sys.path.insert(0, str(Path(__file__).parents[1]))
PATH = "/v1/usage-results"
BARE = """
from datetime import date
from typing import Literal
from uuid import UUID
from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class Report(BaseModel):
    inquiry: UUID
    outcome: Literal["granted", "refused"]
    amount: str | None = None
    decided_on: date
@app.post("/v1/usage-results", status_code=201)
async def report(told: Report):
    return {"result": str(told.inquiry), "version": 1}
"""


def with_city(instance: Instance, folder: Path) -> None:
    """Register a city platform to deliver to, which is never there."""
    keys = folder / "city.keys"
    keys.write_text(json.dumps({"delivery": public_jwk(generate_key("Ed25519"))}))
    instance.cli("deliveries", "peer", "city", "--role", "city", "--url", "http://127.0.0.1:9", "--key", str(keys),
                 "--client-id", "gateway")  # fmt: skip


def answered(town: Town, number: int) -> list[tuple[str, str]]:
    """Ask until there are so many answers; return bank and inquiry of each."""
    address = resolve_urls(load_settings()).owner.set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
        for seed in count(1000):
            query = "SELECT institution, inquiry_id::text FROM inquiry WHERE state = 'answered' ORDER BY inquiry_id"
            found = connection.execute(query).fetchall()
            if len(found) >= number:
                return found[:number]
            closed(OURS, town.by_proof(seed), 2.0, 64)
    raise AssertionError


def reports(answers: list[tuple[str, str]], seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield a report on each answer, from the first on again, each time of another amount."""
    today = day_of(datetime.now(UTC)).isoformat()
    for number in count(seed * 10_000_000):
        bank, inquiry = answers[number % len(answers)]
        told = {"inquiry": inquiry, "outcome": "granted", "amount": f"{number}.50", "decided_on": today}
        yield bank, json.dumps(told).encode()


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--answers", type=int, default=3000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(place())
        (folder / "bare.py").write_text(BARE)
        instance, town = start(folder, Size(50, 1000, 20), stack)
        with_city(instance, folder)
        bare = serve(folder, stack, "bare:app", BARE_PORT, instance.env)
        with environment(instance.env):
            answers = answered(town, given.answers)

            def ours(seed: int) -> Iterator[bytes]:
                return town.proven_requests(PATH, reports(answers, seed))

            floor = [request for request, _ in zip(ours(0), range(100), strict=False)]
            variants = {
                "bare": Variant(BARE_PORT, lambda _: (one for _ in count() for one in floor), bare, status=201),
                "report": Variant(OURS, ours, instance.processes["serve"].pid, status=201),
            }
        told = measure(variants, ready(variants, instance.env, settle=3), given)
    tell(told, as_json=given.json)


def measure(variants: dict[str, Variant], meters: dict[str, Meter], given: argparse.Namespace) -> Told:
    """Return the figures by name: over all connections, then over one."""
    told: Told = {"load_average": os.getloadavg()[0], "connections": given.connections}
    seeds = count(1)
    slices(variants, meters, 1.0, given.connections, islice(seeds, 1))  # what is loaded and cached by the first of them
    for connections, prefix in ((given.connections, ""), (1, "alone_")):
        slices(variants, meters, given.seconds, connections, islice(seeds, given.rounds))
        for name, one in variants.items():
            told |= {f"{prefix}{key}": value for key, value in told_of(name, one, variants["bare"]).items()}
    return told


if __name__ == "__main__":
    main()
