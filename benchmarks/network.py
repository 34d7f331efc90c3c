"""The network of a made-up city: all computed together as the worker does, and enterprises walked one by one.

    python benchmarks/network.py [--parties 300000] [--edges 600000] [--json]

The city, by a fixed seed: two thirds of the parties are enterprises, the others persons. Nine of ten edges are
holdings, of which a quarter belongs to enterprises (one in 200 is answered by the other way round), and the shares of
an enterprise's holders come to a million; the others are guarantees. Some parties have many edges, as agents and groups
do. Edges are put in by COPY; what is measured is `compute` and `find_network` as they stand, and the portrait
beside the health check of the same enterprises, which have relations and no records, in a process that did not make the
city.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import numpy as np
from much import FUNCTIONS, SUBJECTS, uscc
from place import place
from sqlalchemy import text

from connectors.model.calendar import day_of
from connectors.store.numbers import find_by_numbers
from connectors.store.subjects import Subject
from gateway.gateway import open_gateway
from gateway.inquiries.computing import compute_result
from gateway.network.lens import Lens
from gateway.network.network_of import find_network
from gateway.network.nightly import compute
from gateway.people.initialise import initialise
from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import now
from gateway.runtime.database import Database, raw
from gateway.runtime.embedded import resolve_urls
from gateway.runtime.schema import migrate
from gateway.runtime.settings import Settings
from gateway.runtime.work import UnitOfWork

SEED = 20261128
COPY = """
    COPY network_edge (said_by, record_id, dataset, kind, source, target, share, starts) FROM STDIN
"""
AROUND = (400, 600)  # edges: what counts as a network of about 500
SAMPLE = 600
PORTRAYED = 200


def edges_of(parties: int, edges: int) -> list[tuple[object, ...]]:
    """Return the city's edges, as rows of the table."""
    chance = np.random.default_rng(SEED)
    firms = parties * 2 // 3
    holdings = edges * 9 // 10

    def some(count: int, most: int) -> np.ndarray:
        skewed = (most * chance.random(count) ** 3).astype(np.int64)
        return np.where(chance.random(count) < 0.1, skewed, chance.integers(0, most, count)) + 1

    held, by_firm = chance.integers(1, firms + 1, holdings), chance.random(holdings) < 0.25
    holders = np.where(by_firm, some(holdings, firms), -some(holdings, parties - firms))
    there, back = np.flatnonzero(by_firm)[::200], np.flatnonzero(by_firm)[1::200]  # who is held holds its holder
    holders[back], held[back] = held[there[: len(back)]], holders[there[: len(back)]]
    _, first = np.unique(np.stack([holders, held]), axis=1, return_index=True)
    holders, held = holders[first], held[first]
    weights = chance.integers(1, 100, len(held))
    shares = weights * 1_000_000 // np.bincount(held, weights=weights, minlength=firms + 1).astype(np.int64)[held]
    rows: list[tuple[object, ...]] = [
        (of, uuid4(), "shareholder_contrib", "holds", holder, of, share, "2020-01-01")
        for holder, of, share in zip(holders.tolist(), held.tolist(), shares.tolist(), strict=True)
        if holder != of
    ]
    givers, takers = some(edges - holdings, firms), chance.integers(1, firms + 1, edges - holdings)
    rows += [
        (giver, uuid4(), "annual_report_guarantee", "guarantees", giver, taker, None, "2020-01-01")
        for giver, taker in zip(givers.tolist(), takers.tolist(), strict=True)
        if giver != taker
    ]
    return rows


async def build(home: Path, parties: int, edges: int) -> None:
    """Make the instance with the city's enterprises and edges."""
    settings = Settings(home=home, log_level="ERROR")
    database = Database(resolve_urls(settings, create=True))
    migrate(database.urls.owner)
    await initialise(settings, database, operator="bench", operator_key=home / "operator.json")
    codes = [uscc(number) for number in range(1, parties * 2 // 3 + 1)]
    async with database.begin("benchmark.fill", role="owner") as session:
        for statement in (*FUNCTIONS.split(";\n"), SUBJECTS):
            await session.execute(text(statement), {"codes": codes} if ":codes" in statement else {})
        async with (await raw(session)).cursor() as cursor, cursor.copy(COPY) as copying:
            for row in edges_of(parties, edges):
                await copying.write_row(row)
        await session.execute(
            text("INSERT INTO network_party (known_by, value) SELECT 'person', n::text FROM generate_series(1, :n) n"),
            {"n": parties - len(codes)},
        )
        await session.execute(text("ANALYZE"))
    await database.close()


async def measure(home: Path) -> dict[str, object]:
    """Compute all, then walk a sample of enterprises, those of about 500 edges apart."""
    settings = Settings(home=home, log_level="ERROR")
    async with open_gateway(settings, Database(resolve_urls(settings))) as gateway:
        before, cpu, began = _peak(), time.process_time(), time.perf_counter()
        night = await compute(gateway.units, PROGRAM)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        assert night is not None
        figures: dict[str, object] = {
            "parties": night.parties, "edges": night.edges, "components": night.components, "circles": night.circles,
            "groups": night.groups, "seconds": round(took, 2), "cpu_seconds": round(cpu, 2),
            "peak_mb": round(_peak()), "peak_mb_before": round(before),
        }  # fmt: skip
        walked, around = [], []
        async with gateway.units.begin("benchmark.walk", PROGRAM) as work:
            firms: int = (await work.session.execute(text("SELECT count(*) FROM subject"))).scalar_one()
            for number in np.random.default_rng(SEED).integers(1, firms + 1, SAMPLE).tolist():
                began = time.perf_counter()
                found = await find_network(work.session, Subject(uuid4(), None, None), Lens(number, day_of(now()), 0))
                walked.append(1000 * (time.perf_counter() - began))
                if AROUND[0] <= len(found.edges) <= AROUND[1]:
                    around.append(walked[-1])
            asked = await portrayed(work, np.random.default_rng(SEED).integers(1, firms + 1, PORTRAYED).tolist())
        return figures | asked | {
            "walked": len(walked), "walk_p50_ms": round(statistics.median(walked), 1),
            "walk_p99_ms": round(statistics.quantiles(walked, n=100)[-1], 1), "about_500_edges": len(around),
            "about_500_edges_p50_ms": round(statistics.median(around), 1) if around else None,
        }  # fmt: skip


async def portrayed(work: UnitOfWork, numbers: list[int]) -> dict[str, object]:
    """Ask for the health check and the portrait of enterprises, one after the other, in the process."""
    took: dict[str, list[float]] = {"health_check": [], "portrait": []}
    large = []
    for subject in (await find_by_numbers(work.session, numbers)).values():
        for product, times in took.items():
            began = time.perf_counter()
            made = await compute_result(work.session, subject.subject_id, product, now())
            times.append(1000 * (time.perf_counter() - began))
        if len(made.details["network"]["edges"]) >= AROUND[0]:
            large.append(took["portrait"][-1])
    health, portrait = (statistics.median(times) for times in took.values())
    return {
        "portraits": len(took["portrait"]), "health_check_p50_ms": round(health, 1),
        "portrait_p50_ms": round(portrait, 1), "portrait_ratio": round(portrait / health, 2),
        "portraits_about_500_edges": len(large),
        "portrait_about_500_edges_p50_ms": round(statistics.median(large), 1) if large else None,
    }  # fmt: skip


def _peak() -> float:
    """Return the peak of this process alone: what getrusage tells begins with its parent's."""
    [line] = [line for line in Path("/proc/self/status").read_text("ascii").splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def main() -> None:
    """Build, and measure in another process."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--parties", type=int, default=300_000)
    asked.add_argument("--edges", type=int, default=600_000)
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.measure:
        print(json.dumps(asyncio.run(measure(given.measure))))
        return
    with place() as folder:
        asyncio.run(build(folder, given.parties, given.edges))
        told = subprocess.run([sys.executable, __file__, "--measure", folder], check=True, stdout=subprocess.PIPE)
    figures = json.loads(told.stdout)
    print(json.dumps(figures) if given.json else "\n".join(f"{name}: {value}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
