"""Whether this instance can do its work: keys, disk, database, schema, partitions, fresh checkpoint, worker's steps."""

import asyncio
import errno
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from audit.lag import unsigned_seconds
from audit.stops import find_stop
from gateway.runtime.clock import now
from gateway.runtime.said import Said
from gateway.runtime.schema import newest_revision
from gateway.runtime.settings import Settings
from gateway.runtime.storage_faults import kind_of, words_of
from gateway.runtime.work import UnitsOfWork
from gateway.telemetry.worker_health import Workers, read_workers

WRITTEN_BYTES = 64 * 1024
ANSWER_SECONDS = 3.0  # whoever asks gives up soon after; a database that hangs is told like one that is gone
CHECKPOINT_LAG_SECONDS = 60  # the promise: an entry is under a signed checkpoint within a minute

# What is written extends a file, which a full disk refuses, and is cut off again as the transaction ends.
ROOM = "CREATE TEMPORARY TABLE IF NOT EXISTS xinqiao_room (number int) ON COMMIT DELETE ROWS"
WRITE = "INSERT INTO xinqiao_room SELECT generate_series(1, 4000)"
SCHEMA = "SELECT version_num FROM alembic_version"
PARTITIONS = """
    SELECT coalesce(string_agg(name, ', ' ORDER BY name), '') FROM xinqiao_partitioned
    WHERE to_regclass(name || '_p' || to_char(now() AT TIME ZONE 'UTC' + interval '1 month', 'YYYYMM')) IS NULL
"""


@dataclass(frozen=True)
class Finding:
    """One check: its name, whether it holds, what was seen and since when, and whether questions need it."""

    name: str
    ok: bool
    said: Said
    needed: bool = True
    since: datetime | None = None

    @property
    def seen(self) -> str:
        """What was seen, in both languages."""
        return str(self.said)


Check = Callable[[AsyncSession, int], Awaitable[Finding]]  # of a database and the id of its log


async def _database(session: AsyncSession, _log_id: int) -> Finding:
    await session.execute(text("SELECT 1"))
    return Finding("database", ok=True, said=Said("有应答", "it answers"))


async def _writing(session: AsyncSession, _log_id: int) -> Finding:
    await session.execute(text(ROOM))
    await session.execute(text(WRITE))
    return Finding("writing", ok=True, said=Said("可写入", "the database takes what is written"))


async def _schema(session: AsyncSession, _log_id: int) -> Finding:
    at = str((await session.execute(text(SCHEMA))).scalar())
    return Finding(
        "schema",
        at == shipped_revision(),
        Said(f"数据库 {at}，程序 {shipped_revision()}", f"database {at}, program {shipped_revision()}"),
    )


async def _partitions(session: AsyncSession, _log_id: int) -> Finding:
    missing = (await session.execute(text(PARTITIONS))).scalar_one()
    return Finding(
        "partitions",
        not missing,
        Said("缺下月分区", f"missing for next month: {missing}") if missing else Said("已预先建好", "made ahead"),
    )


async def _checkpoint(session: AsyncSession, log_id: int) -> Finding:
    lag = await unsigned_seconds(session, log_id)
    zh, en = f"最早的条目已等待签发 {lag:.0f} 秒", f"the oldest entry waits {lag:.0f} s for a signed checkpoint"
    if lag <= CHECKPOINT_LAG_SECONDS:
        return Finding("checkpoint", ok=True, said=Said(zh, en))
    then = "；太久即拒绝查询（XINQIAO_UNSIGNED_SECONDS）", "; questions are refused from XINQIAO_UNSIGNED_SECONDS on"
    since = now() - timedelta(seconds=lag)
    return Finding("checkpoint", ok=False, said=Said(zh + then[0], en + then[1]), since=since)


async def _audit(session: AsyncSession, log_id: int) -> Finding:
    """Tell of a stop. Questions are answered all the same, until entries have waited too long for a checkpoint."""
    stop = await find_stop(session, log_id)
    if stop is None:
        return Finding("audit", ok=True, said=Said("未停签", "not stopped"), needed=False)
    said = Said(
        f"因 {stop.differences} 处差异停签",
        f"signing stopped since {stop.stopped_at:%Y-%m-%dT%H:%M:%SZ} over {stop.differences} differences",
    )
    return Finding("audit", ok=False, said=said, needed=False, since=stop.stopped_at)


CHECKS: dict[str, Check] = {
    "database": _database,
    "writing": _writing,
    "schema": _schema,
    "partitions": _partitions,
    "checkpoint": _checkpoint,
    "audit": _audit,
}


@cache
def shipped_revision() -> str:
    """Return the newest migration this program ships; read once."""
    return newest_revision()


async def readiness(units: UnitsOfWork, settings: Settings) -> list[Finding]:
    """Run every check, in a few seconds at most. An unreachable database is a finding, not an exception."""
    found: dict[str, Finding] = {}
    asking = [
        asyncio.create_task(_ask(units, found)),
        asyncio.create_task(_disk(settings.instance_home, found)),
    ]
    await asyncio.wait(asking, timeout=ANSWER_SECONDS)
    for one in asking:
        if one.done():
            one.result()
        else:
            one.cancel()  # and not waited for: a connection that hangs takes its time to be closed
    unknown = Said("数据库没有应答", "the database does not answer")
    return [
        Finding("keys", bool(units.keys.public("answer")), Said("已载入", "loaded")),
        found.get("disk") or Finding("disk", ok=False, said=Said("磁盘没有应答", "the disk does not answer")),
        *(found.get(name) or Finding(name, ok=False, said=unknown) for name in CHECKS),
        _worker(read_workers(settings.worker_folder)),
    ]


async def _disk(home: Path, found: dict[str, Finding]) -> None:
    try:
        await asyncio.to_thread(_write_a_file, home)
    except OSError as fault:
        kind = errno.errorcode.get(fault.errno or 0, type(fault).__name__)
        found["disk"] = Finding("disk", ok=False, said=Said(f"写不进 {home}", f"cannot be written to: {kind}"))
    else:
        found["disk"] = Finding("disk", ok=True, said=Said("可写入", "it takes what is written"))


def _write_a_file(home: Path) -> None:
    with TemporaryFile(dir=home) as file:  # it has no name, and is gone with the process
        file.write(b"x" * WRITTEN_BYTES)
        file.flush()
        os.fsync(file.fileno())


async def _ask(units: UnitsOfWork, found: dict[str, Finding]) -> None:
    for name, check in CHECKS.items():
        try:
            async with units.database.begin(f"ready.{name}", role="watch") as session:
                found[name] = await check(session, units.recorder.log_id)
        except (SQLAlchemyError, OSError) as fault:
            found[name] = Finding(name, ok=False, said=words_of(kind_of(fault)))
            if name == "database":
                return


def _worker(workers: Workers) -> Finding:
    """Name the steps that fail. Questions are answered all the same: what must stop them is the checkpoint's age."""
    failing = sorted(workers.failing.items())
    if failing:
        zh = "；".join(f"步骤 {step} 连续失败 {one.times} 次：{words_of(one.fault).zh}" for step, one in failing)
        en = "; ".join(
            f"{step} fails since {one.since:%Y-%m-%dT%H:%M:%SZ} ({one.times} times): {words_of(one.fault).en}"
            for step, one in failing
        )
        since = min(one.since for _step, one in failing)
        return Finding("worker", ok=False, said=Said(zh, en), needed=False, since=since)
    said = Said(f"{workers.number} 个在运行", f"{workers.number} running")
    none = Said("本机没有", "none shares this home")
    return Finding("worker", ok=True, said=said if workers.number else none, needed=False)
