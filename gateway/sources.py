"""Scheduled pulls (定期对接数据库): sources, when they are due, and how far each has been read.

A slice is read first, without a transaction; then it becomes one batch whose commit also moves the watermark. A crash
in between reads the slice again, and the batch id, made of the watermark, tells that it is the same.
"""

import asyncio
import csv
import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.events import Event
from connectors.catalogue import get_dataset
from connectors.decode import Table
from connectors.errors import ConnectorError
from connectors.protocol import Slice
from connectors.registry import open_connector
from connectors.tables import Source
from gateway.errors import GatewayError
from gateway.intake import Sender, take_in
from gateway.state import Gateway

RETRY_SECONDS = 60
LEASE_SECONDS = 900  # longer than a slice takes; a worker that died gives the source up after it
# Claiming moves the due time ahead, so that two workers never read the same source at once.
CLAIM = text("""
    UPDATE source SET due_at = now() + make_interval(secs => :lease)
    WHERE source_id = (SELECT source_id FROM source WHERE due_at <= now() ORDER BY due_at
                       LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING source_id, dataset, connector, config, watermark, every_seconds
""")
ADVANCE = text("""
    UPDATE source SET watermark = :watermark, due_at = now(), last_fault = NULL WHERE source_id = :source
""")
REST = text("""
    UPDATE source SET due_at = now() + make_interval(secs => :pause), last_fault = :fault WHERE source_id = :source
""")
_LOG = structlog.get_logger("gateway.sources")


@dataclass(frozen=True)
class Claimed:
    """A source this worker reads now."""

    source_id: str
    dataset: str
    connector: str
    config: dict[str, Any]
    watermark: str | None
    every_seconds: int


async def add_source(
    gateway: Gateway,
    *,
    actor: str,
    source_id: str,
    dataset: str,
    connector: str,
    config: Mapping[str, object],
    every_seconds: int,
) -> None:
    """Add a source after its connector's own check. Raises ConnectorError, or GatewayError where the id is taken."""
    wanted = get_dataset(dataset)
    await asyncio.to_thread(open_connector(connector, config).check)
    async with gateway.database.begin("source.add") as session:
        if await session.get(Source, source_id):
            raise GatewayError(f"来源 {source_id} 已存在 the source {source_id} exists already")
        now, payload = datetime.now(UTC), {"source": source_id, "dataset": dataset, "connector": connector}
        event = await gateway.audit.record(session, Event("source.added", actor, payload=payload), now)
        row = Source(
            source_id=source_id, agency=wanted.agency, dataset=dataset, connector=connector, config=dict(config),
            every_seconds=every_seconds, watermark=None, due_at=now, last_fault=None, event_id=event,
        )  # fmt: skip
        session.add(row)
        await session.flush()


async def pull_due(gateway: Gateway) -> bool:
    """Read one slice of one source that is due; return whether there was one. A fault is kept beside the source."""
    async with gateway.database.begin("source.claim") as session:
        row = (await session.execute(CLAIM, {"lease": LEASE_SECONDS})).one_or_none()
    if row is None:
        return False
    source = Claimed(*row)
    try:
        found = await asyncio.to_thread(_read, source)
        if found is not None:
            await _take_in(gateway, source, found)
            return True
        pause, fault = source.every_seconds, None
    except (ConnectorError, GatewayError) as refusal:
        pause, fault = min(RETRY_SECONDS, source.every_seconds), str(refusal)
        _LOG.warning("source cannot be read", source=source.source_id, fault=type(refusal).__name__)
    async with gateway.database.begin("source.rest") as session:
        await session.execute(REST, {"source": source.source_id, "pause": pause, "fault": fault})
    return True


def _read(source: Claimed) -> Slice | None:
    return open_connector(source.connector, source.config).read(source.watermark)


async def _take_in(gateway: Gateway, source: Claimed, found: Slice) -> None:
    rows = list(found.table.rows)
    digest = hashlib.sha256(orjson.dumps([found.table.header, rows])).digest()
    sender = Sender(f"source:{source.source_id}", f"{source.source_id}:{digest.hex()[:16]}", source.source_id)
    table = Table(found.table.encoding, found.table.header, iter(rows))

    async def advance(session: AsyncSession) -> None:
        await session.execute(ADVANCE, {"source": source.source_id, "watermark": found.watermark})

    with _as_file(gateway, table.header, rows) as file:
        wanted = get_dataset(source.dataset)
        _, new = await take_in(gateway, sender, wanted, digest, lambda: table, then=advance, file=file)
    if not new:
        async with gateway.database.begin("source.advance") as session:
            await advance(session)


@contextmanager
def _as_file(gateway: Gateway, header: list[str], rows: list[tuple[int, list[str]]]) -> Iterator[Path]:
    """Give a slice as a CSV file too, in case it has to be held."""
    spool = gateway.settings.instance_home / "spool"
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=spool, suffix=".csv", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *(cells for _, cells in rows)])
        file.flush()
        yield Path(file.name)
