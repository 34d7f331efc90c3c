"""The column store: built from sealed records, kept up with a batch of corrections, and what intake pays for it.

python benchmarks/columns.py [rows] [--json]; builds a third of the rows, then all: what the further rows cost is the
slope, in seconds and in CPU seconds (of this process and of the server), told for 10 million. Then corrections of all,
and intake with the triggers over intake without them, in pairs, as medians of seconds and of CPU seconds. Under --json
it ends with one object.
"""

import asyncio
import json
import os
import resource
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from ingest import write_rows
from place import place, server_seconds
from sqlalchemy import text

from connectors.catalogue.load import get_dataset
from gateway.gateway import Gateway, open_gateway
from gateway.intake.submission import digest_of, from_file
from gateway.intake.take_in import take_in
from gateway.people.initialise import initialise
from gateway.runtime.actor import PROGRAM, at_this_machine
from gateway.runtime.database import Database
from gateway.runtime.embedded import resolve_urls
from gateway.runtime.schema import migrate
from gateway.runtime.settings import Settings
from gateway.scores.append import append
from gateway.scores.build import rebuild
from gateway.scores.store import ColumnStore, open_store
from gateway.scores.verify import verify

DATASET = "penalty_general"
TEN_MILLION = 10_000_000
PAIRS = 3
TRIGGERS = ("batch", "record", "record_act")


class Cost(NamedTuple):
    """Seconds, and CPU seconds of this process and of the server."""

    seconds: float
    cpu: float
    server: float

    def less(self, other: "Cost", times: float) -> "Cost":
        """Return by how much this is more than another, so many times."""
        return Cost(*((mine - theirs) * times for mine, theirs in zip(self, other, strict=True)))


async def timed(gateway: Gateway, step: Callable[[], Awaitable[object]]) -> Cost:
    """Return what a step costs."""
    home = gateway.settings.home
    started, cpu, server = time.perf_counter(), time.process_time(), server_seconds(home)
    await step()
    return Cost(time.perf_counter() - started, time.process_time() - cpu, server_seconds(home) - server)


async def hand_in(gateway: Gateway, path: Path, name: str) -> Cost:
    """Take a file in."""

    async def step() -> None:
        submission = from_file(path, get_dataset(DATASET), name, digest_of(path), "file")
        await take_in(gateway.units, at_this_machine(), gateway.intake, submission)

    return await timed(gateway, step)


async def catch_up(gateway: Gateway, store: ColumnStore) -> None:
    """Take up all that is due."""
    while await append(gateway.units, store.place, store.sources, PROGRAM):
        pass


async def switch(gateway: Gateway, *, on: bool) -> None:
    """Switch the triggers that note what is due."""
    async with gateway.database.begin("switch", role="owner") as session:
        for table in TRIGGERS:
            await session.execute(text(f"ALTER TABLE {table} {'ENABLE' if on else 'DISABLE'} TRIGGER columns_due"))


def corrected(path: Path, target: Path, fine: str) -> None:
    """Write a file with another fine in every row."""
    header, *rows = path.read_text("utf-8").splitlines(keepends=True)
    target.write_text(
        header + "".join(row.replace(",罚款,责令改正，处以罚款,", f",罚款,{fine},", 1) for row in rows), "utf-8"
    )


async def intake(gateway: Gateway, folder: Path, rows: int) -> dict[str, float]:
    """Return intake with the triggers over intake without: of new rows, and of corrections of all; seconds and CPU."""
    path, other = folder / "pair.csv", folder / "other.csv"
    ratios: dict[str, list[float]] = {}
    for pair in range(PAIRS):
        costs: dict[tuple[str, bool], Cost] = {}
        for at, on in enumerate((True, False) if pair % 2 else (False, True)):
            await switch(gateway, on=on)
            write_rows(path, rows + 2 * pair + at, TEN_MILLION // 10 * (2 * pair + at + 1))
            costs["new", on] = await hand_in(gateway, path, f"pair-{pair}-{on}")
            corrected(path, other, f"更正{pair}{on}")
            costs["corrections", on] = await hand_in(gateway, other, f"pair-{pair}-{on}-corrections")
        for what in ("new", "corrections"):
            with_it, without = costs[what, True], costs[what, False]
            ratios.setdefault(f"intake_{what}", []).append(with_it.seconds / without.seconds)
            cpu = (with_it.cpu + with_it.server) / (without.cpu + without.server)
            ratios.setdefault(f"intake_{what}_cpu", []).append(cpu)
    await switch(gateway, on=True)
    return {what: statistics.median(found) for what, found in ratios.items()}


async def measure(gateway: Gateway, store: ColumnStore, folder: Path, rows: int) -> dict[str, float]:
    """Measure the store alone."""
    path, other, names, some = folder / "rows.csv", folder / "corrected.csv", [DATASET], rows // 3

    async def build() -> None:
        await rebuild(
            gateway.units, store.place, store.sources, names, at_this_machine(), lambda _name: lambda _done, _all: None,
            resume=False,
        )  # fmt: skip

    async def check() -> None:
        verified = await verify(gateway.units, store, names, at_this_machine(), lambda _done, _all: None)
        assert not verified.differences, verified.differences

    write_rows(path, some, TEN_MILLION - 1_000_000)
    await hand_in(gateway, path, "a-third")
    await catch_up(gateway, store)
    before = await timed(gateway, build)
    write_rows(path, rows - some, 0)
    await hand_in(gateway, path, "the-others")
    await catch_up(gateway, store)
    built = await timed(gateway, build)
    corrected(path, other, "更正")
    await hand_in(gateway, other, "corrections")
    appended = await timed(gateway, lambda: catch_up(gateway, store))
    verified = await timed(gateway, check)
    found: dict[str, float] = {"rows": rows, "seconds": built.seconds, "cpu_seconds": built.cpu + built.server}
    costs = {
        "rebuild_10_million": built.less(before, TEN_MILLION / (rows - some)), "append_corrections": appended,
        "verify": verified,
    }  # fmt: skip
    for name, cost in costs.items():
        for what, spent in zip(("seconds", "cpu_seconds", "server_cpu_seconds"), cost, strict=True):
            found[f"{name}_{what}"] = spent
    return found


async def main(rows: int, folder: Path, *, as_json: bool) -> None:
    """Run all in one process on one server."""
    settings = Settings(home=folder)
    migrate(resolve_urls(settings, create=True).owner)
    database = Database(resolve_urls(settings))
    await initialise(settings, database, operator="bench", operator_key=folder / "operator.json")
    async with open_gateway(settings, database) as gateway:
        found = await measure(gateway, open_store(settings), folder, rows)
        found |= await intake(gateway, folder, rows // 6)
    found["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if as_json:
        print(json.dumps({name: round(value, 3) for name, value in found.items()}))
        return
    for name, value in found.items():
        print(f"{name:<34} {value:>12,.2f}")


if __name__ == "__main__":
    os.environ["XINQIAO_LOG_LEVEL"] = "ERROR"
    arguments = ArgumentParser(description=__doc__)
    arguments.add_argument("rows", type=int, nargs="?", default=300_000)
    arguments.add_argument("--json", action="store_true")
    asked = arguments.parse_args()
    with place() as folder:
        asyncio.run(main(asked.rows, folder, as_json=asked.json))
