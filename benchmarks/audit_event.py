"""What an audit event costs beside the bare row it stands on, and how fast the sequencer takes events in.

Run: python benchmarks/audit_event.py [events]. Floor and subject alternate in one run, on a database of their own.
Compare the ratios, not the absolute figures.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from audit.events import Event
from audit.recorder import Recorder, open_log
from audit.sequencer import sequence
from gateway.runtime import schema
from gateway.runtime.database import Database
from gateway.runtime.embedded import embedded_urls, ensure_database, lease

ROUNDS = 5
CALLERS = 8
BARE = text("INSERT INTO bare (leaf, at) VALUES (:leaf, now())")


async def rate(database: Database, events: int, step) -> float:  # noqa: ANN001 - a local function of main
    """Return transactions a second, one step each, over CALLERS at once."""

    async def caller() -> None:
        for _ in range(events // CALLERS):
            async with database.begin("bench") as session:
                await step(session)

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return events / (time.perf_counter() - started)


async def main(events: int, home: Path) -> None:
    socket = lease(home)
    ensure_database(socket, "bench")
    urls = embedded_urls(socket, "bench")
    schema.migrate(urls.owner)
    database = Database(urls)
    async with database.begin("prepare", role="owner") as session:
        recorder = Recorder(await open_log(session, "bench.example/audit", datetime.now(UTC)), "bench", bytes(32))
        await session.execute(text("CREATE TABLE bare (leaf bytea, at timestamptz)"))
        await session.execute(text("GRANT INSERT ON bare TO xinqiao_app"))

    async def bare(session) -> None:  # noqa: ANN001
        await session.execute(BARE, {"leaf": bytes(300)})

    async def recorded(session) -> None:  # noqa: ANN001
        event = Event("inquiry.answered", "bank-1", institution="bank", subject="s-1", payload={"score": 612})
        await recorder.record(session, event)

    floors, subjects, taken = [], [], []
    for _ in range(ROUNDS):
        floors.append(await rate(database, events, bare))
        subjects.append(await rate(database, events, recorded))
        started, count = time.perf_counter(), 0
        while True:
            async with database.begin("sequence", role="sequencer") as session:
                moved = await sequence(session, recorder.log_id)
            if not moved:
                break
            count += moved
        taken.append(count / (time.perf_counter() - started))
    await database.close()
    floor, subject = statistics.median(floors), statistics.median(subjects)
    print(f"bare row, one transaction each   {floor:8.0f} /s   1.00")
    print(f"event, one transaction each      {subject:8.0f} /s   {subject / floor:.2f}")
    print(f"sequencer                        {statistics.median(taken):8.0f} entries/s")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000, Path(folder)))
