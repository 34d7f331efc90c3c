"""The column store: built from sealed records, kept up with a batch of corrections, and what intake pays for it.

python benchmarks/columns.py [rows] [--json]; prints seconds and CPU seconds of each, per 10 million records where it
grows with them, and the ratio of intake with the triggers to intake without them, in pairs and as medians.
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

from ingest import write_rows
from place import place
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


async def timed(step: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Return the seconds of a step, and the CPU seconds of this process; the server's are its own."""
    started, cpu = time.perf_counter(), time.process_time()
    await step()
    return time.perf_counter() - started, time.process_time() - cpu


async def hand_in(gateway: Gateway, path: Path, name: str) -> float:
    """Take a file in; return the seconds."""

    async def step() -> None:
        submission = from_file(path, get_dataset(DATASET), name, digest_of(path), "file")
        await take_in(gateway.units, at_this_machine(), gateway.intake, submission)

    return (await timed(step))[0]


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
    """Return intake's seconds with the triggers over those without, for new rows and for corrections of all."""
    path, other = folder / "pair.csv", folder / "other.csv"
    ratios: dict[str, list[float]] = {"new": [], "corrections": []}
    for pair in range(PAIRS):
        seconds: dict[tuple[str, bool], float] = {}
        for at, on in enumerate((True, False) if pair % 2 else (False, True)):
            await switch(gateway, on=on)
            write_rows(path, rows + 2 * pair + at, TEN_MILLION // 10 * (2 * pair + at + 1))
            seconds["new", on] = await hand_in(gateway, path, f"pair-{pair}-{on}")
            corrected(path, other, f"更正{pair}{on}")
            seconds["corrections", on] = await hand_in(gateway, other, f"pair-{pair}-{on}-corrections")
        for what, found in ratios.items():
            found.append(seconds[what, True] / seconds[what, False])
    await switch(gateway, on=True)
    return {what: statistics.median(found) for what, found in ratios.items()}


async def measure(gateway: Gateway, store: ColumnStore, folder: Path, rows: int) -> dict[str, float]:
    """Measure all of it."""
    path, other, names = folder / "rows.csv", folder / "corrected.csv", [DATASET]
    write_rows(path, rows, 0)
    await hand_in(gateway, path, "first")
    await catch_up(gateway, store)

    async def build() -> None:
        await rebuild(
            gateway.units, store.place, store.sources, names, at_this_machine(), lambda _name: lambda _done, _all: None,
            resume=False,
        )  # fmt: skip

    async def check() -> None:
        verified = await verify(gateway.units, store, names, at_this_machine(), lambda _done, _all: None)
        assert not verified.differences, verified.differences

    seconds, cpu = await timed(build)
    corrected(path, other, "更正")
    await hand_in(gateway, other, "second")
    appended, append_cpu = await timed(lambda: catch_up(gateway, store))
    verified, verify_cpu = await timed(check)
    scale = TEN_MILLION / rows
    return {
        "rows": rows, "seconds": seconds, "cpu_seconds": cpu, "rebuild_10_million_seconds": seconds * scale,
        "rebuild_10_million_cpu_seconds": cpu * scale, "append_corrections_seconds": appended,
        "append_corrections_cpu_seconds": append_cpu, "verify_seconds": verified, "verify_cpu_seconds": verify_cpu,
    }  # fmt: skip


async def main(rows: int, folder: Path, *, as_json: bool) -> None:
    """Run all in one process on one server."""
    settings = Settings(home=folder)
    migrate(resolve_urls(settings, create=True).owner)
    database = Database(resolve_urls(settings))
    await initialise(settings, database, operator="bench", operator_key=folder / "operator.json")
    async with open_gateway(settings, database) as gateway:
        found = await measure(gateway, open_store(settings), folder, rows)
        found |= {f"intake_{what}": ratio for what, ratio in (await intake(gateway, folder, rows // 4)).items()}
    found["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if as_json:
        print(json.dumps({name: round(value, 3) for name, value in found.items()}))
        return
    for name, value in found.items():
        print(f"{name:<34} {value:>12,.2f}")


if __name__ == "__main__":
    os.environ["XINQIAO_LOG_LEVEL"] = "ERROR"
    arguments = ArgumentParser(description=__doc__)
    arguments.add_argument("rows", type=int, nargs="?", default=500_000)
    arguments.add_argument("--json", action="store_true")
    asked = arguments.parse_args()
    with place() as folder:
        asyncio.run(main(asked.rows, folder, as_json=asked.json))
