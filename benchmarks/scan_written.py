"""An instance over a made-up city's column store, for benchmarks/scan.py: scanned as the worker does, into PostgreSQL.

Enterprises, the list of files and when each dataset came last are put in; the records behind the files are not there,
and no scan looks at them. What is measured is `scan` (gateway/scores/scan.py) as it stands.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import numpy as np
import psutil
from much import FUNCTIONS, SUBJECTS, uscc
from place import is_for
from scan_city import City, built, land
from scan_round import Figures, measured
from sqlalchemy import text
from uuid_utils.compat import uuid7

from gateway.gateway import Gateway, open_gateway
from gateway.people.initialise import initialise
from gateway.runtime.actor import PROGRAM
from gateway.runtime.database import Database
from gateway.runtime.embedded import resolve_urls
from gateway.runtime.schema import migrate
from gateway.runtime.settings import Settings
from gateway.scores.engines import PolarsEngine
from gateway.scores.listing import add_files, put_dataset
from gateway.scores.scan import scan
from gateway.scores.scan_pinned import ScanRequest
from gateway.scores.store import ColumnStore, open_store

BATCHES = text("""
    INSERT INTO batch (batch_id, agency, dataset, sender_batch, digest, way, received_at, row_count, accepted,
        unresolved, corrections, duplicates, natural_persons, rejected, reasons, statement, event_id, mapping)
    SELECT gen_random_uuid(), f.agency, f.dataset, 'bench', '\\x00', 'http', now(), 1, 1, 0, 0, 0, 0, 0, '{}', 'x',
        gen_random_uuid(), '{}'
    FROM unnest(CAST(:agencies AS text[]), CAST(:datasets AS text[])) f (agency, dataset)
""")
DUE = text("""
    INSERT INTO score_due (subject, mark) SELECT n, nextval('score_due_mark') FROM unnest(CAST(:due AS bigint[])) n
""")


async def fill(home: Path, store: Path, city: City) -> None:
    """Make the instance, with a copy of the city's store."""
    settings = _settings(home)
    database = Database(resolve_urls(settings, create=True))
    migrate(database.urls.owner)
    await initialise(settings, database, operator="bench", operator_key=home / "operator.json")
    shutil.copytree(store, settings.column_root)
    files, held = [file for of in built(store).values() for file in of], open_store(settings).sources
    codes = [uscc(number) for number in range(1, city.subjects + 1)]
    feeds = {"agencies": [one.agency for one in held.values()], "datasets": list(held)}
    async with database.begin("benchmark.fill", role="owner") as session:
        for statement in (*FUNCTIONS.split(";\n"), SUBJECTS):
            await session.execute(text(statement), {"codes": codes} if ":codes" in statement else {})
        await session.execute(text("ALTER TABLE batch DISABLE TRIGGER columns_due"))
        await session.execute(BATCHES, feeds)
        await session.execute(text("ALTER TABLE batch ENABLE TRIGGER columns_due"))
        await session.execute(text("ANALYZE"))
    async with open_gateway(settings, database) as gateway, gateway.units.begin("benchmark.list", PROGRAM) as work:
        for name, source in held.items():
            await put_dataset(work.session, name, source.declaration, work.now, uuid7())
        await add_files(work.session, [file for file in files if file.dataset in held], uuid7())


async def forget(home: Path) -> None:
    """Have nobody scored: a scan then writes a row for everybody."""
    async with _opened(home) as (gateway, _), gateway.database.begin("benchmark.forget", role="owner") as session:
        await session.execute(text("TRUNCATE subject_score"))


async def change(home: Path, city: City, share: float, number: int) -> None:
    """Have something land for this share of the subjects."""
    subjects = np.random.default_rng(number).choice(city.subjects, max(1, round(city.subjects * share)), replace=False)
    async with _opened(home) as (gateway, store):
        sources = {name: held.source for name, held in store.sources.items()}
        files = land(store.place, city, sources, subjects + 1, number)
        async with gateway.database.begin("benchmark.due", role="owner") as session:
            await add_files(session, files, uuid7())
            await session.execute(DUE, {"due": sorted((subjects + 1).tolist())})


async def scanned(home: Path, *, incremental: bool) -> Figures:
    """Scan; what the database's server took is told apart."""
    async with _opened(home) as (gateway, store):
        before, request = _server(home), ScanRequest(incremental=incremental)
        with measured("polars") as figures:
            run = await scan(
                gateway.units, store, gateway.settings.scan_folder, request, PROGRAM, lambda _done, _all: None,
                PolarsEngine(),
            )  # fmt: skip
        assert (run.kind == "incremental") == incremental, run.kind
        told = {"server_cpu_seconds": _server(home) - before, "scanned": run.subjects, "written": run.changed}
        return {**figures, **told}


@asynccontextmanager
async def _opened(home: Path) -> AsyncIterator[tuple[Gateway, ColumnStore]]:
    settings = _settings(home)
    async with open_gateway(settings, Database(resolve_urls(settings))) as gateway:
        yield gateway, open_store(settings)


def _settings(home: Path) -> Settings:
    return Settings(home=home, log_level="ERROR")


def _server(home: Path) -> float:
    """Return the CPU seconds of the database's server so far: of its processes, and of those that have ended."""
    used = 0.0
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.name() == "postgres" and (is_for(process, home) or is_for(process.parent(), home)):
                took = process.cpu_times()
                used += took.user + took.system
                used += took.children_user + took.children_system if is_for(process, home) else 0
    return used
