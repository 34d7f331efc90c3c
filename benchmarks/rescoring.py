"""From a record handed in to its enterprise's new score, at so many records a second, by real processes over HTTP.

python benchmarks/rescoring.py [--seconds 60] [--rate 50] [--per-push 10] [--json]; `xinqiao serve` and `worker` run
beside this process. Every record is a new penalty of another enterprise that was scored before. Timed is from when its
push was sent, so that sealing is in it, to when the row with its new score was written. Printed are p50, p99 and the
longest, how many never came, and what handing in took; under --json as one object.
"""

import asyncio
import json
import os
import statistics
import sys
import time
from argparse import ArgumentParser
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import httpx
from ingest import HEADER, code, write_rows
from place import place
from sqlalchemy import text

from gateway.__main__ import app
from gateway.demo.command_line import CommandLine
from gateway.demo.instance import Instance
from gateway.runtime.database import Database
from gateway.runtime.embedded import resolve_urls
from gateway.runtime.settings import Settings
from xinqiao_client import XinqiaoAuth

PORT = 8743
PATIENCE_SECONDS = 60.0
NO_REUSE = httpx.Limits(max_keepalive_connections=0)  # the server hangs up on idle ones after five seconds
KNOWN = text("SELECT uscc FROM subject")
WRITTEN = text("""
    SELECT o.uscc, s.written_at FROM subject_score s JOIN subject o ON o.number = s.subject
    WHERE s.holds_to IS NULL AND s.written_at > :since
""")


def penalty(number: int) -> dict[str, str]:
    """Return a new penalty of an enterprise."""
    cells = (
        f"瓯海第{number}鞋业有限公司", code(number), f"温综执罚决字〔2026〕第{uuid4().hex}号", "未按规定公示年度报告",
        "罚款", "责令改正，处以罚款", "0.5", "2026-01-05", "2099-12-31", "温州市综合行政执法局", "11330300002501234X",
    )  # fmt: skip
    return dict(zip(HEADER, cells, strict=True))


def prepare(folder: Path, subjects: int) -> Instance:
    """Make an instance that knows so many enterprises, all scored, and start its processes."""
    issuer = f"http://127.0.0.1:{PORT}"
    env = {**os.environ, "XINQIAO_HOME": str(folder), "XINQIAO_PORT": str(PORT), "XINQIAO_ISSUER": issuer,
           "XINQIAO_LOG_LEVEL": "WARNING"}  # fmt: skip
    (folder / "gateway").mkdir()
    instance = Instance("gateway", issuer, folder / "gateway", env, CommandLine(app))
    instance.cli("init")
    instance.add("agency", "drc")
    path = folder / "first.csv"
    write_rows(path, subjects * 10 // 3 + 1, 0)
    instance.cli("ingest", "penalty_general", str(path), "--batch", "first")
    instance.cli("scan")
    for command in ("serve", "worker"):
        instance.start(command)
    instance.wait_up()
    return instance


async def hand_in(
    instance: Instance, chosen: list[int], rate: float, per_push: int
) -> tuple[dict[str, float], list[float]]:
    """Push a record of each enterprise at this rate; return when each was sent, and how long each push took."""
    auth = XinqiaoAuth(instance.issuer, "drc", instance.keys["drc"].jwk)
    sent: dict[str, float] = {}
    taken: list[float] = []
    async with httpx.AsyncClient(base_url=instance.issuer, auth=auth, timeout=120, limits=NO_REUSE) as client:

        async def push(numbers: list[int]) -> None:
            begun = time.time()
            sent.update(dict.fromkeys((code(number) for number in numbers), begun))
            answer = await client.post(
                "/v1/datasets/penalty_general/batches", json=[penalty(number) for number in numbers],
                headers={"Batch-Id": str(uuid4())},
            )  # fmt: skip
            assert answer.status_code == 201, answer.text
            assert answer.json()["accepted"] == len(numbers), answer.text
            taken.append(time.time() - begun)

        started, pushes = time.perf_counter(), []
        for at in range(0, len(chosen), per_push):
            await asyncio.sleep(max(0.0, started + at / rate - time.perf_counter()))
            pushes.append(asyncio.create_task(push(chosen[at : at + per_push])))
        await asyncio.gather(*pushes)
    return sent, taken


async def measure(instance: Instance, folder: Path, subjects: int, rate: float, per_push: int) -> dict[str, float]:
    """Hand in, wait until all are scored again or it takes too long, and tell how long it took."""
    database = Database(resolve_urls(Settings(home=folder, issuer=instance.issuer)))
    try:
        async with database.begin("bench.before") as session:
            since: datetime = (await session.execute(text("SELECT clock_timestamp()"))).scalar_one()
            known = set((await session.execute(KNOWN)).scalars())
        chosen = [number for number in range(subjects) if code(number) in known]
        sent, taken = await hand_in(instance, chosen, rate, per_push)
        deadline = time.monotonic() + PATIENCE_SECONDS
        written: dict[str, datetime] = {}
        while len(written) < len(sent) and time.monotonic() < deadline:
            await asyncio.sleep(0.5)
            async with database.begin("bench.after") as session:
                written = {value: at for value, at in await session.execute(WRITTEN, {"since": since}) if value in sent}
    finally:
        await database.close()
    waited = [written[value].timestamp() - begun for value, begun in sent.items() if value in written]
    cuts = statistics.quantiles(waited, n=100)
    pushed = statistics.quantiles(taken, n=100)
    return {
        "records": len(sent), "rate": rate, "missing": len(sent) - len(waited), "p50_seconds": cuts[49],
        "p99_seconds": cuts[98], "longest_seconds": max(waited), "push_p50_seconds": pushed[49],
        "push_p99_seconds": pushed[98],
    }  # fmt: skip


def main(arguments: list[str]) -> None:
    """Run all of it on one machine."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--per-push", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    subjects = int(asked.seconds * asked.rate)
    with ExitStack() as stack:
        folder = stack.enter_context(place())
        instance = prepare(folder, subjects)
        stack.callback(instance.wait_ended)
        stack.callback(instance.end)
        found = asyncio.run(measure(instance, folder, subjects, asked.rate, asked.per_push))
    if asked.json:
        print(json.dumps({name: round(value, 3) for name, value in found.items()}))
        return
    for name, value in found.items():
        print(f"{name:<20} {value:>10,.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
